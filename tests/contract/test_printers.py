"""What every printer keeps to, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from printing.address import parse
from printing.documents import material_receipt, queue_ticket
from printing.errors import BadAddress
from printing.layout import Paper
from printing.printers.base import Outcome, Printer, PrinterStatus
from printing.printers.usb import UsbPrinter
from printing.registry import open_printer, render
from tests.helpers.printing import pdf_texts, receipt, serial_line, simulated_printer, ticket
from tests.helpers.usb_bus import usb_bus


@dataclass
class Case:
    """A printer and where its jobs end up."""

    printer: Printer
    stored: Callable[[], bytes]
    paper: Paper


KINDS = ["network-576", "network-384", "network-realtime", "serial", "serial-raster", "usb", "file", "folder"]


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    kind: str = request.param
    if kind == "file":
        path = tmp_path / "带空格 的 job.escpos"
        yield Case(
            open_printer(path.as_uri().replace("file:", "escpos+file:")), path.read_bytes, Paper.ROLL_80
        )
    elif kind == "folder":
        url = f"pdf+{tmp_path.as_uri()}"
        yield Case(open_printer(url), (tmp_path / "job-1.pdf").read_bytes, Paper.A4)
    elif kind.startswith("serial"):
        with simulated_printer(tmp_path, "--width", "384") as simulator, serial_line(simulator.url) as port:
            text = "raster" if kind.endswith("raster") else "mixed"
            printer = open_printer(f"escpos+serial://{port}?width=384&baud=9600&text={text}")
            yield Case(printer, simulator.job, Paper.ROLL_58)
    elif kind == "usb":
        with simulated_printer(tmp_path) as simulator, usb_bus(simulator.url) as bus:
            address = parse("escpos+usb://04b8:0e15")
            yield Case(UsbPrinter(address, backend=bus), simulator.job, Paper.ROLL_80)
    else:
        width = "384" if kind.endswith("384") else "576"
        with simulated_printer(tmp_path, "--width", width) as simulator:
            url = simulator.url + ("&status=realtime" if kind.endswith("realtime") else "")
            paper = Paper.ROLL_58 if width == "384" else Paper.ROLL_80
            yield Case(open_printer(url), simulator.job, paper)


def test_a_healthy_printer_confirms_a_job_and_has_all_of_it(case: Case) -> None:
    document = queue_ticket.build(ticket(), case.printer.capabilities.paper)
    job = render(document, case.printer.capabilities)
    assert case.printer.status() is PrinterStatus.READY
    assert case.printer.send(job, "job-1") is Outcome.CONFIRMED
    assert case.stored() == job
    assert case.printer.status() is PrinterStatus.READY


def test_capabilities_say_what_to_send(case: Case) -> None:
    takes = case.printer.capabilities
    assert takes.paper is case.paper
    assert takes.takes_pdf is (case.paper is Paper.A4)
    job = render(material_receipt.build(receipt(), takes.paper), takes)
    assert job.startswith(b"%PDF" if takes.takes_pdf else b"\x1b@")


def test_a_printer_has_a_key_and_a_title_for_people(case: Case) -> None:
    assert case.printer.key
    assert case.printer.title
    assert "\n" not in case.printer.title


def test_two_jobs_follow_each_other(case: Case) -> None:
    job = render(queue_ticket.build(ticket(), case.paper), case.printer.capabilities)
    for job_id in ("a", "b"):
        assert case.printer.send(job, job_id) is Outcome.CONFIRMED


@pytest.mark.parametrize("job_id", ["", "../x", "a/b", ".hidden", "a\x00", "长", "x" * 101])
def test_an_id_that_could_be_a_path_is_refused(case: Case, job_id: str) -> None:
    with pytest.raises(ValueError, match="job id"):
        case.printer.send(b"x", job_id)


def test_an_empty_job_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="empty"):
        case.printer.send(b"", "job-1")


def test_jobs_in_a_file_follow_each_other_whole(tmp_path: Path) -> None:
    path = tmp_path / "jobs"
    printer = open_printer(f"escpos+{path.as_uri()}?width=384")
    assert [printer.send(job, "j") for job in (b"one", b"two")] == [Outcome.CONFIRMED] * 2
    assert path.read_bytes() == b"onetwo"
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_job_is_never_written_twice_to_a_folder(tmp_path: Path) -> None:
    printer = open_printer(f"pdf+{tmp_path.as_uri()}")
    assert printer.send(b"first", "job-1") is Outcome.CONFIRMED
    before = (tmp_path / "job-1.pdf").stat()
    assert printer.send(b"second", "job-1") is Outcome.CONFIRMED
    after = (tmp_path / "job-1.pdf").stat()
    assert (tmp_path / "job-1.pdf").read_bytes() == b"first"
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [path.name for path in tmp_path.iterdir()] == ["job-1.pdf"]


def test_a_stored_receipt_is_a_readable_pdf(tmp_path: Path) -> None:
    printer = open_printer(f"pdf+{tmp_path.as_uri()}")
    printer.send(render(material_receipt.build(receipt()), printer.capabilities), "receipt-1")
    (text,) = pdf_texts((tmp_path / "receipt-1.pdf").read_bytes())
    assert "张𬭎" in text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://10.0.0.9",
        "escpos+tcp://",
        "escpos+tcp://host:0",
        "escpos+tcp://host:99999",
        "escpos+tcp://host:abc",
        "escpos+tcp://user@host",
        "escpos+tcp://host/path",
        "escpos+tcp://[::1",
        "escpos+tcp://host?width=500",
        "escpos+tcp://host?width=576&width=384",
        "escpos+tcp://host?widht=576",
        "escpos+tcp://host?status=perhaps",
        "escpos+tcp://host?width",
        "escpos+tcp://host#x",
        "escpos+file://host/path",
        "escpos+file:///path?status=none",
        "escpos+file:relative",
        "pdf+file:///",
        "pdf+file:///dir?width=576",
        "pdf+file:///a%00b",
        "escpos+serial://",
        "escpos+serial:///",
        "escpos+serial://ttyS0",
        "escpos+serial:///dev/ttyS0?baud=300",
        "escpos+serial:///dev/ttyS0?flow=maybe",
        "escpos+serial:///dev/ttyS0?text=utf8",
        "escpos+usb://",
        "escpos+usb://04b8",
        "escpos+usb://04b8:0e15/1",
        "escpos+usb://04b8:0e1g",
        "escpos+usb://04b8:0e15?baud=9600",
        "cups://",
        "cups://-oraw",
        "cups://a%20b",
        "cups://hall/printer",
        "cups://hall?server=-h",
        "cups://hall?server=host:port",
        "cups://hall?width=576",
    ],
)
def test_a_wrong_url_is_refused_with_itself_and_a_reason(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        open_printer(url)
    assert caught.value.url == url
    assert caught.value.reason


def test_defaults_of_a_url() -> None:
    printer = open_printer("escpos+tcp://printer.hall")
    assert printer.capabilities.width == 576
    assert "9100" in printer.title
    assert printer.capabilities.confirms
    assert not open_printer("escpos+tcp://printer.hall?status=none").capabilities.reports_status


def test_a_slow_serial_line_gets_text_and_a_fast_one_dots() -> None:
    slow, fast = (open_printer(f"escpos+serial:///dev/ttyS0?baud={baud}") for baud in (9600, 115200))
    assert slow.capabilities.mixed
    assert slow.capabilities.native_qr
    assert not fast.capabilities.mixed
    assert not open_printer("escpos+serial:///dev/ttyS0?text=raster").capabilities.mixed
    assert not open_printer("escpos+serial:///dev/ttyS0?qr=raster").capabilities.native_qr
    assert open_printer("escpos+serial://COM3").title == "小票机 COM3"


def test_a_queue_of_the_spooler_takes_pages() -> None:
    printer = open_printer("cups://HP_LaserJet?server=print.hall:8631")
    assert printer.capabilities.takes_pdf
    assert printer.title == "打印机 HP_LaserJet"
