"""Draw a document as dots: every block becomes one strip of the paper's width.

Drawing is done in grey and cut at one threshold for the whole paper. FreeType's own two-level mode gives
strokes of uneven weight at these sizes, and dithering would put noise around every stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from printing import images, raster_vertical
from printing.fonts import Font, Style, runs
from printing.layout import (
    Align,
    Block,
    CopyMark,
    Cut,
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
from printing.text import lines_as_typed, printable
from printing.typeset import widths, wrap

DOTS_PER_MM = 8  # 203 dpi, the pitch of 58 and 80 mm ticket printers
WIDTHS = (576, 384)

_INK, _PAPER = 0, 255
_RARE_STROKE = 0.6  # dots; the hairlines of the rare-character font would break up beside a sans
_THRESHOLD = 150  # of 255; a little heavier than half, because thin strokes fade first on old paper


@dataclass(frozen=True, slots=True)
class Scale:
    """Type sizes in dots (the em) for one paper width."""

    width: int
    small: int
    body: int
    reading: int
    large: int
    title: int
    huge: int

    def px(self, size: Size) -> int:
        return {
            Size.SMALL: self.small,
            Size.BODY: self.body,
            Size.READING: self.reading,
            Size.LARGE: self.large,
            Size.TITLE: self.title,
            Size.HUGE: self.huge,
        }[size]


_SCALES = {
    576: Scale(576, small=25, body=30, reading=30, large=38, title=46, huge=232),
    384: Scale(384, small=22, body=26, reading=26, large=32, title=38, huge=160),
}
_LARGE = Scale(576, small=46, body=46, reading=46, large=50, title=58, huge=232)  # 45 dots are 16 pt


@lru_cache(maxsize=64)
def face(font: Font, px: int) -> ImageFont.FreeTypeFont:
    """Return a shipped font at ``px`` dots an em; opening one costs 0.2 ms, keeping it some kilobytes."""
    return ImageFont.truetype(str(font.path), px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _length(text: str, style: Style, px: int) -> float:
    return sum(face(run.font, px).getlength(run.text) for run in runs(text, style))


def _measure(style: Style, px: int) -> Callable[[str], float]:
    return lambda text: _length(text, style, px)


def _blank(width: int, height: int) -> Image.Image:
    return Image.new("L", (width, height), _PAPER)


def _write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, style: Style, px: int) -> None:
    """Draw one line with its left end and baseline at ``at``."""
    x, baseline = at
    for run in runs(text, style):
        shape = face(run.font, px)
        stroke = _RARE_STROKE if run.font is Font.RARE else 0
        draw.text((round(x), baseline), run.text, font=shape, fill=_INK, anchor="ls", stroke_width=stroke)
        x += shape.getlength(run.text)


def _place(align: Align, room: float, used: float) -> float:
    if align is Align.LEFT:
        return 0
    return (room - used) / 2 if align is Align.CENTER else room - used


def _lines(
    lines: Iterable[str], width: int, style: Style, px: int, align: Align = Align.LEFT, indent: int = 0
) -> Image.Image:
    """Draw finished lines below each other; a line is 1.3 em high with its baseline at 1.0 em."""
    texts = tuple(lines)
    pitch = round(px * 1.3)
    strip = _blank(width, pitch * len(texts))
    draw = ImageDraw.Draw(strip)
    for number, line in enumerate(texts):
        shift = indent * px if number == 0 else 0
        x = shift + _place(align, width - shift, _length(line, style, px))
        _write(draw, (x, number * pitch + px), line, style, px)
    return strip


def _paragraph(
    text: str, width: int, style: Style, px: int, align: Align = Align.LEFT, indent: int = 0
) -> Image.Image:
    first = float(width - indent * px) if indent else None
    lines = wrap(printable(text), width, _measure(style, px), first)
    return _lines(lines, width, style, px, align, indent)


def line_of_text(text: str, width: int, px: int, bold: bool, align: Align) -> Image.Image:
    """Draw one finished line ``px`` dots high, made smaller until it fits its width."""
    style = Style.BOLD if bold else Style.SANS
    while px > 16 and _length(text, style, px) > width:
        px -= 1
    return _lines((text,), width, style, px, align)


def stack(strips: Iterable[Image.Image], width: int) -> Image.Image:
    """Join strips below each other."""
    parts = tuple(strips)
    whole = _blank(width, sum(part.height for part in parts))
    y = 0
    for part in parts:
        whole.paste(part, (0, y))
        y += part.height
    return whole


def _beside(strips: Iterable[Image.Image], columns: tuple[int, ...], gap: int) -> Image.Image:
    """Join strips beside each other, each at the left of its column."""
    parts = tuple(strips)
    row = _blank(sum(columns), max(part.height for part in parts))
    x = 0
    for part, column in zip(parts, columns, strict=True):
        row.paste(part.crop((0, 0, min(part.width, column - gap), part.height)), (x, 0))
        x += column
    return row


def _rule(line: Line, width: int) -> Image.Image:
    strip = _blank(width, 14)
    draw = ImageDraw.Draw(strip)
    if line is Line.DASHED:
        for x in range(0, width, 12):
            draw.line((x, 7, x + 6, 7), fill=_INK, width=2)
    else:
        draw.line((0, 7, width, 7), fill=_INK, width=4 if line is Line.BOLD else 2)
    return strip


def _in_one_line(text: str, style: Style, px: int, scale: Scale) -> int:
    """Return a smaller size at which a name is one line, if it need not be smaller than running text."""
    line = printable(text)
    for fitting in range(px, scale.body - 1, -1):
        if _length(line, style, fitting) <= scale.width:
            return fitting
    return px


def _heading(block: Heading, scale: Scale) -> Image.Image:
    px, align = (scale.title, Align.CENTER) if block.level == 1 else (scale.large, Align.LEFT)
    if block.level == 1:
        px = _in_one_line(block.text, Style.BOLD, px, scale)
    return _paragraph(block.text, scale.width, Style.BOLD, px, align)


def _huge(text: str, scale: Scale, align: Align) -> Image.Image:
    """Draw one line as large as the width allows, without the empty room above capitals."""
    line = printable(text)
    px = scale.huge
    while px > scale.title and _length(line, Style.BOLD, px) > scale.width:
        px -= 4
    if _length(line, Style.BOLD, px) > scale.width:
        return _paragraph(line, scale.width, Style.BOLD, px, align)
    strip = _blank(scale.width, round(px * 1.3))
    x = _place(align, scale.width, _length(line, Style.BOLD, px))
    _write(ImageDraw.Draw(strip), (x, px), line, Style.BOLD, px)
    ink = strip.point(lambda value: 255 - value).getbbox()
    if ink is None:
        return strip
    return strip.crop((0, max(ink[1] - px // 12, 0), scale.width, ink[3] + px // 12))


def _text(block: Text, scale: Scale) -> Image.Image:
    if block.size is Size.HUGE:
        return _huge(block.text, scale, block.align)
    style = Style.BOLD if block.weight is Weight.BOLD else Style.SANS
    px = scale.px(block.size)
    if block.align is Align.CENTER and px > scale.body:
        px = _in_one_line(block.text, style, px, scale)
    return _paragraph(block.text, scale.width, style, px, block.align, block.indent)


def _key_values(block: KeyValues, scale: Scale) -> Image.Image:
    """One pair a line, the values hanging in a column of their own on the baseline of the labels."""
    small, px = scale.body, scale.px(block.size)
    labels = [printable(row.label) for row in block.rows]
    label_width = max((_length(label, Style.SANS, small) for label in labels), default=0)
    left = min(round(label_width) + small // 2, scale.width * 2 // 5)
    drop = _blank(left, px - small)
    strips = []
    for label, row in zip(labels, block.rows, strict=True):
        style = Style.BOLD if row.strong else Style.SANS
        key = stack((drop, _paragraph(label, left - 4, Style.SANS, small)), left)
        lines = lines_as_typed(row.value) if row.typed else (row.value,)
        value = stack([_paragraph(one, scale.width - left, style, px) for one in lines], scale.width - left)
        strips.append(_beside((key, value), (left, scale.width - left), 0))
    return stack(strips, scale.width)


def _cells(block: Table, row: tuple[str, ...], scale: Scale, style: Style) -> Image.Image:
    gap = 12
    columns = tuple(int(width) for width in widths([c.width for c in block.columns], scale.width))
    strips = [
        _paragraph(cell, width - gap, style, scale.small, column.align)
        for cell, width, column in zip(row, columns, block.columns, strict=True)
    ]
    body = _beside(strips, columns, gap)
    framed = _blank(scale.width, body.height + 4)
    framed.paste(body, (gap // 2, 2))
    return framed


def _table(block: Table, scale: Scale) -> Image.Image:
    head = _cells(block, tuple(column.title for column in block.columns), scale, Style.BOLD)
    strips = [_rule(Line.BOLD, scale.width), head, _rule(Line.HAIR, scale.width)]
    for row in block.rows:
        strips += [_cells(block, row, scale, Style.SANS), _rule(Line.DASHED, scale.width)]
    if block.rows:
        strips.pop()
    if block.total:
        strips += [_rule(Line.HAIR, scale.width), _cells(block, block.total, scale, Style.BOLD)]
    return stack([*strips, _rule(Line.BOLD, scale.width)], scale.width)


def _qr(block: QrCode, scale: Scale) -> Image.Image:
    dots = min(round(block.mm * DOTS_PER_MM), scale.width)
    code = images.qr_image(block.text, dots)
    if code.width > scale.width:
        raise ValueError(f"a QR code of {code.width} modules is wider than {scale.width} dots")
    centred = _blank(scale.width, code.height)
    centred.paste(code, ((scale.width - code.width) // 2, 0))
    strips = [_paragraph(note, scale.width, Style.SANS, scale.small) for note in block.notes]
    strips.append(centred)
    if block.caption:
        strips.append(_paragraph(block.caption, scale.width, Style.SANS, scale.small, Align.CENTER))
    return stack(strips, scale.width)


def drawn_signature(png: bytes, scale: Scale) -> Image.Image:
    """Draw a signature at the left of a strip as wide as the paper."""
    picture = images.signature(png)
    picture.thumbnail((scale.width * 2 // 3, 12 * DOTS_PER_MM))
    strip = _blank(scale.width, picture.height + 8)
    strip.paste(picture, (scale.body, 4))
    return strip


def _seal(text: str, scale: Scale) -> Image.Image:
    """A dashed frame for the stamp, its name small in the middle."""
    width, height = min(scale.width - 8, 44 * DOTS_PER_MM), 22 * DOTS_PER_MM
    strip = _blank(scale.width, height + 16)
    draw = ImageDraw.Draw(strip)
    left, top, right, bottom = scale.width - width - 4, 8, scale.width - 4, 8 + height
    for x in range(left, right, 16):
        draw.line((x, top, x + 8, top), fill=_INK, width=2)
        draw.line((x, bottom, x + 8, bottom), fill=_INK, width=2)
    for y in range(top, bottom, 16):
        draw.line((left, y, left, y + 8), fill=_INK, width=2)
        draw.line((right, y, right, y + 8), fill=_INK, width=2)
    px = scale.small
    label = _paragraph(text, width - px, Style.SANS, px, Align.CENTER)
    strip.paste(label, (left + px // 2, top + (height - label.height) // 2))
    return strip


def _sign(place: Signature, scale: Scale) -> Image.Image:
    px = scale.body
    line = f"{place.label}{place.name}"
    strips = [_paragraph(line, scale.width, Style.SANS, px)]
    if place.png is not None:
        strips.append(drawn_signature(place.png, scale))
    elif not place.name and not place.seal:
        strips += [_blank(scale.width, 9 * DOTS_PER_MM), _rule(Line.HAIR, scale.width)]
    if place.seal:
        strips.append(_seal(place.seal, scale))
    if place.date:
        strips.append(_paragraph(place.date, scale.width, Style.SANS, px, Align.RIGHT))
    return stack(strips, scale.width)


def _signatures(block: Signatures, scale: Scale) -> Image.Image:
    gap = _blank(scale.width, 2 * DOTS_PER_MM)
    strips = [part for place in block.places for part in (_sign(place, scale), gap)]
    return stack(strips[:-1], scale.width)


def _mongolian(block: Mongolian, scale: Scale) -> Image.Image:
    drawn = raster_vertical.columns(block, scale.large, DOTS_PER_MM, scale.width)
    strip = _blank(scale.width, drawn.height + DOTS_PER_MM)
    strip.paste(drawn, ((scale.width - drawn.width) // 2, 0))
    return strip


def _copy_mark(block: CopyMark, scale: Scale) -> Image.Image:
    px, room = scale.large, scale.width - 2 * scale.large
    labels = [_paragraph(block.text, room, Style.BOLD, px, Align.CENTER)]
    if block.note:
        labels.append(_paragraph(block.note, room, Style.SANS, scale.body, Align.CENTER))
    strip = _blank(scale.width, sum(label.height for label in labels) + 28)
    y = 14
    for label in labels:
        strip.paste(label, (px, y))
        y += label.height
    frame = (4, 4, scale.width - 5, strip.height - 5)
    ImageDraw.Draw(strip).rectangle(frame, outline=_INK, width=4)
    return strip


def _ornament(block: Rule | Space | CopyMark | Cut, scale: Scale) -> Image.Image:
    match block:
        case Rule():
            return _rule(block.line, scale.width)
        case Space():
            return _blank(scale.width, round(block.mm * DOTS_PER_MM))
        case CopyMark():
            return _copy_mark(block, scale)
        case Cut():
            return _blank(scale.width, 0)


def paint(block: Block, scale: Scale) -> Image.Image:
    """Draw one block as a grey strip of the paper's width; a cut draws nothing."""
    match block:
        case Heading():
            return _heading(block, scale)
        case Text():
            return _text(block, scale)
        case KeyValues():
            return _key_values(block, scale)
        case Table():
            return _table(block, scale)
        case QrCode():
            return _qr(block, scale)
        case Signatures():
            return _signatures(block, scale)
        case Mongolian():
            return _mongolian(block, scale)
        case _:
            return _ornament(block, scale)


def scale_for(width: int, large: bool = False) -> Scale:
    """Return the type sizes for a width in dots.

    Raises ValueError for a width no printer here has and for large print on 384 dots.
    """
    if width not in _SCALES:
        raise ValueError(f"{width} dots: known widths are {', '.join(map(str, _SCALES))}")
    if not large:
        return _SCALES[width]
    if width != _LARGE.width:
        raise ValueError(f"{width} dots are too narrow for large print")
    return _LARGE


def two_level(strip: Image.Image) -> Image.Image:
    """Cut grey to mode ``1``: 0 = ink."""
    return strip.point(lambda value: 255 if value > _THRESHOLD else 0, "1")
