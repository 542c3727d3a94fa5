"""The queue of a hall: events of one day folded into a state, and the rule that says who is next.

Pure: every window folds the same events in the same order and gets the same answer.

Besides what happens to tickets the log holds what lets a window go on while it is cut off (bindings, blocks
of numbers) and what guards the hall when the log was restored from an old backup (epochs): tickets of the
epoch before stand still until every enrolled window has reported what it knew, or a supervisor retired it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.ticket import Ticket, TicketState, parse_number


class EventKind(StrEnum):
    """What can happen to a ticket, to a counter of numbers, to a window, or to the hall."""

    ISSUED = "issued"
    CALLED = "called"
    RECALLED = "recalled"
    RETURNED = "returned"
    NO_SHOW = "no_show"
    SERVED = "served"
    BOUND = "bound"
    ASKED = "asked"
    RELEASED = "released"
    FREED = "freed"
    BLOCK = "block"
    ENROLLED = "enrolled"
    EPOCH = "epoch"
    REPORTED = "reported"
    RETIRED = "retired"


@dataclass(frozen=True)
class HallEvent:
    """One fact. ``window`` is the counter that acted (for FREED and RETIRED: the one acted upon).

    ``span`` is how many numbers a BLOCK takes from its counter, beginning with ``number``; a BLOCK without a
    window skips them. ``windows`` are those an EPOCH waits for. ``report`` marks a fact of the epoch before,
    told again.
    """

    kind: EventKind
    number: str
    at: datetime
    window: int | None = None
    group: str = ""
    green: bool = False
    span: int = 1
    windows: tuple[int, ...] = ()
    report: bool = False


@dataclass(frozen=True)
class Promise:
    """The hall's promise to both sides.

    A green ticket waits at most ``green_wait``; an ordinary one is overtaken at most ``overtakes`` times.
    """

    green_wait: timedelta = timedelta(minutes=10)
    overtakes: int = 3


@dataclass(frozen=True)
class Block:
    """Numbers only this window may issue, first and last included."""

    window: int
    prefix: str
    first: int
    last: int


@dataclass(frozen=True)
class HallState:
    """All tickets of the day by number; order of arrival is the order of issue.

    ``owed`` are the windows whose report of the epoch before is missing.
    """

    tickets: Mapping[str, Ticket] = field(default_factory=lambda: MappingProxyType({}))
    blocks: tuple[Block, ...] = ()
    enrolled: frozenset[int] = frozenset()
    epoch: int = 0
    owed: frozenset[int] = frozenset()

    def waiting(self) -> list[Ticket]:
        return [t for t in self.tickets.values() if t.state is TicketState.WAITING]

    def bound_to(self, window: int) -> list[Ticket]:
        """Return the waiting tickets only this window may call, by arrival."""
        return sorted((t for t in self.waiting() if t.bound == window), key=lambda t: t.arrived_at)

    def frozen(self, ticket: Ticket) -> bool:
        """Say whether the ticket stands still until the reports of the epoch before are in.

        One bound to a window does not: that window knows itself what became of it.
        """
        return bool(self.owed) and ticket.epoch < self.epoch and ticket.bound is None

    def called_by(self, window: int) -> Ticket | None:
        """Return the ticket this window has called and not yet closed."""
        for ticket in self.tickets.values():
            if ticket.state is TicketState.CALLED and ticket.window == window:
                return ticket
        return None

    def people_ahead(self, number: str) -> int:
        """Return how many waiting tickets arrived before this one."""
        ahead = 0
        for ticket in sorted(self.waiting(), key=lambda t: t.arrived_at):
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
    folding = _Folding(state or HallState())
    for event in events:
        folding.apply(event)
    return folding.state()


class _Folding:
    """A state while events are applied to it; nobody else sees its tickets."""

    def __init__(self, state: HallState) -> None:
        self.tickets = dict(state.tickets)
        self.blocks = state.blocks
        self.enrolled = state.enrolled
        self.epoch = state.epoch
        self.owed = state.owed

    def state(self) -> HallState:
        return HallState(MappingProxyType(self.tickets), self.blocks, self.enrolled, self.epoch, self.owed)

    def apply(self, event: HallEvent) -> None:
        match event.kind:
            case EventKind.ISSUED:
                self._issue(event)
            case EventKind.BLOCK:
                self._grant(event)
            case EventKind.ENROLLED | EventKind.EPOCH | EventKind.REPORTED | EventKind.RETIRED:
                self._about_windows(event)
            case _:
                self._about_ticket(event)

    def _issue(self, event: HallEvent) -> None:
        """Add the ticket. While reports are missing, only a window's own block has numbers sure to be new."""
        if self.owed and not event.report and event.window is None:
            return
        epoch = self.epoch - 1 if event.report else self.epoch
        new = Ticket(event.number, event.group, event.green, event.at, epoch=epoch)
        self.tickets.setdefault(event.number, new)

    def _grant(self, event: HallEvent) -> None:
        if event.window is not None:
            prefix, first = parse_number(event.number)
            self.blocks += (Block(event.window, prefix, first, first + event.span - 1),)

    def _about_windows(self, event: HallEvent) -> None:
        window = frozenset() if event.window is None else frozenset({event.window})
        match event.kind:
            case EventKind.ENROLLED:
                self.enrolled |= window
            case EventKind.EPOCH:
                self.epoch += 1
                self.owed = self.enrolled | frozenset(event.windows)
            case EventKind.REPORTED:
                self.owed -= window
            case _:
                self.enrolled -= window
                self.owed -= window

    def _about_ticket(self, event: HallEvent) -> None:
        ticket = self.tickets.get(event.number)
        if ticket is None or not (fits(ticket, event) or _was_called(ticket, event)):
            return
        old = bool(self.owed) and ticket.epoch < self.epoch and ticket.bound is None
        if old and not event.report and event.kind in _TAKES:
            return
        if event.kind is EventKind.CALLED:
            _overtake(self.tickets, ticket)
        self.tickets[event.number] = _moved(ticket, event)


