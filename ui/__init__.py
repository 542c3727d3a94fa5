"""The windows: widgets that draw views and emit intents.

PySide6 6.12.0 gives up one reference too many to ``True`` at every ``Signal.emit``; where ``True`` is counted
(Python before 3.12) the process aborts once they are used up. So references are kept in store here, and
``ui.application.Sweeper`` adds to them.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_STOCK: Final = 500_000


def keep_true_alive() -> None:
    """Lay in references to ``True`` when fewer than half of the stock are left.

    They are never given back: at exit the interpreter would count down to the ones that were lost.
    """
    if sys.version_info < (3, 12) and sys.getrefcount(True) < _STOCK // 2:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object((True,) * _STOCK))


keep_true_alive()
