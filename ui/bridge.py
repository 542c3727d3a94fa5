"""The one way from a lane to a widget: a queued signal that runs a call on the GUI thread.

After ``close`` nothing is delivered any more: a result that arrives during shutdown would meet deleted
widgets.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot


class Bridge(QObject):
    """Lives on the GUI thread; ``deliver`` may be called from any thread."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._arrived.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def deliver(self, call: Callable[[], None]) -> None:
        """Run the call on the GUI thread in a later turn of its event loop."""
        if not self._closed:
            self._arrived.emit(call)

    def close(self) -> None:
        """Drop whatever has not been delivered yet."""
        self._closed = True

    @Slot(object)
    def _run(self, call: Callable[[], None]) -> None:
        if self._closed:
            return
        if QThread.currentThread() is not self.thread():
            raise AssertionError("the bridge delivers on the GUI thread only")
        call()
