"""The list of staff: who is on it, and how an administrator changes it here for the whole hall.

A window alone keeps its own list. In a hall an administrator makes one of these lists the hall's; from then
on every change is signed with the administrator's PIN, kept in the hall's order, and every window follows it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.clock import local
from app.domain.hall_asks import Tried
from app.domain.hall_event import EventKind, HallEvent
from app.domain.staff import PIN_LIFE, Role, Staff
from app.errors import FormProblem, HallProblem
from app.hall.person_key import open_key
from app.hall.roll import LONGEST_NAME as LONGEST_NAME
from app.hall.roll import Change, Roll, hash_of, read, sign
from app.hall.sealing import NotGenuine
from app.hall.seat import Standing
from app.lanes import HALL, STAFF, on
from app.notices import Level, Notice
from app.services import approval
from app.services.approval import NOBODY
from app.services.desk import Desk
from app.services.listed import Listed
from app.storage import staff
from app.storage.access import Transaction
from app.texts import _

ADD: Final = "add"
ROLE: Final = "role"
PIN: Final = "pin"
REMOVE: Final = "remove"
FOUND: Final = "found"
ADOPT: Final = "adopt"
TITLES: Final = {
    Role.CLERK: "窗口人员",
    Role.HELPER: "导办员",
    Role.SUPERVISOR: "值班主任",
    Role.BACK_OFFICE: "后台",
    Role.ADMINISTRATOR: "管理员",
}
_OTHER_LIST: Final = "staff.other"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StaffRow:
    """One person as the list shows them; ``standing`` is a word when something is to be said."""

    id: str
    name: str
    role: Role
    standing: str
    active: bool


@dataclass(frozen=True)
class StaffView:
    """The list. ``whose``: "own" of a window alone, "window" of one whose hall has no list yet, "hall",
    "other" where the hall's list is another than the one this window followed.
    """

    rows: tuple[StaffRow, ...]
    administrators: tuple[str, ...]
    whose: str


@dataclass(frozen=True)
class Edit:
    """What the administrator wants: one of the words above, about whom, and what is needed for it."""

    kind: str
    person: str = ""
    name: str = ""
    role: Role = Role.CLERK
    pin: str = ""
    again: str = ""


@dataclass(frozen=True)
class Prepared:
    """A change with the administrator's word on it; without ``body`` only this window's own list changes."""

    kind: str
    by: str
    at: datetime
    people: tuple[Staff, ...]
    before: bytes = b""
    body: bytes = b""


@on(STAFF)
def view(desk: Desk) -> StaffView:
    """Return the list, who is on it first."""
    now, everyone = desk.clock.now(), desk.store(staff.everyone)
    rows = [
        StaffRow(one.id, one.name, one.role, standing(one, now), one.active)
        for one in sorted(everyone, key=lambda one: (not one.active, one.name))
    ]
    keepers = [one.name for one in everyone if one.active and one.role is Role.ADMINISTRATOR]
    return StaffView(tuple(rows), tuple(keepers), _whose(desk))


def standing(person: Staff, now: datetime) -> str:
    """Return what there is to say of somebody's PIN or place on the list."""
    if not person.active:
        return _("已停用")
    if person.locked_until is not None and now < person.locked_until:
        return _("锁定到 {time}").format(time=f"{local(person.locked_until):%H:%M}")
    ends = person.pin_set_at + PIN_LIFE
    return _("口令已过期") if ends <= now else _("口令有效到 {day}").format(day=f"{local(ends):%Y-%m-%d}")


def _whose(desk: Desk) -> str:
    if desk.hall.roll is None:
        return "own"
    if _is_other(desk):
        return "other"
    return "hall" if desk.store(staff.changes) else "window"


@on(STAFF)
def prepare(desk: Desk, by: str, by_pin: str, edit: Edit) -> Prepared:
    """Check the administrator and what is wanted; nothing changes yet.

    Raises NotApproved (stored like every attempt) and FormProblem.
    """
    keeper = approval.administrator(desk, by, by_pin)
    now, everyone = desk.clock.now(), desk.store(staff.everyone)
    people = _wanted(edit, everyone, now)
    after = {one.id: one for one in (*everyone, *people)}.values()
    if not any(one.active and one.role is Role.ADMINISTRATOR for one in after):
        raise FormProblem(
            _("名册里至少要有一位管理员。"),
            safe=_("名册没有改动。"),
            next_step=_("请先登记另一位管理员。"),
        )
    return signed(desk, edit.kind, keeper, by_pin, people, now)


