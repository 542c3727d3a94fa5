"""Reading the code off a receipt: a PDF as it was printed, a scan or a photograph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from app.errors import FormProblem
from app.texts import _

_DPI = 300
_POINTS = 72
_SCALES = (1, 4 / 3, 2 / 3, 2)
_MARK = "YC1*"


def read_code(path: Path) -> tuple[str, str]:
    """Return the code found in a PDF or picture of a receipt, and the text of the PDF ("" of a picture).

    Raises FormProblem when the file cannot be read or shows no code of ours.
    """
    try:
        pictures, text = _pdf(path) if path.suffix.lower() == ".pdf" else (_picture(path), "")
    except (OSError, ValueError, pypdfium2.PdfiumError) as error:
        raise _no_code(path) from error
    for picture in pictures:
        found = _decode(picture)
        if found:
            return found, text
    raise _no_code(path)


def _pdf(path: Path) -> tuple[list[Any], str]:
    document = pypdfium2.PdfDocument(path.read_bytes())
    try:
        pages = list(document)
        pictures = [page.render(scale=_DPI / _POINTS, grayscale=True).to_numpy().copy() for page in pages]
        return pictures, "".join(page.get_textpage().get_text_range() for page in pages)
    finally:
        document.close()


def _picture(path: Path) -> list[Any]:
    with Image.open(path) as picture:
        return [np.asarray(picture.convert("L"))]


def _decode(picture: Any) -> str:
    """Return the code in a grey picture; what one detector misses at one size another often finds."""
    plain = picture if picture.ndim == len(("rows", "columns")) else picture[:, :, 0]
    for scale in _SCALES:
        sized = plain if scale == 1 else cv2.resize(plain, None, fx=scale, fy=scale)
        for detector in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()):
            try:
                text = detector.detectAndDecode(sized)[0]
            except cv2.error:  # corners that are none
                continue
            if _MARK in text:
                return str(text)
    return ""


def _no_code(path: Path) -> FormProblem:
    name = "".join(c for c in path.name if c.isprintable())[:80]
    return FormProblem(
        _("《{name}》里没有找到收据的二维码。").format(name=name),
        safe=_("文件没有改动。"),
        next_step=_("请用清楚的 PDF 或照片，或直接输入核验码。"),
    )
