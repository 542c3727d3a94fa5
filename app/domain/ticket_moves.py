"""What an event does to a ticket: whether it is possible as the ticket stands, and how it stands then."""

from __future__ import annotations

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import Ticket, TicketState

TAKES = frozenset({EventKind.CALLED, EventKind.BOUND})
UNDOABLE = frozenset(
    {
        EventKind.CALLED,
        EventKind.NO_SHOW,
        EventKind.PARKED,
        EventKind.RETURNED,
        EventKind.TRANSFERRED,
    }
)
"""Acts their window can take back as long as nothing else has happened to the ticket."""
_TO_ONE = frozenset({EventKind.RETURNED, EventKind.RELEASED})
"""What can leave the person to one window alone."""


def was_called(ticket: Ticket, event: HallEvent) -> bool:
    """Say whether a call of the epoch before was heard: it counts although a release was lost."""
    called = event.report and event.kind is EventKind.CALLED
    return called and ticket.state is TicketState.WAITING


def moved(ticket: Ticket, event: HallEvent, overtook: tuple[str, ...]) -> Ticket:
    """Return the ticket after an event that fits it; ``overtook`` waited longer when it was called."""
    match event.kind:
        case EventKind.CALLED:
            called = {"state": TicketState.CALLED, "window": event.window, "called_at": event.at}
            why = {"rule": event.rule, "reason": event.reason, "other": event.other, "overtook": overtook}
            here = {"holder": event.window, "bound": None, "asked": None, "sent": False}
            return ticket.moved(**called, **why, **here, calls=ticket.calls + 1)
        case EventKind.PARKED:
            return ticket.moved(state=TicketState.PARKED, bound=event.window, reason=event.reason, parcel="")
        case EventKind.TRANSFERRED:
            return _sent(ticket, event)
        case EventKind.RECALLED:
            return ticket.moved(calls=ticket.calls + 1)
        case EventKind.NO_SHOW:
            gone = {"state": TicketState.NO_SHOW, "closed_at": event.at, "parcel": ""}
            return ticket.moved(**gone, bound=event.to)
        case EventKind.SERVED:
            return ticket.moved(state=TicketState.SERVED, closed_at=event.at)
        case EventKind.BOUND:
            return ticket.moved(bound=event.window)
        case EventKind.ASKED:
            return ticket.moved(asked=event.window)
        case _:
            back = {"state": TicketState.WAITING, "window": None, "closed_at": None, "sent": False}
            urgent = ticket.urgent or event.urgent
            bound = event.to if event.kind in _TO_ONE else None
            return ticket.moved(
                **back, bound=bound, asked=None, urgent=urgent, reason=event.reason, parcel=""
            )


def _sent(ticket: Ticket, event: HallEvent) -> Ticket:
    """Number and time of arrival stay; the person waits for another window, or for what a window can do."""
    needs = tuple(sorted({*ticket.needs, *event.needs}))
    back = {"state": TicketState.WAITING, "window": None, "bound": event.to, "sent": event.to is not None}
    urgent = ticket.urgent or event.urgent
    more = {"needs": needs, "urgent": urgent, "reason": event.reason, "parcel": event.parcel}
    return ticket.moved(**back, **more, asked=None)


def fits(ticket: Ticket, event: HallEvent) -> bool:
    """Say whether the event is possible for the ticket as it stands."""
    mine = ticket.window == event.window
    waiting = ticket.state is TicketState.WAITING
    called = ticket.state is TicketState.CALLED
    parked = ticket.state is TicketState.PARKED
    match event.kind:
        case EventKind.CALLED:
            return (waiting or parked) and ticket.bound in (None, event.window)
        case EventKind.RECALLED | EventKind.NO_SHOW | EventKind.SERVED:
            return called and mine
        case EventKind.PARKED | EventKind.TRANSFERRED:
            return called and mine
        case EventKind.UNDONE:
            bound_elsewhere = ticket.bound not in (None, event.window)
            return ticket.before is not None and ticket.by == event.window and not bound_elsewhere
        case EventKind.RETURNED:
            let_go = (waiting or parked) and ticket.bound is not None and ticket.bound == event.window
            missed = ticket.state is TicketState.NO_SHOW and ticket.bound in (None, event.window)
            return missed or (called and mine) or let_go
        case _:
            return event.window is not None and _fits_binding(ticket, event)


def _fits_binding(ticket: Ticket, event: HallEvent) -> bool:
    waiting = ticket.state is TicketState.WAITING
    match event.kind:
        case EventKind.BOUND:
            return waiting and ticket.bound is None
        case EventKind.ASKED:
            return waiting and ticket.bound not in (None, event.window)
        case EventKind.RELEASED:
            return waiting and ticket.bound == event.window
        case EventKind.FREED:
            called = ticket.state is TicketState.CALLED and ticket.window == event.window
            held = waiting or ticket.state in {TicketState.PARKED, TicketState.NO_SHOW}
            return called or (held and ticket.bound == event.window)
        case _:
            return False
