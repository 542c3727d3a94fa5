"""Devices and workers that stop, die or flood: a reason within the time limit, and work again afterwards."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

import devices.worker
from devices.base import CardState, ScanSettings, Source
from devices.drivers.id_sdt import SdtIdReader
from devices.drivers.id_vendor import VendorIdReader, VendorLimits
from devices.drivers.scan_escl import EsclLimits, EsclScanner
from devices.drivers.scan_sane import SaneLimits, SaneScanner
from devices.errors import (
    DeviceError,
    DriverFault,
    FeederJam,
    Garbled,
    NotAnswering,
    ReadFailed,
    Unplugged,
)
from devices.sdt.session import Limits
from devices.traffic import export
from devices.worker import Worker
from tests.helpers.device_cases import NO_SANE, vendor_url
from tests.helpers.devices import (
    Simulator,
    escl_scanner,
    id_reader,
    nothing_left,
    wait_until,
    workers_of,
)

__all__ = ["nothing_left"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP and ptys")
SLACK = 15.0
"""Seconds a busy machine may add to a time limit."""
HASTY = Limits(header=0.5, whole=1.5, quiet=0.2, card=3.0)


def failing(act: Callable[[], object]) -> tuple[DeviceError, float]:
    start = time.monotonic()
    with pytest.raises(DeviceError) as raised:
        act()
    assert raised.value.diagnostics
    return raised.value, time.monotonic() - start


def never() -> bool:
    return False


# ---- simulators stopped and killed -------------------------------------------------------------------


@pytest.mark.parametrize("wire", ["serial", "tcp"])
def test_a_reader_that_is_stopped_is_not_answering_and_comes_back_by_itself(
    tmp_path: Path, wire: str
) -> None:
    with (
        id_reader(wire, tmp_path, "--scenario", "adult") as simulator,
        SdtIdReader(simulator.url, HASTY) as reader,
    ):
        os.kill(simulator.process.pid, signal.SIGSTOP)
        error, seconds = failing(reader.read)
        os.kill(simulator.process.pid, signal.SIGCONT)
        assert isinstance(error, NotAnswering)
        assert seconds < HASTY.header + SLACK
        wait_until(lambda: reader.poll() is CardState.CARD_PRESENT, "the reader answers again")
        assert reader.read().name == "张𬭎"


def test_a_reader_that_is_killed_is_unplugged_and_its_successor_is_found(tmp_path: Path) -> None:
    first = id_reader("serial", tmp_path, "--scenario", "adult").__enter__()
    reader = SdtIdReader(first.url, HASTY)
    reader.open()
    first.process.kill()
    error, seconds = failing(lambda: [reader.poll() for _ in iter(int, 1)])
    assert isinstance(error, Unplugged)
    assert seconds < SLACK
    first.__exit__(RuntimeError, None, None)
    with id_reader("serial", tmp_path, "--scenario", "elder"), reader:
        assert reader.read().name == "王桂兰"


def test_a_network_scanner_that_is_stopped_is_not_answering_and_comes_back() -> None:
    with (
        escl_scanner() as network,
        EsclScanner(network.url, EsclLimits(answer=1.0, page=1.0, busy=1.0)) as scanner,
    ):
        os.kill(network.process.pid, signal.SIGSTOP)
        error, seconds = failing(scanner.status)
        os.kill(network.process.pid, signal.SIGCONT)
        assert isinstance(error, NotAnswering)
        assert seconds < 1.0 + SLACK
        assert len(list(scanner.scan(ScanSettings(Source.FEEDER, 100), never))) == 3


@NO_SANE
@pytest.mark.parametrize(
    ("number", "condition"), [(signal.SIGSTOP, NotAnswering), (signal.SIGSEGV, DriverFault)]
)
def test_scanimage_stopped_or_crashed_fails_the_scan_and_the_next_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, condition: type[DeviceError]
) -> None:
    from tests.helpers.devices import sane_folder

    monkeypatch.setenv("SANE_CONFIG_DIR", str(sane_folder(tmp_path / "sane")))
    with SaneScanner("sane:test:0", SaneLimits(page=1.0)) as scanner:
        pages = scanner.scan(ScanSettings(Source.FEEDER, 300), never)
        next(pages)
        (child,) = (c for c in psutil.Process().children() if c.name() == "scanimage")
        child.send_signal(number)
        error, seconds = failing(lambda: list(pages))
        assert type(error) is condition
        assert seconds < 1.0 + 2.0 + SLACK
        assert len(list(scanner.scan(ScanSettings(Source.FLATBED, 100), never))) == 1


def test_a_scanner_jams_on_page_seven() -> None:
    with escl_scanner("--scenario", "jam-on-page-7") as network, EsclScanner(network.url) as scanner:
        got = 0
        with pytest.raises(FeederJam):
            for got, _page in enumerate(scanner.scan(ScanSettings(Source.FEEDER, 100), never), 1):  # noqa: B007
                pass
        assert got == 6


def test_a_card_lifted_too_soon_is_a_failed_read_and_the_next_card_is_read(tmp_path: Path) -> None:
    with (
        id_reader("serial", tmp_path, "--scenario", "lifted-too-soon") as simulator,
        SdtIdReader(simulator.url) as reader,
    ):
        error, _ = failing(reader.read)
        assert type(error) is ReadFailed
        simulator.tell("place mongol")
        assert reader.read().name == "巴特尔·苏和"


# ---- a program in its own process --------------------------------------------------------------------


def shell(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


@pytest.mark.parametrize("script", ["yes flood", "yes | head -c 1000000000 | tr -d '\\n'", "yes >&2 & yes"])
def test_a_program_that_floods_costs_no_memory_and_is_ended(script: str) -> None:
    before = psutil.Process().memory_info().rss
    with Worker(shell(script)) as worker:
        start = time.monotonic()
        while time.monotonic() - start < 0.5:
            try:
                assert worker.next_line(1.0, never) is not None
            except Garbled:
                break
        assert len(worker.last_words()) <= 8000
        pid = worker.pid
    assert not psutil.pid_exists(pid)
    assert psutil.Process().memory_info().rss - before < 30 << 20


def test_what_a_program_has_started_ends_with_it() -> None:
    with Worker(shell("sleep 300 & sleep 300 & echo ready; wait")) as worker:
        assert worker.next_line(10.0, never) == "ready"
        family = psutil.Process(worker.pid).children()
        assert len(family) == 2
    wait_until(lambda: not any(p.is_running() and p.status() != "zombie" for p in family), "all have ended")


# ---- vendor worker -----------------------------------------------------------------------------------

VENDOR_LIMITS = VendorLimits(open=10.0, find=0.7, read=0.7, photo=0.7)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with id_reader("tcp", tmp_path_factory.mktemp("reader"), "--scenario", "adult") as running:
        yield running


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        ("hang", NotAnswering),
        ("crash", DriverFault),
        ("exit", DriverFault),
        ("flood", (Garbled, NotAnswering)),
        ("babble", NotAnswering),
        ("endless", (Garbled, NotAnswering)),
        ("garbage", NotAnswering),
        ("wrong-id", NotAnswering),
        ("no-base64", Garbled),
        ("short", Garbled),
    ],
)
def test_a_worker_gone_wrong_fails_the_read_in_time_and_a_new_one_works(
    simulator: Simulator, tmp_path: Path, fault: str, condition: type[DeviceError]
) -> None:
    flag = tmp_path / "fault"
    flag.write_text(f"{fault} read", "ascii")
    simulator.tell("lift")
    simulator.tell("place adult")
    with VendorIdReader(vendor_url(simulator.url, "--fault-file", str(flag)), VENDOR_LIMITS) as reader:
        error, seconds = failing(reader.read)
        assert isinstance(error, condition), repr(error)
        assert seconds < VENDOR_LIMITS.read + SLACK
        assert "张" not in repr(error)
        assert "1973" not in repr(error)
        flag.unlink()
        simulator.tell("lift")
        simulator.tell("place adult")
        reader.open()
        assert reader.read().name == "张𬭎"


def test_a_late_answer_of_the_worker_is_not_taken_for_the_next_one(
    simulator: Simulator, tmp_path: Path
) -> None:
    flag = tmp_path / "fault"
    simulator.tell("lift")
    simulator.tell("place adult")
    with VendorIdReader(vendor_url(simulator.url, "--fault-file", str(flag))) as reader:
        reader.read()
        simulator.tell("place elder")
        flag.write_text("late read", "ascii")
        assert reader.read().name == "王桂兰"


def test_a_worker_that_is_stopped_is_killed_and_the_card_is_read_by_the_next(simulator: Simulator) -> None:
    simulator.tell("lift")
    simulator.tell("place adult")
    with VendorIdReader(vendor_url(simulator.url), VENDOR_LIMITS) as reader:
        (worker,) = workers_of("devices.simulators.vendor_worker")
        worker.suspend()
        error, seconds = failing(reader.poll)
        assert isinstance(error, NotAnswering)
        assert seconds < VENDOR_LIMITS.find + SLACK
        assert not worker.is_running()
        reader.open()
        assert reader.read().name == "张𬭎"


def test_a_worker_of_another_protocol_is_refused() -> None:
    script = """read line; echo '{"id": 1, "ok": {"protocol": 2}}'; read line"""
    url = f"sdt+vendor:///bin/sh?args={quote(shlex.join(['-c', script]))}"
    error, _ = failing(VendorIdReader(url).open)
    assert "protocol 1" in error.diagnostics


@pytest.mark.logs("devices.worker")
def test_a_program_that_cannot_be_killed_is_left_behind_and_the_lane_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A process that hangs in the kernel lives on after SIGKILL: here nothing is sent to it at all."""
    monkeypatch.setattr(devices.worker, "_REAP_SECONDS", 0.1)
    monkeypatch.setattr(devices.worker, "_MERCY_SECONDS", 0.1)
    monkeypatch.setattr(Worker, "_kill", lambda _worker: None)
    stuck = Worker(shell("echo ready; sleep 300"))
    assert stuck.next_line(SLACK, never) == "ready"
    start = time.monotonic()
    stuck.end(mercy=0)
    assert time.monotonic() - start < SLACK
    assert str(stuck.pid) in caplog.text
    monkeypatch.undo()
    with Worker(shell("echo again")) as worker:
        assert worker.next_line(SLACK, never) == "again"
    stuck.end(mercy=0)  # the device came back and the process dies


