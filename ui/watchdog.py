"""Logs where the GUI thread is when it is held for more than 50 ms."""

from __future__ import annotations

import faulthandler
import logging
import tempfile
import threading
import time
from typing import Final

from PySide6.QtCore import QObject, QTimer

LIMIT_SECONDS: Final = 0.05
_BEAT_MS: Final = 10
_log = logging.getLogger(__name__)


class Watchdog(QObject):
    """A timer on the GUI thread leaves a time stamp; a daemon thread looks how old it is."""

    def __init__(self, limit: float = LIMIT_SECONDS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit = limit
        self._beat = time.monotonic()
        self._stopping = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._mark)
        self._thread = threading.Thread(target=self._watch, name="gui-watchdog", daemon=True)

    def start(self) -> None:
        self._mark()
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        self._timer.stop()
        self._stopping.set()
        self._thread.join()

    def _mark(self) -> None:
        self._beat = time.monotonic()

    def _watch(self) -> None:
        told = 0.0
        while not self._stopping.wait(self._limit / 2):
            beat = self._beat
            if time.monotonic() - beat > self._limit and beat != told:
                told = beat
                _log.info("the GUI thread is held for more than %.0f ms\n%s", self._limit * 1000, _stacks())


def _stacks() -> str:
    """Return the stacks of all threads.

    Through faulthandler, which makes no frame objects: holding a frame of the GUI thread here would let its
    local painters and timers die on this thread, and Qt crashes on that.
    """
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read().decode("utf-8", "replace")
