"""What a program in front of a device does when its native library goes wrong."""

from __future__ import annotations

import os
import signal
import sys
import threading

_FOR_EVER = threading.Event()
_LINES = "{}\n" * 1000


def misbehave(word: str) -> None:
    """``silent`` never returns, ``crash`` ends in a segmentation fault, ``flood`` talks without end."""
    match word:
        case "silent":
            _FOR_EVER.wait()
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "flood":
            while True:
                sys.stdout.write(_LINES)
