"""Pictures to page pixels: open within limits, turn upright, shrink to A4, encode without metadata.

Runs in the worker for foreign files and in our own process only for pictures of our own devices.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image, ImageChops, JpegImagePlugin, UnidentifiedImageError

from app.imaging.errors import Damaged, TooLarge
from app.imaging.limits import Limits

A4_INCHES = (8.2677, 11.6929)
# A picture may say its own resolution; outside this range it is a default (72, 96) or nonsense.
PLAUSIBLE_DPI = (100.0, 1200.0)
SMALLEST_DPI = 96
GRAY_QUALITY = 60
COLOUR_QUALITY = 68
# What Pillow raises on broken input; some decoders only warn, which strict runs turn into errors.
DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    Warning,
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FORMATS = ("JPEG", "PNG", "TIFF")


@dataclass(frozen=True, slots=True)
class Fit:
    """The pixels a page gets and the resolution at which they fill the paper."""

    width: int
    height: int
    dpi: int


def fit_a4(width: float, height: float, own_dpi: float | None, dpi: int) -> Fit:
    """Return the size of a page on A4, upright or lying, without enlarging it.

    A picture that says its resolution and fits on A4 keeps its size in millimetres (an identity card
    scanned at 300 dpi stays a card). Anything else fills the sheet in one direction; with too few pixels
    for ``dpi`` it keeps them at a lower resolution, not below ``SMALLEST_DPI``.
    """
    across, down = A4_INCHES if height >= width else A4_INCHES[::-1]
    if own_dpi is not None and width / own_dpi <= across * 1.05 and height / own_dpi <= down * 1.05:
        scale = min(1.0, dpi / own_dpi)
        out = min(own_dpi, dpi)
    else:
        scale = min(1.0, round(across * dpi) / width, round(down * dpi) / height)
        needed = max(width / across, height / down)
        out = dpi if scale < 1 else min(dpi, max(SMALLEST_DPI, math.ceil(needed)))
    return Fit(max(1, round(width * scale)), max(1, round(height * scale)), max(1, round(out)))


def open_picture(stream: BinaryIO, limits: Limits) -> Image.Image:
    """Open a JPEG, PNG or TIFF by its header and check its size before a pixel is decoded.

    Raises Damaged or TooLarge.
    """
    try:
        image = Image.open(stream, formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLarge("pixels", None, limits.max_pixels) from None
    except UnidentifiedImageError:
        raise Damaged(diagnostics={"cause": "header"}) from None
    except DECODE_ERRORS as error:
        raise Damaged(diagnostics={"cause": type(error).__name__}) from None
    check_pixels(image, limits)
    return image


def check_pixels(image: Image.Image, limits: Limits) -> None:
    """Raise TooLarge when the picture (or the current frame) says it has too many pixels."""
    limit = limits.max_pixels
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        limit = limits.max_pixels // 2 if image.info.get("progressive") else limits.max_jpeg_pixels
    pixels = image.width * image.height
    if pixels > limit:
        raise TooLarge("pixels", pixels, limit)


def own_resolution(image: Image.Image) -> tuple[float, float] | None:
    """Return the (x, y) resolution in dpi a picture states, or None when it is not to be believed."""
    stated = image.info.get("dpi")
    try:
        x, y = float(stated[0]), float(stated[1])  # type: ignore[index]
    except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
        return None
    low, high = PLAUSIBLE_DPI
    return (x, y) if low <= max(x, y) <= high and min(x, y) * 4 >= max(x, y) else None


def fit_picture(image: Image.Image, dpi: int) -> Fit:
    """Return the page size for a picture, before orientation, from its header alone.

    Fax pages (ITU-T T.4) have other resolutions across than down; their pixels are made square.
    """
    own = own_resolution(image)
    if own is None:
        return fit_a4(image.width, image.height, None, dpi)
    finest = max(own)
    return fit_a4(image.width * finest / own[0], image.height * finest / own[1], finest, dpi)


def load_fitted(image: Image.Image, fit: Fit, limits: Limits) -> Image.Image:
    """Decode the picture and return it upright, in mode L or RGB, ``fit`` pixels large (or lying so).

    Raises Damaged or TooLarge.
    """
    try:
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            image.draft(None, (fit.width, fit.height))
            if image.width * image.height > limits.max_pixels:
                raise TooLarge("pixels", image.width * image.height, limits.max_pixels)
        image.load()
        turn = _TURNS.get(_orientation(image))
        flat = _flat(image, (fit.width, fit.height))
        return flat if turn is None else flat.transpose(turn)
    except MemoryError:
        raise TooLarge("memory", None, limits.memory_bytes) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLarge("pixels", None, limits.max_pixels) from None
    except DECODE_ERRORS as error:
        raise Damaged(diagnostics={"cause": type(error).__name__}) from None


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation 1–8; a broken EXIF block counts as upright."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except DECODE_ERRORS:
        return 1
    return value if isinstance(value, int) else 1


def _flat(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture at ``size`` in mode L or RGB, transparent parts white."""
    work = _resizable(image)
    if work.size != size:
        work = work.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if work.mode in {"RGBA", "LA"}:
        white = Image.new("RGBA", work.size, (255, 255, 255, 255))
        work = Image.alpha_composite(white, work.convert("RGBA"))
    return work if work.mode == "L" else work.convert("RGB")


def _resizable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode whose pixels can be averaged."""
    mode = image.mode
    if mode in {"P", "PA"}:
        return image.convert("RGBA" if mode == "PA" or "transparency" in image.info else "RGB")
    if mode == "1":
        return image.convert("L")
    if mode.startswith("I;16"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if mode in {"I", "F"}:
        return _stretched(image)
    if mode == "RGB" and "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _stretched(image: Image.Image) -> Image.Image:
    """Return a picture of 32-bit values as gray, its darkest value black and its lightest white."""
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("not finite")
    factor = 255 / ((high - low) or 1)
    return image.point(lambda value: value * factor + -low * factor).convert("L")


def is_coloured(image: Image.Image) -> bool:
    """Say whether colour matters: a seal, a thumb print or a coloured pen, not a tint of the light.

    Looks at a quarter-size copy for pixels whose channels differ by more than 40 of 255; 0.03 % of an A4
    page is about the ink of a small seal.
    """
    if image.mode != "RGB":
        return False
    small = image.reduce(4) if min(image.size) >= 16 else image
    red, green, blue = small.split()
    highest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    lowest = ImageChops.darker(ImageChops.darker(red, green), blue)
    strong = sum(ImageChops.subtract(highest, lowest).histogram()[41:])
    return strong > 0.0003 * small.width * small.height


def encode_jpeg(image: Image.Image, dpi: int) -> bytes:
    """Return the picture as JPEG: gray quality 60, or colour 68 without chroma subsampling.

    Seals are fine red lines; halving the chroma would blur them. Same pixels, same bytes; no metadata
    but the resolution.
    """
    plain = image if is_coloured(image) else image.convert("L")
    out = io.BytesIO()
    quality = GRAY_QUALITY if plain.mode == "L" else COLOUR_QUALITY
    clean = Image.frombytes(plain.mode, plain.size, plain.tobytes()) if plain.info else plain
    clean.save(out, "JPEG", quality=quality, subsampling=0, dpi=(dpi, dpi), optimize=True)
    return out.getvalue()
