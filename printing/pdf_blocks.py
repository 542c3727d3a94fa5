"""Turn blocks into pieces of a page: each piece knows its height and how to draw itself.

A piece is never split; what may break over pages (paragraphs, table rows) becomes several pieces. All
lengths are points; a piece is drawn from its top left corner downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from printing import images
from printing.fonts import Style
from printing.layout import (
    Align,
    Block,
    CopyMark,
    Heading,
    KeyValues,
    Line,
    Mongolian,
    QrCode,
    Rule,
    Signature,
    Signatures,
    Size,
    Space,
    Table,
    Text,
    Weight,
)
from printing.pdf_fonts import draw, width
from printing.pdf_grid import PAD, Piece, key_values, table
from printing.pdf_sizes import Type
from printing.pdf_vertical import vertical
from printing.text import printable
from printing.typeset import widest, wrap

HAIR: Final = 0.5
_GREY: Final = 0.45
_LEAST_CAPTION: Final = 8.0
_LARGE_FROM: Final = 16.0
_SPREAD: Final = 2.1  # ems a line may lack and still be spread to the edge


def _shift(align: Align, room: float, used: float) -> float:
    if align is Align.LEFT:
        return 0
    return (room - used) / 2 if align is Align.CENTER else room - used


def _line(
    text: str, of: Type, style: Style, size: float, align: Align, indent: float = 0, outline: float = 0
) -> Piece:
    def paint(canvas: Canvas, x: float, top: float) -> None:
        left = x + indent + _shift(align, of.room - indent, width(text, style, size))
        draw(canvas, (left, top - size * (of.leading + 0.72) / 2), text, style, size, outline)

    return Piece(size * of.leading, paint)


def _full_line(text: str, of: Type, style: Style, size: float, indent: float) -> Piece:
    """Return a line that is not the last of its paragraph, spread to the right edge if little is missing."""
    slack = of.room - indent - width(text, style, size)
    spread = slack / (len(text) - 1) if 0 < slack < _SPREAD * size and len(text) > 1 else 0.0

    def paint(canvas: Canvas, x: float, top: float) -> None:
        at = (x + indent, top - size * (of.leading + 0.72) / 2)
        draw(canvas, at, text, style, size, spread=spread)

    return Piece(size * of.leading, paint)


def _paragraph(block: Text, of: Type) -> Iterator[Piece]:
    style = Style.BOLD if block.weight is Weight.BOLD else Style.SERIF
    size, room = of.sizes[block.size], of.room
    indent = block.indent * size
    lines = wrap(
        printable(block.text), room, lambda text: width(text, style, size), room - indent if indent else None
    )
    for number, line in enumerate(lines):
        shift = 0 if number else indent
        if block.align is Align.LEFT and number < len(lines) - 1:
            piece = _full_line(line, of, style, size, shift)
        else:
            piece = _line(line, of, style, size, block.align, shift)
        # The first two and the last two lines of a paragraph stay together.
        yield replace(piece, keep=number in (0, len(lines) - 2) and len(lines) > 1)


def _in_one_line(text: str, of: Type, size: float) -> float:
    """Return a smaller size at which a name is one line, if it need not be smaller than large type."""
    needed = width(printable(text), Style.SERIF, size)
    fitting = size * of.room / needed if needed > of.room else size
    return fitting if fitting >= of.sizes[Size.LARGE] else size


def _heading(block: Heading, of: Type) -> Iterator[Piece]:
    size, align = (of.sizes[Size.TITLE], Align.CENTER) if block.level == 1 else (of.part, Align.LEFT)
    if block.level == 1:
        size = _in_one_line(block.text, of, size)
    for line in wrap(printable(block.text), of.room, lambda text: width(text, Style.SERIF, size)):
        # A thin outline gives the regular serif the weight of the type court titles are set in.
        yield replace(_line(line, of, Style.SERIF, size, align, outline=size / 50), keep=True)
    if block.level > 1:
        yield Piece(2, lambda _canvas, _x, _top: None, keep=True)


def _rule(block: Rule, room: float) -> Piece:
    def paint(canvas: Canvas, x: float, top: float) -> None:
        canvas.saveState()
        canvas.setLineWidth(1.2 if block.line is Line.BOLD else HAIR)
        if block.line is Line.DASHED:
            canvas.setDash(3, 2)
        canvas.line(x, top - 4, x + room, top - 4)
        canvas.restoreState()

    return Piece(8, paint)


def _draw_qr(canvas: Canvas, text: str, x: float, top: float, side: float) -> None:
    """Draw the modules as rectangles, one for each run of dark ones in a row."""
    matrix = images.qr_matrix(text)
    module = side / (len(matrix) + 2 * images.QUIET)
    for y, row in enumerate(matrix, images.QUIET):
        start: int | None = None
        for x_module, dark in enumerate((*row, False), images.QUIET):
            if dark and start is None:
                start = x_module
            elif not dark and start is not None:
                # A little overlap, or viewers show white seams between the rows.
                bottom = top - (y + 1) * module - 0.02
                length = (x_module - start) * module
                canvas.rect(x + start * module, bottom, length, module + 0.04, stroke=0, fill=1)
                start = None


def _caption_size(text: str, room: float, size: float) -> float:
    """Return a size at which a code below the picture is not broken; large print stays large."""
    needed = widest(text, partial(_wide, Style.SERIF, size))
    fitting = size * room / needed if needed > room else size
    return fitting if fitting >= _LEAST_CAPTION and size < _LARGE_FROM else size


def _wide(style: Style, size: float, text: str) -> float:
    return width(text, style, size)


def _qr(block: QrCode, of: Type) -> Piece:
    room, side = of.room, block.mm * mm
    said = printable(block.caption)
    size = _caption_size(said, side, of.small)
    lines = wrap(said, side, partial(_wide, Style.SERIF, size))
    below = replace(of, room=side)
    caption = [_line(line, below, Style.SERIF, size, Align.CENTER) for line in lines if block.caption]
    beside = replace(of, room=room - side - 4 * mm)
    notes = [piece for note in block.notes for piece in _paragraph(Text(note, Size.SMALL), beside)]
    height = max(side + sum(piece.height for piece in caption), sum(piece.height for piece in notes))

    def paint(canvas: Canvas, x: float, top: float) -> None:
        left = x + (room - side if notes else (room - side) / 2)
        _draw_qr(canvas, block.text, left, top, side)
        y = top - side + 2
        for piece in caption:
            piece.draw(canvas, left, y)
            y -= piece.height
        y = top - images.QUIET
        for piece in notes:
            piece.draw(canvas, x, y)
            y -= piece.height

    return Piece(height, paint)


def _draw_seal(canvas: Canvas, text: str, x: float, top: float, of: Type, height: float) -> None:
    canvas.saveState()
    canvas.setStrokeGray(_GREY)
    canvas.setFillGray(_GREY)
    canvas.setLineWidth(HAIR)
    canvas.setDash(3, 2)
    canvas.roundRect(x, top - height, of.room, height, 4)
    label = _line(printable(text), of, Style.SERIF, of.small, Align.CENTER)
    label.draw(canvas, x, top - (height - label.height) / 2)
    canvas.restoreState()


def _draw_picture(canvas: Canvas, png: bytes, x: float, top: float, room: float, height: float) -> None:
    picture = images.signature(png)
    scale = min(room / picture.width, height / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    canvas.drawImage(ImageReader(picture), x, top - height + (height - high) / 2, wide, high)


def _sign_lines(place: Signature, of: Type) -> tuple[str, ...]:
    text = f"{printable(place.label)}{printable(place.name)}"
    return wrap(text, of.room, lambda line: width(line, Style.SERIF, of.body))


def _sign(canvas: Canvas, place: Signature, x: float, top: float, of: Type) -> None:
    """Draw one place: label, then room for ink or the seal, then the date."""
    room, size, area, pad = of.room, of.body, of.area, 4 * mm
    y = top
    for line in _sign_lines(place, of):
        _line(line, of, Style.SERIF, size, Align.LEFT).draw(canvas, x, y)
        y -= size * of.leading
    if place.png is not None:
        _draw_picture(canvas, place.png, x + pad, y - pad, room - 2 * pad, area - 2 * pad)
    if place.seal:
        _draw_seal(canvas, place.seal, x, y - 2, of, area - 4)
    elif place.png is None:
        canvas.setLineWidth(HAIR)
        canvas.line(x, y - area + pad, x + room - pad, y - area + pad)
    if place.date:
        date = _line(printable(place.date), of, Style.SERIF, size, Align.RIGHT)
        date.draw(canvas, x, y - area)


def _signatures(block: Signatures, of: Type) -> Iterator[Piece]:
    gap = 10 * mm
    column = replace(of, room=(of.room - gap) / 2)
    for start in range(0, len(block.places), 2):
        places = block.places[start : start + 2]
        lines = max(len(_sign_lines(place, column)) for place in places)
        height = (lines + 1) * of.body * of.leading + of.area

        def paint(canvas: Canvas, x: float, top: float, places: tuple[Signature, ...] = places) -> None:
            for number, place in enumerate(places):
                _sign(canvas, place, x + number * (column.room + gap), top, column)

        yield Piece(height, paint)


def _copy_mark(block: CopyMark, of: Type) -> Piece:
    room, lines = of.room, [(block.text, Style.BOLD, of.body)]
    if block.note:
        lines.append((printable(block.note), Style.SERIF, of.edge))
    wide = min(max(width(*line) for line in lines) + 4 * PAD, room)
    inside = replace(of, room=wide, leading=1.3)
    labels = [
        _line(piece, inside, style, size, Align.CENTER)
        for text, style, size in lines
        for piece in wrap(text, wide - 2 * PAD, partial(_wide, style, size))
    ]
    height = sum(label.height for label in labels)

    def paint(canvas: Canvas, x: float, top: float) -> None:
        # In the margin above the text: a reprint has the same pages as the first print.
        top += height + 6
        canvas.setLineWidth(1)
        canvas.rect(x + room - wide, top - height - 2, wide, height + 2)
        for label in labels:
            label.draw(canvas, x + room - wide, top - 1)
            top -= label.height

    return Piece(0, paint, keep=True)


def _ornament(block: Block, of: Type) -> Iterator[Piece]:
    match block:
        case Rule():
            yield _rule(block, of.room)
        case Space():
            yield Piece(block.mm * mm, lambda _canvas, _x, _top: None)
        case CopyMark():
            yield _copy_mark(block, of)
        case QrCode():
            yield _qr(block, of)
        case Mongolian():
            yield vertical(block, of.body, of.room)
        case _:  # a page knows no cuts
            return


def pieces(block: Block, of: Type) -> Iterator[Piece]:
    """Yield the pieces of a block for a page with this type."""
    match block:
        case Heading():
            yield from _heading(block, of)
        case Text():
            yield from _paragraph(block, of)
        case KeyValues():
            yield from key_values(block, of)
        case Table():
            yield from table(block, of)
        case Signatures():
            yield from _signatures(block, of)
        case _:
            yield from _ornament(block, of)
