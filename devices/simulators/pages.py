"""A4 pages for the simulated scanner: a complaint, an IOU, transfer records. All persons are invented."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH_MM, HEIGHT_MM = 210, 297
_FONT = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "NotoSerifSC-Regular.ttf"
_PAPER, _INK, _RED = (250, 249, 246), (24, 24, 28), (196, 40, 34)
_JPEG_QUALITY = 85
_MM_PER_INCH = 25.4

_COMPLAINT = (
    "原告：张𬭎，男，1973年3月5日出生，汉族，住北京市朝阳区示范路100号院。",
    "被告：巴特尔·苏和，男，1985年2月28日出生，蒙古族，住内蒙古自治区锡林郭勒盟正蓝旗。",
    "诉讼请求：",
    "1. 判令被告偿还借款本金人民币80000元及利息；",
    "2. 判令被告承担本案诉讼费用。",
    "事实与理由：",
    "2023年4月12日，被告因经营周转向原告借款人民币80000元，双方约定借期一年，年利率百分之三。",
    "原告当日通过银行转账交付全部款项，被告出具借条一张。借期届满后，原告多次催要，被告至今未还。",
    "为维护原告的合法权益，根据《中华人民共和国民法典》第六百七十五条之规定，诉至贵院，请依法裁判。",
    "此致",
    "呼和浩特市示范区人民法院",
)
_IOU = (
    "今借到张𬭎现金人民币捌万元整（￥80000.00），用于经营周转。",
    "借期一年，自2023年4月12日起至2024年4月11日止，年利率百分之三，到期一次还本付息。",
)
_ROWS = (
    ("日期", "对方户名", "摘要", "金额"),
    ("2023-04-12", "巴特尔·苏和", "借款", "-50,000.00"),
    ("2023-04-12", "巴特尔·苏和", "借款", "-30,000.00"),
    ("2023-07-12", "巴特尔·苏和", "利息", "600.00"),
    ("2023-10-12", "巴特尔·苏和", "利息", "600.00"),
    ("2024-01-12", "李思雨", "货款", "1,280.00"),
)
_COLUMNS_MM = (25, 65, 110, 140, 185)


class _Sheet:
    """An A4 page measured in millimetres."""

    def __init__(self, dpi: int) -> None:
        self._scale = dpi / _MM_PER_INCH
        self.image = Image.new("RGB", (self.px(WIDTH_MM), self.px(HEIGHT_MM)), _PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def px(self, mm: float) -> int:
        return round(mm * self._scale)

    def text(self, x: float, y: float, words: str, size: float = 4.6, anchor: str = "la") -> None:
        font = _font(max(6, self.px(size)))
        self.draw.text((self.px(x), self.px(y)), words, font=font, fill=_INK, anchor=anchor)

    def paragraphs(self, y: float, paragraphs: Sequence[str], size: float = 4.6, line: float = 9) -> float:
        """Write paragraphs between the margins, two characters indented; return where the next begins."""
        for paragraph in paragraphs:
            for words in self._lines("　　" + paragraph, size):
                self.text(28, y, words, size)
                y += line
        return y

    def _lines(self, text: str, size: float) -> list[str]:
        """Break by width; a punctuation mark may hang over the margin, never begin a line."""
        font, width = _font(max(6, self.px(size))), self.px(WIDTH_MM - 2 * 28)
        lines = [""]
        for char in text:
            if font.getlength(lines[-1] + char) > width and char not in "，。、；：）":
                lines.append("")
            lines[-1] += char
        return lines

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.draw.line([self.px(v) for v in (x0, y0, x1, y1)], fill=_INK, width=max(1, self.px(0.3)))

    def seal(self, x: float, y: float, words: str) -> None:
        """A round red seal of 38 mm with its words across."""
        box = [self.px(v) for v in (x - 19, y - 19, x + 19, y + 19)]
        self.draw.ellipse(box, outline=_RED, width=max(2, self.px(1.1)))
        self.draw.text((self.px(x), self.px(y)), words, font=_font(self.px(4)), fill=_RED, anchor="mm")


@lru_cache(maxsize=16)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), pixels)


def _complaint(sheet: _Sheet, number: int) -> None:
    sheet.text(WIDTH_MM / 2, 28, "民 事 起 诉 状", 8, anchor="ma")
    end = sheet.paragraphs(48, _COMPLAINT)
    sheet.text(120, end + 10, "具状人：张𬭎")
    sheet.text(120, end + 20, "2024年6月3日")
    _foot(sheet, number)


def _iou(sheet: _Sheet, number: int) -> None:
    sheet.text(WIDTH_MM / 2, 40, "借　条", 10, anchor="ma")
    end = sheet.paragraphs(66, _IOU, size=5.6, line=13)
    sheet.text(110, end + 15, "借款人：巴特尔·苏和", 5.6)
    sheet.text(110, end + 30, "2023年4月12日", 5.6)
    _foot(sheet, number)


def _transfers(sheet: _Sheet, number: int) -> None:
    sheet.text(WIDTH_MM / 2, 28, "账户交易明细", 7, anchor="ma")
    sheet.text(25, 44, "户名：张𬭎　　账号：6222 **** **** 0019", 4)
    top, height = 55, 10
    bottom = top + height * len(_ROWS)
    for row, cells in enumerate(_ROWS):
        for x, cell in zip(_COLUMNS_MM, cells, strict=False):
            sheet.text(x + 2, top + row * height + 3, cell, 4)
    for row in range(len(_ROWS) + 1):
        sheet.rule(_COLUMNS_MM[0], top + row * height, _COLUMNS_MM[-1], top + row * height)
    for x in _COLUMNS_MM:
        sheet.rule(x, top, x, bottom)
    sheet.seal(155, bottom + 30, "业务专用章")
    _foot(sheet, number)


def _foot(sheet: _Sheet, number: int) -> None:
    sheet.text(WIDTH_MM / 2, HEIGHT_MM - 16, f"第 {number} 页", 3.6, anchor="ma")


_KINDS = (_complaint, _iou, _transfers)


@lru_cache(maxsize=8)
def drawn(index: int, dpi: int, colour: bool) -> Image.Image:
    """Draw page ``index`` (from 0; the three kinds take turns), A4 at ``dpi``, mode RGB or L."""
    sheet = _Sheet(dpi)
    _KINDS[index % len(_KINDS)](sheet, index + 1)
    return sheet.image if colour else sheet.image.convert("L")


def from_file(path: Path, dpi: int, colour: bool) -> Image.Image:
    """Load a picture and fit it to A4 at ``dpi``."""
    size = (round(WIDTH_MM / _MM_PER_INCH * dpi), round(HEIGHT_MM / _MM_PER_INCH * dpi))
    with Image.open(path) as picture:
        return picture.convert("RGB" if colour else "L").resize(size)


def jpeg(image: Image.Image, dpi: int, most_pixels: tuple[int, int]) -> bytes:
    """Crop to ``most_pixels`` (width, height) and encode."""
    width, height = min(image.width, most_pixels[0]), min(image.height, most_pixels[1])
    target = io.BytesIO()
    image.crop((0, 0, width, height)).save(target, "JPEG", quality=_JPEG_QUALITY, dpi=(dpi, dpi))
    return target.getvalue()
