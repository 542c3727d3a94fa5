"""From a URL to a printer, and from a document to the bytes that printer takes."""

from __future__ import annotations

from printing import escpos, escpos_mixed, pdf
from printing.address import Scheme, parse
from printing.layout import Document
from printing.printers.base import Capabilities, Printer
from printing.printers.conversation import Limits
from printing.printers.file import FilePrinter
from printing.printers.folder import FolderPrinter
from printing.printers.network import NetworkPrinter
from printing.printers.serial import SerialPrinter
from printing.printers.spooler import SpoolerPrinter
from printing.printers.usb import UsbPrinter
from printing.printers.windows import WindowsPrinter


def open_printer(url: str, limits: Limits | None = None) -> Printer:
    """Return the printer at a URL without touching it; ``limits`` are of printers that can be asked.

    Raises BadAddress.
    """
    address = parse(url)
    match address.scheme:
        case Scheme.ESCPOS_TCP:
            return NetworkPrinter(address, limits)
        case Scheme.ESCPOS_SERIAL:
            return SerialPrinter(address, limits)
        case Scheme.ESCPOS_USB:
            return UsbPrinter(address, limits)
        case Scheme.ESCPOS_FILE:
            return FilePrinter(address)
        case Scheme.PDF_FOLDER:
            return FolderPrinter(address)
        case Scheme.CUPS:
            return SpoolerPrinter(address)
        case Scheme.WINDOWS | Scheme.ESCPOS_WINDOWS:
            return WindowsPrinter(address)


def render(document: Document, takes: Capabilities) -> bytes:
    """Return a document as the bytes a printer takes: PDF, or ESC/POS of its width."""
    if takes.takes_pdf:
        return pdf.render(document)
    if takes.mixed:
        return escpos_mixed.render(document, takes.width, native_qr=takes.native_qr)
    return escpos.render(document, takes.width)
