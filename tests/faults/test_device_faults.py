"""Every fault of the wire, played by a simulator in another process: the right condition, in bounded time."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices import errors
from devices.base import CardState, Scanner, ScanSettings, Source
from devices.drivers.id_sdt import SdtIdReader
from devices.drivers.scan_escl import EsclLimits, EsclScanner
from devices.drivers.scan_sane import SaneLimits, SaneScanner
from devices.sdt.session import Limits
from devices.simulators.escl_scanner import SCENARIOS as SCANNER_SCENARIOS
from devices.simulators.id_reader import SCENARIOS as READER_SCENARIOS
from tests.helpers.brisk import READER_LIMITS
from tests.helpers.devices import Simulator, escl_scanner, id_reader, nothing_left, sane_folder

__all__ = ["nothing_left"]

WIRE = "tcp" if sys.platform == "win32" else "serial"
SLACK = 15.0
"""Seconds a busy machine may add to a time limit."""


# ---- card reader -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with id_reader(WIRE, tmp_path_factory.mktemp("reader")) as running:
        yield running


@pytest.fixture
def simulator(bench_reader: Simulator) -> Simulator:
    """The reader on a line that nothing has gone over yet, with a card on it."""
    bench_reader.tell("unplug")
    bench_reader.tell("scenario adult")
    return bench_reader


@pytest.fixture
def reader(simulator: Simulator) -> Iterator[SdtIdReader]:
    with SdtIdReader(simulator.url, READER_LIMITS) as opened:
        yield opened


def failing_read(reader: SdtIdReader) -> tuple[errors.DeviceError, float]:
    start = time.monotonic()
    with pytest.raises(errors.DeviceError) as raised:
        reader.read()
    return raised.value, time.monotonic() - start


@pytest.mark.parametrize("fault", ["badsum", "garbage", "half", "nul", "slow"])
def test_one_damaged_answer_is_repaired_without_a_word(
    reader: SdtIdReader, simulator: Simulator, fault: str
) -> None:
    simulator.tell(f"fault {fault}")
    assert reader.read().name == "张𬭎"


@pytest.mark.parametrize("fault", ["badsum", "half", "nul"])
def test_answers_damaged_again_and_again_are_garbled(
    reader: SdtIdReader, simulator: Simulator, fault: str
) -> None:
    simulator.tell(f"fault {fault} read 2")
    error, seconds = failing_read(reader)
    assert type(error) is errors.Garbled
    assert seconds < READER_LIMITS.whole + SLACK
    assert reader.poll() is CardState.LIFT_CARD


def test_garbage_before_every_answer_is_skipped(reader: SdtIdReader, simulator: Simulator) -> None:
    simulator.tell("fault garbage any 100")
    assert reader.read().number == "110105197303050019"


def test_a_reader_that_falls_silent_is_not_answering_and_works_again_later(simulator: Simulator) -> None:
    """With the limits of the product; elsewhere they are shorter."""
    simulator.tell("fault silent")
    with SdtIdReader(simulator.url) as reader:
        error, seconds = failing_read(reader)
        assert type(error) is errors.NotAnswering
        assert Limits().header <= seconds < Limits().header + SLACK
        simulator.tell("lift")
        simulator.tell("place elder")
        assert reader.read().name == "王桂兰"


def test_a_flood_of_garbage_ends_in_bounded_time(reader: SdtIdReader, simulator: Simulator) -> None:
    simulator.tell("fault flood read 100")
    error, seconds = failing_read(reader)
    assert type(error) is errors.Garbled
    assert seconds < READER_LIMITS.whole + SLACK
    simulator.tell("clear")
    simulator.tell("lift")
    simulator.tell("place mongol")
    assert reader.read().name == "巴特尔·苏和"


def test_a_reader_without_authority_says_so(reader: SdtIdReader, simulator: Simulator) -> None:
    simulator.tell("fault noauth")
    error, _ = failing_read(reader)
    assert type(error) is errors.NotAuthorised
    assert "status 66" in error.diagnostics
    simulator.tell("clear")
    assert reader.read().name == "张𬭎"


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        ("sw41 read", errors.ReadFailed),
        ("sw81 select", errors.ReadFailed),
        ("sw31 select", errors.ReadFailed),
        ("sw60 find", errors.ReaderDefective),
        ("sw10 read 2", errors.Garbled),
        ("swee read", errors.Garbled),
    ],
)
def test_a_status_word_ends_the_read_with_its_condition(
    reader: SdtIdReader, simulator: Simulator, fault: str, condition: type[errors.DeviceError]
) -> None:
    simulator.tell(f"fault {fault}")
    error, _ = failing_read(reader)
    assert type(error) is condition


@pytest.mark.parametrize(
    "fault", ["silent address 9", "badsum address 9", "sw41 address 9", "sw21 address 9"]
)
def test_a_card_is_read_even_when_its_later_addresses_are_not(
    reader: SdtIdReader, simulator: Simulator, fault: str
) -> None:
    simulator.tell(f"fault {fault}")
    card = reader.read()
    assert card.later_addresses == ()
    assert not card.addresses_complete


def test_a_card_lifted_between_poll_and_read_is_no_card(reader: SdtIdReader, simulator: Simulator) -> None:
    assert reader.poll() is CardState.CARD_PRESENT
    simulator.tell("lift")
    error, _ = failing_read(reader)
    assert type(error) is errors.NoCard


def test_no_diagnostics_hold_anything_of_the_card(reader: SdtIdReader, simulator: Simulator) -> None:
    for fault in ("badsum read 2", "half read 2", "nul read 2", "sw41"):
        simulator.tell("lift")
        simulator.tell("place adult")
        simulator.tell(f"fault {fault}")
        error, _ = failing_read(reader)
        assert "1973" not in f"{error!r}"
        assert "张" not in f"{error!r}"


@pytest.mark.parametrize(
    ("scenario", "condition"),
    [
        ("bad-sums", errors.Garbled),
        ("half-frames", errors.Garbled),
        ("inserted-bytes", errors.Garbled),
        ("silent", errors.NotAnswering),
        ("unplug-mid-read", errors.Unplugged),
        ("flood", errors.Garbled),
        ("unauthorised", errors.NotAuthorised),
        ("empty", errors.NoCard),
        ("adult", None),
        ("bad-sum-once", None),
        ("noisy-line", None),
        ("slow-line", None),
        ("old-reader", None),
    ],
)
def test_every_named_scenario_of_the_reader_is_what_its_name_says(
    tmp_path: Path, scenario: str, condition: type[errors.DeviceError] | None
) -> None:
    with id_reader(WIRE, tmp_path, "--scenario", scenario) as simulator:
        reader = SdtIdReader(simulator.url, READER_LIMITS)
        start = time.monotonic()
        try:
            with reader:
                assert reader.read().name == "张𬭎"
            found = None
        except errors.DeviceError as error:
            found = type(error)
        assert time.monotonic() - start < READER_LIMITS.card + SLACK
    assert found is condition


def test_the_list_of_scenarios_is_known() -> None:
    assert {"elder", "mongol", "hmt", "foreigner-2017", "foreigner-2023", "moved"} < READER_SCENARIOS.keys()
    assert {"loaded", "jam", "cut", "busy", "slow", "empty-feeder"} < SCANNER_SCENARIOS.keys()


def test_a_line_as_slow_as_9600_baud_is_slow_and_works(tmp_path: Path) -> None:
    with id_reader(WIRE, tmp_path, "--scenario", "adult", "--baud", "9600") as simulator:
        start = time.monotonic()
        with SdtIdReader(simulator.url) as reader:
            assert reader.read().finger_length == 1024
        assert time.monotonic() - start > 2321 * 10 / 9600


def test_another_service_on_the_port_is_no_reader() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = SdtIdReader(f"sdt+tcp://127.0.0.1:{listener.getsockname()[1]}", Limits(header=0.3))
        with pytest.raises(errors.NotAnswering):
            reader.open()


# ---- network scanner ---------------------------------------------------------------------------------

HASTY = EsclLimits(answer=2.0, page=2.0, busy=3.0, longest_pause=1.0)
WAITED_FOR = {
    "mute": replace(HASTY, answer=1.0),
    "slow 60": replace(HASTY, page=1.0),
    "slow": replace(HASTY, page=1.0),
    "drip": replace(HASTY, page=1.0),
    "busy": replace(HASTY, busy=1.5),
}
"""Faults that only a limit ends: that limit is short, all others leave a busy machine its time."""
FEEDER = ScanSettings(Source.FEEDER, 100)


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def bench_scanner() -> Iterator[Simulator]:
    with escl_scanner() as running:
        yield running


@pytest.fixture
def network(bench_scanner: Simulator) -> Simulator:
    """The scanner, well, with three sheets, and a log that begins here."""
    bench_scanner.tell("scenario loaded")
    bench_scanner.cut_log()
    return bench_scanner


@pytest.fixture
def scanner(network: Simulator) -> Iterator[EsclScanner]:
    with EsclScanner(network.url, HASTY) as opened:
        yield opened


def scan_until_it_fails(scanner: Scanner, settings: ScanSettings = FEEDER) -> tuple[int, errors.DeviceError]:
    """Return the number of good pages and the error after them."""
    pages = 0
    start = time.monotonic()
    try:
        for _ in scanner.scan(settings, never):
            pages += 1
    except errors.DeviceError as error:
        assert time.monotonic() - start < 10 + SLACK
        return pages, error
    raise AssertionError(f"{pages} pages and no error")


def deleted(network: Simulator) -> bool:
    return any(line.startswith("DELETE /eSCL/ScanJobs/") for line in network.log())


@pytest.mark.parametrize(
    ("fault", "pages", "condition"),
    [
        ("jam", 0, errors.FeederJam),
        ("jam 2", 2, errors.FeederJam),
        ("cover", 0, errors.ScannerCoverOpen),
        ("empty", 0, errors.FeederEmpty),
        ("cut", 0, errors.TransferCut),
        ("busy", 0, errors.ScannerBusy),
        ("slow 60", 0, errors.NotAnswering),
        ("drip", 0, errors.NotAnswering),
        ("mute", 0, errors.NotAnswering),
        ("vanish", 0, errors.Unplugged),
        ("error500", 0, errors.InternalFault),
        ("redirect", 0, errors.DriverFault),
        ("badxml", 0, errors.Garbled),
        ("entity", 0, errors.Garbled),
        ("hugexml", 0, errors.Garbled),
        ("notpicture", 0, errors.Garbled),
    ],
)
def test_a_fault_of_the_network_scanner_becomes_its_condition_and_ends_with_clear(
    network: Simulator, fault: str, pages: int, condition: type[errors.DeviceError]
) -> None:
    with EsclScanner(network.url, WAITED_FOR.get(fault, HASTY)) as scanner:
        network.tell(f"fault {fault}")
        got, error = scan_until_it_fails(scanner)
        assert (got, type(error)) == (pages, condition)
        assert error.diagnostics
        network.tell("clear")
        network.tell("load 2")
        assert len(list(scanner.scan(FEEDER, never))) == 2


@pytest.mark.parametrize("fault", ["cut", "jam 1", "notpicture", "drip"])
def test_a_job_that_fails_is_taken_back(network: Simulator, fault: str) -> None:
    network.tell(f"fault {fault}")
    with EsclScanner(network.url, WAITED_FOR.get(fault, HASTY)) as scanner:
        scan_until_it_fails(scanner)
    assert deleted(network)


def test_a_scanner_that_is_busy_for_a_moment_is_waited_for(scanner: EsclScanner, network: Simulator) -> None:
    network.tell("fault busy 1")
    assert len(list(scanner.scan(FEEDER, never))) == 3
    assert network.log().count("POST /eSCL/ScanJobs") == 2


def test_a_scan_is_cancelled_while_the_scanner_takes_its_time(network: Simulator) -> None:
    network.tell("fault slow 60")
    start = time.monotonic()
    with EsclScanner(network.url) as scanner, pytest.raises(errors.Cancelled):
        next(scanner.scan(FEEDER, lambda: time.monotonic() - start > 0.5))
    assert time.monotonic() - start < 20
    assert deleted(network)
    network.tell("clear")


def test_a_scan_is_cancelled_while_the_scanner_is_busy(network: Simulator) -> None:
    network.tell("fault busy")
    start = time.monotonic()
    with EsclScanner(network.url) as scanner, pytest.raises(errors.Cancelled):
        next(scanner.scan(FEEDER, lambda: time.monotonic() - start > 0.5))
    assert time.monotonic() - start < 20


def test_a_job_said_to_be_on_another_host_is_looked_for_on_the_scanner_itself(
    scanner: EsclScanner, network: Simulator
) -> None:
    network.tell("fault elsewhere")
    assert len(list(scanner.scan(FEEDER, never))) == 3


def test_a_flatbed_scan_does_not_care_about_the_feeder(scanner: EsclScanner, network: Simulator) -> None:
    network.tell("fault jam")
    assert len(list(scanner.scan(ScanSettings(Source.FLATBED, 100), never))) == 1
    assert not deleted(network)


@pytest.mark.parametrize(
    ("scenario", "pages", "condition"),
    [
        ("loaded", 3, None),
        ("busy-once", 3, None),
        ("thick-file", 50, None),
        ("empty-feeder", 0, errors.FeederEmpty),
        ("jam", 2, errors.FeederJam),
        ("cut", 0, errors.TransferCut),
        ("busy", 0, errors.ScannerBusy),
        ("slow", 0, errors.NotAnswering),
        ("cover-open", 0, errors.ScannerCoverOpen),
        ("broken", 0, errors.InternalFault),
    ],
)
def test_every_named_scenario_of_the_scanner_is_what_its_name_says(
    scenario: str, pages: int, condition: type[errors.DeviceError] | None
) -> None:
    found, got = None, 0
    with escl_scanner("--scenario", scenario) as network:
        try:
            with EsclScanner(network.url, WAITED_FOR.get(scenario, HASTY)) as scanner:
                for _ in scanner.scan(FEEDER, never):
                    got += 1
        except errors.DeviceError as error:
            found = type(error)
    assert (got, found) == (pages, condition)


def test_pictures_of_a_folder_are_scanned_instead_of_drawn_pages(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (50, 70), (10, 20, 200)).save(tmp_path / "a.png")
    with escl_scanner("--pages", str(tmp_path)) as network, EsclScanner(network.url) as scanner:
        (page,) = scanner.scan(ScanSettings(Source.FLATBED, 100), never)
    assert (page.width, page.height) == (827, 1169)


def test_a_scanner_that_is_switched_off_is_unplugged() -> None:
    with pytest.raises(errors.Unplugged):
        EsclScanner("escl+http://127.0.0.1:9/eSCL").open()


def test_a_scanner_that_goes_away_between_two_pages_is_unplugged(network: Simulator) -> None:
    with EsclScanner(network.url, HASTY) as scanner:
        pages = scanner.scan(FEEDER, never)
        next(pages)
        network.tell("fault vanish")
        with pytest.raises(errors.Unplugged):
            next(pages)


# ---- SANE --------------------------------------------------------------------------------------------

sane = pytest.mark.skipif(shutil.which("scanimage") is None, reason="scanimage is not installed")


@pytest.fixture
def sane_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SANE_CONFIG_DIR", str(sane_folder(tmp_path / "sane")))
    return "sane:test:0"


@sane
@pytest.mark.parametrize(
    ("status", "condition"),
    [
        ("JAMMED", errors.FeederJam),
        ("NO_DOCS", errors.FeederEmpty),
        ("COVER_OPEN", errors.ScannerCoverOpen),
        ("DEVICE_BUSY", errors.ScannerBusy),
        ("IO_ERROR", errors.TransferCut),
        ("ACCESS_DENIED", errors.NoPermission),
        ("CANCELLED", errors.Cancelled),
        ("UNSUPPORTED", errors.NotSupported),
        ("NO_MEM", errors.DriverFault),
        ("INVAL", errors.DriverFault),
    ],
)
def test_what_sane_says_becomes_its_condition(
    sane_test: str, status: str, condition: type[errors.DeviceError]
) -> None:
    with SaneScanner(f"{sane_test}?option.read-return-value=SANE_STATUS_{status}") as scanner:
        pages, error = scan_until_it_fails(scanner)
    assert (pages, type(error)) == (0, condition)
    assert "sane_read: " in error.diagnostics


@pytest.fixture
def never_ending(sane_test: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the test scanner, driven by a ``scanimage`` that says all and then hangs."""
    program = tmp_path / "bin" / "scanimage"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n{shutil.which("scanimage")} "$@"\ncase "$*" in *--batch*) sleep 600;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return sane_test


