"""Tell what a file is from its first bytes; its name is only a claim."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from app.imaging.errors import NotWhatItSays, Unsupported

# Readers accept a PDF whose header stands anywhere in the first 1024 bytes (ISO 32000-1, Annex H.3).
HEAD_BYTES = 1024


class Kind(StrEnum):
    """The kinds of file that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"


_TAKEN: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),
    (b"MM\0+", Kind.TIFF),
    (b"%PDF-", Kind.PDF),
)
_KNOWN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"#!", "script"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"Rar!", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\xd0\xcf\x11\xe0", "office"),
    (0, b"GIF8", "gif"),
    (0, b"BM", "bmp"),
    (8, b"WEBP", "webp"),
    (4, b"ftyphe", "heic"),
    (4, b"ftypmif1", "heic"),
    (4, b"ftypavif", "avif"),
    (4, b"ftyp", "video"),
    (0, b"{\\rtf", "rtf"),
    (0, b"%!PS", "postscript"),
)
_CLAIMS = {
    ".pdf": Kind.PDF,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".jpe": Kind.JPEG,
    ".png": Kind.PNG,
    ".tif": Kind.TIFF,
    ".tiff": Kind.TIFF,
}


def recognise(head: bytes, name: str = "") -> Kind:
    """Return the kind of a file from its first ``HEAD_BYTES`` bytes.

    A supported content under another supported name is taken for what it is: phones and scanners misname
    pictures daily. Raises NotWhatItSays when the name promises a kind we take and the content is none,
    Unsupported when the file does not pretend.
    """
    for magic, kind in _TAKEN:
        if head.startswith(magic):
            return kind
    found = _other(head)
    # A foreign header wins over a "%PDF-" further in: a program with a PDF inside is still a program.
    if found == "unknown" and b"%PDF-" in head[:HEAD_BYTES]:
        return Kind.PDF
    claimed = _CLAIMS.get(PurePath(name).suffix.lower())
    if claimed is not None:
        raise NotWhatItSays(claimed.value, found)
    raise Unsupported(found)


def _other(head: bytes) -> str:
    for offset, magic, found in _KNOWN:
        if head[offset : offset + len(magic)] == magic:
            return found
    return "unknown"
