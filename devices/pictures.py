"""Look at the bytes of a scanned page without decoding it: kind, size, and whether the end is there."""

from __future__ import annotations

from dataclasses import dataclass

from devices.errors import Garbled, TransferCut

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
_PNG_HEAD = 4096
_CM_PER_INCH = 2.54
_LINE_COUNT = b"\xff\xdc\x00\x04"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Picture:
    """``media_type`` is image/jpeg or image/png; width and height are in pixels."""

    media_type: str
    width: int
    height: int


def measure(data: bytes) -> Picture:
    """Return kind and size of a whole JPEG or PNG.

    Raises TransferCut when the picture lacks its end, Garbled when it is neither, or has no size.
    """
    if data.startswith(_PNG_START):
        return _png(data)
    if data.startswith(_JPEG_START):
        return _jpeg(data)
    raise Garbled(f"{len(data)} bytes that are neither JPEG nor PNG, beginning {data[:8].hex(' ')}")


def density(data: bytes) -> int | None:
    """Return the resolution a JPEG (JFIF) or PNG (pHYs) says it was scanned at, in dpi, else None.

    Anything outside 50 to 1200 dpi, or with unequal sides, is not believed.
    """
    across = down = 0.0
    if data[6:11] == b"JFIF\0" and data[13:14] in {b"\1", b"\2"}:
        unit = 1.0 if data[13:14] == b"\1" else _CM_PER_INCH
        across, down = (int.from_bytes(data[at : at + 2], "big") * unit for at in (14, 16))
    at = data.find(b"pHYs", 0, _PNG_HEAD)
    if data.startswith(_PNG_START) and at > 0 and data[at + 12 : at + 13] == b"\1":
        across, down = (int.from_bytes(data[at + i : at + i + 4], "big") * 0.0254 for i in (4, 8))
    believed = 50 <= across <= 1200 and abs(across - down) < 1
    return round(across) if believed else None


def _png(data: bytes) -> Picture:
    if not data.rstrip(b"\0").endswith(_PNG_END):
        raise TransferCut(f"PNG of {len(data)} bytes without its end")
    if data[12:16] != b"IHDR":
        raise Garbled("PNG without its size")
    return _sized("image/png", int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))


def _jpeg(data: bytes) -> Picture:
    # some scanners pad the last block of a transfer
    if not data.rstrip(b"\0\r\n").endswith(_JPEG_END):
        raise TransferCut(f"JPEG of {len(data)} bytes without its end")
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _FRAME_MARKERS:
            height, width = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (5, 7))
            return _sized("image/jpeg", width, height or _late_height(data))
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise Garbled(f"JPEG of {len(data)} bytes without its size")


def _late_height(data: bytes) -> int:
    """Height from the DNL segment at the end: sheet-fed scanners learn it only there (ITU T.81, B.2.5)."""
    at = data.rfind(_LINE_COUNT)
    return int.from_bytes(data[at + 4 : at + 6], "big") if at >= 0 else 0


def _sized(media_type: str, width: int, height: int) -> Picture:
    if not width or not height:
        raise Garbled(f"{media_type} of {width} by {height} pixels")
    return Picture(media_type, width, height)
