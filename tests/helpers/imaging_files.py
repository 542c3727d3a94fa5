"""Files as people bring them, good and hostile, made for the tests of ``app.imaging``."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterable

from PIL import Image, ImageDraw
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

A4_POINTS = (595.276, 841.890)


def text_page(
    size: tuple[int, int] = (827, 1169), number: int = 1, *, seal: bool = False, noise: int = 0
) -> Image.Image:
    """A page of bars that stand for lines; the bar code at the top says ``number`` (8 bits)."""
    image = Image.new("RGB", size, (250, 250, 250))
    if noise:
        seeded = random.Random(number)  # noqa: S311  # the same grain every time
        grain = Image.frombytes("L", size, seeded.randbytes(size[0] * size[1]))
        image = Image.blend(image, grain.convert("RGB"), noise / 255)
    draw = ImageDraw.Draw(image)
    width, height = size
    cell = width // 10
    for bit in range(8):
        shade = 0 if number >> bit & 1 else 255
        draw.rectangle((cell * (bit + 1), cell, cell * (bit + 2) - 1, cell * 2), (shade,) * 3)
    for line in range(12, 36):
        y = height * line // 40
        draw.rectangle((width // 8, y, width * 7 // 8, y + height // 120), (30, 30, 30))
    if seal:
        side = width // 6
        box = (width - 2 * side, height - 2 * side, width - side, height - side)
        draw.ellipse(box, outline=(200, 20, 20), width=max(2, width // 200))
    return image


def number_on(data: bytes) -> int:
    """Read the number back from a page made by ``text_page`` or ``pdf``."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("L", (image.width // 4, image.height // 4))
        gray = image.convert("L")
    cell = gray.width / 10
    bits = (gray.getpixel((int(cell * (bit + 1.5)), int(cell * 1.5))) for bit in range(8))
    return sum(1 << bit for bit, value in enumerate(bits) if isinstance(value, int) and value < 128)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(images: list[Image.Image], **options: object) -> bytes:
    return encoded(images[0], "TIFF", save_all=True, append_images=images[1:], **options)


def pdf(pages: int, *, password: str = "", size: tuple[float, float] = A4_POINTS) -> bytes:
    """A PDF of vector pages, each showing its number as ``text_page`` does."""
    out = io.BytesIO()
    encrypt = StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(out, pagesize=size, invariant=True, encrypt=encrypt)
    cell = size[0] / 10
    for number in range(1, pages + 1):
        for bit in range(8):
            canvas.setFillGray(0 if number >> bit & 1 else 1)
            canvas.rect(cell * (bit + 1), size[1] - 2 * cell, cell, cell, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.drawString(72, 400, f"page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def raw_pdf(objects: Iterable[bytes]) -> bytes:
    """A PDF of the given object bodies, numbered from 1; the first is the catalog."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(out)


def one_page_pdf(
    content: bytes, filters: bytes = b"", count: int = 1, media: bytes = b"0 0 595 842"
) -> bytes:
    """A PDF of one page with the given content stream, claiming ``count`` pages."""
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % count,
            b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<<>>>>" % media,
            b"<</Length %d%b>>stream\n%b\nendstream" % (len(content), filters, content),
        ]
    )


def flate_bomb_pdf(megabytes: int, levels: int) -> bytes:
    """A PDF of a few kilobytes whose page content inflates to ``megabytes``."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    for _ in range(levels - 1):
        data = zlib.compress(data, 9)
    return one_page_pdf(data, b"/Filter[%b]" % (b"/FlateDecode" * levels))


def png_claiming(width: int, height: int, rows: int) -> bytes:
    """A black-and-white PNG of the given size, its data made row by row."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
