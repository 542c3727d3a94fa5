"""Pictures inside a document: QR codes and drawn signatures."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import qrcode
from PIL import Image, ImageOps, UnidentifiedImageError
from qrcode.constants import ERROR_CORRECT_M

from printing.errors import BadImage

QUIET = 4  # modules of white around a code, ISO/IEC 18004:2015, 6.3.8
_MAX_PIXELS = 4_000_000


@lru_cache(maxsize=32)
def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a QR code (byte mode UTF-8, level M) without its quiet zone, True = dark.

    Raises ValueError if the text is longer than a QR code can hold (2331 bytes).
    """
    data = text.encode()
    if len(data) > 2331:
        raise ValueError(f"{len(data)} bytes do not fit into a QR code of level M")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(data)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def qr_image(text: str, dots: int) -> Image.Image:
    """Draw a QR code with its quiet zone as ``L``, whole dots a module, about ``dots`` wide."""
    matrix = qr_matrix(text)
    side = len(matrix) + 2 * QUIET
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(matrix, QUIET):
        for x, dark in enumerate(row, QUIET):
            if dark:
                image.putpixel((x, y), 0)
    scale = max(dots // side, 1)
    return image.resize((side * scale, side * scale), Image.Resampling.NEAREST)


def signature(png: bytes) -> Image.Image:
    """Return a drawn signature as ``L``, black on white, cropped to its ink.

    Raises BadImage for anything that is not a PNG of at most 4 megapixels.
    """
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as file:
            if file.width * file.height > _MAX_PIXELS:
                raise BadImage(f"a signature of {file.width}×{file.height} pixels")
            picture = file.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadImage("a signature is not a readable PNG") from error
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture)
    grey = flat.convert("L")
    ink = ImageOps.invert(grey).getbbox()
    return grey.crop(ink) if ink else grey
