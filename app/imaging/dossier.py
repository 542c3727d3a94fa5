"""Bind pages into one PDF: every JPEG goes in as it is, one page in memory at a time.

reportlab keeps every page until the end and joins them twice (about three times the size of the PDF in
memory, see ``benchmarks/bench_imaging.py``); a dossier may have hundreds of pages and a counter PC little
memory. So the few objects a picture PDF needs (ISO 32000-1, 7.5 and 8.9) are written here as the pages
come by, and reportlab stays with the documents that have text.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from app.imaging.errors import Damaged
from app.imaging.page import Page
from app.imaging.raster import DECODE_ERRORS

_COLOUR_SPACES = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}
# The second line marks the file as binary (ISO 32000-1, 7.5.2).
_HEADER = b"%PDF-1.4\n%\xe4\xb8\x80\xe7\xaa\x97\n"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to come: ``kind`` is the bookmark it stands under, ``load`` fetches it when its turn comes."""

    kind: str
    load: Callable[[], Page]


def bind(sheets: Iterable[Sheet], *, title: str, on_progress: Callable[[int], None] | None = None) -> bytes:
    """Return the PDF of all sheets; see ``bind_into``."""
    out = io.BytesIO()
    bind_into(out, sheets, title=title, on_progress=on_progress)
    return out.getvalue()


def bind_into(
    out: BinaryIO, sheets: Iterable[Sheet], *, title: str, on_progress: Callable[[int], None] | None = None
) -> int:
    """Write the PDF of all sheets, in order, from the current position of ``out``; return the pages.

    Paper size is pixels / dpi. A bookmark opens each run of sheets of one kind. The same sheets and title
    give the same bytes: no date, and an identifier made of the content. ``on_progress`` gets the number
    of pages written so far. Raises ValueError for no sheets, Damaged(page) for a picture that is not
    what its page says, and lets through what ``load`` or ``out`` raise; then ``out`` holds half a file.
    """
    writer = _Writer(out)
    pages: list[int] = []
    marks: list[tuple[str, int]] = []
    tree = writer.reserve()
    for sheet in sheets:
        reference = _write_page(writer, tree, sheet.load(), len(pages) + 1)
        pages.append(reference)
        if not marks or marks[-1][0] != sheet.kind:
            marks.append((sheet.kind, reference))
        if on_progress is not None:
            on_progress(len(pages))
    if not pages:
        raise ValueError("a dossier needs a page")
    kids = b" ".join(b"%d 0 R" % reference for reference in pages)
    writer.put(tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids))
    outlines = _write_outlines(writer, marks)
    catalog = writer.add(
        b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode/UseOutlines"
        b"/ViewerPreferences<</DisplayDocTitle true>>>>" % (tree, outlines)
    )
    info = writer.add(b"<</Title %b/Producer(Yichuang)>>" % _text(title))
    writer.finish(catalog, info)
    return len(pages)


class _Writer:
    """Numbered objects written one after another, their places kept for the table at the end."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._position = 0
        self._places: list[int] = []
        self._digest = hashlib.sha256()
        self._write(_HEADER)

    def reserve(self) -> int:
        """Return the number of an object that is written later."""
        self._places.append(0)
        return len(self._places)

    def put(self, number: int, body: bytes) -> None:
        """Write a reserved object."""
        self._places[number - 1] = self._position
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def add(self, body: bytes) -> int:
        """Write a new object and return its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def add_stream(self, entries: bytes, data: bytes) -> int:
        """Write a new stream with the given dictionary entries and return its number."""
        number = self.reserve()
        self._places[number - 1] = self._position
        self._write(b"%d 0 obj\n<<%b/Length %d>>stream\n" % (number, entries, len(data)))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")
        return number

    def finish(self, catalog: int, info: int) -> None:
        """Write the cross-reference table and the trailer."""
        start, size = self._position, len(self._places) + 1
        rows = b"".join(b"%010d 00000 n \n" % place for place in self._places)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, rows))
        identity = self._digest.hexdigest()[:32].encode()
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, catalog, info, identity, identity, start)
        )

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._position += len(data)


def _write_page(writer: _Writer, tree: int, page: Page, number: int) -> int:
    """Write picture, content and page object; return the number of the page object."""
    entries, data = _picture(page, number)
    picture = writer.add_stream(entries, data)
    across, down = (_number(inches * 72) for inches in page.inches)
    content = writer.add_stream(b"", b"%b 0 0 %b 0 0 cm /P Do" % (across, down))
    return writer.add(
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %b %b]/Contents %d 0 R"
        b"/Resources<</XObject<</P %d 0 R>>>>>>" % (tree, across, down, content, picture)
    )


def _picture(page: Page, number: int) -> tuple[bytes, bytes]:
    """Return the dictionary entries and the data of the picture of a page. Raises Damaged."""
    try:
        with Image.open(io.BytesIO(page.data), formats=("JPEG", "PNG")) as image:
            if image.size != (page.width, page.height):
                raise Damaged(number, diagnostics={"cause": "size"})
            if page.media_type == "image/jpeg" and image.format in {"JPEG", "MPO"}:
                mode, coding, data = image.mode, b"/DCTDecode", page.data
            else:
                flat = image.convert("L" if image.mode in {"1", "L"} else "RGB")
                mode, coding, data = flat.mode, b"/FlateDecode", zlib.compress(flat.tobytes(), 6)
    except DECODE_ERRORS as error:
        raise Damaged(number, diagnostics={"cause": type(error).__name__}) from None
    if mode not in _COLOUR_SPACES:
        raise Damaged(number, diagnostics={"cause": f"mode {mode}"})
    entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%b/Filter%b" % (
        page.width, page.height, _COLOUR_SPACES[mode], coding,
    )  # fmt: skip
    return entries, data


def _write_outlines(writer: _Writer, marks: list[tuple[str, int]]) -> int:
    """Write one flat list of bookmarks and return the number of its root."""
    root = writer.reserve()
    numbers = [writer.reserve() for _ in marks]
    for index, (label, page) in enumerate(marks):
        before = b"/Prev %d 0 R" % numbers[index - 1] if index else b""
        after = b"/Next %d 0 R" % numbers[index + 1] if index + 1 < len(numbers) else b""
        body = b"<</Title %b/Parent %d 0 R/Dest[%d 0 R/Fit]%b%b>>" % (_text(label), root, page, before, after)
        writer.put(numbers[index], body)
    first_last = (numbers[0], numbers[-1], len(numbers))
    writer.put(root, b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % first_last)
    return root


def _text(text: str) -> bytes:
    """Return a text string in UTF-16BE as hex, every character kept but controls (ISO 32000-1, 7.9.2.2)."""
    shown = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})
    return b"<feff" + shown.encode("utf-16-be").hex().encode() + b">"


def _number(value: float) -> bytes:
    return b"%.2f" % value
