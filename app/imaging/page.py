"""One page as it is kept: upright, A4-sized, compressed, free of metadata."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image

from app.imaging.errors import Damaged, EmptyFile
from app.imaging.kinds import HEAD_BYTES, Kind, recognise
from app.imaging.limits import DEFAULT_DPI, DEFAULT_LIMITS
from app.imaging.raster import DECODE_ERRORS, encode_jpeg, fit_picture, load_fitted, open_picture

MediaType = Literal["image/jpeg", "image/png"]
THUMBNAIL_QUALITY = 70
# A pixel is ink when it is this much darker than the paper (0–255); paper noise stays well below.
INK_STEP = 40
INK_SHARE = 0.0002


@dataclass(frozen=True, slots=True)
class Page:
    """A page picture: ``width`` × ``height`` pixels at ``dpi``, ``data`` in the format of ``media_type``.

    ``source`` says by what way it came (pdf, jpeg, png, tiff, camera, scanner …), never a file name.
    """

    data: bytes = field(repr=False)
    media_type: MediaType
    width: int
    height: int
    dpi: int
    source: str

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height on paper."""
        return self.width / self.dpi, self.height / self.dpi


def page_of(image: Image.Image, dpi: int, source: str) -> Page:
    """Encode a finished picture (mode L or RGB, any size above 0) as a page."""
    return Page(encode_jpeg(image, dpi), "image/jpeg", image.width, image.height, dpi, source)


def normalise(image_bytes: bytes, dpi: int = DEFAULT_DPI, *, source: str = "image") -> Page:
    """Turn a JPEG, PNG or TIFF picture from one of our own devices into a page.

    Decodes in this process: foreign files go through ``import_file``. The same bytes and ``dpi`` give
    the same page. Raises EmptyFile, Unsupported, Damaged or TooLarge.
    """
    if not image_bytes:
        raise EmptyFile
    if recognise(image_bytes[:HEAD_BYTES]) is Kind.PDF:
        raise Damaged(diagnostics={"cause": "a document, not a picture"})
    with open_picture(io.BytesIO(image_bytes), DEFAULT_LIMITS) as image:
        fit = fit_picture(image, dpi)
        return page_of(load_fitted(image, fit, DEFAULT_LIMITS), fit.dpi, source)


def thumbnail(page: Page, height: int) -> bytes:
    """Return the page as a JPEG ``height`` pixels tall, its aspect ratio kept, never enlarged.

    Raises Damaged; ValueError for a height below 1.
    """
    if height < 1:
        raise ValueError("height must be positive")
    height = min(height, page.height)
    size = (max(1, round(page.width * height / page.height)), height)
    small = _decoded(page, size).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=THUMBNAIL_QUALITY)
    return out.getvalue()


def is_blank(page: Page) -> bool:
    """Say whether the page is empty paper (2 % at each edge not looked at). Raises Damaged.

    Dark pictures are never blank: they are a failed exposure a person should see.
    """
    gray = _decoded(page, (page.width // 4 or 1, page.height // 4 or 1)).convert("L")
    factor = max(1, gray.width * 4 // page.width)
    small = gray.reduce(factor) if factor > 1 else gray
    edge_x, edge_y = small.width // 50, small.height // 50
    counts = small.crop((edge_x, edge_y, small.width - edge_x, small.height - edge_y)).histogram()
    total = sum(counts)
    paper = _median(counts, total)
    if paper < 100:
        return False
    return sum(counts[: max(0, paper - INK_STEP)]) <= INK_SHARE * total


def _median(counts: list[int], total: int) -> int:
    seen = 0
    for value, count in enumerate(counts):
        seen += count
        if seen * 2 >= total:
            return value
    return 0


def _decoded(page: Page, at_least: tuple[int, int]) -> Image.Image:
    """Decode a page to mode L or RGB; a JPEG may come smaller, but not below ``at_least``."""
    try:
        with Image.open(io.BytesIO(page.data), formats=("JPEG", "PNG")) as image:
            if image.size != (page.width, page.height):
                raise Damaged(diagnostics={"cause": "size"})
            image.draft(None, at_least)
            image.load()
            return image.copy() if image.mode == "L" else image.convert("RGB")
    except DECODE_ERRORS as error:
        raise Damaged(diagnostics={"cause": type(error).__name__}) from None
