"""Turn blocks into pieces of a page: each piece knows its height and how to draw itself.

A piece is never split; what may break over pages (paragraphs, table rows) becomes several pieces. All
lengths are points; a piece is drawn from its top left corner downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    KeyValue,
    KeyValues,
    Line,
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
from printing.text import printable
from printing.typeset import widths, wrap

SIZES: Final = {Size.SMALL: 10.5, Size.BODY: 12.0, Size.LARGE: 16.0, Size.TITLE: 22.0, Size.HUGE: 96.0}
HAIR: Final = 0.5
_LEADING: Final = 1.5
_CELL: Final = 11.0  # size of text in forms and tables
_PAD: Final = 4.5
_MAX_LINES: Final = 24  # of a cell; a longer one goes on in the next piece, so that a page can hold it
_GREY: Final = 0.45
_AREA: Final = 25 * mm  # room for a drawn signature or a stamp

Drawing = Callable[[Canvas, float, float], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """``keep`` holds a piece on the page of the next one; ``head`` is repeated if a page begins here."""

    height: float
    draw: Drawing
    keep: bool = False
    head: Piece | None = None


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    width: float
    align: Align = Align.LEFT
    style: Style = Style.SERIF

    def lines(self) -> tuple[str, ...]:
        room = self.width - 2 * _PAD
        return wrap(printable(self.text), room, lambda text: width(text, self.style, _CELL))


def _shift(align: Align, room: float, used: float) -> float:
    if align is Align.LEFT:
        return 0
    return (room - used) / 2 if align is Align.CENTER else room - used


def _line(
    text: str, room: float, style: Style, size: float, align: Align, indent: float = 0, outline: float = 0
) -> Piece:
    def paint(canvas: Canvas, x: float, top: float) -> None:
        left = x + indent + _shift(align, room - indent, width(text, style, size))
        draw(canvas, (left, top - size * (_LEADING + 0.72) / 2), text, style, size, outline)

    return Piece(size * _LEADING, paint)


def _paragraph(block: Text, room: float) -> Iterator[Piece]:
    style = Style.BOLD if block.weight is Weight.BOLD else Style.SERIF
    size = SIZES[block.size]
    indent = block.indent * size
    lines = wrap(
        printable(block.text), room, lambda text: width(text, style, size), room - indent if indent else None
    )
    for number, line in enumerate(lines):
        piece = _line(line, room, style, size, block.align, 0 if number else indent)
        # The first two and the last two lines of a paragraph stay together.
        yield replace(piece, keep=number in (0, len(lines) - 2) and len(lines) > 1)


def _heading(block: Heading, room: float) -> Iterator[Piece]:
    size, align = (SIZES[Size.TITLE], Align.CENTER) if block.level == 1 else (14.0, Align.LEFT)
    for line in wrap(printable(block.text), room, lambda text: width(text, Style.SERIF, size)):
        # A thin outline gives the regular serif the weight of the type court titles are set in.
        yield replace(_line(line, room, Style.SERIF, size, align, outline=size / 50), keep=True)


def _draw_cell(
    canvas: Canvas, cell: _Cell, lines: Sequence[str], x: float, top: float, height: float
) -> None:
    pitch = _CELL * 1.35
    y = top - (height - pitch * len(lines)) / 2
    for line in lines:
        left = x + _PAD + _shift(cell.align, cell.width - 2 * _PAD, width(line, cell.style, _CELL))
        draw(canvas, (left, y - _CELL * 1.04), line, cell.style, _CELL)
        y -= pitch


def _row(cells: Sequence[_Cell], keep: bool = False, head: Piece | None = None) -> Iterator[Piece]:
    """Draw one row of a hairline grid; a very long one as several pieces."""
    texts = [cell.lines() for cell in cells]
    longest = max(len(lines) for lines in texts)
    for start in range(0, longest, _MAX_LINES):
        parts = [lines[start : start + _MAX_LINES] for lines in texts]
        height = _CELL * 1.35 * max(len(part) for part in parts) + 2 * _PAD

        def paint(
            canvas: Canvas,
            x: float,
            top: float,
            parts: list[tuple[str, ...]] = parts,
            height: float = height,
        ) -> None:
            canvas.setLineWidth(HAIR)
            for cell, lines in zip(cells, parts, strict=True):
                canvas.rect(x, top - height, cell.width, height)
                _draw_cell(canvas, cell, lines, x, top, height)
                x += cell.width

        yield Piece(height, paint, keep, head)


def _pairs(rows: Sequence[KeyValue]) -> Iterator[tuple[KeyValue, ...]]:
    """Put two pairs on a line, a wide one alone."""
    waiting: tuple[KeyValue, ...] = ()
    for row in rows:
        if row.wide:
            if waiting:
                yield waiting
            yield (row,)
            waiting = ()
        elif waiting:
            yield (*waiting, row)
            waiting = ()
        else:
            waiting = (row,)
    if waiting:
        yield waiting


def _key_values(block: KeyValues, room: float) -> Iterator[Piece]:
    label = 4 * _CELL + 4 * _PAD
    for line in _pairs(block.rows):
        value = room / 2 - label if len(line) > 1 else room - label
        cells: list[_Cell] = []
        for pair in line:
            cells.append(_Cell(pair.label, label, Align.CENTER))
            cells.append(_Cell(pair.value, value, style=Style.BOLD if pair.strong else Style.SERIF))
        yield from _row(cells)


def _table(block: Table, room: float) -> Iterator[Piece]:
    columns = tuple(zip(block.columns, widths([c.width for c in block.columns], room), strict=True))

    def cells(row: Sequence[str], style: Style) -> list[_Cell]:
        return [_Cell(t, wide, c.align, style) for t, (c, wide) in zip(row, columns, strict=True)]

    titles = [_Cell(column.title, wide, Align.CENTER, Style.BOLD) for column, wide in columns]
    (head,) = _row(titles, keep=True)
    yield head
    for number, row in enumerate(block.rows, 1):
        last = number == len(block.rows) and bool(block.total)
        yield from _row(cells(row, Style.SERIF), keep=last, head=head)
    if block.total:
        yield from _row(cells(block.total, Style.BOLD), head=head)


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


def _qr(block: QrCode, room: float) -> Piece:
    side = block.mm * mm
    size = SIZES[Size.SMALL]
    caption = _line(printable(block.caption), side, Style.SERIF, size, Align.CENTER)
    text_room = room - side - 4 * mm
    notes = [piece for note in block.notes for piece in _paragraph(Text(note, Size.SMALL), text_room)]
    height = max(side + (caption.height if block.caption else 0), sum(piece.height for piece in notes))

    def paint(canvas: Canvas, x: float, top: float) -> None:
        left = x + (room - side if notes else (room - side) / 2)
        _draw_qr(canvas, block.text, left, top, side)
        caption.draw(canvas, left, top - side + 2)
        y = top - images.QUIET
        for piece in notes:
            piece.draw(canvas, x, y)
            y -= piece.height

    return Piece(height, paint)


def _draw_seal(canvas: Canvas, text: str, x: float, top: float, room: float, height: float) -> None:
    canvas.saveState()
    canvas.setStrokeGray(_GREY)
    canvas.setFillGray(_GREY)
    canvas.setLineWidth(HAIR)
    canvas.setDash(3, 2)
    canvas.roundRect(x, top - height, room, height, 4)
    size = SIZES[Size.SMALL]
    label = _line(printable(text), room, Style.SERIF, size, Align.CENTER)
    label.draw(canvas, x, top - (height - label.height) / 2)
    canvas.restoreState()


def _draw_picture(canvas: Canvas, png: bytes, x: float, top: float, room: float, height: float) -> None:
    picture = images.signature(png)
    scale = min(room / picture.width, height / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    canvas.drawImage(ImageReader(picture), x, top - height + (height - high) / 2, wide, high)


def _sign(canvas: Canvas, place: Signature, x: float, top: float, room: float) -> None:
    """Draw one place: label, then room for ink or the seal, then the date."""
    size, area, pad = SIZES[Size.BODY], _AREA, 4 * mm
    label = printable(place.label)
    _line(f"{label}{printable(place.name)}", room, Style.SERIF, size, Align.LEFT).draw(canvas, x, top)
    y = top - size * _LEADING
    if place.png is not None:
        _draw_picture(canvas, place.png, x + pad, y - pad, room - 2 * pad, area - 2 * pad)
    if place.seal:
        _draw_seal(canvas, place.seal, x, y - 2, room, area - 4)
    elif place.png is None:
        canvas.setLineWidth(HAIR)
        canvas.line(x, y - area + pad, x + room - pad, y - area + pad)
    if place.date:
        date = _line(printable(place.date), room, Style.SERIF, size, Align.RIGHT)
        date.draw(canvas, x, y - area)


def _signatures(block: Signatures, room: float) -> Iterator[Piece]:
    gap = 10 * mm
    column = (room - gap) / 2
    height = 2 * SIZES[Size.BODY] * _LEADING + _AREA
    for start in range(0, len(block.places), 2):
        places = block.places[start : start + 2]

        def paint(canvas: Canvas, x: float, top: float, places: tuple[Signature, ...] = places) -> None:
            for number, place in enumerate(places):
                _sign(canvas, place, x + number * (column + gap), top, column)

        yield Piece(height, paint)


def _copy_mark(block: CopyMark, room: float) -> Piece:
    size = SIZES[Size.BODY]
    wide = width(block.text, Style.BOLD, size) + 4 * _PAD
    label = _line(block.text, wide, Style.BOLD, size, Align.CENTER)

    def paint(canvas: Canvas, x: float, top: float) -> None:
        # In the margin above the text: a reprint has the same pages as the first print.
        top += label.height + 6
        canvas.setLineWidth(1)
        canvas.rect(x + room - wide, top - label.height - 2, wide, label.height + 2)
        label.draw(canvas, x + room - wide, top - 1)

    return Piece(0, paint, keep=True)


def _ornament(block: Block, room: float) -> Iterator[Piece]:
    match block:
        case Rule():
            yield _rule(block, room)
        case Space():
            yield Piece(block.mm * mm, lambda _canvas, _x, _top: None)
        case CopyMark():
            yield _copy_mark(block, room)
        case QrCode():
            yield _qr(block, room)
        case _:  # a page knows no cuts
            return


def pieces(block: Block, room: float) -> Iterator[Piece]:
    """Yield the pieces of a block for a text area ``room`` points wide."""
    match block:
        case Heading():
            yield from _heading(block, room)
        case Text():
            yield from _paragraph(block, room)
        case KeyValues():
            yield from _key_values(block, room)
        case Table():
            yield from _table(block, room)
        case Signatures():
            yield from _signatures(block, room)
        case _:
            yield from _ornament(block, room)
