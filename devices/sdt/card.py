"""From the bytes of a chip to a :class:`~devices.base.CardRead`.

The text block has 256 bytes of UTF-16LE, fields at fixed places, padded with blanks. The letter at byte 248
tells the four layouts apart. A name from the chip is of the UCS-2 age: it may hold private-use characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from devices.base import CardKind, CardRead
from devices.errors import Garbled

TEXT_BYTES = 256
PHOTO_BYTES = 1024
FINGER_BYTES = (0, 512, 1024)
ADDRESS_BYTES = 70
LONG_TERM = "长期"

_MARKER = 248
_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_KINDS = {kind.value: kind for kind in CardKind if kind.value}


@dataclass(frozen=True, slots=True)
class Payload:
    """A read reply: ``text`` of 256, ``photo`` of 1024 bytes; ``finger_length`` is 0, 512 or 1024."""

    text: bytes
    photo: bytes
    finger_length: int


def split_payload(data: bytes, with_finger: bool) -> Payload:
    """Split the data of a read reply by its length words.

    Raises Garbled when the lengths are not those of a card or do not add up.
    """
    words = 3 if with_finger else 2
    head = 2 * words
    if len(data) < head:
        raise Garbled(f"read reply of {len(data)} bytes has no room for {words} lengths")
    lengths = [int.from_bytes(data[i : i + 2], "big") for i in range(0, head, 2)]
    finger = lengths[2] if with_finger else 0
    expected = lengths[0] == TEXT_BYTES and lengths[1] == PHOTO_BYTES and finger in FINGER_BYTES
    if not expected or len(data) != head + sum(lengths):
        raise Garbled(f"read reply of {len(data)} bytes announces {lengths}")
    photo_at = head + TEXT_BYTES
    return Payload(data[head:photo_at], data[photo_at : photo_at + PHOTO_BYTES], finger)


def split_addresses(data: bytes) -> tuple[str, ...]:
    """Split the reply to "newest address": n times 70 bytes, in the order of the chip.

    Raises Garbled when the length is no multiple of 70.
    """
    if len(data) % ADDRESS_BYTES:
        raise Garbled(f"address reply of {len(data)} bytes is no multiple of {ADDRESS_BYTES}")
    texts = (_text(data, start, ADDRESS_BYTES) for start in range(0, len(data), ADDRESS_BYTES))
    return tuple(text for text in texts if text)


def parse_card(payload: Payload, later_addresses: tuple[str, ...] = ()) -> CardRead:
    """Parse the text block by the layout its marker names.

    Raises Garbled when the block has not 256 bytes. Any content is accepted: what is no date becomes None
    and is listed in ``doubtful``, odd characters of a name in ``suspect_characters``.
    """
    if len(payload.text) != TEXT_BYTES:
        raise Garbled(f"text block of {len(payload.text)} bytes")
    block = _Block(payload.text)
    kind = _kind(payload.text)
    card = _LAYOUTS[kind](block, kind)
    return replace(
        card,
        suspect_characters=_suspects(card.name + card.english_name),
        doubtful=tuple(block.doubtful),
        later_addresses=later_addresses,
        photo=payload.photo,
        finger_length=payload.finger_length,
    )


def contradicts(text: bytes) -> bool:
    """Say whether a text block contradicts itself: bits may have flipped unseen on the way.

    The check digit (GB 11643), the birth date and the sex in a number of 18 must fit, and dates be dates. A
    chip may be odd all the same: whoever reads the same twice believes it.
    """
    card = parse_card(Payload(text, b"", 0))
    if card.doubtful:
        return True
    if card.kind is CardKind.FOREIGNER_2017:
        return False
    number = card.number
    if not _NUMBER.fullmatch(number):
        return True
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    if _CHECK_DIGITS[total % 11] != number[17]:
        return True
    born = card.birth is not None and number[6:14] == card.birth.strftime("%Y%m%d")
    sex = card.sex_code not in {"1", "2"} or int(number[16]) % 2 == int(card.sex_code) % 2
    return not (born and sex)


def _kind(raw: bytes) -> CardKind:
    marker = raw[_MARKER : _MARKER + 2].decode("utf-16-le", errors="replace")
    return _KINDS.get(marker, CardKind.RESIDENT)


def _text(raw: bytes, start: int, length: int) -> str:
    return raw[start : start + length].decode("utf-16-le", errors="replace").strip(" \0")


def _suspects(name: str) -> tuple[str, ...]:
    odd = (c for c in name if c == _REPLACEMENT or unicodedata.category(c) in {"Co", "Cc"})
    return tuple(dict.fromkeys(odd))


class _Block:
    """Fields of one text block by byte offset and length; collects the dates that are none."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.doubtful: list[str] = []

    def text(self, start: int, length: int) -> str:
        return _text(self.raw, start, length)

    def joined(self, *places: tuple[int, int]) -> str:
        """One text kept in several places; a blank at a seam is part of it."""
        return _text(b"".join(self.raw[start : start + length] for start, length in places), 0, TEXT_BYTES)

    def day(self, field: str, start: int) -> date | None:
        """A date written YYYYMMDD; None when it is absent, or no date (then the field is doubtful)."""
        digits = self.text(start, 16)
        if digits in {"", LONG_TERM}:
            return None
        if len(digits) == 8 and digits.isascii() and digits.isdecimal():
            try:
                return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
            except ValueError:
                pass
        self.doubtful.append(field)
        return None