_TAKES = frozenset({EventKind.CALLED, EventKind.BOUND})


def _was_called(ticket: Ticket, event: HallEvent) -> bool:
    """A call of the epoch before was heard: it counts although a release was lost before it."""
    called = event.report and event.kind is EventKind.CALLED
    return called and ticket.state is TicketState.WAITING


def _moved(ticket: Ticket, event: HallEvent) -> Ticket:
    """Return the ticket after an event that fits."""
    match event.kind:
        case EventKind.CALLED:
            called = {"state": TicketState.CALLED, "window": event.window, "called_at": event.at}
            return ticket.moved(**called, calls=ticket.calls + 1, bound=None, asked=None)
        case EventKind.RECALLED:
            return ticket.moved(calls=ticket.calls + 1)
        case EventKind.NO_SHOW:
            return ticket.moved(state=TicketState.NO_SHOW, closed_at=event.at)
        case EventKind.SERVED:
            return ticket.moved(state=TicketState.SERVED, closed_at=event.at)
        case EventKind.BOUND:
            return ticket.moved(bound=event.window)
        case EventKind.ASKED:
            return ticket.moved(asked=event.window)
        case _:
            back = {"state": TicketState.WAITING, "window": None, "closed_at": None}
            return ticket.moved(**back, bound=None, asked=None)


def fits(ticket: Ticket, event: HallEvent) -> bool:
    """Say whether the event is possible for the ticket as it stands."""
    mine = ticket.window == event.window
    waiting = ticket.state is TicketState.WAITING
    called = ticket.state is TicketState.CALLED
    match event.kind:
        case EventKind.CALLED:
            return waiting and ticket.bound in (None, event.window)
        case EventKind.RECALLED | EventKind.NO_SHOW | EventKind.SERVED:
            return called and mine
        case EventKind.RETURNED:
            let_go = waiting and ticket.bound is not None and ticket.bound == event.window
            return ticket.state is TicketState.NO_SHOW or (called and mine) or let_go
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
            return called or (waiting and ticket.bound == event.window)
        case _:
            return False


def _overtake(tickets: dict[str, Ticket], called: Ticket) -> None:
    for number, other in tickets.items():
        if other.state is TicketState.WAITING and other.arrived_at < called.arrived_at:
            tickets[number] = other.moved(overtaken=other.overtaken + 1)


def next_ticket(
    state: HallState, now: datetime, promise: Promise | None = None, window: int | None = None
) -> Choice | None:
    """Return who is called next and the rule that chose, or None when nobody waits.

    Tickets bound to another window than ``window`` and tickets that stand still are left out.
    """
    promise = promise or Promise()
    waiting = [t for t in state.waiting() if t.bound in (None, window) and not state.frozen(t)]
    waiting.sort(key=lambda t: t.arrived_at)
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


def to_bind(
    state: HallState, window: int, now: datetime, reserve: int, promise: Promise | None = None
) -> Ticket | None:
    """Return the ticket the window takes into its reserve of ``reserve`` bound ones, or None."""
    if len(state.bound_to(window)) >= reserve:
        return None
    choice = next_ticket(state, now, promise)
    return choice.ticket if choice else None


def to_ask(state: HallState, window: int) -> Ticket | None:
    """Return whom an idle window asks another window for: the first to arrive that nobody asked for yet."""
    bound = [t for t in state.waiting() if t.bound not in (None, window)]
    return min((t for t in bound if t.asked is None), key=lambda t: t.arrived_at, default=None)


def to_release(state: HallState, window: int) -> list[Ticket]:
    """Return the bound tickets another window asks this one for."""
    return [t for t in state.bound_to(window) if t.asked is not None]


def next_in_block(state: HallState, window: int, prefix: str, used: int) -> int | None:
    """Return the window's next number of its granted blocks after ``used``, None when they are used up.

    ``used`` is the highest number the window ever took from its blocks: it only grows, so that a grant read
    twice gives no number twice.
    """
    mine = sorted(b.first for b in state.blocks if b.window == window and b.prefix == prefix)
    last = {b.first: b.last for b in state.blocks if b.window == window and b.prefix == prefix}
    for first in mine:
        if max(first, used + 1) <= last[first]:
            return max(first, used + 1)
    return None
