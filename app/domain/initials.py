"""Pinyin initials of common characters, for type-ahead over short lists without a table of readings."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

# The 3755 characters of GB 2312 level 1 stand in the order of their pinyin; these are where a letter begins.
_LETTERS: Final = "abcdefghjklmnopqrstwxyz"
_STARTS: Final = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_END: Final = 0xD7F9


def initials(text: str) -> str:
    """One lower-case letter for each common character, ASCII letters and digits as they are, no others.

    A character with several readings gets the one GB 2312 sorts it by.
    """
    return "".join(map(_initial, text))


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    try:
        raw = character.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    place = int.from_bytes(raw, "big")
    return _LETTERS[bisect_right(_STARTS, place) - 1] if _STARTS[0] <= place <= _END else ""
