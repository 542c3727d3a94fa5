"""The queue at this window: take a number, call, call again, not here, bring back.

A claim is a compare-and-set on the hall log; when another window was faster the log is read again and the
rule asked again. The called person's visit is opened right after the claim; a crash in between is mended at
the next start by ``resume``.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from app.clock import local
from app.domain.audit import Act
from app.domain.hall import Choice, EventKind, HallEvent, HallState, fits, next_ticket
from app.domain.ticket import Ticket, TicketState, format_number
from app.errors import HallProblem
from app.hall.log import counter_subject, ticket_subject
from app.ids import new_id
from app.lanes import HALL, TICKET_PRINTER, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.services.views import QueueView, TicketRow
from app.storage import print_jobs, trail, visits
from app.storage.access import Transaction
from app.storage.records import PrintJob, VisitRecord
from app.texts import _

PREFIX: Final = "A"
GREEN_PREFIX: Final = "G"
_TRIES: Final = 50
_GONE: Final = (TicketState.NO_SHOW, TicketState.WAITING)


@on(HALL)
def take_ticket(desk: Desk, group: str, green: bool) -> str:
    """Issue the next number and make its print job; return the number. Raises HallProblem."""
    prefix = GREEN_PREFIX if green else PREFIX
    now = desk.clock.now()
    day = desk.today()
    for _attempt in range(_TRIES):
        state = desk.hall.refresh(day)
        count = desk.hall.expected(counter_subject(prefix)) + 1
        number = format_number(prefix, count)
        event = HallEvent(EventKind.ISSUED, number, now, group=group, green=green)
        claimed = desk.hall.log.append(day, counter_subject(prefix), count - 1, new_id(), event)
        if claimed is None:
            continue
        desk.hall.log.append(day, ticket_subject(number), 0, new_id(), event)
        _queue_paper(desk, event, len(state.waiting()))
        return number
    raise _busy_hall()


def _queue_paper(desk: Desk, event: HallEvent, ahead: int) -> None:
    if not desk.bench.has(TICKET_PRINTER):
        return
    content = {
        "number": event.number,
        "group": event.group,
        "issued": local(event.at).isoformat(),
        "ahead": ahead,
        "priority": event.green,
    }
    job = PrintJob(
        id=new_id(),
        visit_id=None,
        ticket=f"{desk.today().isoformat()}.{event.number}",
        kind="ticket",
        printer=desk.bench.owner(TICKET_PRINTER),
        title=_("排队号 {number}").format(number=event.number),
        content=json.dumps(content, ensure_ascii=False),
        state="waiting",
        reason="",
        tries=0,
    )
    desk.store(print_jobs.add, job, event.at)


@on(HALL)
def call_next(desk: Desk) -> VisitRecord:
    """Call whom the rule chooses and open the visit. Raises HallProblem when nobody waits or one is here.

    A person who was called while the visit could not be stored is not called again: the visit is opened.
    """
    for _attempt in range(_TRIES):
        state = _mended(desk)
        here = state.called_by(desk.window)
        draft = desk.store(visits.open_at, desk.window)
        if here is not None and draft is None:
            return _open_visit(desk, here)
        if draft is not None:
            raise HallProblem(
                _("{number} 还在本窗口办理。").format(number=draft.ticket),
                safe=_("排队没有变动。"),
                next_step=_("请先办结（F12）或标记未到（F7），再叫下一位。"),
            )
        choice = next_ticket(state, desk.clock.now())
        if choice is None:
            raise HallProblem(_("现在没有人等候。"), next_step=_("有人取号后再按 F5。"))
        if _claim(desk, choice.ticket, EventKind.CALLED):
            return _open_visit(desk, choice.ticket)
    raise _busy_hall()


def _claim(desk: Desk, ticket: Ticket, kind: EventKind) -> bool:
    """Append an event for a ticket as we know it; False when the log has moved on."""
    day = desk.today()
    subject = ticket_subject(ticket.number)
    event = HallEvent(kind, ticket.number, desk.clock.now(), desk.window)
    if not fits(ticket, event):
        return False
    claimed = desk.hall.log.append(day, subject, desk.hall.expected(subject), new_id(), event)
    desk.hall.refresh(day)
    return claimed is not None


def _open_visit(desk: Desk, ticket: Ticket) -> VisitRecord:
    """Open the ticket's visit; the draft of a person who was called before is opened again."""
    known = desk.store(visits.of_ticket, desk.today().isoformat(), ticket.number)

    def write(connection: Transaction) -> VisitRecord:
        if known is not None and known.state != "finished":
            visits.reopen(connection, known.id)
            record = visits.get(connection, known.id) or known
        else:
            record = _new_visit(desk, ticket)
            visits.add(connection, record)
        now, clerk = desk.clock.now(), desk.settings.hall.clerk
        number = record.ticket
        trail.add(connection, Act.CALLED, subject=record.id, actor=clerk, at=now, ticket=number)
        return record

    return desk.store(write)


def _new_visit(desk: Desk, ticket: Ticket) -> VisitRecord:
    return VisitRecord(
        id=new_id(),
        ticket=ticket.number,
        day=desk.today().isoformat(),
        window=desk.window,
        clerk=desk.settings.hall.clerk,
        green=ticket.green,
        opened_at=desk.clock.now(),
        state="open",
        closed_at=None,
    )


@on(HALL)
def recall(desk: Desk) -> str:
    """Call the person at this window once more; return the number."""
    return _about_called(desk, EventKind.RECALLED).number


