"""Calling for help and answering: two keys that work wherever the cursor is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from app.lanes import Act
from app.services import alarm
from ui.act import Acts
from ui.keys import KEYS
from ui.main_window import MainWindow


class HelpCalls(QObject):
    """Ctrl+F1 calls or ends the call, Ctrl+Shift+F1 says that somebody comes; the header has both buttons."""

    def __init__(self, window: MainWindow, acts: Acts) -> None:
        super().__init__(window)
        self._window = window
        self._acts = acts
        window.header.alarm.connect(lambda: self._do(alarm.call))
        window.header.come.connect(lambda: self._do(alarm.come))
        for key, act in (("alarm", alarm.call), ("come", alarm.come)):
            shortcut = QShortcut(QKeySequence(KEYS[key]), window)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda act=act: self._do(act))

    def _do(self, act: Act[Any, Any, Any]) -> None:
        self._acts.run(self, act, name="alarm", done=self._window.flash)
