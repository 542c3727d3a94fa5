"""The screens of this computer: a window that fills one, and how many there are.

``python -m app count-screens`` tells that in a process of its own: where a display is named that is not
there, Qt ends the process that asks.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

_DRAWN_NOWHERE: Final = ("offscreen", "minimal")


def stand_on(window: QWidget, screen: QScreen) -> None:
    """Let the window fill the screen; ``showFullScreen`` would take the keyboard from who types elsewhere."""
    window.setGeometry(screen.geometry())
    window.setWindowState(Qt.WindowState.WindowFullScreen)
    window.show()


def main() -> int:
    """Print the number as JSON, 0 without a display; return the exit status."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", _DRAWN_NOWHERE[0])
    application = QGuiApplication.instance() or QGuiApplication([])
    shown = isinstance(application, QGuiApplication) and application.platformName() not in _DRAWN_NOWHERE
    sys.stdout.write(json.dumps({"screens": len(QGuiApplication.screens()) if shown else 0}))
    return 0
