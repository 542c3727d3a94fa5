"""Checking in with an appointment (预约签到): the court's list, and the number somebody gets who is on it.

Of the list nothing is kept but hashes, keyed with the hall's secret and good for one day, the time and the
matters; they are wiped when the day is over. The number follows the rule of ``app.domain.appointment``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from app.clock import COURT_ZONE
from app.domain.appointment import Coming, Slot, parse_slot
from app.domain.ticket import OPEN, Wanted
from app.errors import FormProblem
from app.lanes import HALL, PAPERS, on
from app.services import issuing, queue, swiping
from app.services.desk import Desk
from app.services.seating import promise_of
from app.services.spreadsheet import Line, read_table, refused
from app.storage import appointments
from app.storage.appointments import AppointmentRow
from app.texts import _

_COLUMNS: Final = {
    "number": ("预约号", "预约编号", "编号"),
    "phone": ("手机", "手机号", "电话", "联系电话", "手机尾号"),
    "card": ("身份证", "身份证号", "证件号码"),
    "day": ("日期", "预约日期"),
    "time": ("时间", "时段", "预约时间", "预约时段"),
    "matters": ("事项", "业务", "预约事项"),
}
_TAIL: Final = 4
_PHONE: Final = re.compile(r"\d{4}|1\d{10}")
_DAY: Final = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})(?:日|\b.*)?")
_LONGEST: Final = 40
_TOLD: Final = 3


@dataclass(frozen=True)
class Imported:
    """What became of a list: appointments that are new, known ones, and rows that were not taken (why)."""

    new: int
    known: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Awaited:
    """One time of today: how many are expected for which matters, and the numbers of who is here."""

    time: str
    matters: str
    expected: int
    here: tuple[str, ...]


@dataclass(frozen=True)
class CheckedIn:
    """A number as it is told to the person, and how they came; ``again``: they had checked in before."""

    number: str
    ahead: int
    wait: tuple[int, ...]
    time: str
    coming: Coming
    again: bool = False


# ---- the list ---------------------------------------------------------------------------------------------


@on(PAPERS)
def import_list(desk: Desk, path: Path) -> Imported:
    """Take the court's list (.csv, .xlsx) in; the same list again changes what changed.

    Raises FormProblem for a file that is not taken, HallProblem without the hall's key, StorageProblem.
    """
    lines = read_table(path)
    columns = _columns(lines)
    today, rows, wrong = desk.today(), list[AppointmentRow](), list[str]()
    for line in lines[1:]:
        cells = {name: _cell(line, place) for name, place in columns.items()}
        try:
            row = _row(desk, cells, today)
        except ValueError as reason:
            wrong.append(_("第 {row} 行：{why}").format(row=line.number, why=reason))
            continue
        if row.day >= today.isoformat():
            rows.append(row)
    new = desk.store(appointments.put, rows)
    return Imported(new, len(rows) - new, tuple(wrong))


def _columns(lines: tuple[Line, ...]) -> dict[str, int]:
    heads = [cell.text.strip() for cell in lines[0].cells] if lines else []
    found = {name: heads.index(head) for name, names in _COLUMNS.items() for head in names if head in heads}
    if "number" not in found or "time" not in found:
        raise refused(
            _("名单里没有“预约号”或“时间”这一列。"),
            _("第一行请写列名：预约号、时间，另可有 手机、身份证号、日期、事项。"),
        )
    return found


def _cell(line: Line, place: int) -> str:
    return line.cells[place].text.strip() if place < len(line.cells) else ""


def _row(desk: Desk, cells: dict[str, str], today: date) -> AppointmentRow:
    """Return a row of the store. Raises ValueError with the reason in words."""
    day = _day(cells.get("day", ""), today)
    try:
        parse_slot(cells["time"], day, COURT_ZONE)
    except ValueError:
        raise ValueError(_("时间应写成 9:00-9:30")) from None
    if not 0 < len(cells["number"]) <= _LONGEST:
        raise ValueError(_("没有预约号"))
    phone = re.sub(r"\D", "", cells.get("phone", ""))[-_TAIL:]
    card = cells.get("card", "").upper()
    return AppointmentRow(
        day=day.isoformat(),
        number=_hash(desk, "appointment", cells["number"], day),
        phone=_hash(desk, "phone", phone, day) if len(phone) == _TAIL else "",
        card=swiping.person_of(desk, card, day) if card else "",
        time=cells["time"],
        matters=cells.get("matters", "")[:_LONGEST],
    )


def _day(text: str, today: date) -> date:
    match = _DAY.match(text)
    if not text:
        return today
    try:
        return date(*(int(part) for part in match.groups())) if match else date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("日期应写成 2026-11-23")) from None


def _hash(desk: Desk, kind: str, text: str, day: date) -> str:
    plain = re.sub(r"[\s-]", "", text).upper()
    return swiping.person_of(desk, f"{kind}|{plain}", day)


def wipe(desk: Desk) -> int:
    """Forget the appointments of days that are over."""
    return desk.store(appointments.wipe_before, desk.today().isoformat())


# ---- checking in ------------------------------------------------------------------------------------------


@on(HALL)
def view(desk: Desk) -> tuple[Awaited, ...]:
    """Return today's times; nothing of it says who is expected."""
    queue.look(desk)
    by_time: dict[tuple[str, str], list[AppointmentRow]] = {}
    for row in desk.store(appointments.of_day, desk.today().isoformat()):
        by_time.setdefault((row.time, row.matters), []).append(row)
    rows = (
        Awaited(time, matters, len(many), tuple(row.ticket for row in many if row.ticket))
        for (time, matters), many in by_time.items()
    )
    return tuple(sorted(rows, key=lambda row: _slot(desk, row.time).begin))


