"""From a URL to a printer, and from a document to the bytes that printer takes."""

from __future__ import annotations

from printing import escpos, pdf
from printing.address import Scheme, parse
from printing.layout import Document
from printing.printers.base import Capabilities, Printer
from printing.printers.file import FilePrinter
from printing.printers.folder import FolderPrinter
from printing.printers.network import Limits, NetworkPrinter


def open_printer(url: str, limits: Limits | None = None) -> Printer:
    """Return the printer at a URL without touching it; ``limits`` are of network printers.

    Raises BadAddress.
    """
    address = parse(url)
    match address.scheme:
        case Scheme.ESCPOS_TCP:
            return NetworkPrinter(address, limits)
        case Scheme.ESCPOS_FILE:
            return FilePrinter(address)
        case Scheme.PDF_FOLDER:
            return FolderPrinter(address)


def render(document: Document, takes: Capabilities) -> bytes:
    """Return a document as the bytes a printer takes: PDF, or ESC/POS of its width."""
    return pdf.render(document) if takes.takes_pdf else escpos.render(document, takes.width)
