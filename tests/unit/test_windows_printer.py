"""Printers of the Windows spooler against a stand-in of pywin32: order of the calls, honest answers."""

from __future__ import annotations

import importlib.util
from urllib.parse import quote

import pytest
from PIL import Image

from printing import discover
from printing.address import parse
from printing.documents.catalogue import KINDS
from printing.errors import BadAddress, ConnectionCut, PrinterError, PrinterFault, PrinterOff
from printing.printers.base import Outcome, PrinterStatus
from printing.printers.windows import WindowsPrinter
from printing.registry import open_printer, render
from tests.helpers.winspool import Spool

URL = f"winspool://{quote('HP LaserJet 财务室', safe='')}"
ROLL = f"escpos+{URL}?width=576"


def printer(spool: Spool, url: str = URL) -> tuple[WindowsPrinter, list[tuple[Image.Image, tuple[int, ...]]]]:
    drawn: list[tuple[Image.Image, tuple[int, ...]]] = []

    def draw(picture: Image.Image, _context: int, box: tuple[int, int, int, int]) -> None:
        drawn.append((picture, box))

    return WindowsPrinter(parse(url), spool, spool, draw), drawn


def job(url: str) -> bytes:
    kind = KINDS["rights_notice" if url == URL else "queue_ticket"]
    takes = printer(Spool(), url)[0].capabilities
    return render(kind.build(kind.sample(), takes.paper), takes)


def test_a_page_printer_gets_every_page_in_its_true_size_and_proves_nothing() -> None:
    spool = Spool()
    target, drawn = printer(spool)
    assert target.send(job(URL), "job-1") is Outcome.UNCONFIRMED
    names = [call[0] for call in spool.calls]
    pages = len(drawn)
    assert pages >= 2
    assert names == ["OpenPrinter", "CreateDC", "StartDoc", *["StartPage", "EndPage"] * pages, "EndDoc"]
    assert spool.calls[2] == ("StartDoc", ("job-1", None, None, 0))
    picture, box = drawn[0]
    assert box == (-100, -80, 4961 - 100, 7016 - 80), "A4 at 600 dpi, moved by the margins of the driver"
    assert picture.getextrema() == (0, 255)
    assert spool.open == 0


def test_a_ticket_printer_gets_its_bytes_raw_in_as_many_pieces_as_windows_takes() -> None:
    spool = Spool()
    payload = job(ROLL)
    assert printer(spool, ROLL)[0].send(payload, "job-2") is Outcome.UNCONFIRMED
    assert spool.raw == payload
    assert ("StartDocPrinter", 1, ("job-2", None, "RAW")) in spool.calls
    assert [call[0] for call in spool.calls[-2:]] == ["EndPagePrinter", "EndDocPrinter"]
    assert spool.open == 0


@pytest.mark.parametrize(
    ("url", "call", "error"),
    [
        (URL, "OpenPrinter", PrinterOff),
        (URL, "CreateDC", PrinterOff),
        (URL, "StartDoc", PrinterFault),
        (URL, "StartPage", ConnectionCut),
        (URL, "EndDoc", ConnectionCut),
        (ROLL, "OpenPrinter", PrinterOff),
        (ROLL, "StartDocPrinter", PrinterFault),
        (ROLL, "WritePrinter", ConnectionCut),
        (ROLL, "EndDocPrinter", ConnectionCut),
    ],
)
def test_before_the_document_nothing_was_printed_inside_it_is_in_doubt(
    url: str, call: str, error: type[PrinterError]
) -> None:
    spool = Spool(fails={call: 1 if call == "WritePrinter" else 0})
    with pytest.raises(error) as found:
        printer(spool, url)[0].send(job(url), "job-3")
    assert type(found.value) is error
    assert spool.open == 0


def test_a_spooler_that_takes_nothing_more_is_in_doubt_and_does_not_hang() -> None:
    with pytest.raises(ConnectionCut) as found:
        printer(Spool(most=0), ROLL)[0].send(job(ROLL), "job-4")
    assert found.value.bytes_sent == 0


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (0, PrinterStatus.UNKNOWN),
        (0x400, PrinterStatus.UNKNOWN),  # printing: no word about paper
        (0x10, PrinterStatus.PAPER_OUT),
        (0x80, PrinterStatus.OFF),
        (0x400000, PrinterStatus.COVER_OPEN),
        (0x8, PrinterStatus.FAULT),
        (0x1, PrinterStatus.FAULT),
    ],
)
def test_a_state_nobody_reports_is_unknown_and_never_ready(state: int, status: PrinterStatus) -> None:
    assert printer(Spool(state=state))[0].status() is status
    assert printer(Spool(name="other"))[0].status() is PrinterStatus.OFF
    assert printer(Spool(fails={"GetPrinter": 0}))[0].status() is PrinterStatus.UNKNOWN


@pytest.mark.skipif(importlib.util.find_spec("win32print") is not None, reason="pywin32 is here")
def test_without_pywin32_it_is_off_and_nothing_is_found() -> None:
    target = open_printer(URL)
    assert target.status() is PrinterStatus.OFF
    with pytest.raises(PrinterOff, match="pywin32"):
        target.send(b"x", "job-5")
    assert not any("winspool" in one.url for one in discover.page_printers())


@pytest.mark.parametrize(
    "url",
    ["winspool://", "winspool://a%0Ab", "winspool://a/b", f"winspool://{'x' * 300}", f"{URL}?width=576"],
)
def test_a_name_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        parse(url)


def test_a_shared_printer_keeps_its_backslashes() -> None:
    assert (
        parse(f"winspool://{quote(chr(92) * 2 + 'server' + chr(92) + 'HP', safe='')}").name == r"\\server\HP"
    )
