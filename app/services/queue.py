"""The left zone: who is next and why, who waits, who was missed or set aside; keeping up with the hall."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from app.domain.hall import HallState
from app.domain.hall_next import Choice, callable_at, calls_in, next_ticket
from app.domain.ticket import Ticket, TicketState
from app.errors import HallProblem
from app.hall.board.picture import Picture
from app.lanes import HALL, on
from app.services import alarm, asking, fetching, held, moved, staff_list
from app.services.desk import Desk
from app.services.seating import promise_of
from app.services.views import QueueView, TicketRow
from app.texts import _


def view(desk: Desk) -> QueueView:
    """Return the left zone; call on the hall lane after an act, or with ``refresh_queue``."""
    state = desk.hall.state
    now = desk.clock.now()
    if desk.board is not None:
        desk.board.show(Picture(desk.today(), state))
    choice = next_ticket(state, now, window=desk.window)
    tickets = state.tickets.values()
    done = [t for t in tickets if t.state is TicketState.SERVED]
    spent = [(t.closed_at - t.called_at) for t in done if t.closed_at and t.called_at]
    average = sum(spent, timedelta()) / len(spent) if spent else None

    def row(ticket: Ticket) -> TicketRow:
        waited = int((now - ticket.arrived_at).total_seconds() // 60)
        note = _note(desk.window, ticket)
        return TicketRow(
            ticket.number, ticket.group, ticket.green, max(0, waited), ticket.urgent, ticket.cases, note
        )

    called = state.called_by(desk.window)
    pause = state.paused.get(desk.window)
    due = desk.hall.call_is_due and choice is not None and called is None
    return QueueView(
        next=row(choice.ticket) if choice else None,
        why=_why(choice),
        waiting=tuple(row(t) for t in _in_call_order(state, choice, desk.window)),
        missed=tuple(row(t) for t in tickets if t.state is TicketState.NO_SHOW),
        called=row(called) if called else None,
        served_today=len(done),
        average_minutes=round(average.total_seconds() / 60) if average else None,
        parked=tuple(row(t) for t in state.parked() if t.bound == desk.window),
        called_why=_called_why(called) if called else "",
        brought=desk.moving.brought,
        help_wanted=alarm.is_wanted(state, desk.window),
        calls_in=0 if due else calls_in(state, desk.window, now, promise_of(desk.settings.queue)),
        paused=pause.reason or _("暂停叫号") if pause else "",
    )


def look(desk: Desk) -> None:
    """Read what is new, on the hall lane; outside its hall a window keeps showing what it knew."""
    with suppress(HallProblem):
        desk.hall.refresh(desk.today())


@on(HALL)
def keep_up(desk: Desk) -> QueueView:
    """Come back to the hall, get ready for being alone, let go who is asked for; return the left zone anew.

    A window outside its hall shows what it knew; why it is outside stands in the status bar.
    """
    with suppress(HallProblem):
        desk.hall.tend(desk.today())
        moved.attend(desk)
        fetching.answer(desk)
        staff_list.keep_up(desk)
        held.show(desk)
    alarm.show(desk)
    asking.show(desk)
    return view(desk)


def _note(window: int, ticket: Ticket) -> str:
    """Return what keeps the ticket from being anybody's next; never why it has priority."""
    if ticket.state is TicketState.PARKED:
        return ticket.reason
    if ticket.bound not in (None, window):
        return _("{window} 号窗").format(window=ticket.bound)
    if ticket.parcel and ticket.sent and ticket.bound == window:
        return _("{window} 号窗移交").format(window=ticket.holder)
    if ticket.booked is not None:
        return _("预约 {time}").format(time=f"{ticket.booked:%H:%M}")
    return ""


def _why(choice: Choice | None) -> str:
    if choice is None:
        return ""
    if choice.otherwise:
        return _("{reason}若不适用，下一位是 {other}。").format(reason=choice.reason, other=choice.otherwise)
    return choice.reason


def _called_why(ticket: Ticket) -> str:
    if ticket.other:
        return _("{reason}否则是 {other}。").format(reason=ticket.reason, other=ticket.other)
    return ticket.reason


def _in_call_order(state: HallState, choice: Choice | None, window: int) -> list[Ticket]:
    """Return whom this window may call, the next first, then those it must leave to others."""
    mine = callable_at(state, window)
    first = [choice.ticket] if choice else []
    rest = [t for t in mine if not choice or t.number != choice.ticket.number]
    numbers = {t.number for t in mine}
    others = sorted((t for t in state.waiting() if t.number not in numbers), key=lambda t: t.arrived_at)
    return [*first, *rest, *others]
