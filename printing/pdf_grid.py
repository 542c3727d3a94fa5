"""Forms and tables on a page: hairline grids whose rows become pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from printing.fonts import Style
from printing.layout import Align, KeyValue, KeyValues, Table
from printing.pdf_fonts import draw, width
from printing.pdf_sizes import Type
from printing.text import lines_as_typed, printable
from printing.typeset import widest, widths, wrap

PAD: Final = 4.5
_HAIR: Final = 0.5
_PITCH: Final = 1.35  # from line to line of a cell, in ems
_MAX_LINES: Final = 24  # of a cell; a longer one goes on in the next piece, so that a page can hold it
_TOGETHER: Final = 4  # rows; a form this short, such as an account, is not divided over pages
_LABEL: Final = (4, 7)  # ems: the least and the most a column of labels takes

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
    size: float
    align: Align = Align.LEFT
    style: Style = Style.SERIF
    typed: bool = False

    def lines(self) -> tuple[str, ...]:
        room = self.width - 2 * PAD
        given = lines_as_typed(self.text) if self.typed else (printable(self.text),)
        return tuple(
            line for one in given for line in wrap(one, room, lambda text: width(text, self.style, self.size))
        )

    def holds(self) -> bool:
        """Say whether no word or number has to be broken."""
        room = self.width - 2 * PAD
        return widest(printable(self.text), lambda text: width(text, self.style, self.size)) <= room

    def paint(self, canvas: Canvas, lines: Sequence[str], x: float, top: float, height: float) -> None:
        """Draw the frame and, in its middle, the lines."""
        canvas.rect(x, top - height, self.width, height)
        pitch = self.size * _PITCH
        y = top - (height - pitch * len(lines)) / 2
        for line in lines:
            slack = self.width - 2 * PAD - width(line, self.style, self.size)
            left = x + PAD + {Align.LEFT: 0.0, Align.CENTER: slack / 2, Align.RIGHT: slack}[self.align]
            draw(canvas, (left, y - self.size * 1.04), line, self.style, self.size)
            y -= pitch


def _row(
    cells: Sequence[_Cell], least: int = 1, keep: bool = False, head: Piece | None = None
) -> Iterator[Piece]:
    """Yield one row, at least ``least`` lines high; a very long one as several pieces."""
    texts = [cell.lines() for cell in cells]
    longest = max(least, *(len(lines) for lines in texts))
    for start in range(0, longest, _MAX_LINES):
        parts = [lines[start : start + _MAX_LINES] for lines in texts]
        rows = max(min(least, _MAX_LINES), *(len(part) for part in parts))
        height = cells[0].size * _PITCH * rows + 2 * PAD

        def paint(
            canvas: Canvas,
            x: float,
            top: float,
            parts: list[tuple[str, ...]] = parts,
            height: float = height,
        ) -> None:
            canvas.setLineWidth(_HAIR)
            for cell, lines in zip(cells, parts, strict=True):
                cell.paint(canvas, lines, x, top, height)
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


def key_values(block: KeyValues, of: Type) -> Iterator[Piece]:
    """Yield the lines of a form; all its label columns are as wide as the longest label, within limits.

    A pair whose number or word would be broken is set on two lines.
    """
    longest = max((len(row.label) for row in block.rows), default=0)
    label = min(max(longest, _LABEL[0]), _LABEL[1]) * of.cell + 4 * PAD

    def cells(line: Sequence[KeyValue]) -> list[_Cell]:
        room = of.room / len(line) - label
        found: list[_Cell] = []
        for pair in line:
            style = Style.BOLD if pair.strong else Style.SERIF
            found.append(_Cell(pair.label, label, of.cell, Align.CENTER))
            found.append(_Cell(pair.value, room, of.cell, style=style, typed=pair.typed))
        return found

    together = len(block.rows) <= _TOGETHER
    for line in _pairs(block.rows):
        last = line[-1] is block.rows[-1]
        fits = len(line) == 1 or all(cell.holds() for cell in cells(line))
        for part in (line,) if fits else ((pair,) for pair in line):
            keep = together and not (last and part[-1] is line[-1])
            yield from _row(cells(part), max(pair.lines for pair in part), keep=keep)


def table(block: Table, of: Type) -> Iterator[Piece]:
    """Yield the head and the rows of a table; the total stays with the last row."""
    columns = tuple(zip(block.columns, widths([c.width for c in block.columns], of.room), strict=True))

    def cells(row: Sequence[str], style: Style) -> list[_Cell]:
        return [_Cell(t, wide, of.cell, c.align, style) for t, (c, wide) in zip(row, columns, strict=True)]

    titles = [_Cell(column.title, wide, of.cell, Align.CENTER, Style.BOLD) for column, wide in columns]
    (head,) = _row(titles, keep=True)
    yield head
    for number, row in enumerate(block.rows, 1):
        last = number == len(block.rows) and bool(block.total)
        yield from _row(cells(row, Style.SERIF), keep=last, head=head)
    if block.total:
        yield from _row(cells(block.total, Style.BOLD), head=head)
