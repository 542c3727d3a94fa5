"""A document as ESC/POS: everything drawn, sent as raster bands.

Why the raster is ours and not python-escpos' ``text()``, ``image()``, ``cut()`` or ``qr()`` (3.1):

* ``text()`` writes rare characters (𬭎, 㛃) as ``?`` and never switches kanji mode on; a name must print
  with every character, so all text is drawn;
* ``image()`` cannot leave out blank rows or trim the right edge, which halves the bytes, and lets bands
  grow beyond the 255 rows that cheap printers take;
* ``cut()`` leaves the cut out for many profiles, and ``paper_status()`` reports paper when there is no
  answer at all;
* ``escpos.printer`` calls ``logging.basicConfig()`` and makes a temporary folder when it is imported.

Its command constants are sound and are used here and in :mod:`printing.printers.network`; importing
``escpos.constants`` has no side effects.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from escpos import constants
from PIL import Image, ImageChops

from printing.layout import Block, Cut, Document
from printing.raster import DOTS_PER_MM, paint, scale_for, stack, two_level

BAND = 255  # rows; more in one GS v 0 garbles cheap printers
TAIL = 14 * DOTS_PER_MM  # from the head to the knife: without it the cut goes through the last lines

_FEED: bytes = constants.ESC + b"J"  # + n: feed n rows
_CUT: bytes = constants.PAPER_PART_CUT
_RASTER: bytes = constants.S_RASTER_N  # + xL xH yL yH data


def _sheets(document: Document) -> Iterator[list[Block]]:
    """Yield the blocks between cuts, the cuts left out."""
    for is_cut, group in groupby(document.blocks, key=lambda block: isinstance(block, Cut)):
        if not is_cut:
            yield list(group)


def _pictures(document: Document, width: int) -> tuple[Image.Image, ...]:
    """Return one two-level picture for each sheet, the way to the knife included."""
    scale = scale_for(width, document.large)
    tail = Image.new("L", (width, TAIL), 255)
    return tuple(
        two_level(stack([*(paint(block, scale) for block in blocks), tail], width))
        for blocks in _sheets(document)
    )


def bands(picture: Image.Image, *, doubled: bool = False) -> Iterator[bytes]:
    """Encode a mode-1 picture: inked rows as trimmed raster bands, blank rows as feeds.

    ``doubled``: the printer draws every dot as two by two.
    """
    raster = constants.GS + b"v0\x03" if doubled else _RASTER
    stride = picture.width // 8
    data = ImageChops.invert(picture).tobytes()
    rows = [data[at : at + stride] for at in range(0, len(data), stride)]
    for inked, group in groupby(rows, key=any):
        run = list(group)
        for at in range(0, len(run), BAND):
            part = run[at : at + BAND]
            if not inked:
                yield (_FEED + bytes((len(part),))) * (1 + doubled)
                continue
            used = max(len(row.rstrip(b"\0")) for row in part)
            head = used.to_bytes(2, "little") + len(part).to_bytes(2, "little")
            yield raster + head + b"".join(row[:used] for row in part)


def render(document: Document, width: int) -> bytes:
    """Return the bytes of a job for a printer ``width`` dots wide (576 for 80 mm, 384 for 58 mm).

    One job: reset, then each sheet with its cut. Raises ValueError for another width.
    """
    job = [constants.HW_INIT]
    for picture in _pictures(document, width):
        job += [*bands(picture), _CUT]
    return b"".join(job)


def preview(document: Document, width: int) -> Image.Image:
    """Return exactly the dots :func:`render` sends, as ``L`` with 0 = ink, the sheets below each other."""
    return stack((picture.convert("L") for picture in _pictures(document, width)), width)
