"""Which shipped font draws a character.

A chain is tried character by character and neighbours with the same font join into a run. What a font
covers is read from its ``cmap`` table alone (OpenType 1.9, formats 4 and 12): some milliseconds instead of
parsing 10–30 MB, and the fallback is opened only when a text needs it.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from printing.resources import resource


class Font(Enum):
    """A font file of ``resources/fonts``."""

    SANS = "NotoSansSC-Regular"
    SANS_BOLD = "NotoSansSC-Bold"
    SERIF = "NotoSerifSC-Regular"
    RARE = "HanaMinB"
    MONGOLIAN = "NotoSansMongolian-Regular"

    @property
    def path(self) -> Path:
        return resource("fonts", f"{self.value}.ttf")


class Style(Enum):
    """A way to set text: the fonts to try, in this order."""

    SANS = (Font.SANS, Font.RARE)
    BOLD = (Font.SANS_BOLD, Font.SANS, Font.RARE)
    SERIF = (Font.SERIF, Font.SANS, Font.RARE)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters drawn with one font."""

    font: Font
    text: str


@dataclass(frozen=True, slots=True)
class _Coverage:
    """Sorted ranges of code points that have a glyph."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, code: int) -> bool:
        at = bisect_right(self.starts, code) - 1
        return at >= 0 and code <= self.ends[at]


def _table(file: BinaryIO, wanted: bytes) -> bytes:
    (count,) = struct.unpack(">4xH6x", file.read(12))
    for _ in range(count):
        tag, offset, length = struct.unpack(">4s4xLL", file.read(16))
        if tag == wanted:
            file.seek(offset)
            return file.read(length)
    raise ValueError(f"{file.name} has no {wanted.decode()} table")


def _format_12(table: bytes) -> _Coverage:
    (count,) = struct.unpack_from(">L", table, 12)
    groups = struct.unpack_from(f">{count * 3}L", table, 16)
    return _Coverage(groups[0::3], groups[1::3])


def _format_4(table: bytes) -> _Coverage:
    (doubled,) = struct.unpack_from(">H", table, 6)
    ends = struct.unpack_from(f">{doubled // 2}H", table, 14)
    starts = struct.unpack_from(f">{doubled // 2}H", table, 16 + doubled)
    return _Coverage(starts, ends)


@lru_cache(maxsize=len(Font))
def _coverage(font: Font) -> _Coverage:
    with font.path.open("rb") as file:
        cmap = _table(file, b"cmap")
    (count,) = struct.unpack_from(">H", cmap, 2)
    found: dict[int, bytes] = {}
    for index in range(count):
        (offset,) = struct.unpack_from(">L", cmap, 8 + 8 * index)
        (kind,) = struct.unpack_from(">H", cmap, offset)
        found[kind] = cmap[offset:]
    if 12 in found:
        return _format_12(found[12])
    return _format_4(found[4])


@lru_cache(maxsize=8192)
def _font_of(char: str, style: Style) -> Font | None:
    code = ord(char)
    return next((font for font in style.value if code in _coverage(font)), None)


def missing(text: str, style: Style = Style.SANS) -> tuple[str, ...]:
    """Return the characters of ``text`` no font of the chain has, each once, in order of appearance."""
    return tuple(dict.fromkeys(char for char in text if _font_of(char, style) is None))


def drawable(text: str, style: Style) -> str:
    """Return ``text`` with every character that has no glyph written as its code, such as ``[U+E815]``.

    A name with a character of an old ID chip (private use) stays legible and nothing is lost in silence.
    """
    lost = missing(text, style)
    for char in lost:
        text = text.replace(char, f"[U+{ord(char):04X}]")
    return text


@lru_cache(maxsize=4096)
def runs(text: str, style: Style) -> tuple[Run, ...]:
    """Split ``text`` into runs by the first font that has each character.

    Characters no font has are written as their code, see :func:`drawable`.
    """
    result: list[tuple[Font, list[str]]] = []
    for char in drawable(text, style):
        font = _font_of(char, style) or style.value[0]
        if result and result[-1][0] is font:
            result[-1][1].append(char)
        else:
            result.append((font, [char]))
    return tuple(Run(font, "".join(chars)) for font, chars in result)