@on(HALL)
def check_in(desk: Desk, text: str) -> CheckedIn:
    """Give a number to whom the text names: an appointment number, or the end of a telephone (and a time).

    Raises FormProblem when nobody or more than one is meant, HallProblem.
    """
    words = text.strip().split()
    if not words:
        raise _unknown()
    tail = words[0][-_TAIL:] if _PHONE.fullmatch(words[0]) else ""
    found = _found(desk, "appointment", "".join(words)) or (_found(desk, "phone", tail) if tail else ())
    if len(words) > 1:
        found = tuple(row for row in found if _same_time(desk, row, words[1])) or found
    waiting = tuple(row for row in found if not row.ticket) or found
    if not waiting:
        raise _unknown()
    if len(waiting) > 1:
        raise FormProblem(
            _("有 {count} 个预约是这个尾号。").format(count=len(waiting)),
            safe=_("没有发号。"),
            next_step=_("请问预约号，或在尾号后加时间，如 1234 9:30。"),
        )
    return _given(desk, waiting[0], Wanted(""))


@on(HALL)
def check_in_card(desk: Desk, read: Wanted) -> CheckedIn:
    """Give a number to whose card was read (``swiping.read``). Raises FormProblem, HallProblem."""
    found = desk.store(appointments.found, desk.today().isoformat(), read.person)
    if not found:
        raise _unknown()
    waiting = [row for row in found if not row.ticket] or list(found)
    return _given(desk, min(waiting, key=lambda row: _slot(desk, row.time).begin), read)


def _found(desk: Desk, kind: str, text: str) -> tuple[AppointmentRow, ...]:
    day = desk.today()
    return desk.store(appointments.found, day.isoformat(), _hash(desk, kind, text, day))


def _slot(desk: Desk, text: str) -> Slot:
    return parse_slot(text, desk.today(), COURT_ZONE)


def _same_time(desk: Desk, row: AppointmentRow, text: str) -> bool:
    try:
        return _slot(desk, row.time).begin == _slot(desk, text).begin
    except ValueError:
        return False


def _given(desk: Desk, row: AppointmentRow, read: Wanted) -> CheckedIn:
    """Issue by the rule; who checked in before gets the paper again as long as the number is open."""
    state, now = desk.hall.refresh(desk.today()), desk.clock.now()
    known = state.tickets.get(row.ticket)
    if known is not None:
        if known.state not in OPEN:
            raise FormProblem(
                _("这个预约已经签到，{number} 号已叫过。").format(number=known.number),
                safe=_("没有再发号。"),
                next_step=_("过号的请到窗口请回；还要办别的请重新取号。"),
            )
        issuing.queue_paper(desk, state, known.number)
        return _told(desk, row, known.number, now, again=True)
    slot, grace = _slot(desk, row.time), (state.promise or promise_of(desk.settings.queue)).grace
    wanted = replace(
        read,
        group=row.matters or desk.settings.hall.group,
        person=read.person or row.card or row.number,
        booked=slot.booked(now, grace),
    )
    taken = issuing.issue(desk, wanted, reserved=True)
    desk.store(appointments.checked_in, row, taken.number)
    return _told(desk, row, taken.number, now, again=taken.again)


def _told(desk: Desk, row: AppointmentRow, number: str, now: datetime, *, again: bool) -> CheckedIn:
    state = desk.hall.state
    grace = (state.promise or promise_of(desk.settings.queue)).grace
    coming = _slot(desk, row.time).coming(now, grace)
    return CheckedIn(number, state.people_ahead(number), state.tickets[number].wait, row.time, coming, again)


def _unknown() -> FormProblem:
    return FormProblem(
        _("今天的预约名单里没有找到。"),
        safe=_("没有发号。"),
        next_step=_("请核对预约号或手机尾号；名单没有导入的请先导入（Ctrl+O），也可以直接取号。"),
    )


def sentences(imported: Imported) -> Iterator[str]:
    """Yield what became of a list, for the message line."""
    yield _("预约名单：新 {new} 个，已有 {known} 个").format(new=imported.new, known=imported.known)
    if imported.refused:
        yield _("没有导入 {count} 行：{rows}").format(
            count=len(imported.refused), rows="；".join(imported.refused[:_TOLD])
        )
