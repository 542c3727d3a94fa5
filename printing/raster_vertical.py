"""Columns of traditional Mongolian as dots: outlines filled four times as large, turned, made small."""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageChops, ImageDraw

from printing import mongolian
from printing.layout import Mongolian
from printing.mongolian import Column, Glyph, Point

_FINE: Final = 4
_LEAST: Final = 6
_INK, _PAPER = 0, 255


def _area(contour: tuple[Point, ...]) -> float:
    """Twice the area, negative for a contour that runs clockwise: an outer one of a TrueType glyph."""
    following = (*contour[1:], contour[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(contour, following, strict=True))


def _glyph(strip: Image.Image, glyph: Glyph, em: float, base: float) -> None:
    """Draw a glyph on a strip that lies; holes are cut in its own mask, so that no neighbour loses ink."""
    mask = Image.new("L", strip.size, _PAPER)
    draw = ImageDraw.Draw(mask)
    for contour in sorted(mongolian.outline(glyph.number), key=_area):
        points = [((glyph.x + x) * em, base - (glyph.y + y) * em) for x, y in contour]
        draw.polygon(points, fill=_INK if _area(contour) < 0 else _PAPER)
    strip.paste(ImageChops.darker(strip, mask))


def _column(column: Column, px: int, length: int) -> Image.Image:
    em = px * _FINE
    wide = round(mongolian.PITCH * px) * _FINE
    strip = Image.new("L", (length * _FINE, wide), _PAPER)
    for glyph in column.glyphs:
        _glyph(strip, glyph, em, wide / 2 + mongolian.MIDDLE * em)
    turned = strip.transpose(Image.Transpose.ROTATE_270)
    return turned.resize((turned.width // _FINE, length), Image.Resampling.BOX)


def columns(block: Mongolian, px: int, dots_per_mm: float, room: int) -> Image.Image:
    """Draw the columns beside each other, at most ``room`` dots wide: they become smaller until they fit."""
    length = round(block.mm * dots_per_mm)
    while True:
        made = mongolian.columns(block.texts, length / px)
        fits = mongolian.longest(block.texts) * px <= length
        if (fits and len(made) * round(mongolian.PITCH * px) <= room) or px <= _LEAST:
            break
        px -= 1
    length = round(max((column.length for column in made), default=0.0) * px) or 1
    strips = [_column(column, px, length) for column in made]
    whole = Image.new("L", (max(sum(strip.width for strip in strips), 1), length), _PAPER)
    x = 0
    for strip in strips:
        whole.paste(strip, (x, 0))
        x += strip.width
    return whole
