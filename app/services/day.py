"""The day equation of this counter: from hall log, store and, if it is asked, the court.

What does not add up is listed by number, so that it can be looked for before the drawer is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from app.clock import COURT_ZONE
from app.domain.day import (
    DayIntake,
    DaySheet,
    DayTicket,
    Difference,
    Doubt,
    Fate,
    TicketFate,
    differences,
)
from app.domain.hall import fold
from app.domain.hall_promise import Kept, proved
from app.domain.receipt import parse_receipt_number
from app.domain.ticket import TicketState
from app.lanes import HALL, on
from app.services.desk import Desk
from app.services.freezing import LEFT
from app.services.sheet import sheets
from app.storage import days, visits
from app.storage.access import Transaction
from app.storage.days import DayFacts, DayRow
from app.texts import _

AtCourt = Callable[[str], str | None]
_HEAD_CHARACTERS: Final = 12
_TICKET: Final = "ticket."
_FATES: Final = {"stored": Fate.STORED, "waiting": Fate.WAITING}
_TICKETS: Final = {TicketState.SERVED: TicketFate.SERVED, TicketState.NO_SHOW: TicketFate.NO_SHOW}


@on(HALL)
def day_sheet(desk: Desk, day: date | None = None, at_court: AtCourt | None = None) -> DaySheet:
    """Return a day of this counter, today's if none is given, with every difference by its number.

    ``at_court`` asks the court for the hash of an event; what it raises passes through. Raises HallProblem,
    StorageProblem.
    """
    day = day or desk.today()
    since = datetime.combine(day, time(), COURT_ZONE)
    tickets = _tickets(desk, day)
    facts = desk.store(days.facts, day, desk.window, since, since + timedelta(days=1), LEFT)
    intakes = tuple(_intake(row) for row in facts.rows)
    kept = proved(events) if (events := desk.hall.past(day)) or not tickets else None
    return DaySheet(
        court=desk.settings.hall.court,
        centre=desk.settings.hall.centre,
        window=desk.window,
        clerk=desk.settings.hall.clerk,
        day=day,
        made_at=desk.clock.now(),
        tickets=tickets,
        intakes=intakes,
        differences=_differences(desk, tickets, intakes, facts, at_court, kept),
        reprints=facts.reprints,
        court_checked=at_court is not None,
        audit_size=facts.head.size,
        audit_head=facts.head.hash[:_HEAD_CHARACTERS],
        voids=facts.voids,
        kept=kept,
        left=tuple((ticket, desk.store(_matters, desk, visit_id)) for visit_id, ticket in facts.left),
    )


def _matters(connection: Transaction, desk: Desk, visit_id: str) -> str:
    """Return what a visit was about; "" once its draft was erased."""
    draft = visits.fields(connection, visit_id)
    return "、".join(one.matter.short for one in sheets(draft, desk.knowledge)) if draft else ""


def _tickets(desk: Desk, day: date) -> tuple[DayTicket, ...]:
    """Return the day's tickets; today's as the hall is known, another day's from the log."""
    if day == desk.today():
        state = desk.hall.refresh(day)
    else:
        logged = desk.hall.member(desk.today()).log.since(day, 0)
        state = fold(one.event for one in logged if one.subject.startswith(_TICKET))
    return tuple(
        DayTicket(ticket.number, _TICKETS.get(ticket.state, TicketFate.OPEN), ticket.window)
        for ticket in state.tickets.values()
    )


def _intake(row: DayRow) -> DayIntake:
    _day, window, count = parse_receipt_number(row.receipt_no)
    first = next((event for event in row.events if event[1] == "intake"), ("", "", "", "", ""))
    own = [event for event in row.events if event[1] in ("intake", "amendment")]
    state = own[-1][2] if own else ""
    return DayIntake(
        receipt_no=row.receipt_no,
        count=count,
        window=window,
        ticket=row.ticket,
        finished_at=row.finished_at,
        matters=row.titles,
        fate=_FATES.get(state, Fate.ATTENTION),
        sent=sum(event[1] == "intake" for event in row.events),
        papers=row.papers,
        court_receipt_no=first[4],
        hash=first[3],
        event_id=first[0] if first[2] == "stored" else "",
    )


def _differences(
    desk: Desk,
    tickets: tuple[DayTicket, ...],
    intakes: tuple[DayIntake, ...],
    facts: DayFacts,
    at_court: AtCourt | None,
    kept: Kept | None,
) -> tuple[Difference, ...]:
    held = None
    if at_court is not None:
        held = {intake.event_id: at_court(intake.event_id) for intake in intakes if intake.event_id}
    return differences(
        tickets,
        intakes,
        window=desk.window,
        given=facts.given,
        bands=facts.bands,
        at_court=held,
        kept=kept,
    )


def sentence(difference: Difference) -> str:
    """Return what a difference means, with its number."""
    return _(_SENTENCES[difference.kind]).format(number=difference.number)


_SENTENCES: Final = {
    Doubt.TICKET_TWICE: "排队号 {number} 发了不止一次",
    Doubt.SERVED_WITHOUT_VISIT: "排队号 {number} 标为已办，却没有登记",
    Doubt.VISIT_NOT_SERVED: "排队号 {number} 已有登记，却没有标为已办",
    Doubt.VISIT_WITHOUT_TICKET: "登记所用的排队号 {number} 不在当天的名单里",
    Doubt.RECEIPT_MISSING: "收据号 {number} 已编出，却没有登记",
    Doubt.RECEIPT_TWICE: "收据号 {number} 用了不止一次",
    Doubt.NOT_SENT: "收据号 {number} 的登记没有列入发送",
    Doubt.SENT_TWICE: "收据号 {number} 的登记列入发送不止一次",
    Doubt.NO_PAPER: "收据号 {number} 的收据没有打印出来",
    Doubt.PAPER_IN_DOUBT: "收据号 {number} 的收据是否出来还没有确认",
    Doubt.NOT_AT_COURT: "收据号 {number} 标为已送达，法院却没有",
    Doubt.PASSED_OVER: "普通号 {number} 本可先叫，却超过承诺的次数被越过",
    Doubt.GREEN_PASSED_OVER: "绿色号 {number} 本可先叫，过了承诺的时间仍被越过",
    Doubt.OTHER_AT_COURT: "收据号 {number} 在法院的内容与本机不同",
}
