"""The queue of a hall: events of one day folded into a state, and the rule that says who is next.

Pure: every window folds the same events in the same order and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.ticket import Ticket, TicketState


class EventKind(StrEnum):
    """What can happen to a ticket."""

    ISSUED = "issued"
    CALLED = "called"
    RECALLED = "recalled"
    RETURNED = "returned"
    NO_SHOW = "no_show"
    SERVED = "served"


@dataclass(frozen=True)
class HallEvent:
    """One fact about one ticket. ``window`` is the counter that acted, None at reception."""

    kind: EventKind
    number: str
    at: datetime
    window: int | None = None
    group: str = ""
    green: bool = False


@dataclass(frozen=True)
class Promise:
    """The hall's promise to both sides.

    A green ticket waits at most ``green_wait``; an ordinary one is overtaken at most ``overtakes`` times.
    """

    green_wait: timedelta = timedelta(minutes=10)
    overtakes: int = 3


@dataclass(frozen=True)
class HallState:
    """All tickets of the day by number; order of arrival is the order of issue."""

    tickets: Mapping[str, Ticket] = field(default_factory=lambda: MappingProxyType({}))

    def waiting(self) -> list[Ticket]:
        return [t for t in self.tickets.values() if t.state is TicketState.WAITING]

    def called_by(self, window: int) -> Ticket | None:
        """Return the ticket this window has called and not yet closed."""
        for ticket in self.tickets.values():
            if ticket.state is TicketState.CALLED and ticket.window == window:
                return ticket
        return None

    def people_ahead(self, number: str) -> int:
        """Return how many waiting tickets arrived before this one."""
        ahead = 0
        for ticket in self.waiting():
            if ticket.number == number:
                return ahead
            ahead += 1
        return ahead


@dataclass(frozen=True)
class Choice:
    """Who is next and why; ``otherwise`` is who would be next without the rule that chose."""

    ticket: Ticket
    rule: str
    reason: str
    otherwise: str | None = None


def fold(events: Iterable[HallEvent], state: HallState | None = None) -> HallState:
    """Apply events in log order. An event that does not fit its ticket's state changes nothing."""
    tickets = dict((state or HallState()).tickets)
    for event in events:
        _apply(tickets, event)
    return HallState(MappingProxyType(tickets))


def _apply(tickets: dict[str, Ticket], event: HallEvent) -> None:
    if event.kind is EventKind.ISSUED:
        new = Ticket(event.number, event.group, event.green, event.at)
        tickets.setdefault(event.number, new)
        return
    ticket = tickets.get(event.number)
    if ticket is None or not fits(ticket, event):
        return
    match event.kind:
        case EventKind.CALLED:
            _overtake(tickets, ticket)
            called = {"state": TicketState.CALLED, "window": event.window, "called_at": event.at}
            tickets[event.number] = ticket.moved(**called, calls=ticket.calls + 1)
        case EventKind.RECALLED:
            tickets[event.number] = ticket.moved(calls=ticket.calls + 1)
        case EventKind.RETURNED:
            tickets[event.number] = ticket.moved(state=TicketState.WAITING, window=None, closed_at=None)
        case EventKind.NO_SHOW:
            tickets[event.number] = ticket.moved(state=TicketState.NO_SHOW, closed_at=event.at)
        case EventKind.SERVED:
            tickets[event.number] = ticket.moved(state=TicketState.SERVED, closed_at=event.at)


def fits(ticket: Ticket, event: HallEvent) -> bool:
    """Say whether the event is possible for the ticket as it stands."""
    mine = ticket.window == event.window
    match event.kind:
        case EventKind.CALLED:
            return ticket.state is TicketState.WAITING
        case EventKind.RECALLED | EventKind.NO_SHOW | EventKind.SERVED:
            return ticket.state is TicketState.CALLED and mine
        case EventKind.RETURNED:
            return ticket.state is TicketState.NO_SHOW or (ticket.state is TicketState.CALLED and mine)
        case _:
            return False


def _overtake(tickets: dict[str, Ticket], called: Ticket) -> None:
    for number, other in tickets.items():
        if other.state is TicketState.WAITING and other.arrived_at < called.arrived_at:
            tickets[number] = other.moved(overtaken=other.overtaken + 1)


def next_ticket(state: HallState, now: datetime, promise: Promise | None = None) -> Choice | None:
    """Return who is called next and the rule that chose, or None when nobody waits."""
    promise = promise or Promise()
    waiting = sorted(state.waiting(), key=lambda t: t.arrived_at)
    if not waiting:
        return None
    first = waiting[0]
    green = next((t for t in waiting if t.green), None)
    if green is None or green is first:
        return Choice(first, "arrival", "先到先办：到得最早。")
    if first.overtaken >= promise.overtakes:
        return Choice(
            first,
            "overtakes",
            f"前面已让过 {first.overtaken} 人，到上限 {promise.overtakes} 人，轮到本人。",
            green.number,
        )
    waited = max(0, int((now - green.arrived_at).total_seconds() // 60))
    limit = int(promise.green_wait.total_seconds() // 60)
    reason = f"绿色通道优先：已等 {waited} 分钟，承诺不超过 {limit} 分钟。"
    return Choice(green, "green", reason, first.number)
