"""How many screens there are, told by a process of its own: ``python -m app count-screens``.

Where a display is named that is not there, Qt ends the process that asks.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

from PySide6.QtGui import QGuiApplication

_DRAWN_NOWHERE: Final = ("offscreen", "minimal")


def main() -> int:
    """Print the number as JSON, 0 without a display; return the exit status."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", _DRAWN_NOWHERE[0])
    application = QGuiApplication.instance() or QGuiApplication([])
    shown = isinstance(application, QGuiApplication) and application.platformName() not in _DRAWN_NOWHERE
    sys.stdout.write(json.dumps({"screens": len(QGuiApplication.screens()) if shown else 0}))
    return 0
