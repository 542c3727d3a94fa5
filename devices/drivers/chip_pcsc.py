"""Chip card readers of PC/SC, through a worker with pyscard, which a site installs if it wants them."""

from __future__ import annotations

import importlib.util
import os
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from devices.address import ProgramAddress, parse_pcsc
from devices.base import ChipCapabilities, DeviceKind
from devices.chip import LONGEST_APDU, LONGEST_ATR, LONGEST_UID, ChipCard
from devices.conversation import ROOT, Conversation, worker_command
from devices.errors import DeviceError, Garbled, LibraryMissing
from devices.lifecycle import Lifecycle
from devices.requests import octets, title
from devices.traffic import TrafficLog

LIBRARY = "smartcard"
_OPEN_SECONDS, _ASK_SECONDS, _SESSION_SECONDS = 10.0, 5.0, 8.0
_SHORTEST_APDU = 4


class PcscReader(Lifecycle):
    """A :class:`~devices.chip.ChipReader` at ``pcsc:[NAME]`` or ``pcsc+worker:///path/program[?args=...]``.

    By name it is the first reader whose name begins so.
    """

    kind: Final = DeviceKind.CHIP_READER

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic, library: str = LIBRARY) -> None:
        """Raises BadAddress."""
        self._address = parse_pcsc(url)
        self.key = url
        self.title = "IC 卡读卡器 (PC/SC)"
        self.capabilities = ChipCapabilities()
        self.traffic = TrafficLog()
        self._library = library
        self._worker = Conversation(url, self.traffic, clock)

    def available(self) -> str | None:
        """Say that pyscard is missing: it has no wheel for Linux and is not installed with the program."""
        if isinstance(self._address, ProgramAddress):
            program = Path(self._address.program)
            there = program.is_file() and os.access(program, os.X_OK)
            return None if there else f"the card reader's program {program} is not there"
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
        if isinstance(self._address, ProgramAddress):
            self._worker.start([self._address.program, *self._address.arguments])
            name = ""
        else:
            self._worker.start(worker_command("pcsc"), ROOT)
            name = self._address
        try:
            found = self._worker.ask("open", _OPEN_SECONDS, name=name)
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
        found = self._worker.ask("apdu", _ASK_SECONDS, bytes=_written(command))
        return _split(octets(found, "answer"))

    def session(self, commands: Sequence[bytes]) -> tuple[tuple[bytes, int], ...]:
        """Send commands in one go; see :meth:`devices.chip.ChipReader.session`."""
        found = self._worker.ask("session", _SESSION_SECONDS, list=[_written(one) for one in commands])
        answers = found.get("answers")
        if not isinstance(answers, list) or len(answers) != len(commands):
            raise Garbled("session: as many answers as commands")
        return tuple(_split(octets({"answer": one}, "answer")) for one in answers)


def _written(command: bytes) -> str:
    if not _SHORTEST_APDU <= len(command) <= LONGEST_APDU:
        raise ValueError(f"a command of {len(command)} bytes")
    return b64encode(command).decode("ascii")


def _split(answer: bytes) -> tuple[bytes, int]:
    if len(answer) < 2:
        raise Garbled("an answer without status")
    return answer[:-2], int.from_bytes(answer[-2:], "big")
