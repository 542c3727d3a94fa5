"""A piece of a page, to be shown beside what was read there."""

from __future__ import annotations

import io

from PIL import Image

from app.imaging.errors import Damaged
from app.imaging.raster import DECODE_ERRORS

_QUALITY = 85


def cut_out(data: bytes, box: tuple[float, float, float, float], turned: int, width: int) -> bytes:
    """Return a JPEG of the piece, at most ``width`` pixels wide.

    ``box`` is left, top, right, bottom in fractions of the picture turned clockwise by ``turned`` degrees; a
    margin of a tenth of its height is added. Raises Damaged.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            page = image.convert("L").rotate(-turned, expand=True)
    except DECODE_ERRORS as error:
        raise Damaged(diagnostics={"cause": type(error).__name__}) from None
    left, top, right, bottom = box
    margin = (bottom - top) * 0.1
    piece = page.crop(
        (
            round(left * page.width),
            max(0, round((top - margin) * page.height)),
            max(round(left * page.width) + 1, round(right * page.width)),
            max(round(top * page.height) + 1, min(page.height, round((bottom + margin) * page.height))),
        )
    )
    piece.thumbnail((width, width), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    piece.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
