"""ESC/POS bytes as paper: a picture, the lines of text, the cuts and what a printer would not understand.

It knows native Chinese text (GB18030 in kanji mode) besides raster, so that a driver that sends text is
judged too. A test that expects ``unknown == ()`` catches most mistakes of a driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image, ImageDraw, ImageOps

from printing.fonts import Style, runs
from printing.images import qr_matrix
from printing.raster import face
from printing.simulators.tokens import Token, tokens

_CELL = 24  # dots: a full-width character; half of it is a narrow one
_SPACING = 30
_QR_MODULE, _QR_BORDER = 5, 2
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """``picture``: mode L, 0 = ink. ``cuts``: rows of the picture. ``queries``, ``unknown``: hexadecimal."""

    picture: Image.Image
    lines: tuple[str, ...]
    cuts: tuple[int, ...]
    qr: tuple[str, ...]
    queries: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class _Modes:
    """What ESC @ resets."""

    kanji: bool = True
    align: int = 0
    wide: int = 1
    high: int = 1
    spacing: int = _SPACING


@lru_cache(maxsize=2048)
def _cell(char: str) -> Image.Image:
    """Draw one character into its cell."""
    cell = Image.new("L", (_CELL if ord(char) > 0x7F else _CELL // 2, _CELL), 255)
    for run in runs(char, Style.SANS):
        ImageDraw.Draw(cell).text((0, 20), run.text, font=face(run.font, 22), fill=0, anchor="ls")
    return cell.point(lambda value: 255 if value > 127 else 0)


def _length(pair: bytes) -> int:
    """Return how many bytes a GB18030 character has, from its first two."""
    if pair[0] < 0x80:
        return 1
    return 4 if len(pair) == 2 and 0x30 <= pair[1] <= 0x39 else 2


def _decoded(data: bytes, kanji: bool) -> Iterator[str]:
    if not kanji:
        yield from data.decode("cp437")
        return
    at = 0
    while at < len(data):
        length = _length(data[at : at + 2])
        text = data[at : at + length].decode("gb18030", errors="replace")
        yield text if len(text) == 1 else _REPLACEMENT
        at += length


@dataclass(slots=True)
class _Paper:
    """What has been printed so far."""

    width: int
    modes: _Modes = field(default_factory=_Modes)
    strips: list[Image.Image] = field(default_factory=list)
    row: int = 0
    line: list[tuple[str, Image.Image]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    stored_qr: str = ""
    qr: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, strip: Image.Image) -> None:
        self.strips.append(strip)
        self.row += strip.height

    def feed(self, rows: int) -> None:
        if rows:
            self.add(Image.new("L", (self.width, rows), 255))

    def place(self, picture: Image.Image, height: int) -> None:
        """Add a strip with a picture aligned at its bottom."""
        strip = Image.new("L", (self.width, height), 255)
        x = {0: 0, 1: (self.width - picture.width) // 2, 2: self.width - picture.width}[self.modes.align]
        strip.paste(picture, (max(x, 0), height - picture.height))
        self.add(strip)

    def write(self, data: bytes) -> None:
        for char in _decoded(data, self.modes.kanji):
            cell = _cell(char)
            size = (cell.width * self.modes.wide, cell.height * self.modes.high)
            if sum(each.width for _, each in self.line) + size[0] > self.width:
                self.end_line()
            self.line.append((char, cell.resize(size, Image.Resampling.NEAREST)))

    def end_line(self) -> None:
        if not self.line:
            self.feed(self.modes.spacing)
            return
        height = max(cell.height for _, cell in self.line)
        whole = Image.new("L", (sum(cell.width for _, cell in self.line), height), 255)
        x = 0
        for _, cell in self.line:
            whole.paste(cell, (x, height - cell.height))
            x += cell.width
        self.lines.append("".join(char for char, _ in self.line))
        self.line.clear()
        self.place(whole, height)
        self.feed(max(self.modes.spacing - height, 0))

    def picture(self) -> Image.Image:
        whole = Image.new("L", (self.width, self.row), 255)
        y = 0
        for strip in self.strips:
            whole.paste(strip, (0, y))
            y += strip.height
        return whole


def _raster(paper: _Paper, raw: bytes) -> None:
    mode, stride = raw[3] & 3, int.from_bytes(raw[4:6], "little")
    height = int.from_bytes(raw[6:8], "little")
    if not stride or not height:
        return
    ink = Image.frombytes("1", (stride * 8, height), raw[8:])
    picture = ImageOps.invert(ink.convert("L"))
    scale = (1 + (mode & 1), 1 + (mode >> 1))
    picture = picture.resize((picture.width * scale[0], picture.height * scale[1]), Image.Resampling.NEAREST)
    paper.place(picture, picture.height)


def _two_dimensional(paper: _Paper, raw: bytes) -> None:
    """GS ( k: functions 80 (store) and 81 (print) of the QR code; the settings change no content."""
    kind, function = raw[5:6], raw[6:7]
    if kind == b"1" and function == b"P":
        paper.stored_qr = raw[8:].decode("utf-8", errors="replace")
    elif kind == b"1" and function == b"Q":
        try:
            matrix = qr_matrix(paper.stored_qr)
        except ValueError:  # longer than any code
            paper.unknown.append(raw.hex())
            return
        side = len(matrix) + 2 * _QR_BORDER
        code = Image.new("L", (side, side), 255)
        for y, row in enumerate(matrix, _QR_BORDER):
            for x, dark in enumerate(row, _QR_BORDER):
                code.putpixel((x, y), 0 if dark else 255)
        code = code.resize((side * _QR_MODULE, side * _QR_MODULE), Image.Resampling.NEAREST)
        paper.qr.append(paper.stored_qr)
        paper.lines.append(f"[QR {paper.stored_qr}]")
        paper.place(code, code.height)


def _reset(paper: _Paper, _: bytes) -> None:
    paper.modes = _Modes()
    paper.line.clear()


def _kanji_on(paper: _Paper, _: bytes) -> None:
    paper.modes.kanji = True


def _kanji_off(paper: _Paper, _: bytes) -> None:
    paper.modes.kanji = False


def _align(paper: _Paper, raw: bytes) -> None:
    paper.modes.align = min(raw[2] % 48, 2)


def _size(paper: _Paper, raw: bytes) -> None:
    paper.modes.wide, paper.modes.high = (raw[2] >> 4 & 7) + 1, (raw[2] & 7) + 1


def _spacing(paper: _Paper, raw: bytes) -> None:
    paper.modes.spacing = raw[2] if len(raw) == 3 else _SPACING


def _feed_dots(paper: _Paper, raw: bytes) -> None:
    paper.feed(raw[2])


def _feed_lines(paper: _Paper, raw: bytes) -> None:
    paper.feed(raw[2] * paper.modes.spacing)


def _cut(paper: _Paper, raw: bytes) -> None:
    paper.feed(raw[3] if len(raw) == 4 else 0)
    paper.cuts.append(paper.row)


def _query(paper: _Paper, raw: bytes) -> None:
    paper.queries.append(raw.hex())


def _line_feed(paper: _Paper, _: bytes) -> None:
    paper.end_line()


def _nothing(_paper: _Paper, _raw: bytes) -> None:
    """Styles that change no character."""


_ACTS: dict[bytes, Callable[[_Paper, bytes], None]] = {
    b"\n": _line_feed,
    b"\r": _nothing,
    b"\x1b@": _reset,
    b"\x1b2": _spacing,
    b"\x1b3": _spacing,
    b"\x1ba": _align,
    b"\x1bd": _feed_lines,
    b"\x1bJ": _feed_dots,
    b"\x1c&": _kanji_on,
    b"\x1c.": _kanji_off,
    b"\x1d!": _size,
    b"\x1dV": _cut,
    b"\x1dv": _raster,
    b"\x1d(": _two_dimensional,
    b"\x1dr": _query,
    b"\x1da": _query,
    b"\x10\x04": _query,
}


def _act(paper: _Paper, token: Token) -> None:
    if not token.known:
        paper.unknown.append(token.raw[:16].hex())
    elif token.code == b"":
        paper.write(token.raw)
    else:
        _ACTS.get(token.code, _nothing)(paper, token.raw)


def interpret(data: bytes, width: int) -> Interpretation:
    """Print ``data`` on a roll ``width`` dots wide. Never raises, whatever the bytes."""
    paper = _Paper(width)
    for token in tokens(data):
        _act(paper, token)
    if paper.line:
        paper.end_line()
    return Interpretation(
        paper.picture(),
        tuple(paper.lines),
        tuple(paper.cuts),
        tuple(paper.qr),
        tuple(paper.queries),
        tuple(paper.unknown),
    )
