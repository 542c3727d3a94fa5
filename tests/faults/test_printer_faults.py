"""Each thing that goes wrong at a printer has its own name, and says whether anything was printed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printing import escpos
from printing.address import parse
from printing.documents import queue_ticket
from printing.errors import (
    ConnectionCut,
    CoverOpen,
    FolderUnwritable,
    NotAnswering,
    PaperOut,
    PrinterError,
    PrinterFault,
    PrinterOff,
)
from printing.printers.base import Outcome, Printer, PrinterStatus
from printing.printers.conversation import Limits
from printing.printers.usb import UsbPrinter
from printing.registry import open_printer
from printing.simulators.interpreter import interpret
from printing.simulators.network_printer import SCENARIOS
from tests.helpers.printing import ROOT, SimulatedPrinter, serial_line, simulated_printer, ticket
from tests.helpers.usb_bus import usb_bus

LIMITS = Limits(connect=5.0, answer=0.3, stall=5.0, finish=0.3)
PATIENT = Limits(connect=5.0, answer=5.0, stall=5.0, finish=5.0)
JOB = escpos.render(queue_ticket.build(ticket()), 576)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SimulatedPrinter]:
    with simulated_printer(tmp_path / "jobs") as running:
        yield running


@pytest.fixture
def printer(simulator: SimulatedPrinter) -> Printer:
    return open_printer(simulator.url, LIMITS)


@pytest.mark.parametrize(
    ("fault", "status", "condition"),
    [
        ("paper_out", PrinterStatus.PAPER_OUT, PaperOut),
        ("cover", PrinterStatus.COVER_OPEN, CoverOpen),
        ("error", PrinterStatus.FAULT, PrinterFault),
        ("silent", PrinterStatus.UNKNOWN, NotAnswering),
        ("slow 0.6", PrinterStatus.UNKNOWN, NotAnswering),
        ("refuse", PrinterStatus.OFF, PrinterOff),
    ],
)
def test_a_condition_before_the_job_stops_it_and_nothing_is_printed(
    simulator: SimulatedPrinter,
    printer: Printer,
    fault: str,
    status: PrinterStatus,
    condition: type[PrinterError],
) -> None:
    simulator.command(f"fault {fault}")
    assert printer.status() is status
    with pytest.raises(condition) as caught:
        printer.send(JOB, "job-1")
    assert caught.value.key == printer.key
    assert caught.value.diagnostics
    simulator.command("clear")
    assert open_printer(simulator.url, PATIENT).send(JOB, "job-2") is Outcome.CONFIRMED
    assert simulator.job() == JOB
    assert [path.name for path in simulator.folder.iterdir()] == ["job-0001.escpos"]


def test_the_end_of_the_roll_coming_near_stops_nothing(simulator: SimulatedPrinter) -> None:
    simulator.command("fault near_end")
    printer = open_printer(simulator.url, PATIENT)
    assert printer.status() is PrinterStatus.NEAR_END
    assert printer.send(JOB, "job-1") is Outcome.CONFIRMED


def test_answers_that_come_late_but_in_time_are_enough(simulator: SimulatedPrinter) -> None:
    simulator.command("fault slow 0.05")
    patient = open_printer(simulator.url, PATIENT)
    assert patient.status() is PrinterStatus.READY
    assert patient.send(JOB, "job-1") is Outcome.CONFIRMED


@pytest.mark.parametrize("received", [0, 1, 2000, len(JOB) - 1])
def test_a_connection_cut_inside_the_job_is_in_doubt(
    simulator: SimulatedPrinter, printer: Printer, received: int
) -> None:
    simulator.command(f"fault cut_after {received}")
    with pytest.raises(ConnectionCut) as caught:
        printer.send(JOB, "job-1")
    assert received < caught.value.bytes_sent <= len(JOB)
    assert caught.value.diagnostics["bytes_sent"] == caught.value.bytes_sent
    if received:
        assert simulator.job() == JOB[:received]


def test_paper_that_ends_inside_the_job_leaves_it_unconfirmed(
    simulator: SimulatedPrinter, printer: Printer
) -> None:
    simulator.command("fault paper_out_after 3000")
    assert printer.send(JOB, "job-1") is Outcome.UNCONFIRMED
    assert open_printer(simulator.url, PATIENT).status() is PrinterStatus.PAPER_OUT
    assert simulator.job() == JOB[:3000]


def test_paper_that_ends_is_seen_by_the_realtime_answer_too(simulator: SimulatedPrinter) -> None:
    simulator.command("fault paper_out_after 3000")
    realtime = open_printer(f"{simulator.url}&status=realtime", LIMITS)
    assert realtime.send(JOB, "job-1") is Outcome.UNCONFIRMED


@pytest.mark.parametrize("status", ["buffered", "realtime"])
def test_silence_after_the_job_leaves_it_unconfirmed(simulator: SimulatedPrinter, status: str) -> None:
    simulator.command("fault no_proof")
    printer = open_printer(f"{simulator.url}&status={status}", LIMITS)
    assert printer.send(JOB, "job-1") is Outcome.UNCONFIRMED
    assert simulator.job() == JOB


def test_a_printer_that_never_answers_is_used_without_proof(simulator: SimulatedPrinter) -> None:
    simulator.command("fault silent")
    printer = open_printer(f"{simulator.url}&status=none", LIMITS)
    assert printer.status() is PrinterStatus.UNKNOWN
    assert printer.send(JOB, "job-1") is Outcome.UNCONFIRMED
    assert simulator.job() == JOB


def test_a_cut_is_noticed_without_proof_too(simulator: SimulatedPrinter) -> None:
    simulator.command("fault cut_after 2000")
    printer = open_printer(f"{simulator.url}&status=none", LIMITS)
    with pytest.raises(ConnectionCut):
        printer.send(JOB, "job-1")


def test_silence_costs_no_more_than_the_limits(simulator: SimulatedPrinter, printer: Printer) -> None:
    simulator.command("fault silent")
    begun = time.monotonic()
    with pytest.raises(NotAnswering):
        printer.send(JOB, "job-1")
    assert time.monotonic() - begun < 15


def test_a_name_that_does_not_exist_is_a_printer_that_is_off() -> None:
    printer = open_printer("escpos+tcp://no-such-printer.invalid", LIMITS)
    assert printer.status() is PrinterStatus.OFF
    with pytest.raises(PrinterOff):
        printer.send(JOB, "job-1")


def test_what_the_simulator_kept_is_a_readable_ticket(simulator: SimulatedPrinter, printer: Printer) -> None:
    printer.send(JOB, "job-1")
    paper = interpret(simulator.job(), 576)
    assert paper.unknown == ()
    assert len(paper.cuts) == 1


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_every_scenario_starts_and_can_be_cleared(tmp_path: Path, scenario: str) -> None:
    with simulated_printer(tmp_path, "--scenario", scenario) as simulator:
        simulator.command("clear")
        assert open_printer(simulator.url, PATIENT).send(JOB, "job-1") is Outcome.CONFIRMED


@pytest.mark.parametrize("line", ["dance", "fault", "fault fire", "fault slow", "fault slow x", "clear all"])
def test_the_simulator_says_what_it_does_not_understand(simulator: SimulatedPrinter, line: str) -> None:
    answer = simulator.command(line)
    assert answer["failed"] == line
    assert answer["why"]


def test_the_simulator_ends_when_told(tmp_path: Path) -> None:
    with simulated_printer(tmp_path) as simulator:
        assert simulator._process.stdin is not None
        simulator._process.stdin.write("quit\n")
        simulator._process.stdin.flush()
        assert simulator._process.wait(10) == 0


@pytest.mark.parametrize("scheme", ["pdf", "escpos"])
def test_a_missing_folder_is_named_and_nothing_is_made(tmp_path: Path, scheme: str) -> None:
    place = tmp_path / "gone" / ("x" if scheme == "escpos" else "")
    printer = open_printer(f"{scheme}+{place.as_uri()}")
    assert printer.status() is PrinterStatus.OFF
    with pytest.raises(FolderUnwritable):
        printer.send(JOB, "job-1")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_where_a_file_should_be_is_a_fault(tmp_path: Path) -> None:
    printer = open_printer(f"escpos+{tmp_path.as_uri()}")
    assert printer.status() is PrinterStatus.FAULT
    with pytest.raises(FolderUnwritable):
        printer.send(JOB, "job-1")


DISK_FULL = """
import resource, signal, sys
from printing.errors import DiskFull
from printing.registry import open_printer
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
printer = open_printer(sys.argv[1])
printer.send(b"x" * 9_000, "small")
try:
    printer.send(b"y" * 30_000, "large")
