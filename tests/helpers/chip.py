"""A virtual PC/SC reader with a virtual card: pcscd with vpcd, if the machine has both and pyscard."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.helpers.devices import wait_until

PORT = 35963
ATR = bytes.fromhex("3B8A80014A434F50333156323232") + b"\x7b"
UID = bytes.fromhex("04A1B2C3D4E580")
GOOD, UNKNOWN = b"\x90\x00", b"\x6d\x00"

_HERE = bool(
    shutil.which("pcscd")
    and importlib.util.find_spec("smartcard")
    and Path("/etc/reader.conf.d/vpcd").exists()
)
NO_PCSC = pytest.mark.skipif(not _HERE, reason="needs pcscd, vsmartcard-vpcd and pyscard")


class VirtualCard:
    """Speaks the protocol of vpcd: a length of two bytes, then data; one byte is a command of the reader."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def insert(self) -> None:
        wait_until(self._connected, "the virtual reader listens")
        self._thread = threading.Thread(target=self._serve, name="virtual card")
        self._thread.start()

    def remove(self) -> None:
        line, self._line = self._line, None
        if line is not None and self._thread is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            line.close()

    def _connected(self) -> bool:
        try:
            self._line = socket.create_connection(("127.0.0.1", PORT), 1.0)
        except OSError:
            return False
        self._line.settimeout(None)
        return True

    def _serve(self) -> None:
        line = self._line
        assert line is not None
        with suppress(OSError):
            while head := line.recv(2, socket.MSG_WAITALL):
                data = line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
                answer = self._answer(data)
                if answer is not None:
                    line.sendall(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, data: bytes) -> bytes | None:
        if len(data) == 1:
            return ATR if data == b"\x04" else None
        if data[:4] == b"\xff\xca\0\0":
            return UID + GOOD
        return GOOD if data[:2] == b"\0\xa4" else UNKNOWN


@contextmanager
def virtual_card() -> Iterator[VirtualCard]:
    """A card in the virtual reader; everything is gone afterwards."""
    service = subprocess.Popen(
        ["pcscd", "--foreground"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    card = VirtualCard()
    try:
        card.insert()
        yield card
    finally:
        card.remove()
        service.terminate()
        service.wait(20)
