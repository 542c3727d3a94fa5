"""A scan gun that types: its bursts are taken out of the keyboard before any field sees a letter of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow

from app.services.scanning import Burst, BurstDetector, Key, Typed

_MODIFIERS: Final = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_CapsLock}
    | {Qt.Key.Key_AltGr, Qt.Key.Key_NumLock}
)
_LATE_SECONDS: Final = 0.015
_CATCH_UP_MS: Final = 5


class KeyboardGun(QObject):
    """Filters the keys of one window; ``scanned`` gets each burst. Keys of a person go on unchanged.

    A key is held for at most 35 ms, and only behind the gun's own sign where it sends one, so this stands
    only where a counter says that its gun types. Keys come with the system's time of each, so that a busy
    program does not tear a burst apart.
    """

    def __init__(
        self,
        window: QWindow,
        detector: BurstDetector,
        scanned: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._scanned = scanned
        self._detector = detector
        self._passing = False
        self._late = False
        self._offset: float | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setTimerType(Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._paused)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._passing or not isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.FocusAboutToChange:
                self._tell(self._detector.reset())
            return False
        if event.type() == QEvent.Type.KeyRelease:
            return self._released(event)
        if event.type() != QEvent.Type.KeyPress or event.key() in _MODIFIERS:
            return False
        self._tell(self._detector.key(self._key(event)))
        self._wait()
        return True

    def _key(self, event: QKeyEvent) -> Key:
        held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        text = "" if event.modifiers() & held else event.text()
        return Key(text, self._at(event), event.isAutoRepeat(), [event.clone()])

    def _at(self, event: QKeyEvent) -> float:
        """The time of the key on our clock; the system's clock has another beginning."""
        now, stamp = time.monotonic(), event.timestamp() / 1000
        if not stamp:
            return now
        if self._offset is None or stamp + self._offset > now or now - stamp - self._offset > 1.0:
            self._offset = now - stamp
        return stamp + self._offset

    def _released(self, event: QKeyEvent) -> bool:
        """A release follows its key: it waits while that is held."""
        held = self._detector.newest
        if held is None or event.key() in _MODIFIERS or not isinstance(held.tag, list):
            return False
        held.tag.append(event.clone())
        return True

    def _wait(self) -> None:
        due = self._detector.due
        self._late = False
        if due is None:
            self._pause.stop()
        else:
            self._pause.start(max(0, round((due - time.monotonic()) * 1000)))

    def _paused(self) -> None:
        """No key came in time; where this itself is late, those that wait in the queue go first."""
        due = self._detector.due
        if due is None:
            return
        now = time.monotonic()
        if now - due > _LATE_SECONDS and not self._late:
            self._late = True
            self._pause.start(_CATCH_UP_MS)
            return
        self._tell(self._detector.pause(max(now, due)))

    def _tell(self, found: Iterable[Typed | Burst]) -> None:
        for one in found:
            if isinstance(one, Burst):
                self._scanned(one.text)
                continue
            for key in one.keys:
                self._pass(key)

    def _pass(self, key: Key) -> None:
        self._passing = True
        try:
            for event in key.tag if isinstance(key.tag, list) else ():
                QCoreApplication.sendEvent(self._window, event)
        finally:
            self._passing = False
