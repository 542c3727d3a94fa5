"""A ticket printer behind a raw TCP port (9100), one connection a job."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from printing.address import Address, Proof
from printing.errors import PrinterOff
from printing.printers.base import Capabilities
from printing.printers.conversation import Channel, Limits, TalkingPrinter, reason

_CHUNK = 4096


class _Socket:
    """A connection as a channel."""

    doubtful = 0

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: memoryview, limit: float) -> int:
        self._connection.settimeout(limit)
        return self._connection.send(data[:_CHUNK])

    def receive(self, limit: float) -> bytes:
        self._connection.settimeout(limit)
        try:
            received = self._connection.recv(64)
        except (TimeoutError, BlockingIOError):
            return b""
        if not received:
            raise ConnectionResetError("closed by the printer")
        return received

    def finish(self, limit: float) -> None:
        """Read to the end: closing with unread bytes would reset the connection and lose the last lines."""
        self._connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + limit
        while (left := deadline - time.monotonic()) > 0:
            self._connection.settimeout(left)
            try:
                if not self._connection.recv(64):
                    return
            except TimeoutError:
                return


class NetworkPrinter(TalkingPrinter):
    """ESC/POS over TCP."""

    def __init__(self, address: Address, limits: Limits | None = None) -> None:
        self._place = (address.host, address.port)
        self._patience = limits or Limits()
        answers = address.proof is not Proof.NONE
        super().__init__(
            address.url,
            f"小票机 {address.host}:{address.port}",
            Capabilities(address.width, reports_status=answers, confirms=answers),
            self._open,
            address.proof,
            self._patience,
        )

    @contextmanager
    def _open(self) -> Iterator[Channel]:
        try:
            connection = socket.create_connection(self._place, self._patience.connect)
        except OSError as error:
            raise PrinterOff(self.key, errno=error.errno or 0, error=reason(error)) from error
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield _Socket(connection)
