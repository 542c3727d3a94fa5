"""How long importing, binding and thumbnails take, and how much memory binding needs.

Run with ``python3 make.py bench bench_imaging``. Files are made in a temporary folder; times are wall-clock.
"""

from __future__ import annotations

import io
import os
import platform
import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw
from PIL import __version__ as pillow_version
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.imaging.dossier import Sheet, bind, bind_into
from app.imaging.importing import import_file
from app.imaging.page import Page, thumbnail

PAGES = 50
MANY = 200


def main() -> None:
    print(machine())
    print(f"{'what':<46}{'s':>8}{'ms/page':>10}{'KB/page':>10}")
    with tempfile.TemporaryDirectory() as folder:
        text, scan = Path(folder, "text.pdf"), Path(folder, "scan.pdf")
        text.write_bytes(text_pdf(PAGES))
        scan.write_bytes(scan_pdf(PAGES))
        timed(f"import {PAGES} pages, PDF of text", lambda: list(import_file(text)))
        pages = timed(f"import {PAGES} pages, PDF of scans with seal", lambda: list(import_file(scan)))
        photo = Path(folder, "photo.jpg")
        photo.write_bytes(jpeg(scanned(1, (3000, 4000)), 88))
        timed("import one 12-megapixel photo", lambda: list(import_file(photo)))
    timed(f"bind {PAGES} pages", lambda: bind(sheets(pages), title="卷宗") and pages)
    timed(f"{PAGES} thumbnails of 200 px", lambda: [thumbnail(page, 200) for page in pages] and pages)
    memory(pages)


def machine() -> str:
    """Return one line about what the figures were measured on."""
    return (
        f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, Pillow {pillow_version}"
    )


def timed(name: str, act: Callable[[], list[Page]]) -> list[Page]:
    start = time.perf_counter()
    pages = act()
    seconds = time.perf_counter() - start
    size = sum(len(page.data) for page in pages) / len(pages) / 1024
    print(f"{name:<46}{seconds:>8.2f}{seconds / len(pages) * 1000:>10.1f}{size:>10.0f}")
    return pages


def memory(pages: list[Page]) -> None:
    """Print the most memory Python held while binding, beside the same dossier through reportlab."""
    many = (pages * (MANY // len(pages) + 1))[:MANY]
    total = sum(len(page.data) for page in many) / 2**20
    for name, act in (
        ("streamed", lambda out: stream(out, many)),
        ("reportlab", lambda out: through_canvas(out, many)),
    ):
        with tempfile.TemporaryFile() as out:
            tracemalloc.start()
            act(out)
            peak = tracemalloc.get_traced_memory()[1] / 2**20
            tracemalloc.stop()
        print(f"bind {MANY} pages, {total:.0f} MB, {name:<12} peak {peak:>8.1f} MB")


def stream(out: object, pages: list[Page]) -> None:
    bind_into(out, sheets(pages), title="卷宗")  # type: ignore[arg-type]


def sheets(pages: list[Page]) -> list[Sheet]:
    def loader(page: Page) -> Callable[[], Page]:
        # A copy, as if read from the disk when its turn comes.
        return lambda: Page(
            bytes(bytearray(page.data)), "image/jpeg", page.width, page.height, page.dpi, page.source
        )

    return [Sheet("证据", loader(page)) for page in pages]


def through_canvas(out: object, pages: list[Page]) -> None:
    canvas = Canvas(out, invariant=True)
    for number, page in enumerate(pages):
        # Another comment in each, or reportlab would store equal pages once.
        data = page.data + b"%d" % number
        canvas.setPageSize((page.inches[0] * 72, page.inches[1] * 72))
        canvas.drawImage(ImageReader(io.BytesIO(data)), 0, 0, page.inches[0] * 72, page.inches[1] * 72)
        canvas.showPage()
    canvas.save()


def scanned(number: int, size: tuple[int, int] = (1654, 2339)) -> Image.Image:
    """A noisy page of lines with a red seal."""
    seeded = random.Random(number)  # noqa: S311  # the same pages every time
    quarter = (size[0] // 2, size[1] // 2)
    grain = Image.frombytes("L", quarter, seeded.randbytes(quarter[0] * quarter[1])).resize(size)
    image = Image.blend(Image.new("RGB", size, (245, 245, 240)), grain.convert("RGB"), 0.08)
    draw = ImageDraw.Draw(image)
    for line in range(8, 46):
        y = size[1] * line // 50
        for word in range(30):
            if seeded.random() < 0.8:
                x = size[0] * (word + 3) // 36
                draw.rectangle((x, y, x + size[0] // 50, y + size[1] // 90), outline=(40, 40, 40), width=3)
    if number % 5 == 0:
        box = [size[0] * 6 // 10, size[1] * 7 // 10, size[0] * 8 // 10, size[1] * 7 // 10 + size[0] // 5]
        draw.ellipse(box, outline=(200, 30, 30), width=8)
    return image


def jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def text_pdf(pages: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for number in range(pages):
        for line in range(50):
            canvas.drawString(60, 780 - 14 * line, f"page {number} line {line} " + "lorem ipsum dolor " * 4)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scan_pdf(pages: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for number in range(pages):
        data = jpeg(scanned(number), 80)
        canvas.drawImage(ImageReader(io.BytesIO(data)), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


if __name__ == "__main__":
    main()
