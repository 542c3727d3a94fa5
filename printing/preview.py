"""Look at a document with made-up data: ``python -m printing.preview fee_notice --out fee.pdf``.

For a court that edits the texts of ``resources/documents``: ``--texts DIR`` reads a copy of that folder,
``--check`` reads every text and says which key of which file is wrong. A ``.pdf`` holds all pages of A4, a
``.png`` the first page (144 dpi) or the whole roll (dot for dot).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image

from printing import escpos, pdf
from printing.documents.catalogue import KINDS, Kind, check_texts
from printing.errors import TextFileInvalid
from printing.layout import Document, Paper

PAPERS = {"a4": Paper.A4, "80": Paper.ROLL_80, "58": Paper.ROLL_58}
DOTS = {Paper.ROLL_80: 576, Paper.ROLL_58: 384}
_POINTS_TO_PIXELS = 2.0  # 144 dpi


def pictures(document: Document, scale: float = _POINTS_TO_PIXELS) -> list[Image.Image]:
    """Return a grey picture of each page, or one of the whole roll; ``scale``: pixels a point of A4."""
    if document.paper is not Paper.A4:
        return [escpos.preview(document, DOTS[document.paper])]
    file = pypdfium2.PdfDocument(pdf.render(document))
    try:
        return [page.render(scale=scale).to_pil().convert("L") for page in file]
    finally:
        file.close()


def _contents(document: Document, suffix: str) -> bytes:
    """Return the file for a suffix: a roll inside a PDF is a picture of it."""
    if suffix == ".pdf" and document.paper is Paper.A4:
        return pdf.render(document)
    target = BytesIO()
    first = pictures(document)[0]
    if suffix == ".pdf":
        first.save(target, "PDF", resolution=203.0)
    else:
        first.save(target, "PNG")
    return target.getvalue()


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    keys = ", ".join(f"{kind.key} {kind.title}" for kind in KINDS.values())
    parser = argparse.ArgumentParser(prog="python -m printing.preview", epilog=keys)
    parser.add_argument("key", nargs="?", choices=tuple(KINDS), metavar="KEY")
    parser.add_argument("--paper", choices=tuple(PAPERS), help="the usual one of the document if left out")
    parser.add_argument("--out", type=Path, help="a .pdf or .png; KEY.pdf if left out")
    parser.add_argument("--texts", type=Path, metavar="DIR", help="a folder with edited texts")
    parser.add_argument("--large", action="store_true", help="large print")
    parser.add_argument("--check", action="store_true", help="read every text and print nothing")
    chosen = parser.parse_args(arguments)
    if chosen.key is None and not chosen.check:
        parser.error("name a KEY, or --check")
    if chosen.out is not None and chosen.out.suffix not in (".pdf", ".png"):
        parser.error("--out ends with .pdf or .png")
    return chosen


def _document(kind: Kind, chosen: argparse.Namespace) -> Document:
    paper = PAPERS[chosen.paper] if chosen.paper else kind.papers[0]
    if paper not in kind.papers:
        allowed = " ".join(name for name, each in PAPERS.items() if each in kind.papers)
        raise ValueError(f"{kind.title} is printed on: {allowed}")
    return kind.build(kind.sample(), paper, large=chosen.large, folder=chosen.texts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file and say its name; 1 and a sentence on stderr if a text or an option is wrong."""
    chosen = _arguments(arguments)
    try:
        if chosen.check:
            check_texts(chosen.texts)
            sys.stdout.write("every text is complete\n")
            return 0
        document = _document(KINDS[chosen.key], chosen)
        out = chosen.out or Path(f"{chosen.key}.pdf")
        out.write_bytes(_contents(document, out.suffix))
    except (TextFileInvalid, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
