"""A document as ESC/POS for a slow line: Chinese text as text, only what the printer lacks as dots.

At 9600 baud a drawn ticket takes 14 to 18 s, a mixed one well under four. A line goes as text if every
character is ASCII or one of GB2312 (two bytes of GB18030, each from A1 on), which every Chinese ticket
printer has in its ROM; a line with any other character (㛃, 𬭎, signs) is drawn like the rest of the world.
The look is the printer's own: full-width characters of 24 dots, one or several times as large.

Commands: FS & (Chinese on), GS ! (size), ESC E (weight), ESC a (place), GS ( k (QR code), GS v 0 (dots).
Nothing in a value can be a command: ASCII is 20–7E after :func:`printing.text.printable`, Chinese A1–FE.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from escpos import constants
from PIL import Image

from printing import images, raster_vertical
from printing.escpos import TAIL, bands
from printing.fonts import Style, drawable
from printing.layout import (
    Align,
    Block,
    CopyMark,
    Cut,
    Document,
    Heading,
    KeyValues,
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
from printing.raster import DOTS_PER_MM, drawn_signature, line_of_text, scale_for, two_level
from printing.text import lines_as_typed, printable
from printing.typeset import TIE, widths, wrap

_CELL = 12  # dots: a narrow character; a full-width one is two
_PITCH = 30  # dots from line to line
_BIGGEST = 8

_KANJI = b"\x1c&"
_SIZE, _BOLD, _ALIGN, _FEED = b"\x1d!", b"\x1bE", b"\x1ba", b"\x1bJ"
_CUT: bytes = constants.PAPER_PART_CUT
_QR = b"\x1d(k"

_TO_OLD = str.maketrans("·—", "・―")
_OLD = frozenset("・―")


def cells(text: str) -> int:
    """Return how many narrow characters wide a text is."""
    return sum(1 if " " <= char <= "~" or char == TIE else 2 for char in text)


def native(text: str) -> bytes | None:
    """Return a line as the printer's own text, None if it lacks a character.

    Python's table of GB2312 has older code points for the middle dot and the dash than GB18030, which
    everyone types; the bytes are the same (A1A4, A1AA).
    """
    if _OLD.intersection(text):
        return None
    try:
        text.translate(_TO_OLD).encode("gb2312")
    except UnicodeEncodeError:
        return None
    return text.encode("gb18030")


@dataclass(frozen=True, slots=True)
class _Line:
    """One finished line: how many times as large, how heavy, where."""

    text: str
    times: int = 1
    bold: bool = False
    align: Align = Align.LEFT


def _wrapped(text: str, room: int, indent: int = 0) -> tuple[str, ...]:
    lines = wrap(
        drawable(printable(text), Style.SANS), room, lambda part: float(cells(part)), float(room - indent)
    )
    return tuple(line.replace(TIE, " ") for line in lines)


def _text(block: Text, room: int) -> Iterator[_Line]:
    bold = block.weight is Weight.BOLD
    if block.size is Size.HUGE:
        text = printable(block.text)
        times = max(min(room // max(cells(text), 1), _BIGGEST), 1)
    else:
        text = block.text
        times = 2 if block.size in (Size.LARGE, Size.TITLE) else 1
    indent = 2 * block.indent if block.align is Align.LEFT else 0
    for number, line in enumerate(_wrapped(text, room // times, indent)):
        yield _Line(" " * (0 if number else indent) + line, times, bold, block.align)


def _pad(text: str, room: int, align: Align = Align.LEFT) -> str:
    slack = max(room - cells(text), 0)
    left = {Align.LEFT: 0, Align.CENTER: slack // 2, Align.RIGHT: slack}[align]
    return " " * left + text + " " * (slack - left)


def _columns(texts: Sequence[str], rooms: Sequence[int], aligns: Sequence[Align]) -> Iterator[str]:
    """Yield lines of cells beside each other, each cell wrapped in its room (the last cell of it blank)."""
    parts = [_wrapped(text, max(room - 1, 2)) for text, room in zip(texts, rooms, strict=True)]
    for at in range(max(len(part) for part in parts)):
        row = (part[at] if at < len(part) else "" for part in parts)
        yield "".join(
            _pad(text, room - 1, align) + " " for text, room, align in zip(row, rooms, aligns, strict=True)
        ).rstrip()


def _key_values(block: KeyValues, room: int) -> Iterator[_Line]:
    label = min(max((cells(printable(row.label)) for row in block.rows), default=0) + 1, room * 2 // 5)
    for row in block.rows:
        rooms = (label, room - label + 1)
        for number, one in enumerate(lines_as_typed(row.value) if row.typed else (row.value,)):
            for line in _columns(("" if number else row.label, one), rooms, (Align.LEFT, Align.LEFT)):
                yield _Line(line, bold=row.strong)


def _table(block: Table, room: int) -> Iterator[_Line]:
    shares = widths([column.width for column in block.columns], room)
    rooms = [max(int(share), 3) for share in shares]
    rooms[0] = max(room - sum(rooms[1:]), 3)
    aligns = [column.align for column in block.columns]
    rule = _Line("-" * room)
    yield rule
    for line in _columns([column.title for column in block.columns], rooms, aligns):
        yield _Line(line, bold=True)
    yield rule
    for row in block.rows:
        for line in _columns(row, rooms, aligns):
            yield _Line(line)
    if block.total:
        yield rule
        for line in _columns(block.total, rooms, aligns):
            yield _Line(line, bold=True)
    yield rule


class _Job:
    """The bytes of one job for a printer ``width`` dots wide."""

    def __init__(self, width: int, *, native_qr: bool, large: bool) -> None:
        self._width = width
        self._native_qr = native_qr
        self._scale = scale_for(width, large)
        self._times = 2 if large else 1
        self._state = _Line("")
        self.parts: list[bytes] = [constants.HW_INIT, _KANJI]

    @property
    def room(self) -> int:
        return self._width // _CELL // self._times

    def line(self, line: _Line) -> None:
        """Add a line as text, or as dots if the printer lacks a character of it."""
        times = min(line.times * self._times, _BIGGEST)
        data = native(line.text)
        if data is None:
            picture = line_of_text(line.text, self._width, times * 2 * _CELL, line.bold, line.align)
            self.dots(picture)
            return
        if times != self._state.times:
            self.parts.append(_SIZE + bytes(((times - 1) << 4 | times - 1,)))
        if line.bold != self._state.bold:
            self.parts.append(_BOLD + bytes((line.bold,)))
        if line.align is not self._state.align:
            self._place(line.align)
        self._state = _Line("", times, line.bold, line.align)
        self.parts.append(data + b"\n")

    def _place(self, align: Align) -> None:
        self.parts.append(_ALIGN + bytes((list(Align).index(align),)))

    def dots(self, picture: Image.Image) -> None:
        """Add a picture as wide as the paper at the left edge."""
        self._left()
        self.parts += bands(two_level(picture))

    def feed(self, rows: int) -> None:
        while rows > 0:
            self.parts.append(_FEED + bytes((min(rows, 255),)))
            rows -= 255

    def code(self, block: QrCode) -> None:
        for note in block.notes:
            self.text(Text(note, Size.SMALL))
        if self._native_qr:
            self._code_by_printer(block)
        else:
            self._code_in_dots(block)
        if block.caption:
            self.text(Text(block.caption, Size.SMALL, align=Align.CENTER))

    def _code_by_printer(self, block: QrCode) -> None:
        data = block.text.encode()
        side = len(images.qr_matrix(block.text)) + 2 * images.QUIET
        module = max(min(int(block.mm * DOTS_PER_MM) // side, 16), 3)
        self._place(Align.CENTER)
        for function in (b"1A2\0", b"1C" + bytes((module,)), b"1E1", b"1P0" + data, b"1Q0"):
            self.parts.append(_QR + len(function).to_bytes(2, "little") + function)
        self._state = _Line("", self._state.times, self._state.bold, Align.CENTER)

    def _code_in_dots(self, block: QrCode) -> None:
        """Draw the code at half the pitch and let the printer double it: a quarter of the bytes."""
        half = self._width // 2 // 8 * 8
        code = images.qr_image(block.text, min(round(block.mm * DOTS_PER_MM) // 2, half))
        strip = Image.new("L", (half, code.height), 255)
        strip.paste(code, ((half - code.width) // 2, 0))
        self._left()
        self.parts += bands(two_level(strip), doubled=True)

    def columns(self, block: Mongolian) -> None:
        """Draw the columns at half the pitch at the left edge: the printer doubles them."""
        half = self._width // 2 // 8 * 8
        drawn = raster_vertical.columns(block, self._scale.large // 2, DOTS_PER_MM / 2, half)
        strip = Image.new("L", (half, drawn.height + DOTS_PER_MM // 2), 255)
        strip.paste(drawn, (0, 0))
        self._left()
        self.parts += bands(two_level(strip), doubled=True)

    def _left(self) -> None:
        if self._state.align is not Align.LEFT:
            self._place(Align.LEFT)
            self._state = _Line("", self._state.times, self._state.bold)

    def text(self, block: Text) -> None:
        for line in _text(block, self.room):
            self.line(line)

    def sign(self, place: Signature) -> None:
        self.text(Text(f"{place.label}{place.name}"))
        if place.png is not None:
            self.dots(drawn_signature(place.png, self._scale))
        elif not place.name and not place.seal:
            self.feed(9 * DOTS_PER_MM)
            self.line(_Line("-" * self.room))
        if place.seal:
            self.text(Text(place.seal, Size.SMALL, align=Align.RIGHT))
            self.feed(18 * DOTS_PER_MM)
        if place.date:
            self.text(Text(place.date, align=Align.RIGHT))

    def block(self, block: Block) -> None:
        match block:
            case Heading():
                self.text(
                    Text(block.text, Size.TITLE, Weight.BOLD, Align.CENTER)
                    if block.level == 1
                    else Text(block.text, Size.BODY, Weight.BOLD)
                )
            case Text():
                self.text(block)
            case KeyValues():
                self._lines(_key_values(block, self.room))
            case Table():
                self._lines(_table(block, self.room))
            case QrCode():
                self.code(block)
            case Signatures():
                for place in block.places:
                    self.sign(place)
            case Mongolian():
                self.columns(block)
            case _:
                self._ornament(block)

    def _ornament(self, block: Rule | Space | CopyMark | Cut) -> None:
        match block:
            case Rule():
                self.line(_Line("-" * self.room))
            case Space():
                self.feed(round(block.mm * DOTS_PER_MM))
            case CopyMark():
                frame = "*" * self.room
                self._lines((_Line(frame), _Line(block.text, 1, True, Align.CENTER)))
                if block.note:
                    self._lines(_text(Text(block.note, align=Align.CENTER), self.room))
                self.line(_Line(frame))
            case Cut():
                self.feed(TAIL)
                self.parts.append(_CUT)

    def _lines(self, lines: Iterator[_Line] | Sequence[_Line]) -> None:
        for line in lines:
            self.line(line)


def render(document: Document, width: int, *, native_qr: bool = True) -> bytes:
    """Return the bytes of a job for a printer ``width`` dots wide on a slow line.

    ``native_qr``: the printer draws QR codes itself. Raises ValueError for another width.
    """
    job = _Job(width, native_qr=native_qr, large=document.large)
    for block in document.blocks:
        job.block(block)
    if not isinstance(document.blocks[-1] if document.blocks else None, Cut):
        job.block(Cut())
    return b"".join(job.parts)
