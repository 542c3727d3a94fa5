"""Chip card readers of PC/SC, through a worker with pyscard, which a site installs if it wants them."""

from __future__ import annotations

import importlib.util
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Final

from devices.address import parse_named
from devices.base import ChipCapabilities, DeviceKind
from devices.chip import LONGEST_APDU, LONGEST_ATR, LONGEST_UID, ChipCard
from devices.conversation import ROOT, Conversation, worker_command
from devices.errors import DeviceError, Garbled, LibraryMissing
from devices.lifecycle import Lifecycle
from devices.requests import octets, title
from devices.traffic import TrafficLog

LIBRARY = "smartcard"
_OPEN_SECONDS, _ASK_SECONDS = 10.0, 5.0
_SHORTEST_APDU = 4


class PcscReader(Lifecycle):
    """A :class:`~devices.chip.ChipReader` at ``pcsc:[NAME]``: the first reader whose name begins so."""

    kind: Final = DeviceKind.CHIP_READER

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic, library: str = LIBRARY) -> None:
        """Raises BadAddress."""
        self._name = parse_named(url, "pcsc")
        self.key = url
        self.title = "IC 卡读卡器 (PC/SC)"
        self.capabilities = ChipCapabilities()
        self.traffic = TrafficLog()
        self._library = library
        self._worker = Conversation(url, self.traffic, clock)

    def available(self) -> str | None:
        """Say that pyscard is missing: it has no wheel for Linux and is not installed with the program."""
        if importlib.util.find_spec(self._library) is None:
            return "the Python package pyscard is not installed"
        return None

    def open(self) -> None:
        """Start the worker, find the reader. Raises LibraryMissing, Unplugged, NotAnswering, DriverFault."""
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise LibraryMissing(reason)
        self._worker.start(worker_command("pcsc"), ROOT)
        try:
            found = self._worker.ask("open", _OPEN_SECONDS, name=self._name)
        except DeviceError:
            self.close()
            raise
        self.title = title(found) or self.title

    def close(self) -> None:
        """End the worker."""
        self._worker.stop()

    def poll(self) -> bool:
        """Say whether a card is in it; see :meth:`devices.chip.ChipReader.poll`."""
        return self._worker.ask("find", _ASK_SECONDS).get("present") is True

    def read(self) -> ChipCard:
        """Recognise the card; see :meth:`devices.chip.ChipReader.read`."""
        found = self._worker.ask("card", _ASK_SECONDS)
        atr = octets(found, "atr")
        uid = None if found.get("uid") is None else octets(found, "uid")
        if len(atr) > LONGEST_ATR or (uid is not None and len(uid) > LONGEST_UID):
            raise Garbled(f"card: an answer of {len(atr)} bytes, a number of {len(uid or b'')}")
        return ChipCard(atr, uid)

    def exchange(self, command: bytes) -> tuple[bytes, int]:
        """Send a command; see :meth:`devices.chip.ChipReader.exchange`."""
        if not _SHORTEST_APDU <= len(command) <= LONGEST_APDU:
            raise ValueError(f"a command of {len(command)} bytes")
        text = b64encode(command).decode("ascii")
        answer = octets(self._worker.ask("apdu", _ASK_SECONDS, bytes=text), "answer")
        if len(answer) < 2:
            raise Garbled("apdu: an answer without status")
        return answer[:-2], int.from_bytes(answer[-2:], "big")
