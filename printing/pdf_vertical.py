"""Columns of traditional Mongolian on a page: joined glyphs of the embedded font, turned; text when read.

A glyph of a joined letter has no code of its own. Each gets one of the private range inside the file, its
ToUnicode entry names the letters, and the whole column stands in marked content with its ActualText
(ISO 32000-1, 14.9.4), so that what is copied out of the file is what was written.
"""

from __future__ import annotations

from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from printing import mongolian
from printing.fonts import Font
from printing.layout import Mongolian
from printing.mongolian import Column
from printing.pdf_fonts import code_of, ensure
from printing.pdf_grid import Piece

_LEAST: Final = 3.0


def _column(canvas: Canvas, column: Column, x: float, top: float, size: float) -> None:
    name = ensure(Font.MONGOLIAN)
    font: Any = pdfmetrics.getFont(name)
    said = column.text.encode("utf-16-be").hex().upper()
    canvas.addLiteral(f"/Span <</ActualText <FEFF{said}>>> BDC")
    line = canvas.beginText()
    line.setFont(name, size)
    for glyph in column.glyphs:
        line.setTextTransform(0, -1, 1, 0, x + glyph.y * size, top - glyph.x * size)
        line.textOut(chr(code_of(font, glyph.number, mongolian.letters(glyph.number))))
    canvas.drawText(line)
    canvas.addLiteral("EMC")


def vertical(block: Mongolian, size: float, room: float) -> Piece:
    """Return the columns in the middle of the room, made smaller until they fit into it."""
    length = block.mm * mm
    while True:
        made = mongolian.columns(block.texts, length / size)
        pitch = mongolian.PITCH * size
        fits = mongolian.longest(block.texts) * size <= length
        if (fits and len(made) * pitch <= room) or size <= _LEAST:
            break
        size -= 0.5

    def paint(canvas: Canvas, x: float, top: float) -> None:
        left = x + (room - len(made) * pitch) / 2
        for number, column in enumerate(made):
            base = left + (number + 0.5) * pitch - mongolian.MIDDLE * size
            _column(canvas, column, base, top, size)

    used = max((column.length for column in made), default=0.0) * size
    return Piece(used + 4, paint, keep=True)
