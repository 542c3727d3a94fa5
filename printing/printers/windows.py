"""Printers of the Windows spooler, through ``win32print`` of pywin32 (an optional package, Windows only).

A page printer gets pictures of the PDF's pages through its driver, because few of them understand PDF; a
ticket printer gets its ESC/POS bytes RAW, past the driver. Windows tells that a job left the queue, not that
paper came out, and most drivers report no state at all: a job that was taken is UNCONFIRMED and a state of 0
is UNKNOWN.

Written from the documented calls and tested against a stand-in of that module; it has not met a Windows PC.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pypdfium2
from PIL import Image

from printing.address import Address
from printing.errors import ConnectionCut, PrinterFault, PrinterOff
from printing.printers.base import Capabilities, Outcome, PrinterStatus, check_job

# winspool.h, PRINTER_STATUS_*
_STATES: Final = (
    (0x00000080, PrinterStatus.OFF),  # OFFLINE
    (0x00400000, PrinterStatus.COVER_OPEN),  # DOOR_OPEN
    (0x00000010, PrinterStatus.PAPER_OUT),  # PAPER_OUT
    (0x00000008 | 0x00000002 | 0x00000001 | 0x00100000, PrinterStatus.FAULT),  # JAM, ERROR, PAUSED, USER
)
# wingdi.h, GetDeviceCaps
_DPI_X, _DPI_Y, _OFFSET_X, _OFFSET_Y = 88, 90, 112, 113
_POINTS: Final = 72
_SHARP: Final = 300  # dots an inch; more makes a spool file of a hundred megabytes for nothing one can see

Draw = Callable[[Image.Image, int, tuple[int, int, int, int]], None]


def _draw(picture: Image.Image, context: int, box: tuple[int, int, int, int]) -> None:
    from PIL import ImageWin

    ImageWin.Dib(picture).draw(ImageWin.HDC(context), box)


class WindowsPrinter:
    """One printer of Windows. ``api`` and ``gui`` stand for win32print and win32gui."""

    def __init__(self, address: Address, api: Any = None, gui: Any = None, draw: Draw = _draw) -> None:
        self._name, self._width = address.name, address.width
        self._api, self._gui, self._draw = api, gui, draw
        self.key = address.url
        self.title = f"打印机 {address.name}"
        self.capabilities = Capabilities(width=address.width, reports_status=True, confirms=False)

    def _load(self) -> Any:
        """Return win32print. Raises PrinterOff where it is not installed."""
        try:
            self._api = self._api or importlib.import_module("win32print")
            self._gui = self._gui or importlib.import_module("win32gui")
        except ImportError as error:
            raise PrinterOff(self.key, error="pywin32 is not installed") from error
        return self._api

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the printer. Raises PrinterOff for a name Windows does not know."""
        api = self._load()
        try:
            handle = api.OpenPrinter(self._name)
        except api.error as error:
            raise PrinterOff(self.key, error=_said(error)) from error
        try:
            yield handle
        finally:
            api.ClosePrinter(handle)

    def status(self) -> PrinterStatus:
        """What the driver reports; UNKNOWN when it reports nothing, which is what most do."""
        try:
            with self._opened() as handle:
                flags = int(self._api.GetPrinter(handle, 2)["Status"])
        except PrinterOff:
            return PrinterStatus.OFF
        except self._api.error:
            return PrinterStatus.UNKNOWN
        return next((state for mask, state in _STATES if flags & mask), PrinterStatus.UNKNOWN)

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Hand one job to the spooler.

        Raises PrinterOff or PrinterFault when the spooler did not take the job, ConnectionCut when it broke
        off inside it.
        """
        check_job(payload, job_id)
        if self._width:
            self._send_raw(payload, job_id)
        else:
            self._send_pages(payload, job_id)
        return Outcome.UNCONFIRMED

    def _send_raw(self, payload: bytes, job_id: str) -> None:
        with self._opened() as handle:
            api = self._api
            try:
                api.StartDocPrinter(handle, 1, (job_id, None, "RAW"))
            except api.error as error:
                raise PrinterFault(self.key, error=_said(error)) from error
            written = 0
            try:
                api.StartPagePrinter(handle)
                while written < len(payload):
                    taken = int(api.WritePrinter(handle, payload[written:]))
                    if taken <= 0:
                        raise ConnectionCut(self.key, written, error="the spooler takes no more")
                    written += taken
                api.EndPagePrinter(handle)
                api.EndDocPrinter(handle)
            except api.error as error:
                raise ConnectionCut(self.key, written, error=_said(error)) from error

    def _send_pages(self, payload: bytes, job_id: str) -> None:
        with self._opened():
            pass  # a name that is not there is told before a document begins
        api = self._api
        try:
            context = self._gui.CreateDC("WINSPOOL", self._name, None)
        except self._gui.error as error:
            raise PrinterOff(self.key, error=_said(error)) from error
        try:
            try:
                api.StartDoc(context, (job_id, None, None, 0))
            except api.error as error:
                raise PrinterFault(self.key, error=_said(error)) from error
            try:
                self._draw_pages(payload, context)
                api.EndDoc(context)
            except api.error as error:
                raise ConnectionCut(self.key, len(payload), error=_said(error)) from error
        finally:
            self._gui.DeleteDC(context)

    def _draw_pages(self, payload: bytes, context: int) -> None:
        """Draw each page in its true size: the origin of the driver is where its margins end."""
        api = self._api
        across, down, left, top = (
            int(api.GetDeviceCaps(context, what)) for what in (_DPI_X, _DPI_Y, _OFFSET_X, _OFFSET_Y)
        )
        file = pypdfium2.PdfDocument(payload)
        try:
            for page in file:
                wide, high = page.get_size()
                picture = page.render(scale=min(across, _SHARP) / _POINTS, grayscale=True).to_pil()
                size = round(wide / _POINTS * across), round(high / _POINTS * down)
                api.StartPage(context)
                self._draw(picture.convert("L"), context, (-left, -top, size[0] - left, size[1] - top))
                api.EndPage(context)
        finally:
            file.close()


def names() -> tuple[str, ...]:
    """Return the printers Windows knows, none where this is no Windows or pywin32 is missing."""
    try:
        api = importlib.import_module("win32print")
    except ImportError:
        return ()
    try:
        found = api.EnumPrinters(api.PRINTER_ENUM_LOCAL | api.PRINTER_ENUM_CONNECTIONS, None, 4)
    except api.error:
        return ()
    return tuple(str(one["pPrinterName"]) for one in found)


def _said(error: Exception) -> str:
    """Return the number and the words of a Windows error; it holds no content of a job."""
    return " ".join(str(part) for part in error.args)[:200]
