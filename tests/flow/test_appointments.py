"""Checking in with an appointment at a real desk: the court's list, the number, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from PySide6.QtCore import Qt

from app.clock import local
from app.domain.appointment import Coming
from app.domain.ticket import Wanted
from app.errors import FormProblem
from app.lanes import UPKEEP
from app.services import appointments, calling, issuing, queue, swiping
from app.services.appointments import CheckedIn
from app.services.desk import Desk
from app.storage.appointments import of_day
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.desks import desk_in, do
from ui.panels.appointments import AppointmentsPanel

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN

CARD = "150402199003075517"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        yield opened


def span(clock: SteppingClock, first: int, last: int) -> str:
    """Return a time of the list, in minutes from now."""
    moments = (local(clock.now() + timedelta(minutes=n)) for n in (first, last))
    return "-".join(f"{moment:%H:%M}" for moment in moments)


def listed(folder: Path, *rows: str) -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join(("预约号,姓名,手机,身份证号,时间,事项", *rows)), "utf-8")
    return file


def test_a_day_with_appointments(desk: Desk, clock: SteppingClock, tmp_path: Path) -> None:
    soon, now, late = span(clock, 60, 90), span(clock, -5, 25), span(clock, -60, -30)
    file = listed(
        tmp_path,
        f"YY-0001,张三,13804761234,{CARD},{now},立案",
        f"YY-0002,李四,13804765678,,{soon},",
        f"YY-0003,王五,13911115678,,{late},执行",
        "YY-0004,赵六,,,上午,",
        ",,,,,,",
    )
    done = do(desk, appointments.import_list, file)
    assert (done.new, done.known, done.refused) == (3, 0, ("第 5 行：时间应写成 9:00-9:30",))
    again = do(desk, appointments.import_list, file)
    assert (again.new, again.known) == (0, 3)
    kept = desk.store(of_day, desk.today().isoformat())
    words = " ".join(f"{row}" for row in kept)
    for secret in ("YY", "0001", "张三", "13804761234", "1234", CARD, CARD[-4:]):
        assert secret not in words, "nothing of the list is kept in clear"

    before = do(desk, issuing.take_ticket, "立案", False)
    clock.forward(seconds=1)
    first: CheckedIn = do(desk, appointments.check_in, "yy 0001")
    assert (first.coming, first.ahead, first.again) == (Coming.IN_TIME, 0, False)
    view = do(desk, queue.keep_up)
    assert (view.next.number, view.next.note) == (first.number, f"预约 {now[:5]}")
    assert "按预约时间排队" in view.why
    assert f"下一位是 {before}" in view.why
    assert do(desk, calling.call_next).ticket == first.number
    assert "按预约时间排队" in do(desk, queue.keep_up).called_why
    twice = do(desk, appointments.check_in, "1234")
    assert (twice.number, twice.again) == (first.number, True)

    with pytest.raises(FormProblem, match="有 2 个预约是这个尾号"):
        do(desk, appointments.check_in, "5678")
    early = do(desk, appointments.check_in, f"5678 {soon[:5]}")
    missed = do(desk, appointments.check_in, "13911115678")
    assert (early.coming, missed.coming) == (Coming.EARLY, Coming.LATE)
    assert [desk.hall.state.tickets[one.number].booked for one in (early, missed)] == [None, None]
    assert desk.hall.state.tickets[missed.number].group == "执行"
    here = {row.time: (row.expected, row.here) for row in do(desk, appointments.view)}
    assert here == {now: (1, (first.number,)), soon: (1, (early.number,)), late: (1, (missed.number,))}

    do(desk, calling.no_show)
    with pytest.raises(FormProblem, match="已经签到"):
        do(desk, appointments.check_in, "YY-0001")
    with pytest.raises(FormProblem, match="没有找到"):
        do(desk, appointments.check_in, "9999")
    with pytest.raises(FormProblem, match="没有找到"):
        do(desk, appointments.check_in, " ")


def test_a_card_finds_its_appointment_and_a_spreadsheet_is_read_too(
    desk: Desk, clock: SteppingClock, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["日期", "时段", "编号", "证件号码"])
    sheet.append([desk.today().isoformat(), span(clock, -1, 29), "甲-7", CARD])
    sheet.append([(desk.today() - timedelta(days=1)).isoformat(), "9:00", "乙-1", CARD])
    sheet.append(["明天", "9:00", "乙-2", CARD])
    book.save(tmp_path / "list.xlsx")
    done = do(desk, appointments.import_list, tmp_path / "list.xlsx")
    assert (done.new, done.refused) == (1, ("第 4 行：日期应写成 2026-11-23",))
    read = Wanted("立案", green=True, person=swiping.person_of(desk, CARD))
    here = do(desk, appointments.check_in_card, read)
    ticket = desk.hall.state.tickets[here.number]
    assert (here.coming, ticket.green, ticket.person) == (Coming.IN_TIME, True, read.person)
    with pytest.raises(FormProblem, match="没有找到"):
        do(desk, appointments.check_in_card, Wanted("立案", person="f" * 32))


def test_the_page_checks_in_by_keys_alone(counter: OpenCounter, clock: SteppingClock, tmp_path: Path) -> None:
    desk = counter(clock=clock)
    file = listed(tmp_path, f"YY-0001,张三,13804761234,,{span(clock, -1, 29)},立案")
    desk.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: desk.conductor.panels.current == "appointments", "the page")
    panel = desk.conductor.panels._panels["appointments"]
    assert isinstance(panel, AppointmentsPanel)
    panel._import(str(file))  # what the dialog of files does when one is chosen
    page = panel.page
    desk.until(lambda: "预约 1 人，已签到 0 人" in desk.words(page), "the list")
    desk.type(panel._shown.box, "1234")
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: "按时到" in desk.words(page) and "已签到 1 人" in desk.words(page), "the number")
    assert "A001" in desk.words(page)
    assert desk.desk.hall.state.tickets["A001"].booked is not None


def test_a_list_without_the_columns_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("姓名,手机\n张三,13804761234\n", "utf-8")
    with pytest.raises(FormProblem, match="没有“预约号”或“时间”"):
        do(desk, appointments.import_list, tmp_path / "list.csv")


def test_what_is_known_of_a_day_is_wiped_when_it_is_over(
    desk: Desk, clock: SteppingClock, tmp_path: Path
) -> None:
    tomorrow = desk.today() + timedelta(days=1)
    do(desk, appointments.import_list, listed(tmp_path, f"YY-1,,,,{span(clock, 0, 9)},"))
    (tmp_path / "list.csv").write_text(f"预约号,时间,日期\nYY-2,9:00,{tomorrow.isoformat()}\n", "utf-8")
    do(desk, appointments.import_list, tmp_path / "list.csv")
    with pytest.raises(FormProblem, match="没有找到"):
        do(desk, appointments.check_in, "YY-2")
    clock.forward(days=1)
    assert desk.lanes.submit(UPKEEP, appointments.wipe, desk).result(30) == 1
    assert len(desk.store(of_day, tomorrow.isoformat())) == 1
    assert do(desk, appointments.check_in, "YY-2").coming in set(Coming)
