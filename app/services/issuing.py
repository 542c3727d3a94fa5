"""Giving out numbers: by key, again after a swipe, for several cases, after an outage from a paper roll."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.clock import local
from app.domain.hall import HallState
from app.domain.issue_rules import next_opening, open_at, parse_hours, parse_prefixes
from app.domain.ticket import Wanted, parse_number
from app.errors import HallProblem
from app.hall.sqlite_log import SqliteLog
from app.ids import new_id
from app.lanes import HALL, TICKET_PRINTER, on
from app.notices import Level, Notice
from app.services import print_out, waits
from app.services.clerks import require_window_role
from app.services.desk import Desk
from app.storage import print_jobs, restoring
from app.storage.access import Transaction
from app.storage.records import PrintJob
from app.texts import _

PREFIX: Final = "A"
GREEN_PREFIX: Final = "G"
STUB_PREFIX: Final = "P"
"""Printed rolls for an outage carry a series of their own."""


@dataclass(frozen=True)
class Taken:
    """A number given out; ``again`` when the person held it already and only the paper was printed anew.

    ``left`` is how many more the day has, None while that is no worry.
    """

    number: str
    again: bool = False
    left: int | None = None


@on(HALL)
def take_ticket(desk: Desk, group: str, green: bool) -> str:
    """Issue the next number and make its print job; return the number. Raises HallProblem."""
    return issue(desk, Wanted(group, green)).number


@on(HALL)
def take_urgent(desk: Desk, group: str) -> str:
    """Issue a number that goes first, because a limit of the law ends in days or runs in hours."""
    return issue(desk, Wanted(group, urgent=True)).number


@on(HALL)
def take_for(desk: Desk, wanted: Wanted) -> Taken:
    """Issue a number for what is wanted.

    A person who holds one for the same group gets the paper again, no second number. Raises HallProblem.
    """
    return issue(desk, wanted)


def issue(desk: Desk, wanted: Wanted, *, reserved: bool = False) -> Taken:
    """Issue on the ``hall`` lane; see ``take_for``. What an appointment has ``reserved`` fits in any cap."""
    require_window_role(desk)
    day, now = desk.today(), desk.clock.now()
    state = desk.hall.refresh(day)
    held = state.open_for(wanted.person, wanted.group)
    if held is not None:
        queue_paper(desk, state, held.number)
        return Taken(held.number, again=True)
    left = _require_open(desk, state, reserved=reserved)
    letters = parse_prefixes(desk.settings.queue.prefixes)
    prefix = GREEN_PREFIX if wanted.green else letters.get(wanted.group, PREFIX)
    _skip_lost(desk, day, prefix, now)
    wanted = replace(wanted, wait=waits.said(desk, state, wanted.group))
    member = desk.hall.member(day)
    number = member.issue(prefix, wanted, now)
    queue_paper(desk, desk.hall.state, number)
    return Taken(number, left=left) if member.gave(number) else Taken(number, again=True)


def _require_open(desk: Desk, state: HallState, *, reserved: bool) -> int | None:
    """Return how many numbers are left after this one where that is few. Raises HallProblem: hours, cap."""
    rules = desk.settings.queue
    now, seasons = local(desk.clock.now()), parse_hours(rules.hours)
    if not open_at(seasons, now):
        again = next_opening(seasons, now)
        later = _("请 {time} 再来取号。").format(time=f"{again:%H:%M}") if again else _("请明天再来取号。")
        raise HallProblem(
            _("现在不是取号时间。"), safe=_("已取的号都有效。"), next_step=later + _("急事请找值班主任。")
        )
    left = rules.cap - len(state.tickets) - 1
    if reserved:
        left = max(0, left)
    if rules.cap and left < 0:
        raise HallProblem(
            _("今天的号已发完，共 {count} 个。").format(count=rules.cap),
            safe=_("已取的号都有效。"),
            next_step=_("请告知可以预约或网上办理；要加号请值班主任改设置里的上限。"),
        )
    if not rules.cap or left > rules.cap_warning:
        desk.notices.clear("cap")
        return None
    words = _("今天的号还剩 {count} 个。").format(count=left)
    desk.notices.post(Notice("cap", Level.ATTENTION, words, _("已取的号都有效。"), _("请提前告知后来的人。")))
    return left


def _skip_lost(desk: Desk, day: date, prefix: str, now: datetime) -> None:
    """After a restore the numbers of the own queue go on in the day's next band: none is printed twice."""
    band = desk.store(restoring.above, day, 0)
    log = desk.hall.member(day).log
    if band and isinstance(log, SqliteLog):
        log.skip_to(day, prefix, band, new_id(), now)
        desk.hall.refresh(day)