@sane
def test_scanimage_that_hangs_after_its_last_page_costs_no_page(never_ending: str) -> None:
    with SaneScanner(never_ending, SaneLimits(ending=0.2)) as scanner:
        assert len(list(scanner.scan(ScanSettings(Source.FLATBED, 100), never))) == 1


@sane
def test_scanimage_that_hangs_after_an_error_still_tells_the_error(never_ending: str) -> None:
    jammed = f"{never_ending}?option.read-return-value=SANE_STATUS_JAMMED"
    with SaneScanner(jammed, SaneLimits(ending=0.2)) as scanner:
        pages, error = scan_until_it_fails(scanner)
    assert (pages, type(error)) == (0, errors.FeederJam)


@sane
def test_the_feeder_of_the_test_backend_ends_after_ten_pages(sane_test: str) -> None:
    with SaneScanner(sane_test) as scanner:
        assert [page.index for page in scanner.scan(FEEDER, never)] == list(range(10))


@sane
def test_a_sane_scan_that_hangs_is_ended_and_not_answering(sane_test: str) -> None:
    slow = f"{sane_test}?option.read-delay=yes&option.read-delay-duration=200000"
    with SaneScanner(slow, SaneLimits(page=0.5)) as scanner:
        _, error = scan_until_it_fails(scanner, ScanSettings(Source.FLATBED, 300))
    assert type(error) is errors.NotAnswering


@sane
def test_a_sane_scan_is_cancelled_in_the_middle_of_a_page(sane_test: str) -> None:
    slow = f"{sane_test}?option.read-delay=yes&option.read-delay-duration=200000"
    start = time.monotonic()
    with SaneScanner(slow) as scanner, pytest.raises(errors.Cancelled):
        next(scanner.scan(FEEDER, lambda: time.monotonic() - start > 0.3))
    assert time.monotonic() - start < 30


@sane
def test_a_sane_device_that_is_not_there_is_unplugged(sane_test: str) -> None:
    with pytest.raises(errors.Unplugged, match="Invalid argument"):
        SaneScanner("sane:nosuch:0").open()


def test_without_scanimage_the_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    scanner = SaneScanner("sane:test:0")
    assert scanner.available()
    with pytest.raises(errors.LibraryMissing):
        scanner.open()


@sane
def test_no_page_is_left_on_the_disk(sane_test: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with SaneScanner(sane_test) as scanner:
        pages = scanner.scan(FEEDER, never)
        next(pages)
        assert list(scratch.iterdir())
        pages.close()
    assert not list(scratch.iterdir())
