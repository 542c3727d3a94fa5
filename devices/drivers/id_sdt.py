"""Resident ID card readers that speak SDT over a serial line or USB bulk: find, select, read.

Nothing of a card is ever logged or put into diagnostics. The sum of a frame is one XOR byte, and two
flipped bits can cancel out. So a card counts when it was read twice alike: always on a serial line, elsewhere
after noise or when its number contradicts itself.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from devices import address
from devices.base import CardRead, CardState, DeviceKind, ReaderCapabilities
from devices.errors import (
    CardNotLifted,
    DeviceError,
    DriverFault,
    Garbled,
    NoCard,
    NotAnswering,
    ReadFailed,
    Unplugged,
)
from devices.lifecycle import Lifecycle
from devices.line import ByteLine, PortFacts, open_line
from devices.sdt import card, commands
from devices.sdt.mask import SdtMask
from devices.sdt.session import Limits, Reply, SdtSession
from devices.traffic import RecordedLine, TrafficLog
from devices.usb_line import Backend, UsbLine, missing_library

T = TypeVar("T")

POLL_SECONDS = 0.3
"""Readers want no more than one find in this time."""
READ_AGAIN = 4
"""How often a card is read again, after noise, until two answers are alike."""


class SdtIdReader(Lifecycle):
    """An :class:`~devices.base.IdCardReader` on a serial, TCP, RFC 2217 or USB bulk line.

    ``limits`` and ``clock`` (seconds, monotonic) are parameters so that tests need not wait; ``ports`` lists
    the serial ports and ``usb`` is pyusb's backend, so that tests need no hardware.
    """

    kind: Final = DeviceKind.ID_READER
    title = "身份证阅读器 (SDT)"

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        ports: Callable[[], Iterable[PortFacts]] | None = None,
        usb: Backend = None,
    ) -> None:
        """Raises BadAddress."""
        self._address = address.parse_sdt(url)
        self.key = url
        self.capabilities = ReaderCapabilities()
        self.traffic = TrafficLog()
        self._ports = ports
        self._usb = usb
        self._noise_known = 0
        # USB and TCP have their own checksums
        self._unchecked = isinstance(self._address, address.SerialPort | address.Rfc2217Port)
        self._repeats = False
        self._limits = limits or Limits()
        self._clock = clock
        self._session: SdtSession | None = None
        self._close_line: Callable[[], None] | None = None
        self._already_read = False
        self._last_find: tuple[float, CardState] | None = None

    def available(self) -> str | None:
        """Say that libusb is missing; everything else is part of the program."""
        return missing_library(self._usb) if isinstance(self._address, address.UsbIdentity) else None

    def open(self) -> None:
        """Open the line and ask for the status and the number of the security module.

        Raises Unplugged, InUse, NoPermission, NotAnswering, Garbled, NotAuthorised, ReaderDefective; for USB
        also LibraryMissing and NotSupported; BadAddress when two devices have the USB number.
        """
        if self._session is not None:
            return
        try:
            line = self._line()
        except DeviceError as error:
            self.traffic.error(error)
            raise
        self._session = SdtSession(RecordedLine(line, self.traffic, SdtMask()), self._limits, self._clock)
        self._close_line = line.close
        self._already_read, self._last_find, self._noise_known = False, None, 0
        try:
            self._expect(commands.SAM_STATUS)
            number = self._ask(commands.SAM_ID)
            sam_id = sam_id_text(number.data) if number.status == commands.OK else ""
            self.capabilities = ReaderCapabilities(sam_id)
        except DeviceError:
            self.close()
            raise

    def close(self) -> None:
        """Let the port go."""
        if self._close_line is not None:
            self._close_line()
        self._session = self._close_line = None

    def poll(self) -> CardState:
        """Say what lies on the reader; see :meth:`devices.base.IdCardReader.poll`."""
        if self._last_find is not None and self._session is not None:
            asked_at, state = self._last_find
            if self._clock() - asked_at < POLL_SECONDS:
                return state
        return self._find(deadline=None)

    def read(self) -> CardRead:
        """Read the card; see :meth:`devices.base.IdCardReader.read`. Bounded by ``Limits.card``."""
        deadline = self._clock() + self._limits.card
        state = self._find(deadline)
        if state is CardState.LIFT_CARD:
            raise CardNotLifted("find answers 80 and the last card was read or tried")
        if state is CardState.NO_CARD:
            raise NoCard("find answers 80")
        self._expect(commands.SELECT, deadline)
        # From here on find answers 80 until the card is lifted, even when the answer to read gets lost.
        self._already_read = True
        payload = self._certain(lambda: self._payload(deadline), lambda got: card.contradicts(got.text))
        self._last_find = (self._clock(), CardState.LIFT_CARD)
        later = self._later_addresses(deadline)
        self._noise_known = self._noise()
        found = card.parse_card(payload, later or ())
        return found if later is not None else replace(found, addresses_complete=False)

    # ---- one step each ---------------------------------------------------------------------------

    def _line(self) -> ByteLine:
        if isinstance(self._address, address.UsbIdentity):
            return UsbLine(self._address, self._usb)
        # the function is only given what it needs: tests put a simpler one in its place
        return open_line(self._address, self._ports) if self._ports else open_line(self._address)

    def _certain(self, ask: Callable[[], T], doubtful: Callable[[T], bool] = lambda _: False) -> T:
        """Return an answer that came twice alike; at once where the line checks itself and is quiet.

        A reader that never yet answered a second time is believed the first time. Raises Garbled.
        """
        answer = ask()
        good = self._noise() == self._noise_known and not doubtful(answer)
        if good and not self._unchecked:
            return answer
        for _ in range(READ_AGAIN):
            before = answer
            try:
                answer = ask()
            except (ReadFailed, DriverFault):
                if good and not self._repeats:
                    return before
                raise
            if answer == before:
                self._repeats = True
                return answer
        raise self._noted(Garbled(f"read {READ_AGAIN + 1} times and never twice alike"))

    def _noise(self) -> int:
        return self._session.noise if self._session is not None else 0

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error

    def _find(self, deadline: float | None) -> CardState:
        reply = self._ask(commands.FIND, deadline)
        if reply.status == commands.FOUND:
            self._already_read = False
            state = CardState.CARD_PRESENT
        elif reply.status == commands.NOT_FOUND:
            state = CardState.LIFT_CARD if self._already_read else CardState.NO_CARD
        else:
            raise self._noted(commands.failure(commands.FIND, reply.status))
        self._last_find = (self._clock(), state)
        return state

    def _payload(self, deadline: float) -> card.Payload:
        """Read text, photo and length of the finger data; old readers know only text and photo."""
        reply = self._ask(commands.READ_WITH_FINGER, deadline)
        if reply.status in commands.UNKNOWN_COMMAND:
            return card.split_payload(self._expect(commands.READ, deadline).data, with_finger=False)
        if reply.status != commands.OK:
            raise self._noted(commands.failure(commands.READ_WITH_FINGER, reply.status))
        return card.split_payload(reply.data, with_finger=True)

    def _later_addresses(self, deadline: float) -> tuple[str, ...] | None:
        """Read addresses written later; None when that failed: the card itself is read by now."""
        try:
            reply = self._certain(lambda: self._ask(commands.LATER_ADDRESSES, deadline))
            found = card.split_addresses(reply.data) if reply.status == commands.OK else ()
        except (Garbled, NotAnswering):
            return None
        return found if reply.status in {commands.OK, commands.ABSENT} else None

    def _expect(self, command: bytes, deadline: float | None = None) -> Reply:
        reply = self._ask(command, deadline)
        if reply.status != commands.OK:
            raise self._noted(commands.failure(command, reply.status))
        return reply

    def _ask(self, command: bytes, deadline: float | None = None) -> Reply:
        if self._session is None:
            raise Unplugged(f"{self.key} is not open")
        try:
            return self._session.ask(command, deadline)
        except DeviceError as error:
            self.traffic.error(error)
            if isinstance(error, Unplugged):
                self.close()
            raise


def sam_id_text(data: bytes) -> str:
    """Write the number of a security module as printed on readers: 05.01-20230718-0001234567-0987654321.

    ``data``: 16 bytes, five little-endian fields u16.u16-u32-u32-u32. Raises Garbled for another length.
    """
    if len(data) != struct.calcsize("<HHIII"):
        raise Garbled(f"security module number of {len(data)} bytes")
    maker, model, day, first, second = struct.unpack("<HHIII", data)
    return f"{maker:02d}.{model:02d}-{day:08d}-{first:010d}-{second:010d}"