@on(HALL)
def admit_stubs(desk: Desk, stubs: Sequence[str], since: datetime) -> tuple[str, ...]:
    """Take in numbers torn from a printed roll while nothing worked; return those that are new.

    The roll was torn in its order, so arrivals are spread evenly in that order between ``since`` and now.
    Raises HallProblem when a stub is not of the roll, or the hall is out of reach.
    """
    numbers = sorted({_stub(text) for text in stubs}, key=parse_number)
    day, now = desk.today(), desk.clock.now()
    desk.hall.refresh(day)
    member = desk.hall.member(day)
    step = max(now - since, timedelta(0)) / (len(numbers) + 1)
    wanted = Wanted(desk.settings.hall.group)
    arrivals = [(number, since + step * place) for place, number in enumerate(numbers, 1)]
    return tuple(number for number, at in arrivals if member.admit(number, wanted, at))


@on(HALL)
def give_lost_papers(desk: Desk) -> tuple[str, ...]:
    """Print the numbers given out by a program that ended before their paper; return them.

    Only where the queue is this counter's own: in a hall nobody else knows who printed for whom.
    """
    if desk.hall.is_shared or not desk.bench.has(TICKET_PRINTER):
        return ()
    state = desk.hall.refresh(desk.today())
    printed = desk.store(print_jobs.tickets_of, desk.today().isoformat())
    lost = tuple(t.number for t in state.waiting() if t.number not in printed and not _is_stub(t.number))
    for number in lost:
        queue_paper(desk, state, number)
    return lost


def _is_stub(number: str) -> bool:
    return parse_number(number)[0] == STUB_PREFIX


def _stub(text: str) -> str:
    number = re.split(r"[.:]", text.strip().upper())[-1]
    try:
        prefix, count = parse_number(number)
    except ValueError:
        prefix, count = "", 0
    if prefix != STUB_PREFIX or not count:
        raise HallProblem(
            _("{text} 不是备用号卷上的号。").format(text=text.strip()[:20]),
            safe=_("已扫的号都在。"),
            next_step=_("备用号以 {prefix} 开头，请再扫一次。").format(prefix=STUB_PREFIX),
        )
    return number


def queue_paper(desk: Desk, state: HallState, number: str, why: str = "") -> None:
    """Queue the ticket, or a copy of it where its paper is lost; ``why`` stands in the ledger."""
    if not desk.bench.has(TICKET_PRINTER):
        return
    ticket = state.tickets[number]
    content = {
        "number": number,
        "group": ticket.group,
        "issued": local(ticket.arrived_at).isoformat(),
        "ahead": state.people_ahead(number),
        "priority": ticket.green,
        "wait": list(ticket.wait),
    }
    job = PrintJob(
        id=new_id(),
        visit_id=None,
        ticket=f"{desk.today().isoformat()}.{number}",
        kind="ticket",
        printer=desk.bench.owner(TICKET_PRINTER),
        title=_("排队号 {number}").format(number=number),
        content=json.dumps(content, ensure_ascii=False),
        state="waiting",
        reason="",
        tries=0,
        clerk=desk.settings.hall.clerk,
    )
    desk.store(_add, desk, job, why or _("号票遗失，刷证补打"))


def _add(connection: Transaction, desk: Desk, job: PrintJob, why: str) -> None:
    original = print_jobs.original(connection, job)
    if original is not None:
        job = print_out.again(connection, desk, original, why=why)
    print_jobs.add(connection, job, desk.clock.now())
