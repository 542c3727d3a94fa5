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
from printing.pdf_blocks import HAIR, Piece, pieces
from printing.pdf_fonts import draw, ensure, width
from printing.text import printable

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 28 * mm, 26 * mm, 25 * mm, 25 * mm
ROOM = _PAGE_WIDTH - _LEFT - _RIGHT
HEIGHT = _PAGE_HEIGHT - _TOP - _BOTTOM

# reportlab's TTFont keeps which glyphs are used per document but builds them in shared objects.
_one_at_a_time = threading.Lock()


def _flow(document: Document) -> Iterator[Piece]:
    """Yield all pieces; the text before a place to sign stays with it, so that no one signs an empty page."""
    blocks = document.blocks
    for number, block in enumerate(blocks):
        after = next((later for later in blocks[number + 1 :] if not isinstance(later, Space)), None)
        holds = isinstance(after, Signatures) and isinstance(block, Text | Space)
        for piece in pieces(block, ROOM):
            yield replace(piece, keep=True) if holds else piece


def _groups(every: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces that belong on one page."""
    group: list[Piece] = []
    for piece in every:
        group.append(piece)
        if not piece.keep:
            yield group
            group = []
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


def _edge(canvas: Canvas, document: Document, page: int, pages: int) -> None:
    """Draw the running head (from page 2 on) and the foot."""
    size = 9.0
    canvas.setLineWidth(HAIR)
    if page > 1:
        y = _PAGE_HEIGHT - 18 * mm
        number = printable(document.metadata.identifier)
        draw(canvas, (_LEFT, y), printable(document.title), Style.SERIF, size)
        draw(canvas, (_LEFT + ROOM - width(number, Style.SERIF, size), y), number, Style.SERIF, size)
        canvas.line(_LEFT, y - 4, _LEFT + ROOM, y - 4)
    y = 16 * mm
    label = document.page_label.format(page=page, pages=pages)
    draw(canvas, (_LEFT, y), printable(document.footer), Style.SERIF, size)
    draw(canvas, (_LEFT + ROOM - width(label, Style.SERIF, size), y), label, Style.SERIF, size)


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
        pages = _pages(_flow(document))
        for number, page in enumerate(pages, 1):
            y = _PAGE_HEIGHT - _TOP
            for piece in page:
                piece.draw(canvas, _LEFT, y)
                y -= piece.height
            _edge(canvas, document, number, len(pages))
            canvas.showPage()
        canvas.save()
        return target.getvalue()


def warm_up() -> None:
    """Register the fonts every paper needs (about 0.3 s), so that the first one is not late."""
    ensure(Font.SERIF)
    ensure(Font.SANS_BOLD)
