"""ID card readers that only their vendor's library can drive, through a worker program.

The library hangs, crashes or floods in its own process. After any of that the process is killed and the
reader is closed; opening it starts a new one.
"""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.address import parse_program
from devices.base import CardRead, CardState, DeviceKind, ReaderCapabilities
from devices.conversation import Conversation
from devices.errors import DeviceError, LibraryMissing, NotSupported
from devices.lifecycle import Lifecycle
from devices.sdt.card import parse_card
from devices.traffic import TrafficLog
from devices.vendor import protocol

POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class VendorLimits:
    """Seconds."""

    open: float = 15.0
    """Loading the library and finding the reader."""
    find: float = 3.0
    read: float = 12.0
    photo: float = 5.0


class VendorIdReader(Lifecycle):
    """An :class:`~devices.base.IdCardReader` and :class:`~devices.base.PhotoDecoder`: ``sdt+vendor://PATH``."""

    kind: Final = DeviceKind.ID_READER

    def __init__(
        self, url: str, limits: VendorLimits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises BadAddress."""
        self._address = parse_program(url, "sdt+vendor")
        self.key = url
        self.title = "身份证阅读器 (厂商驱动)"
        self.capabilities = ReaderCapabilities()
        self.traffic = TrafficLog()
        self._limits = limits or VendorLimits()
        self._clock = clock
        self._worker = Conversation(url, self.traffic, clock)
        self._last_find: tuple[float, CardState] | None = None

    def available(self) -> str | None:
        """Say that the worker program is missing or may not be run."""
        program = Path(self._address.program)
        if not program.is_file():
            return f"the vendor's worker {program} is not there"
        return None if os.access(program, os.X_OK) else f"the vendor's worker {program} is no program"

    def open(self) -> None:
        """Start the worker and let it open the reader.

        Raises LibraryMissing, NotAnswering, Garbled, DriverFault, and what the worker says is wrong.
        """
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise self._noted(LibraryMissing(reason))
        self._worker.start([self._address.program, *self._address.arguments])
        self._last_find = None
        try:
            found = protocol.opened(self._worker.ask("open", self._limits.open))
        except DeviceError:
            self.close()
            raise
        self.title = found.title or self.title
        self.capabilities = ReaderCapabilities(found.sam_id, found.decodes_photo)

    def close(self) -> None:
        """End the worker."""
        self._worker.stop()

    def poll(self) -> CardState:
        """Say what lies on the reader; see :meth:`devices.base.IdCardReader.poll`."""
        if self._last_find is not None and self._worker.running:
            asked_at, state = self._last_find
            if self._clock() - asked_at < POLL_SECONDS:
                return state
        state = protocol.state(self._worker.ask("find", self._limits.find))
        self._last_find = (self._clock(), state)
        return state

    def read(self) -> CardRead:
        """Read the card; see :meth:`devices.base.IdCardReader.read`."""
        payload, later = protocol.card(self._worker.ask("read", self._limits.read))
        self._last_find = (self._clock(), CardState.LIFT_CARD)
        return parse_card(payload, later)

    def photo_png(self, wlt: bytes) -> bytes:
        """Let the vendor's library decode a photo; see :meth:`devices.base.PhotoDecoder.photo_png`."""
        if self._worker.running and not self.capabilities.decodes_photo:
            raise NotSupported("the worker has no library for photos")
        return protocol.png(self._worker.ask("photo", self._limits.photo, wlt=b64encode(wlt).decode()))

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error