def signed(desk: Desk, kind: str, by: Staff, pin: str, people: tuple[Staff, ...], now: datetime) -> Prepared:
    """Return the change with the word of ``by`` on it, where the hall has a list or gets one."""
    kept = desk.store(staff.changes)
    if kind == ADOPT or desk.hall.roll is None or (not kept and kind != FOUND):
        return Prepared(kind, by.name, now, people)
    before = kept[-1] if kept else b""
    change = Change(hash_of(before), by.id, now, people)
    key = open_key(pin, by.public_key, by.sealed_key)
    return Prepared(kind, by.name, now, people, before, sign(change, key))


def _wanted(edit: Edit, everyone: tuple[Staff, ...], now: datetime) -> tuple[Staff, ...]:
    """Return the people the edit changes, as they are afterwards. Raises FormProblem."""
    if edit.kind == FOUND:
        return tuple(one for one in everyone if one.active)
    if edit.kind == ADOPT:
        return ()
    if edit.kind in (ADD, PIN) and edit.pin != edit.again:
        raise FormProblem(
            _("两次输入的口令不一样。"), safe=_("名册没有改动。"), next_step=_("请把口令重新输两次。")
        )
    if edit.kind == ADD:
        return (_added(edit, everyone, now),)
    known = next((one for one in everyone if one.id == edit.person and one.active), None)
    if known is None:
        raise FormProblem(
            _("这一位已不在名册里。"), safe=_("名册没有改动。"), next_step=_("请重新打开名册。")
        )
    if edit.kind == REMOVE:
        return (replace(known, active=False),)
    if edit.kind == ROLE:
        return (replace(known, role=edit.role),)
    return (replace(approval.new_person(known.name, known.role, edit.pin, now), id=known.id),)


def _added(edit: Edit, everyone: tuple[Staff, ...], now: datetime) -> Staff:
    name = edit.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise FormProblem(_("姓名写得不对。"), safe=_("名册没有改动。"), next_step=_("请写这一位的姓名。"))
    same = next((one for one in everyone if one.name == name), None)
    if same is not None and same.active:
        raise FormProblem(
            _("名册里已经有“{name}”。").format(name=name),
            safe=_("名册没有改动。"),
            next_step=_("同名的另一位，请在姓名后加一个字区别；换口令请用“换口令”。"),
        )
    fresh = approval.new_person(name, edit.role, edit.pin, now)
    return replace(fresh, id=same.id) if same is not None and same.public_key else fresh


@on(HALL)
def commit(desk: Desk, prepared: Prepared) -> None:
    """Let a prepared change hold, in the hall where it concerns the hall.

    Raises HallProblem when it could not be told there; then nothing changed.
    """
    if prepared.kind == ADOPT:
        desk.store(staff.forget_changes)
        desk.listed = Listed(answers=desk.listed.answers)
        follow(desk)
    elif prepared.body:
        _tell(desk, prepared)
    else:
        desk.store(_write, prepared.people, prepared.by, prepared.at)


def _tell(desk: Desk, prepared: Prepared) -> None:
    roll = desk.hall.roll
    assert roll is not None  # noqa: S101 - only such a desk signs
    follow(desk)
    listed = desk.listed
    newest = listed.found[-1] if listed.found else b""
    if newest != prepared.before or not roll.append(listed.read + 1, prepared.body):
        follow(desk)
        raise HallProblem(
            _("名册刚刚在别的窗口改过。"),
            safe=_("这一次没有改。"),
            next_step=_("请看一下新的名册，再改一次。"),
        )
    follow(desk)
    now = desk.clock.now()
    desk.hall.member(desk.today()).say(HallEvent(EventKind.STAFF_CHANGED, "", now))


