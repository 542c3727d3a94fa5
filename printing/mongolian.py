"""Traditional Mongolian: letters joined by HarfBuzz, set in columns from left to right.

The script runs downwards (Unicode 16.0, chapter 13.5). The font has no vertical metrics, so a column is
shaped as a horizontal line from left to right and turned by a quarter clockwise when it is drawn; a new
column stands to the right of the one before. Lengths here are ems, x along the column, y to its right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import uharfbuzz

from printing.fonts import Font

PITCH: Final = 1.15
"""From column to column."""
MIDDLE: Final = 0.28
"""How far the middle of the letters is from their base line."""
_CONTROLS: Final = frozenset("\u180b\u180c\u180d\u180e\u180f\u200c\u200d")
_GAP: Final = "\u202f"
_CURVE: Final = 6  # straight pieces of a curve; at 40 dots an em more cannot be seen

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One picture of a column: its number in the font, where it begins, the next one after ``advance``."""

    number: int
    x: float
    y: float
    advance: float


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is ``length`` long; ``text`` is what it says."""

    text: str
    glyphs: tuple[Glyph, ...]
    length: float


def plain(text: str) -> str:
    """Return the text as it can be set: letters and signs the font has, blanks as one, no other controls."""
    font = _font()
    kept = (
        char if char in _CONTROLS or char == _GAP or font.get_nominal_glyph(ord(char)) else " "
        for char in text
    )
    return " ".join("".join(kept).split(" ")).strip()


@lru_cache(maxsize=1)
def _font() -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(Font.MONGOLIAN.path))))


@lru_cache(maxsize=256)
def shape(text: str) -> Column:
    """Return one column of the text, its letters joined."""
    if not text:
        return Column("", (), 0.0)
    font = _font()
    em = font.face.upem
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "ltr"
    uharfbuzz.shape(font, buffer)
    glyphs, at = [], 0.0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        advance = place.x_advance / em
        glyphs.append(Glyph(info.codepoint, at + place.x_offset / em, place.y_offset / em, advance))
        at += advance
    return Column(text, tuple(glyphs), at)


def columns(texts: Sequence[str], room: float) -> tuple[Column, ...]:
    """Return the columns of the texts, each text in columns of its own, broken at blanks to fit ``room``.

    A word that is longer than the room is a column by itself: ask ``longest`` first.
    """
    made = []
    for text in texts:
        line = ""
        for word in plain(text).split(" "):
            longer = f"{line} {word}" if line else word
            if line and shape(longer).length > room:
                made.append(shape(line))
                longer = word
            line = longer
        if line:
            made.append(shape(line))
    return tuple(made)


def longest(texts: Sequence[str]) -> float:
    """Return the length of the longest word, 0 when there is none."""
    return max((shape(word).length for text in texts for word in plain(text).split(" ")), default=0.0)


def letters(number: int) -> str:
    """Return the letters a glyph stands for, read off its name such as ``u182D_1826.med``; "" for others."""
    name = _font().glyph_to_string(number)
    if not name.startswith("u"):
        return ""
    try:
        return "".join(chr(int(code, 16)) for code in name[1:].partition(".")[0].split("_"))
    except ValueError:
        return ""


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


class _Pen:
    """Takes a glyph's outline as HarfBuzz draws it, in units of the font, curves as straight pieces."""

    def __init__(self) -> None:
        self.contours: list[list[Point]] = []

    def moveTo(self, to: Point) -> None:  # noqa: N802 - HarfBuzz names these
        self.contours.append([to])

    def lineTo(self, to: Point) -> None:  # noqa: N802
        self.contours[-1].append(to)

    def qCurveTo(self, off: Point, to: Point) -> None:  # noqa: N802
        start = self.contours[-1][-1]
        near = _between(start, off, 2 / 3), _between(to, off, 2 / 3)
        self.curveTo(*near, to)

    def curveTo(self, first: Point, second: Point, to: Point) -> None:  # noqa: N802
        start = self.contours[-1][-1]
        for step in range(1, _CURVE + 1):
            t = step / _CURVE
            shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            placed = tuple(zip(shares, (start, first, second, to), strict=True))
            self.contours[-1].append(
                (sum(share * at[0] for share, at in placed), sum(share * at[1] for share, at in placed))
            )

    def closePath(self) -> None:  # noqa: N802
        pass


@lru_cache(maxsize=512)
def outline(number: int) -> tuple[tuple[Point, ...], ...]:
    """Return a glyph's contours in ems; those of holes run the other way round than the outer ones."""
    pen, font = _Pen(), _font()
    font.draw_glyph_with_pen(number, pen)
    em = font.face.upem
    return tuple(tuple((x / em, y / em) for x, y in contour) for contour in pen.contours)