except DiskFull as condition:
    print(condition.diagnostics["error"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file-size limit there")
@pytest.mark.parametrize(("scheme", "name"), [("pdf", ""), ("escpos", "jobs")])
def test_a_full_disk_leaves_what_was_there_and_nothing_half(tmp_path: Path, scheme: str, name: str) -> None:
    place = tmp_path / name
    done = subprocess.run(
        [sys.executable, "-c", DISK_FULL, f"{scheme}+{place.as_uri()}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip()
    (left,) = tmp_path.iterdir()
    assert left.read_bytes() == b"x" * 9_000


@pytest.mark.parametrize(
    ("fault", "status", "condition"),
    [
        ("paper_out", PrinterStatus.PAPER_OUT, PaperOut),
        ("cover", PrinterStatus.COVER_OPEN, CoverOpen),
        ("silent", PrinterStatus.UNKNOWN, NotAnswering),
    ],
)
@pytest.mark.parametrize("line", ["serial", "usb"])
def test_a_condition_is_known_over_every_line(
    simulator: SimulatedPrinter,
    line: str,
    fault: str,
    status: PrinterStatus,
    condition: type[PrinterError],
) -> None:
    simulator.command(f"fault {fault}")
    with at_line(line, simulator, LIMITS if fault == "silent" else PATIENT) as printer:
        assert printer.status() is status
        with pytest.raises(condition):
            printer.send(JOB, "job-1")
    assert not list(simulator.folder.iterdir())


@contextmanager
def at_line(line: str, simulator: SimulatedPrinter, limits: Limits) -> Iterator[Printer]:
    if line == "serial":
        with serial_line(simulator.url) as port:
            yield open_printer(f"escpos+serial://{port}", limits)
    else:
        with usb_bus(simulator.url) as bus:
            yield UsbPrinter(parse("escpos+usb://04b8:0e15"), limits, bus)


def test_a_serial_port_that_is_not_there_is_off() -> None:
    printer = open_printer("escpos+serial:///dev/ttyNone7", LIMITS)
    assert printer.status() is PrinterStatus.OFF
    with pytest.raises(PrinterOff):
        printer.send(JOB, "job-1")


def test_a_serial_printer_that_stops_taking_data_leaves_the_job_in_doubt() -> None:
    near, far = os.openpty()
    try:
        tty.setraw(far)
        limits = Limits(answer=0.2, stall=0.2, finish=0.2)
        printer = open_printer(f"escpos+serial://{os.ttyname(far)}?status=none", limits)
        with pytest.raises(ConnectionCut) as caught:
            printer.send(b"x" * 200_000, "job-1")
        assert 0 < caught.value.bytes_sent < 200_000
    finally:
        os.close(near)
        os.close(far)


def test_a_pulled_serial_cable_leaves_the_job_in_doubt() -> None:
    near, far = os.openpty()
    tty.setraw(far)
    name = os.ttyname(far)
    reader = threading.Thread(target=lambda: (os.read(near, 64), os.close(near), os.close(far)))
    reader.start()
    printer = open_printer(f"escpos+serial://{name}?status=none", Limits(stall=5.0))
    with pytest.raises(ConnectionCut):
        printer.send(b"x" * 200_000, "job-1")
    reader.join()
    assert printer.status() is PrinterStatus.OFF


def test_a_usb_printer_that_is_pulled_or_stuck(simulator: SimulatedPrinter) -> None:
    with usb_bus(simulator.url) as bus:
        printer = UsbPrinter(parse("escpos+usb://04b8:0e15"), LIMITS, bus)
        bus.stuck = True
        with pytest.raises(ConnectionCut) as caught:
            printer.send(JOB, "job-1")
        assert 0 < caught.value.bytes_sent <= 4096  # may have left; only a person can see it
        bus.stuck = False
        patient = UsbPrinter(parse("escpos+usb://04b8:0e15"), PATIENT, bus)
        assert patient.send(JOB, "job-2") is Outcome.CONFIRMED
        assert bus.detached == [0] * len(bus.detached)
        bus.unplugged = True
        assert printer.status() is PrinterStatus.OFF
        with pytest.raises(PrinterOff):
            printer.send(JOB, "job-3")
        assert not bus.claimed
    assert UsbPrinter(parse("escpos+usb://04b8:9999"), LIMITS, bus).status() is PrinterStatus.OFF


def test_a_silent_usb_printer_without_proof_is_unconfirmed(simulator: SimulatedPrinter) -> None:
    simulator.command("fault silent")
    with usb_bus(simulator.url) as bus:
        printer = UsbPrinter(parse("escpos+usb://04b8:0e15?status=none"), LIMITS, bus)
        assert printer.status() is PrinterStatus.UNKNOWN
        assert printer.send(JOB, "job-1") is Outcome.UNCONFIRMED


_DESK = """
import sys
from printing import escpos
from printing.documents import queue_ticket
from printing.errors import ConnectionCut, PrinterError
from printing.printers.conversation import Limits
from printing.registry import open_printer
from tests.helpers.printing import ticket

url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
printer = open_printer(url, Limits(connect=10.0, answer=10.0, stall=10.0, finish=10.0))
for number in range(count):
    job = escpos.render(queue_ticket.build(ticket(number=f"{name}{number:03d}")), 576)
    while True:
        try:
            print(printer.send(job, f"{name}-{number}").value, flush=True)
            break
        except ConnectionCut:
            print("cut", flush=True)
            break
        except PrinterError:
            continue  # nothing was printed: the job waits for its turn
"""


def test_two_desks_on_one_printer_print_every_job_whole_and_once(simulator: SimulatedPrinter) -> None:
    count = 4
    desks = [
        subprocess.Popen(
            [sys.executable, "-c", _DESK, simulator.url, name, str(count)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for name in "AB"
    ]  # fmt: skip
    try:
        said = [desk.communicate(timeout=100)[0].split() for desk in desks]
    finally:
        for desk in desks:
            desk.kill()
            desk.wait()
    assert said == [["confirmed"] * count] * 2
    jobs = [simulator.job() for _job in range(2 * count)]
    wanted = [
        escpos.render(queue_ticket.build(ticket(number=f"{name}{number:03d}")), 576)
        for name in "AB"
        for number in range(count)
    ]
    assert sorted(jobs) == sorted(wanted), "none torn, none mixed, none twice"
