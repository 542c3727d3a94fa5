"""A document as an A4 PDF: embedded subset fonts, searchable rare names, the same bytes for the same input.

Pages follow the margins of official papers (GB/T 9704-2012, 5.2: 28 mm left, 26 mm right). Rolls have no
PDF of their own: a ticket sent to a page printer becomes a page.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printing import pdf_archive
from printing.fonts import Font, Style
from printing.layout import Document, Signatures, Space, Text
from printing.pdf_blocks import HAIR, pieces
from printing.pdf_fonts import draw, ensure, width
from printing.pdf_grid import Piece
from printing.pdf_sizes import Type, type_of
from printing.text import printable

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 28 * mm, 26 * mm, 25 * mm, 25 * mm
ROOM = _PAGE_WIDTH - _LEFT - _RIGHT
HEIGHT = _PAGE_HEIGHT - _TOP - _BOTTOM

# reportlab's TTFont keeps which glyphs are used per document but builds them in shared objects.
_one_at_a_time = threading.Lock()


def _flow(document: Document, of: Type) -> Iterator[Piece]:
    """Yield all pieces; the text before a place to sign stays with it, so that no one signs an empty page."""
    blocks = document.blocks
    for number, block in enumerate(blocks):
        after = next((later for later in blocks[number + 1 :] if not isinstance(later, Space)), None)
        holds = isinstance(after, Signatures) and isinstance(block, Text | Space)
        for piece in pieces(block, of):
            yield replace(piece, keep=True) if holds else piece


def _groups(every: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces that belong on one page, as far as they fit on half of one."""
    group: list[Piece] = []
    used = 0.0
    for piece in every:
        if group and used + piece.height > HEIGHT / 2:
            yield group
            group, used = [], 0.0
        group.append(piece)
        used += piece.height
        if not piece.keep:
            yield group
            group, used = [], 0.0
    if group:
        yield group


def _pages(every: Iterable[Piece]) -> list[list[Piece]]:
    """Fill pages from the top; a page that begins inside a table begins with the table's head."""
    pages: list[list[Piece]] = [[]]
    used = 0.0
    for group in _groups(every):
        needed = sum(piece.height for piece in group)
        if pages[-1] and used + needed > HEIGHT:
            head = group[0].head
            pages.append([head] if head else [])
            used = head.height if head else 0.0
        pages[-1] += group
        used += needed
    return pages


def _set(document: Document) -> tuple[Type, list[list[Piece]]]:
    """Return the pages, set closer if that saves one: one that holds only a place to sign is a bad page."""
    of = type_of(document.large, ROOM)
    pages = _pages(_flow(document, of))
    if len(pages) == 1:
        return of, pages
    closer = type_of(document.large, ROOM, close=True)
    fewer = _pages(_flow(document, closer))
    return (closer, fewer) if len(fewer) < len(pages) else (of, pages)


def _fitting(text: str, room: float, size: float) -> str:
    """Return a running line, cut with an ellipsis if it is wider than its room."""
    if width(text, Style.SERIF, size) <= room:
        return text
    while text and width(f"{text}…", Style.SERIF, size) > room:
        text = text[:-1]
    return f"{text}…"


def _running(canvas: Canvas, left: str, right: str, y: float, size: float) -> None:
    """Draw one line at the edge of a page: what is at the right is whole, the left gives way."""
    used = width(right, Style.SERIF, size)
    left = _fitting(left, ROOM - used - 2 * size, size)
    draw(canvas, (_LEFT, y), left, Style.SERIF, size)
    draw(canvas, (_LEFT + ROOM - used, y), right, Style.SERIF, size)


def _title(document: Document, number: str, size: float) -> str:
    """Return what the paper is called; where court and name do not fit, the name alone."""
    title, name = printable(document.title), printable(document.metadata.subject)
    room = ROOM - width(number, Style.SERIF, size) - 2 * size
    return name if name and width(title, Style.SERIF, size) > room else title


def _edge(canvas: Canvas, document: Document, of: Type, page: int, pages: int) -> None:
    """Draw the running head (from page 2 on) and the foot."""
    size = of.edge
    canvas.setLineWidth(HAIR)
    if page > 1:
        y = _PAGE_HEIGHT - 18 * mm
        number = _fitting(printable(document.metadata.identifier), ROOM / 2, size)
        _running(canvas, _title(document, number, size), number, y, size)
        canvas.line(_LEFT, y - 4, _LEFT + ROOM, y - 4)
    label = printable(document.page_label.format(page=page, pages=pages))
    _running(canvas, printable(document.footer), label, 16 * mm, size)


def _canvas(target: BytesIO) -> Canvas:
    return Canvas(
        target,
        pagesize=A4,
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
        # Without a first font of ours every file names Helvetica, which is not embedded.
        initialFontName=ensure(Font.SERIF),  # type: ignore[arg-type]  # the stubs ask for a float
        lang="zh-CN",
    )


def render(document: Document) -> bytes:
    """Return the PDF file of a document; the same document gives the same bytes.

    Raises BadImage for a signature that is no PNG and ValueError for a QR text that is too long.
    """
    with _one_at_a_time:
        target = BytesIO()
        canvas = _canvas(target)
        pdf_archive.describe(canvas, document)
        of, pages = _set(document)
        for number, page in enumerate(pages, 1):
            y = _PAGE_HEIGHT - _TOP
            for piece in page:
                piece.draw(canvas, _LEFT, y)
                y -= piece.height
            _edge(canvas, document, of, number, len(pages))
            canvas.showPage()
        canvas.save()
        return target.getvalue()


def warm_up() -> None:
    """Register the fonts every paper needs (about 0.3 s), so that the first one is not late."""
    ensure(Font.SERIF)
    ensure(Font.SANS_BOLD)
