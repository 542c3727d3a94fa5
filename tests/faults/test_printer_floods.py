"""A printer that never stops talking: its lane is free again within the limits of one question."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from printing.printers.base import PrinterStatus
from printing.registry import open_printer

BABBLE = b"\x80" * 4096
"""No answer to anything."""


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line, suppress(OSError):
                    while True:
                        line.sendall(BABBLE)

    thread = threading.Thread(target=serve, name="babbling printer")
    thread.start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.mark.timeout(30)
def test_a_printer_that_babbles_is_unknown_and_its_lane_goes_on(port: int) -> None:
    printer = open_printer(f"escpos+tcp://127.0.0.1:{port}?width=576")
    start = time.monotonic()
    assert printer.status() is PrinterStatus.UNKNOWN
    assert time.monotonic() - start < 15
