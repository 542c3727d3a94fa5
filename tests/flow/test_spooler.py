"""A page through a real CUPS: accepted is never printed, and what is in doubt is said to be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from printing.address import parse
from printing.documents.catalogue import KINDS
from printing.errors import ConnectionCut, PrinterFault, PrinterOff
from printing.printers.base import Outcome, PrinterStatus
from printing.printers.ipp import job_state
from printing.printers.spooler import JobState, SpoolerLimits, SpoolerPrinter
from printing.registry import open_printer, render
from tests.helpers import cups as private
from tests.helpers.cups import QUEUE, Cups, wait_until
from tests.helpers.printing import pdf_texts

needs_cups = pytest.mark.skipif(bool(private.missing()), reason=private.missing() or "-")
PDF = b"%PDF-1.7\n% a page\n%%EOF\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Cups]:
    with private.scheduler() as cups:
        yield cups


@pytest.fixture
def cups(running: Cups) -> Cups:
    running.clear()
    return running


def printer(cups: Cups, finish: float = 10.0, queue: str = QUEUE) -> SpoolerPrinter:
    limits = SpoolerLimits(program=5.0, finish=finish)
    return SpoolerPrinter(parse(f"cups://{queue}?server={cups.server}"), limits)


@needs_cups
def test_a_notice_is_printed_whole_and_confirmed_when_it_is(cups: Cups) -> None:
    kind = KINDS["fee_notice"]
    queue = open_printer(f"cups://{QUEUE}?server={cups.server}")
    assert queue.status() is PrinterStatus.READY
    job = render(kind.build(kind.sample()), queue.capabilities)
    assert queue.send(job, "notice-1") is Outcome.CONFIRMED
    paper = (cups.paper / "notice-1.pdf").read_bytes()
    assert paper == job
    assert "张𬭎" in "".join(pdf_texts(paper))


@needs_cups
def test_accepted_is_not_printed(cups: Cups) -> None:
    (cups.paper / "hold").touch()
    queue = printer(cups, finish=0.5)
    assert queue.send(PDF, "held-1") is Outcome.UNCONFIRMED
    assert not (cups.paper / "held-1.pdf").exists()
    request = cups.run("lpstat", "-o", QUEUE).split()[0]
    assert queue.state(request) is JobState.WAITING
    (cups.paper / "hold").unlink()
    wait_until(lambda: queue.state(request) is not JobState.WAITING)
    assert queue.state(request) is JobState.COMPLETED
    assert (cups.paper / "held-1.pdf").read_bytes() == PDF


@needs_cups
def test_a_cancelled_job_is_in_doubt_and_never_confirmed(cups: Cups) -> None:
    (cups.paper / "hold").touch()
    queue = printer(cups)
    request = queue.submit(PDF, "cancelled-1")
    wait_until((cups.paper / "begun").exists)
    cups.run("cancel", request)
    (cups.paper / "hold").unlink()
    wait_until(lambda: queue.state(request) is not JobState.WAITING)
    assert queue.state(request) is JobState.FAILED


@needs_cups
def test_a_job_the_backend_gives_up_is_in_doubt(cups: Cups) -> None:
    (cups.paper / "fail").touch()
    with pytest.raises(ConnectionCut) as caught:
        printer(cups).send(PDF, "failed-1")
    assert caught.value.bytes_sent == len(PDF)
    assert not (cups.paper / "failed-1.pdf").exists()


@needs_cups
def test_a_stopped_queue_says_so_and_prints_later(cups: Cups) -> None:
    cups.run("cupsdisable", QUEUE)
    queue = printer(cups, finish=0.3)
    assert queue.status() is PrinterStatus.FAULT
    assert queue.send(PDF, "later-1") is Outcome.UNCONFIRMED
    cups.run("cupsenable", QUEUE)
    wait_until((cups.paper / "later-1.pdf").exists)


@needs_cups
def test_a_queue_that_refuses_takes_nothing(cups: Cups) -> None:
    cups.run("cupsreject", QUEUE)
    with pytest.raises(PrinterFault, match="not accepting"):
        printer(cups).send(PDF, "refused-1")
    assert not list(cups.paper.iterdir())


@needs_cups
def test_without_a_queue_or_a_scheduler_nothing_was_printed(cups: Cups) -> None:
    nowhere = SpoolerPrinter(parse(f"cups://{QUEUE}?server=127.0.0.1:1"))
    for queue in (printer(cups, queue="nobody"), nowhere):
        assert queue.status() is PrinterStatus.OFF
        with pytest.raises(PrinterOff):
            queue.send(PDF, "lost-1")
    assert nowhere.state(f"{QUEUE}-1") is JobState.LOST


@needs_cups
def test_the_scheduler_is_found_as_the_programs_find_it(cups: Cups) -> None:
    queue = SpoolerPrinter(parse(f"cups://{QUEUE}"), environment={"CUPS_SERVER": cups.server})
    assert queue.send(PDF, "found-1") is Outcome.CONFIRMED


@needs_cups
def test_an_unknown_job_has_no_state(cups: Cups) -> None:
    host, _, port = cups.server.partition(":")
    assert job_state(host, int(port), 999_999, 5.0) is None
    assert printer(cups).state(f"{QUEUE}-999999") is JobState.LOST


def test_without_the_programs_nothing_was_printed() -> None:
    queue = SpoolerPrinter(parse("cups://hall"), environment={"PATH": "/nowhere"})
    assert queue.status() is PrinterStatus.UNKNOWN
    with pytest.raises(PrinterOff):
        queue.send(PDF, "none-1")
