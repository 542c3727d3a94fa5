"""Shipped fonts inside reportlab: registered when first needed, drawn in runs, searchable afterwards.

Two mends of reportlab 5.1 are installed before the first font is registered:

* its ToUnicode map writes characters beyond U+FFFF as five hexadecimal digits where UTF-16BE is asked for
  (ISO 32000-1, 9.10.3), so that 张𬭎 is found as 张Ⲵ in an archived PDF;
* it writes ``endstream`` straight after the data, where PDF/A asks for a line end (ISO 19005-2, 6.1.7.1).

``tests/unit/test_pdf_fonts.py`` fails when reportlab no longer needs one of them.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

from printing.fonts import Font, Style, runs

_BEYOND_BMP = re.compile(r"^(<[0-9A-F]{2}> )<([0-9A-F]{5,6})>$", re.MULTILINE)
_END = b"endstream\n"
_PRIVATE = re.compile(r"^(<[0-9A-F]{2}> )<(E[0-9A-F]{3})>$", re.MULTILINE)
_FIRST_PRIVATE = 0xE000
_letters: dict[int, str] = {}

_lock = threading.Lock()
_ready: set[Font] = set()
_original_map = ttfonts.makeToUnicodeCMap
_original_stream = pdfdoc.PDFStream.format


def _utf16(match: re.Match[str]) -> str:
    code = chr(int(match[2], 16)).encode("utf-16-be").hex().upper()
    return f"{match[1]}<{code}>"


def _mended_map(fontname: str, subset: list[int]) -> str:
    drawn = _BEYOND_BMP.sub(_utf16, _original_map(fontname, subset))
    if Font.MONGOLIAN.value.encode() in fontname.encode() and _letters:
        drawn = _PRIVATE.sub(_as_letters, drawn)
    return drawn


def _as_letters(match: re.Match[str]) -> str:
    said = _letters.get(int(match[2], 16), "\ufffd").encode("utf-16-be").hex().upper()
    return f"{match[1]}<{said}>"


def code_of(font: ttfonts.TTFont, glyph: int, letters: str) -> int:
    """Return a character that draws this glyph: its own or a private one, extracted as ``letters``."""
    face: Any = font.face  # the stubs leave out what shaping added
    known = face.glyphToChar.get(glyph)
    if known:
        return int(known[0])
    code = _FIRST_PRIVATE + len(_letters)
    _letters[code] = letters or "\ufffd"
    face.charToGlyph[code] = glyph
    face.glyphToChar[glyph] = [code]
    face.charWidths[code] = face.hmetrics[glyph][0]
    return code


def _mended_stream(stream: pdfdoc.PDFStream, document: object) -> bytes:
    data: bytes = _original_stream(stream, document)
    return data.removesuffix(_END) + b"\n" + _END


def ensure(font: Font) -> str:
    """Register a font once (0.1–0.3 s) and return the name reportlab knows it by. Safe from any thread."""
    with _lock:
        if font not in _ready:
            ttfonts.makeToUnicodeCMap = _mended_map
            pdfdoc.PDFStream.format = _mended_stream  # type: ignore[assignment, method-assign]
            pdfmetrics.registerFont(ttfonts.TTFont(font.value, str(font.path)))
            _ready.add(font)
    return font.value


@lru_cache(maxsize=16384)
def width(text: str, style: Style, size: float) -> float:
    """Return the width of ``text`` in points at ``size`` points."""
    return sum(pdfmetrics.stringWidth(run.text, ensure(run.font), size) for run in runs(text, style))


def draw(
    canvas: Canvas,
    at: tuple[float, float],
    text: str,
    style: Style,
    size: float,
    outline: float = 0.0,
    spread: float = 0.0,
) -> None:
    """Draw one line with the left end of its baseline at ``at`` (points from the lower left corner).

    ``outline`` in points makes every stroke heavier; a rare character in bold text always gets one, because
    its font has no bold.
    """
    if not text:
        return
    canvas.saveState()
    canvas.setLineWidth(outline or size / 30)
    line = canvas.beginText(*at)
    line.setCharSpace(spread)
    for run in runs(text, style):
        heavier = outline or (style is Style.BOLD and run.font is Font.RARE)
        line.setFont(ensure(run.font), size)
        line.setTextRenderMode(2 if heavier else 0)
        line.textOut(run.text)
    canvas.drawText(line)
    canvas.restoreState()