def _base(block: _Block, kind: CardKind) -> CardRead:
    """The fields that all layouts but the old foreigner's keep at the same place."""
    return CardRead(
        kind=kind,
        name=block.text(0, 30),
        english_name="",
        sex_code=block.text(30, 2),
        nation_code="",
        birth=block.day("birth", 36),
        address="",
        number=block.text(122, 36),
        issuer="",
        valid_from=block.day("valid_from", 188),
        valid_to=block.day("valid_to", 204),
        long_term=block.text(204, 16) == LONG_TERM,
        suspect_characters=(),
        doubtful=(),
        raw=block.raw,
        photo=b"",
    )


def _resident(block: _Block, kind: CardKind) -> CardRead:
    return replace(
        _base(block, kind),
        nation_code=block.text(32, 4),
        address=block.text(52, 70),
        issuer=block.text(158, 30),
    )


def _hmt_resident(block: _Block, kind: CardKind) -> CardRead:
    return replace(
        _base(block, kind),
        address=block.text(52, 70),
        issuer=block.text(158, 30),
        pass_number=block.text(220, 18),
        issue_count=block.text(238, 4),
    )


def _foreigner_2017(block: _Block, kind: CardKind) -> CardRead:
    return CardRead(
        kind=kind,
        name=block.text(158, 30),
        english_name=block.text(0, 120),
        sex_code=block.text(120, 2),
        nation_code="",
        birth=block.day("birth", 220),
        address="",
        number=block.text(122, 30),
        issuer="",
        valid_from=block.day("valid_from", 188),
        valid_to=block.day("valid_to", 204),
        long_term=block.text(204, 16) == LONG_TERM,
        suspect_characters=(),
        doubtful=(),
        nationality=block.text(152, 6),
        card_version=block.text(236, 4),
        authority_code=block.text(240, 8),
        raw=block.raw,
        photo=b"",
    )


def _foreigner_2023(block: _Block, kind: CardKind) -> CardRead:
    return replace(
        _base(block, kind),
        english_name=block.joined((52, 70), (220, 22)),
        issue_count=block.text(32, 4),
        nationality=block.text(242, 6),
        old_number_link=block.text(250, 6),
    )


_LAYOUTS = {
    CardKind.RESIDENT: _resident,
    CardKind.HMT_RESIDENT: _hmt_resident,
    CardKind.FOREIGNER_2017: _foreigner_2017,
    CardKind.FOREIGNER_2023: _foreigner_2023,
}