def keep_up(desk: Desk) -> None:
    """Follow the list when the hall says that it went on, and whenever this window comes to it.

    Call it on the hall lane. What cannot be read now is read at the next look.
    """
    state = desk.hall.state
    if desk.hall.standing() is not Standing.CONNECTED:
        desk.listed.heard = None
    elif desk.hall.roll is not None and desk.listed.heard != state.staff_changes:
        with suppress(HallProblem):
            follow(desk)
            desk.listed.heard = state.staff_changes
    if desk.listed.tried != state.tried:
        desk.store(_stand, state.tried)
        desk.listed.tried = state.tried


def _stand(connection: Transaction, everybody: Mapping[str, Tried]) -> None:
    """Let a wrong PIN at any window count at this one, unless the person has a new PIN since."""
    for staff_id, tried in everybody.items():
        known = staff.get(connection, staff_id)
        if known is not None and tried.at >= known.pin_set_at:
            staff.stand(connection, staff_id, tried.failures, tried.locked_until)


def follow(desk: Desk) -> None:
    """Read what the hall's list has beyond what was read, and let it hold here. Raises HallProblem."""
    roll = desk.hall.roll
    if roll is None:
        return
    if desk.listed.read and roll.at(desk.listed.read) is None:
        desk.listed = Listed(answers=desk.listed.answers)  # an older copy of the hall's log
    listed = desk.listed
    while (body := roll.at(listed.read + 1)) is not None:
        listed.read += 1
        _fits(listed, body)
    kept = desk.store(staff.changes)
    _retell(roll, desk, kept)
    if _is_other(desk):
        _say_other(desk)
        return
    desk.notices.clear(_OTHER_LIST)
    for place in range(len(kept), len(listed.found)):
        desk.store(_take, place, listed.found)
    if listed.found:
        desk.notices.clear(NOBODY)


def _fits(listed: Listed, body: bytes) -> bool:
    """Say whether the change goes on with the list as found so far, and let it."""
    try:
        change = read(body, listed.found[-1] if listed.found else b"", listed.people)
    except NotGenuine as error:
        _log.info("list of staff: passed over a change: %s", error)
        return False
    listed.found.append(body)
    listed.people |= {one.id: one for one in change.people}
    return True


def _retell(roll: Roll, desk: Desk, kept: tuple[bytes, ...]) -> None:
    """Give a hall whose log is an older copy the changes it lacks; this window has them signed."""
    listed = desk.listed
    while listed.found == list(kept[: len(listed.found)]) and len(listed.found) < len(kept):
        body = kept[len(listed.found)]
        if not roll.append(listed.read + 1, body):
            return
        listed.read += 1
        if not _fits(listed, body):
            return


def _is_other(desk: Desk) -> bool:
    """Say whether the hall's list does not go on from the one this window followed."""
    kept, found = list(desk.store(staff.changes)), desk.listed.found
    return kept != found[: len(kept)] if found else False


def _say_other(desk: Desk) -> None:
    desk.notices.post(
        Notice(
            _OTHER_LIST,
            Level.ATTENTION,
            _("大厅的人员名册不是本窗口原来的那一份。"),
            _("本窗口仍用原来的名册，没有采用新的。"),
            _("核实后请管理员打开人员名册，按“采用大厅的名册”。"),
        )
    )


def _take(connection: Transaction, place: int, found: list[bytes]) -> None:
    """Let one change of the hall's list hold here, with a line in the audit trail for each person.

    The first one ends what this window's own list said.
    """
    everyone = staff.everyone(connection)
    known = {one.id: one for one in everyone}
    change = read(found[place], found[place - 1] if place else b"", known)
    by = (known | {one.id: one for one in change.people})[change.by].name
    ids = frozenset(one.id for one in change.people)
    for one in () if place else everyone:
        if one.active and one.id not in ids:
            approval.put(connection, replace(one, active=False), by=by, at=change.at)
    staff.keep_change(connection, place + 1, found[place])
    _write(connection, change.people, by, change.at)


def _write(connection: Transaction, people: tuple[Staff, ...], by: str, at: datetime) -> None:
    for one in people:
        approval.put(connection, one, by=by, at=at)
