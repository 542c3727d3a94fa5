"""A technician at the device page: a real reader over its own wire, pulled, faulty and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import PrinterProblem
from app.lanes import PROBE, READER, RECEIPT_PRINTER, TICKET_PRINTER
from app.services import calling, checks_of_day, checkup, devices, identity, issuing, print_out, tries
from app.services.desk import Desk
from app.services.views import Health
from app.settings import Settings
from app.storage import print_jobs
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.device_cases import pad_url
from tests.helpers.devices import Simulator, id_reader, wait_until
from tests.helpers.printing import simulated_printer


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Simulator]:
    with id_reader("tcp", tmp_path) as simulator:
        yield simulator


@pytest.fixture
def desk(tmp_path: Path, reader: Simulator) -> Iterator[Desk]:
    wired = replace(file_devices(tmp_path), id_reader=reader.url)
    with desk_in(tmp_path, Settings(hall=HALL, devices=wired), SteppingClock()) as opened:
        yield opened


def run_all(desk: Desk) -> dict[str, Health]:
    return {key: do(desk, act).health for key, act in checkup.checks(desk).items()}


def test_the_opening_check_asks_each_thing_on_its_own_lane(desk: Desk) -> None:
    found = run_all(desk)
    assert found[READER] is Health.OK
    assert found["store"] is Health.OK
    assert {"disk", "calendar", "court", TICKET_PRINTER} <= found.keys()
    assert [view.key for view in checkup.check(desk)] == [*checkup.checks(desk), "screen"]


def test_a_reader_that_is_pulled_is_said_and_is_well_again_when_it_is_back(
    desk: Desk, reader: Simulator
) -> None:
    assert run_all(desk)[READER] is Health.OK
    reader.tell("unplug")
    wait_until(lambda: run_all(desk)[READER] is Health.FAILED, "the cut is seen")
    reader.tell("replug")
    wait_until(lambda: run_all(desk)[READER] is Health.OK, desk.bench.view(READER).text)


def test_what_is_bypassed_is_bypassed_until_midnight(desk: Desk) -> None:
    assert do(desk, checkup.bypass, READER) == {READER}
    assert do(desk, checkup.bypassed) == {READER}
    assert isinstance(desk.clock, SteppingClock)
    desk.clock.forward(days=1)
    assert do(desk, checkup.bypassed) == frozenset()
    assert do(desk, checkup.bypass, READER) == {READER}
    assert do(desk, checkup.bypass, READER) == frozenset()


def test_a_try_says_what_came_of_it(desk: Desk, reader: Simulator, tmp_path: Path) -> None:
    assert "没有证件" in do(desk, tries.TRY[READER], READER)
    reader.tell("place adult")
    whole = "读到一张证件，内容完整，照片没有解码库"
    wait_until(lambda: do(desk, tries.TRY[READER], READER) == whole, "the reader is asked again")
    before = (tmp_path / "ticket.escpos").exists()
    assert "测试页" in do(desk, tries.TRY[TICKET_PRINTER], TICKET_PRINTER)
    assert not before
    assert (tmp_path / "ticket.escpos").stat().st_size > 1000
    assert RECEIPT_PRINTER in tries.TRY


def test_a_fault_is_kept_with_its_wire_exported_and_played_again(desk: Desk, reader: Simulator) -> None:
    assert do(desk, devices.traffic, READER) == devices.Traffic((), ())
    do(desk, issuing.take_ticket, "立案", False)
    do(desk, calling.call_next)
    reader.tell("fault half read 3")
    reader.tell("place adult")
    with pytest.raises(Exception, match=r"读卡器|身份证"):
        do(desk, identity.read_card)
    seen = do(desk, devices.traffic, READER)
    assert seen.faults
    assert any("←" in line for line in seen.lines)
    written = do(desk, devices.save_traffic, READER).read_text("utf-8")
    assert all(json.loads(line) for line in written.splitlines())
    assert "张" not in written
    again = do(desk, devices.replay)
    fault = seen.faults[-1].partition("（")[2].partition(":")[0]
    assert fault in ("Garbled", "ReadFailed")
    assert fault in again


def test_before_the_first_use_there_is_nothing_to_save_or_to_play(desk: Desk) -> None:
    for act in (lambda: do(desk, devices.save_traffic, READER), lambda: do(desk, devices.replay)):
        with pytest.raises(Exception, match="还没有用过"):
            act()
    assert devices.traffic.lane == PROBE


def test_the_check_says_how_clock_hall_and_backup_stand_and_a_backup_can_be_made_at_once(desk: Desk) -> None:
    checks = checkup.checks(desk)
    assert do(desk, checks["hall"]).text == "单窗口，排队在本机"
    assert do(desk, checks["backup"]).health is Health.UNKNOWN
    assert "已备份" in do(desk, checks_of_day.back_up_now)
    assert do(desk, checks["backup"]).health is Health.OK
    unset = do(desk, checks["papers"])
    assert unset.health is Health.ABSENT
    for setting in ("account_holder", "account_bank", "account_number", "supervision_address"):
        assert setting in unset.text
    do(desk, issuing.take_ticket, "立案", False)
    do(desk, calling.call_next)
    assert do(desk, checks["clock"]).health is Health.OK
    assert isinstance(desk.clock, SteppingClock)
    desk.clock.forward(days=-1)
    behind = do(desk, checks["clock"])
    assert behind.health is Health.FAILED
    assert "请先对时" in behind.text


def test_a_pad_that_hangs_is_not_called_well_because_it_was_opened_before(tmp_path: Path) -> None:
    scene = tmp_path / "scene"
    scene.write_text("wait", "utf-8")
    wired = replace(file_devices(tmp_path), signature_pad=pad_url(scene))
    with desk_in(tmp_path, Settings(hall=HALL, devices=wired), SteppingClock()) as desk:
        check = checkup.checks(desk)["signature_pad"]
        assert do(desk, check).health is Health.OK
        scene.write_text("unplugged", "utf-8")
        assert do(desk, check).health is Health.FAILED
        scene.write_text("wait", "utf-8")
        assert do(desk, check).health is Health.OK


def test_a_printer_that_never_spoke_is_unknown_and_one_that_fell_silent_turns_yellow_then_red(
    tmp_path: Path,
) -> None:
    clock = SteppingClock()
    with simulated_printer(tmp_path / "roll", "--scenario", "silent") as printer:
        wired = replace(file_devices(tmp_path), ticket_printer=printer.url)
        with desk_in(tmp_path / "desk", Settings(hall=HALL, devices=wired), clock) as desk:
            assert looked_at(desk) == (Health.UNKNOWN, "没有报告状态")
            printer.command("clear")
            assert looked_at(desk) == (Health.OK, "")
            printer.command("fault silent")
            words = "以前有回应，现在没有：请检查电源和网线，关机再开"
            assert looked_at(desk) == (Health.ATTENTION, words)
            clock.forward(seconds=desk.rhythm.silent)
            assert looked_at(desk) == (Health.FAILED, words)
            printer.command("clear")
            assert looked_at(desk) == (Health.OK, "")


def looked_at(desk: Desk) -> tuple[Health, str]:
    do(desk, print_out.look_at[TICKET_PRINTER], TICKET_PRINTER)
    view = desk.bench.view(TICKET_PRINTER)
    return view.health, view.text


def test_a_printer_that_stays_off_is_only_asked_and_another_trouble_is_told_anew(tmp_path: Path) -> None:
    with simulated_printer(tmp_path / "roll", "--scenario", "refuse") as printer:
        wired = replace(file_devices(tmp_path), ticket_printer=printer.url, receipt_printer=printer.url)
        with desk_in(tmp_path / "desk", Settings(hall=HALL, devices=wired), SteppingClock()) as desk:
            do(desk, issuing.take_ticket, "立案", False)
            with pytest.raises(PrinterProblem, match="没有连上"):
                print_tickets(desk)
            [first] = desk.store(print_jobs.in_state, "waiting")
            desk.notices.clear(f"printer.{TICKET_PRINTER}")
            assert [print_tickets(desk), print_tickets(desk)] == [0, 0]
            assert desk.store(print_jobs.in_state, "waiting") == (first,), "nothing written"
            assert "没有连上" in desk.bench.view(TICKET_PRINTER).text
            assert any("没有连上" in notice.happened for notice in desk.notices.standing())
            printer.command("fault paper_out")
            with pytest.raises(PrinterProblem, match="缺纸"):
                print_tickets(desk)
            assert print_tickets(desk) == 0
            printer.command("clear")
            assert print_tickets(desk) == 1
            assert desk.notices.standing() == ()


def print_tickets(desk: Desk) -> int:
    return int(do(desk, print_out.print_waiting[TICKET_PRINTER], TICKET_PRINTER))
