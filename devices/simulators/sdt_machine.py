"""The inside of a resident ID card reader: what it answers to each request, without any wire."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.simulators.cards import SimCard

_OK, _FOUND = 0x90, 0x9F
_SAM_ID = struct.pack("<HHIII", 5, 1, 20230718, 1234567, 987654321)
_SERIAL = bytes(8)
_MANAGEMENT_BYTES = 28
_PHOTO_BYTES = 1024
_LATER_ADDRESS_BYTES = 70

COMMANDS = {
    "status": (b"\x11\xff", b"\x10\xff"),
    "sam": (b"\x12\xff",),
    "find": (b"\x20\x01",),
    "select": (b"\x20\x02",),
    "read": (b"\x30\x01", b"\x30\x10"),
    "address": (b"\x30\x03",),
    "management": (b"\x30\x05",),
}
"""Names of the commands, for scripts that want a fault on one of them."""


def command_name(request: bytes) -> str:
    """Return the name of a request body, "other" for one that has none."""
    return next((name for name, codes in COMMANDS.items() if request[:2] in codes), "other")


def photo_of(card: SimCard) -> bytes:
    """Return the 1024 bytes in place of a photo: each card has its own."""
    first = sum(card.text)
    return bytes((first + i * 7) % 256 for i in range(_PHOTO_BYTES))


@dataclass
class SdtMachine:
    """State of a reader with at most one card on it."""

    card: SimCard | None = None
    authorised: bool = True
    knows_fingers: bool = True
    """False plays an old reader that answers 21 to "read with finger"."""
    _found: bool = field(default=False, init=False)
    _selected: bool = field(default=False, init=False)
    _read: bool = field(default=False, init=False)

    def place(self, card: SimCard) -> None:
        """Lay a card on the reader."""
        self.lift()
        self.card = card

    def lift(self) -> None:
        """Take the card away."""
        self.card = None
        self.power_off()

    def power_off(self) -> None:
        """Lose the power: the reader forgets what it did with the card."""
        self._found = self._selected = self._read = False

    def answer(self, request: bytes) -> bytes:
        """Return the body of the reply (SW1 SW2 SW3 [data]) to a request body (CMD PARA [data])."""
        name = command_name(request)
        if not self.authorised and name not in {"status", "sam"}:
            return _status(0x66)
        if request[:1] == b"\x61":
            return _status(_OK)
        return self._answers(request[1:2] == b"\x10").get(name, lambda: _status(0x21))()

    def _answers(self, with_finger: bool) -> dict[str, Callable[[], bytes]]:
        return {
            "status": lambda: _status(_OK),
            "sam": lambda: _status(_OK, _SAM_ID),
            "find": self._find,
            "select": self._select,
            "read": lambda: self._read_card(with_finger),
            "address": self._later_addresses,
            "management": self._management,
        }

    def _find(self) -> bytes:
        if self.card is None or self._read:
            return _status(0x80)
        self._found, self._selected = True, False
        return _status(_FOUND, bytes(4))

    def _select(self) -> bytes:
        if self.card is None or not self._found:
            return _status(0x81)
        self._selected = True
        return _status(_OK, _SERIAL)

    def _read_card(self, with_finger: bool) -> bytes:
        if with_finger and not self.knows_fingers:
            return _status(0x21)
        if self.card is None or not self._selected:
            return _status(0x41)
        self._read = True
        parts = [self.card.text, photo_of(self.card)]
        if with_finger:
            parts.append(bytes(self.card.finger_length))
        lengths = b"".join(len(part).to_bytes(2, "big") for part in parts)
        return _status(_OK, lengths + b"".join(parts))

    def _later_addresses(self) -> bytes:
        if self.card is None or not self._selected:
            return _status(0x41)
        if not self.card.later_addresses:
            return _status(0x91)
        blank = " ".encode("utf-16-le")
        fields = (text.encode("utf-16-le") for text in self.card.later_addresses)
        return _status(_OK, b"".join(f + blank * ((_LATER_ADDRESS_BYTES - len(f)) // 2) for f in fields))

    def _management(self) -> bytes:
        if self.card is None or not self._selected:
            return _status(0x41)
        return _status(_OK, bytes(_MANAGEMENT_BYTES))


def _status(code: int, data: bytes = b"") -> bytes:
    return bytes((0, 0, code)) + data
