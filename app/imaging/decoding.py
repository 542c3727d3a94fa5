"""Inside the worker: a foreign file to pages, one at a time, nothing kept."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw as pdfium_c

from app.imaging.errors import Damaged, Encrypted, TooLarge, Unreadable, Unsupported
from app.imaging.kinds import Kind
from app.imaging.limits import Limits
from app.imaging.page import Page, page_of
from app.imaging.raster import (
    A4_INCHES,
    DECODE_ERRORS,
    Fit,
    check_pixels,
    fit_a4,
    fit_picture,
    load_fitted,
    open_picture,
)

# A picture taller than this many times its width is a long screenshot: fitted onto one sheet nobody could
# read it, so it is cut into sheets that overlap by a few lines.
STRIP_RATIO = 2.4
STRIP_MIN_WIDTH = 240
OVERLAP = 0.04
# A PDF ends with its cross-reference pointer; some programs leave a little rubbish after it.
TAIL_BYTES = 4096


def decode(path: Path, kind: Kind, limits: Limits) -> Iterator[int | Page]:
    """Yield first the number of pages, then each page in order.

    Raises Damaged, Encrypted, TooLarge, Unreadable or Unsupported.
    """
    try:
        if kind is Kind.PDF:
            yield from _pdf(path, limits)
        else:
            yield from _picture(path, kind, limits)
    except MemoryError:
        raise TooLarge("memory", None, limits.memory_bytes) from None


# ---- pictures ----------------------------------------------------------------------------------


def _picture(path: Path, kind: Kind, limits: Limits) -> Iterator[int | Page]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise Unreadable(diagnostics={"errno": error.errno or 0}) from None
    with stream, open_picture(stream, limits) as image:
        if kind is Kind.TIFF:
            yield from _tiff(image, limits)
        else:
            yield from _single(image, kind, limits)


def _single(image: Image.Image, kind: Kind, limits: Limits) -> Iterator[int | Page]:
    strip = _strip_fit(image.width, image.height, limits.dpi)
    if strip is None:
        fit = fit_picture(image, limits.dpi)
        yield 1
        yield page_of(load_fitted(image, fit, limits), fit.dpi, kind.value)
        return
    upright = load_fitted(image, strip, limits)
    if upright.width > upright.height:  # its orientation says it is a panorama, not a strip
        fit = fit_a4(upright.width, upright.height, None, limits.dpi)
        yield 1
        yield page_of(upright.resize((fit.width, fit.height)), fit.dpi, kind.value)
        return
    cuts = _cuts(upright.width, upright.height)
    if len(cuts) > limits.max_pages:
        raise TooLarge("pages", len(cuts), limits.max_pages)
    yield len(cuts)
    for top, bottom in cuts:
        yield page_of(upright.crop((0, top, upright.width, bottom)), strip.dpi, kind.value)


def _strip_fit(width: int, height: int, dpi: int) -> Fit | None:
    """Return the size of a long strip as wide as A4, or None when the picture is not one."""
    if width < STRIP_MIN_WIDTH or height < STRIP_RATIO * width:
        return None
    sheet = fit_a4(width, width * A4_INCHES[1] / A4_INCHES[0], None, dpi)
    return Fit(sheet.width, round(height * sheet.width / width), sheet.dpi)


def _cuts(width: int, height: int) -> list[tuple[int, int]]:
    sheet = round(width * A4_INCHES[1] / A4_INCHES[0])
    step = max(1, round(sheet * (1 - OVERLAP)))
    count = max(1, math.ceil((height - sheet) / step) + 1)
    return [(number * step, min(height, number * step + sheet)) for number in range(count)]


def _tiff(image: Image.Image, limits: Limits) -> Iterator[int | Page]:
    frames = _tiff_frames(image, limits.max_pages)
    yield frames
    for index in range(frames):
        yield _tiff_page(image, index, limits)


def _tiff_page(image: Image.Image, index: int, limits: Limits) -> Page:
    try:
        image.seek(index)
        check_pixels(image, limits)
        fit = fit_picture(image, limits.dpi)
        return page_of(load_fitted(image, fit, limits), fit.dpi, Kind.TIFF.value)
    except Damaged as problem:
        raise Damaged(index + 1, diagnostics=problem.diagnostics) from None
    except DECODE_ERRORS as error:
        raise Damaged(index + 1, diagnostics={"cause": type(error).__name__}) from None


def _tiff_frames(image: Image.Image, max_pages: int) -> int:
    """Count directory by directory, so that a file claiming millions costs only ``max_pages`` steps."""
    frames = 1
    try:
        while True:
            image.seek(frames)
            frames += 1
            if frames > max_pages:
                raise TooLarge("pages", None, max_pages)
    except EOFError:
        image.seek(0)
        return frames
    except DECODE_ERRORS as error:
        raise Damaged(frames + 1, diagnostics={"cause": type(error).__name__}) from None


# ---- PDF ---------------------------------------------------------------------------------------


def _pdf(path: Path, limits: Limits) -> Iterator[int | Page]:
    _check_tail(path)
    document = _open_pdf(path)
    try:
        pages = len(document)
        if pages > limits.max_pages:
            raise TooLarge("pages", pages, limits.max_pages)
        if pages < 1:
            raise Damaged(diagnostics={"cause": "no pages"})
        yield pages
        for index in range(pages):
            yield _pdf_page(document, index, limits.dpi)
    finally:
        document.close()


def _check_tail(path: Path) -> None:
    """Raise Damaged when the end of the file is missing.

    PDFium would rebuild the table and quietly leave out the pages that are gone.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - TAIL_BYTES))
            tail = stream.read(TAIL_BYTES)
    except OSError as error:
        raise Unreadable(diagnostics={"errno": error.errno or 0}) from None
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise Damaged(diagnostics={"cause": "the end is missing"})


def _open_pdf(path: Path) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path)
        document.init_forms()
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise Encrypted from None
        if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
            raise Unsupported("this encryption") from None
        raise Damaged(diagnostics={"pdfium": error.err_code or 0}) from None
    return document


def _pdf_page(document: pdfium.PdfDocument, index: int, dpi: int) -> Page:
    """Draw one page with its annotations and filled-in form fields."""
    try:
        page = document[index]
        try:
            width, height = page.get_size()
            if not (width > 0 and height > 0 and math.isfinite(width * height)):
                raise Damaged(index + 1, diagnostics={"cause": "page size"})
            fit = fit_a4(width * 1000 / 72, height * 1000 / 72, 1000.0, dpi)
            bitmap = page.render(scale=_scale(width, height, fit), rev_byteorder=True)
            try:
                image = bitmap.to_pil().convert("RGB")
            finally:
                bitmap.close()
        finally:
            page.close()
    except pdfium.PdfiumError:
        raise Damaged(index + 1, diagnostics={"cause": "pdfium"}) from None
    return page_of(image, fit.dpi, Kind.PDF.value)


def _scale(width: float, height: float, fit: Fit) -> float:
    return min(fit.width / width, fit.height / height)