# ---- replay ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["badsum read 2", "half read 2", "nul read 2", "silent", "sw41", "unplug", "sw66 find"]
)
def test_a_recorded_fault_can_be_played_again(tmp_path: Path, fault: str) -> None:
    with (
        id_reader("tcp", tmp_path, "--scenario", "adult") as simulator,
        SdtIdReader(simulator.url, HASTY) as reader,
    ):
        simulator.tell(f"fault {fault}")
        recorded, _ = failing(reader.read)
        (entries,) = reader.traffic.faults()
    file = tmp_path / "fault.jsonl"
    file.write_text(export(entries), "utf-8")
    with Simulator("replay", str(file), "--tcp", "0") as replay, SdtIdReader(replay.url, HASTY) as reader:
        played, _ = failing(reader.read)
    assert type(played) is type(recorded)


def test_a_recorded_good_read_gives_an_invented_card(tmp_path: Path) -> None:
    with id_reader("tcp", tmp_path, "--scenario", "elder") as simulator, SdtIdReader(simulator.url) as reader:
        assert reader.read().name == "王桂兰"
        text = export(reader.traffic.entries())
    file = tmp_path / "good.jsonl"
    file.write_text(text, "utf-8")
    with Simulator("replay", str(file), "--tcp", "0") as replay, SdtIdReader(replay.url) as reader:
        assert reader.read().name == "张𬭎"
