"""Cut a stream of ESC/POS bytes into commands, as a printer does: only lengths, no meaning.

Lengths are from Epson's ESC/POS command reference; the set is what a Chinese ticket printer understands
and our driver or a rival might send.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_FIXED = {
    b"\x1b@": 2,
    b"\x1b2": 2,
    b"\x1c&": 2,
    b"\x1c.": 2,
    b"\x1ba": 3,
    b"\x1bE": 3,
    b"\x1b!": 3,
    b"\x1bt": 3,
    b"\x1bM": 3,
    b"\x1b-": 3,
    b"\x1b3": 3,
    b"\x1bd": 3,
    b"\x1bJ": 3,
    b"\x1c!": 3,
    b"\x1d!": 3,
    b"\x1da": 3,
    b"\x1dr": 3,
    b"\x10\x04": 3,
    b"\x1cS": 4,
}
_INTRODUCERS = frozenset(b"\x10\x1b\x1c\x1d")
_RASTER = b"\x1dv"
_CUT = b"\x1dV"
_CODE = b"\x1d("
_FEEDING_CUTS = frozenset({65, 66})


@dataclass(frozen=True, slots=True)
class Token:
    """``code``: two bytes of a command, one control byte, or b"" for text; ``raw``: all of its bytes."""

    code: bytes
    raw: bytes
    known: bool = True


def _length(data: bytes, at: int) -> int | None:
    """Return the length of the command at ``at``; 0 = not known, None = more bytes are needed to say."""
    code = data[at : at + 2]
    if code in _FIXED:
        return _FIXED[code]
    head = data[at : at + 8]
    if code == _RASTER:
        if len(head) < 8:
            return None
        return 8 + int.from_bytes(head[4:6], "little") * int.from_bytes(head[6:8], "little")
    if code == _CUT:
        if len(head) < 3:
            return None
        return 4 if head[2] in _FEEDING_CUTS else 3
    if code == _CODE:
        return 5 + int.from_bytes(head[3:5], "little") if len(head) >= 5 else None
    return 0


def _text_end(data: bytes, at: int) -> int:
    while at < len(data) and data[at] >= 0x20 and data[at] != 0x7F:
        at += 1
    return at


def take(data: bytes, at: int) -> Token | None:
    """Return the token at ``at``, None if it is not complete yet."""
    first = data[at]
    if first not in _INTRODUCERS:
        end = _text_end(data, at)
        if end > at:
            return Token(b"", data[at:end])
        return Token(data[at : at + 1], data[at : at + 1], known=first in b"\n\r")
    if len(data) < at + 2:
        return None
    length = _length(data, at)
    if length == 0:
        return Token(data[at : at + 2], data[at : at + 2], known=False)
    if length is None or len(data) < at + length:
        return None
    return Token(data[at : at + 2], data[at : at + length])


def tokens(data: bytes) -> Iterator[Token]:
    """Yield all tokens of a finished job; a command cut short is the last one, not known."""
    at = 0
    while at < len(data):
        token = take(data, at)
        if token is None:
            yield Token(data[at : at + 2], data[at:], known=False)
            return
        yield token
        at += len(token.raw)
