"""Chip cards on a PC/SC reader: social security, staff and bank cards, by answer to reset and number.

What most of them hold about a person needs keys that a court does not have: such a card is recognised, not
read out. Social security cards say number and name to everybody (``devices.social_card``).
What a driver's worker is asked, as in ``devices.requests``:

    {"do": "open", "name": ""}         -> {"title": "..."}
    {"do": "find"}                     -> {"present": true}
    {"do": "card"}                     -> {"atr": Base64, "uid": Base64 | null}
    {"do": "apdu", "bytes": Base64}    -> {"answer": Base64, at least the two bytes of status}
    {"do": "session", "list": [Base64, ...]}  -> {"answers": [as "answer", ...]}, one connection to the card
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from devices.base import ChipCapabilities, Device

LONGEST_ATR = 33
"""ISO/IEC 7816-3."""
LONGEST_UID = 10
LONGEST_APDU = 261
"""A short command of ISO/IEC 7816-4: 5 bytes, 255 of data, 1 of length."""


@dataclass(frozen=True, slots=True, repr=False)
class ChipCard:
    """``atr``: the answer to reset, one for a make; ``uid``: of contactless cards, else None."""

    atr: bytes
    uid: bytes | None

    def __repr__(self) -> str:
        """Show nothing that tells one card from another."""
        return f"<ChipCard of {len(self.atr)} bytes>"


class ChipReader(Device, Protocol):
    """A reader of chip cards."""

    @property
    def capabilities(self) -> ChipCapabilities: ...

    def poll(self) -> bool:
        """Say whether a card is in it. Raises NotAnswering, Unplugged, DriverFault."""
        ...

    def read(self) -> ChipCard:
        """Recognise the card. Raises NoCard, ReadFailed, NotAnswering, Garbled, Unplugged, DriverFault."""
        ...

    def exchange(self, command: bytes) -> tuple[bytes, int]:
        """Send a command of 4 to 261 bytes; return the data and the status word, 0x9000 for good.

        Raises as :meth:`read`, and ValueError for a command of another length.
        """
        ...

    def session(self, commands: Sequence[bytes]) -> tuple[tuple[bytes, int], ...]:
        """Send commands one after another without letting the card go; data and status word of each.

        Raises as :meth:`exchange`.
        """
        ...