@on(HALL)
def no_show(desk: Desk) -> None:
    """Record that the called person is not here; the draft is kept for when they come back.

    A draft left open on an earlier day has no ticket today; it is put away alone.
    """
    before = desk.store(visits.open_at, desk.window)
    _mended(desk)
    draft = desk.store(visits.open_at, desk.window)
    if before is not None and draft is None:
        return
    if draft is None or draft.day == desk.today().isoformat():
        _about_called(desk, EventKind.NO_SHOW)
    if draft is not None:
        desk.store(visits.close, draft.id, "no_show", desk.clock.now())


def _about_called(desk: Desk, kind: EventKind) -> Ticket:
    ticket = desk.hall.refresh(desk.today()).called_by(desk.window)
    if ticket is None:
        raise HallProblem(_("本窗口还没有叫号。"), next_step=_("请先按 F5 叫下一位。"))
    if not _claim(desk, ticket, kind):
        raise _busy_hall()
    return ticket


@on(HALL)
def bring_back(desk: Desk, number: str) -> None:
    """Put a missed number back at its place by time of arrival."""
    ticket = desk.hall.refresh(desk.today()).tickets.get(number)
    missed = ticket is not None and ticket.state is TicketState.NO_SHOW
    if ticket is None or not missed or not _claim(desk, ticket, EventKind.RETURNED):
        raise HallProblem(
            _("{number} 不在过号名单里。").format(number=number), next_step=_("请看左边的名单。")
        )


@on(HALL)
def served(desk: Desk, number: str) -> None:
    """Close a ticket whose visit is finished; nothing happens when it is closed already."""
    ticket = desk.hall.refresh(desk.today()).tickets.get(number)
    if ticket is not None and ticket.state is TicketState.CALLED:
        _claim(desk, ticket, EventKind.SERVED)


@on(HALL)
def resume(desk: Desk) -> VisitRecord | None:
    """After a start, bring hall and visits of this window together; return the visit to go on with.

    A claim without a visit (crash between the two) gets its visit; a finished visit whose ticket still
    counts as called is closed; so is the draft of a number that was missed; an open draft is announced to
    the clerk.
    """
    ticket = _mended(desk).called_by(desk.window)
    if ticket is not None:
        known = desk.store(visits.of_ticket, desk.today().isoformat(), ticket.number)
        if known is None or known.state == "no_show":
            _open_visit(desk, ticket)
    record = desk.store(visits.open_at, desk.window)
    if record is not None:
        desk.notices.post(
            Notice(
                "reopened",
                Level.ATTENTION,
                _("{ticket} 上次没有办完，已接着打开。").format(ticket=record.ticket),
                _("填写、扫描和签字都在。"),
                _("请核对后继续。"),
            )
        )
    return record


def _mended(desk: Desk) -> HallState:
    """Return the day's state after doing what a crash or a full disk left undone in hall or store."""
    day = desk.today()
    state = desk.hall.refresh(day)
    ticket = state.called_by(desk.window)
    if ticket is not None:
        known = desk.store(visits.of_ticket, day.isoformat(), ticket.number)
        if known is not None and known.state == "finished":
            _claim(desk, ticket, EventKind.SERVED)
            return desk.hall.state
        return state
    draft = desk.store(visits.open_at, desk.window)
    known_as = state.tickets.get(draft.ticket) if draft and draft.day == day.isoformat() else None
    if draft is not None and known_as is not None and known_as.state in _GONE:
        desk.store(visits.close, draft.id, "no_show", desk.clock.now())
    return state


def view(desk: Desk) -> QueueView:
    """Return the left zone; call on the hall lane after an act, or with ``refresh_queue``."""
    state = desk.hall.state
    now = desk.clock.now()
    choice = next_ticket(state, now)
    tickets = state.tickets.values()
    done = [t for t in tickets if t.state is TicketState.SERVED]
    spent = [(t.closed_at - t.called_at) for t in done if t.closed_at and t.called_at]
    average = sum(spent, timedelta()) / len(spent) if spent else None

    def row(ticket: Ticket) -> TicketRow:
        waited = int((now - ticket.arrived_at).total_seconds() // 60)
        return TicketRow(ticket.number, ticket.group, ticket.green, max(0, waited))

    called = state.called_by(desk.window)
    return QueueView(
        next=row(choice.ticket) if choice else None,
        why=_why(choice),
        waiting=tuple(row(t) for t in _in_call_order(state, choice)),
        missed=tuple(row(t) for t in tickets if t.state is TicketState.NO_SHOW),
        called=row(called) if called else None,
        served_today=len(done),
        average_minutes=round(average.total_seconds() / 60) if average else None,
    )


@on(HALL)
def refresh_queue(desk: Desk) -> QueueView:
    """Read the log and return the left zone."""
    desk.hall.refresh(desk.today())
    return view(desk)


def _why(choice: Choice | None) -> str:
    if choice is None:
        return ""
    if choice.otherwise:
        return _("{reason}若不适用，下一位是 {other}。").format(reason=choice.reason, other=choice.otherwise)
    return choice.reason


def _in_call_order(state: HallState, choice: Choice | None) -> list[Ticket]:
    waiting = sorted(state.waiting(), key=lambda t: t.arrived_at)
    if choice is None:
        return waiting
    return [choice.ticket, *(t for t in waiting if t.number != choice.ticket.number)]


def _busy_hall() -> HallProblem:
    return HallProblem(
        _("排队系统正忙，这一步没有成。"), safe=_("没有重号，也没有重复叫号。"), next_step=_("请再按一次。")
    )
