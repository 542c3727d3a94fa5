"""The queue of a hall: events of one day folded into a state.

Pure: every window folds the same events in the same order and gets the same answer; who is next is asked of
that state (``hall_next``).

Besides what happens to tickets the log holds what lets a window go on while it is cut off (bindings, blocks
of numbers) and what guards the hall when the log was restored from an old backup (epochs): tickets of the
epoch before stand still until every enrolled window has reported what it knew, or a supervisor retired it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from app.domain.appointment import booked_at
from app.domain.hall_asks import ABOUT_STAFF, Ask, Tried, asked, tried
from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import OPEN, Ticket, TicketState, parse_number
from app.domain.ticket_moves import TAKES, UNDOABLE, fits, moved, was_called

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True)
class Promise:
    """The hall's promise to both sides, and to the clerks.

    A green ticket waits at most ``green_wait``; an ordinary one is overtaken at most ``overtakes`` times. A
    missed number that comes back within ``grace`` keeps its place. A window that is idle for ``auto_call``
    calls by itself, never when that is zero; with ``in_turn`` whoever is idle longest calls first.

    ``urgent_ahead``, ``green_ahead`` and ``back_ahead`` are the weights of the rule: such a person counts
    as having come so much earlier: by a day before everybody without priority, by two before those too.
    """

    green_wait: timedelta = timedelta(minutes=10)
    overtakes: int = 3
    grace: timedelta = timedelta(minutes=10)
    auto_call: timedelta = timedelta(0)
    in_turn: bool = True
    urgent_ahead: timedelta = timedelta(days=2)
    green_ahead: timedelta = timedelta(days=1)
    back_ahead: timedelta = timedelta(days=1)

    @classmethod
    def of(cls, limits: tuple[int, ...]) -> Promise:
        """Return the promise of a PROMISED event; see ``HallEvent``."""
        green, overtakes, grace, *more = limits
        seconds, in_turn, *weights = more or (0, 1)
        return cls(
            timedelta(minutes=green),
            overtakes,
            timedelta(minutes=grace),
            timedelta(seconds=seconds),
            bool(in_turn),
            *(timedelta(minutes=minutes) for minutes in weights),
        )

    def ahead(self, ticket: Ticket) -> timedelta:
        """Return how much earlier the ticket counts as having come; the most of what it has."""
        mine = [self.urgent_ahead] if ticket.urgent else []
        mine += [self.green_ahead] if ticket.green else []
        mine += [self.back_ahead] if ticket.back else []
        return max(mine, default=timedelta(0))

    @property
    def limits(self) -> tuple[int, ...]:
        weights = (self.urgent_ahead, self.green_ahead, self.back_ahead)
        return (
            _minutes(self.green_wait),
            self.overtakes,
            _minutes(self.grace),
            round(self.auto_call.total_seconds()),
            int(self.in_turn),
            *map(_minutes, weights),
        )


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


@dataclass(frozen=True)
class Block:
    """Numbers only this window may issue, first and last included."""

    window: int
    prefix: str
    first: int
    last: int


@dataclass(frozen=True)
class Pause:
    """Why a window does not call just now, and since when."""

    reason: str
    since: datetime


@dataclass(frozen=True)
class Alarm:
    """Somebody at a window calls for help since ``at``; ``coming`` are the windows that answered."""

    at: datetime
    coming: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wish:
    """A window asks for the papers of an earlier visit; ``person`` is the hash of what they are found by."""

    window: int
    person: str
    at: datetime


@dataclass(frozen=True)
class Parcel:
    """Papers of an earlier visit on their way from one window to another, or there already."""

    giver: int
    to: int
    wish: str = ""
    taken: bool = False


@dataclass(frozen=True)
class HallState:
    """All tickets of the day by number; order of arrival is the order of issue.

    ``owed`` are the windows whose report of the epoch before is missing, ``tags`` what each enrolled window
    can do, ``idle`` since when each window has nobody. ``promise`` is None until the hall has said one today.
    ``asks`` are the questions for an approval, ``tried`` what became of PINs today, ``staff_changes`` how
    often the list of staff went on today.
    """

    tickets: Mapping[str, Ticket] = field(default_factory=lambda: MappingProxyType({}))
    blocks: tuple[Block, ...] = ()
    enrolled: frozenset[int] = frozenset()
    epoch: int = 0
    owed: frozenset[int] = frozenset()
    tags: Mapping[int, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    paused: Mapping[int, Pause] = field(default_factory=lambda: MappingProxyType({}))
    promise: Promise | None = None
    idle: Mapping[int, datetime] = field(default_factory=lambda: MappingProxyType({}))
    alarms: Mapping[int, Alarm] = field(default_factory=lambda: MappingProxyType({}))
    wishes: Mapping[str, Wish] = field(default_factory=lambda: MappingProxyType({}))
    parcels: Mapping[str, Parcel] = field(default_factory=lambda: MappingProxyType({}))
    asks: Mapping[str, Ask] = field(default_factory=lambda: MappingProxyType({}))
    tried: Mapping[str, Tried] = field(default_factory=lambda: MappingProxyType({}))
    staff_changes: int = 0

    @cached_property
    def unfinished(self) -> Mapping[str, Ticket]:
        """Who still waits for something, in the order of ``tickets``: late in a day few of a thousand."""
        return _unfinished(self.tickets)

    def waiting(self) -> list[Ticket]:
        return [t for t in self.unfinished.values() if t.state is TicketState.WAITING]

    def bound_to(self, window: int) -> list[Ticket]:
        """Return the waiting tickets only this window may call, by arrival."""
        return sorted((t for t in self.waiting() if t.bound == window), key=lambda t: t.arrived_at)

    def frozen(self, ticket: Ticket) -> bool:
        """Say whether the ticket stands still until the reports of the epoch before are in.

        One bound to a window does not: that window knows itself what became of it.
        """
        return bool(self.owed) and ticket.epoch < self.epoch and ticket.bound is None

    def parked(self) -> list[Ticket]:
        return [t for t in self.unfinished.values() if t.state is TicketState.PARKED]

    def can_serve(self, window: int | None, ticket: Ticket) -> bool:
        """Say whether the window has what the ticket needs; what no open window has, nobody must wait for."""
        if window is None or not ticket.needs:
            return True
        needs = frozenset(ticket.needs)
        if needs <= self.tags.get(window, frozenset()):
            return True
        return not any(needs <= tags for w, tags in self.tags.items() if w not in self.paused)

    def open_for(self, person: str, group: str) -> Ticket | None:
        """Return the ticket the person holds for this group of matters and has not finished with."""
        if not person:
            return None
        mine = (t for t in self.unfinished.values() if t.person == person and t.group == group)
        return next(mine, None)

    def called_by(self, window: int) -> Ticket | None:
        """Return the ticket this window has called and not yet closed."""
        here = (t for t in self.unfinished.values() if t.state is TicketState.CALLED and t.window == window)
        return next(here, None)

    def people_ahead(self, number: str) -> int:
        """Return how many waiting tickets have a place before this one."""
        ahead = 0
        for ticket in sorted(self.waiting(), key=lambda t: t.place):
            if ticket.number == number:
                return ahead
            ahead += 1
        return ahead


def _unfinished(tickets: Mapping[str, Ticket]) -> dict[str, Ticket]:
    return {number: ticket for number, ticket in tickets.items() if ticket.state in OPEN}


def fold(events: Iterable[HallEvent], state: HallState | None = None) -> HallState:
    """Apply events in log order. An event that does not fit its ticket's state changes nothing."""
    return fold_noting(events, state)[0]


def fold_noting(
    events: Iterable[HallEvent], state: HallState | None = None
) -> tuple[HallState, frozenset[int]]:
    """Apply events in log order; return also the places of those about a ticket that changed nothing."""
    folding, mute = _Folding(state or HallState()), set[int]()
    for place, event in enumerate(events):
        before = folding.tickets.get(event.number)
        folding.apply(event)
        if before is folding.tickets.get(event.number) and event.kind not in _NUMBERS:
            mute.add(place)
    return folding.state(), frozenset(mute)


_NUMBERS = frozenset({EventKind.ISSUED, EventKind.BLOCK})


def _copied(known: Mapping[_K, _V]) -> dict[_K, _V]:
    """Return a copy; ``dict`` of a proxy looks every key up again, which takes ten times as long."""
    return known.copy() if isinstance(known, MappingProxyType) else dict(known)


class _Folding:
    """A state while events are applied to it; nobody else sees its tickets.

    ``_open`` are those of them who still wait for something, in the same order, or None: to be looked for.
    """

    def __init__(self, state: HallState) -> None:
        self.tickets = _copied(state.tickets)
        self._open: dict[str, Ticket] | None = dict(state.unfinished)
        self.blocks = state.blocks
        self.enrolled = state.enrolled
        self.epoch = state.epoch
        self.owed = state.owed
        self.tags = _copied(state.tags)
        self.paused = _copied(state.paused)
        self.promise = state.promise
        self.idle = _copied(state.idle)
        self.alarms = _copied(state.alarms)
        self.wishes = _copied(state.wishes)
        self.parcels = _copied(state.parcels)
        self.asks = _copied(state.asks)
        self.tried = _copied(state.tried)
        self.staff_changes = state.staff_changes

    def state(self) -> HallState:
        state = HallState(
            MappingProxyType(self.tickets),
            self.blocks,
            self.enrolled,
            self.epoch,
            self.owed,
            MappingProxyType(self.tags),
            MappingProxyType(self.paused),
            self.promise,
            MappingProxyType(self.idle),
            MappingProxyType(self.alarms),
            MappingProxyType(self.wishes),
            MappingProxyType(self.parcels),
            MappingProxyType(self.asks),
            MappingProxyType(self.tried),
            self.staff_changes,
        )
        vars(state)["unfinished"] = self._all_open()
        return state

    def _all_open(self) -> dict[str, Ticket]:
        if self._open is None:
            self._open = _unfinished(self.tickets)
        return self._open

    def _put(self, ticket: Ticket) -> None:
        """Put a ticket in its place, where those who come back have one between others."""
        is_new = ticket.number not in self.tickets
        self.tickets[ticket.number] = ticket
        if self._open is None:
            return
        if ticket.state not in OPEN:
            self._open.pop(ticket.number, None)
        elif is_new or ticket.number in self._open:
            self._open[ticket.number] = ticket
        else:
            self._open = None

    def apply(self, event: HallEvent) -> None:
        match event.kind:
            case EventKind.ISSUED:
                self._issue(event)
            case EventKind.BLOCK:
                self._grant(event)
            case EventKind.ENROLLED | EventKind.EPOCH | EventKind.REPORTED | EventKind.RETIRED:
                self._about_windows(event)
            case EventKind.PAUSED | EventKind.RESUMED:
                self._about_calling(event)
            case EventKind.WANTED | EventKind.GIVEN | EventKind.TAKEN:
                self._about_papers(event)
            case EventKind.ALARM | EventKind.COMING | EventKind.CALM:
                self._about_help(event)
            case EventKind.PROMISED:
                self.promise = Promise.of(event.limits)
            case _:
                self._about_staff(event) if event.kind in ABOUT_STAFF else self._about_ticket(event)

    def _about_staff(self, event: HallEvent) -> None:
        if event.kind is EventKind.STAFF_CHANGED:
            self.staff_changes += 1
        elif event.kind is EventKind.PIN_TRIED:
            self.tried[event.person] = tried(self.tried.get(event.person), event)
        else:
            asked(self.asks, event)

    def _issue(self, event: HallEvent) -> None:
        """Add the ticket. While reports are missing, only a window's own block has numbers sure to be new.

        Of two numbers given for one card at the same moment the first in the log counts; what was printed
        while a window was alone always does.
        """
        if event.window is None and not event.report and (self.owed or self._holds_one(event)):
            return
        epoch = self.epoch - 1 if event.report else self.epoch
        new = Ticket(
            event.number,
            event.group,
            event.green,
            event.at,
            epoch=epoch,
            urgent=event.urgent,
            needs=event.needs,
            person=event.person,
            cases=event.cases,
            back=event.back,
            wait=event.wait,
            bound=event.to,
            booked=booked_at(event.booked),
        )
        if event.number not in self.tickets:
            self._put(new)

    def _holds_one(self, event: HallEvent) -> bool:
        held = self._all_open().values() if event.person else ()
        return any(t.person == event.person and t.group == event.group for t in held)

    def _grant(self, event: HallEvent) -> None:
        if event.window is not None:
            prefix, first = parse_number(event.number)
            self.blocks += (Block(event.window, prefix, first, first + event.span - 1),)

    def _about_windows(self, event: HallEvent) -> None:
        window = frozenset() if event.window is None else frozenset({event.window})
        match event.kind:
            case EventKind.ENROLLED:
                self.enrolled |= window
                self.tags.update((number, frozenset(event.tags)) for number in window)
                for number in window:
                    self.idle.setdefault(number, event.at)
            case EventKind.EPOCH:
                self.epoch += 1
                self.owed = self.enrolled | frozenset(event.windows)
            case EventKind.REPORTED:
                self.owed -= window
            case _:
                self.enrolled -= window
                self.owed -= window
                for number in window:
                    self.tags.pop(number, None)
                    self.paused.pop(number, None)
                    self.idle.pop(number, None)
                    self.alarms.pop(number, None)

    def _about_calling(self, event: HallEvent) -> None:
        if event.window is None:
            return
        if event.kind is EventKind.PAUSED:
            self.paused[event.window] = Pause(event.reason, event.at)
        else:
            self.paused.pop(event.window, None)
            self.idle[event.window] = event.at

    def _about_help(self, event: HallEvent) -> None:
        if event.window is None:
            return
        if event.kind is EventKind.ALARM:
            self.alarms.setdefault(event.window, Alarm(event.at))
        elif event.kind is EventKind.CALM:
            self.alarms.pop(event.window, None)
        elif event.to in self.alarms and event.window not in self.alarms[event.to].coming:
            known = self.alarms[event.to]
            self.alarms[event.to] = replace(known, coming=(*known.coming, event.window))

    def _about_papers(self, event: HallEvent) -> None:
        """What is given stays given; only the window it was given to takes it."""
        if event.window is None:
            return
        known = self.parcels.get(event.parcel)
        match event.kind:
            case EventKind.WANTED:
                self.wishes.setdefault(event.wish, Wish(event.window, event.person, event.at))
            case EventKind.GIVEN if event.to is not None:
                self.parcels.setdefault(event.parcel, Parcel(event.window, event.to, event.wish))
            case EventKind.TAKEN if known is None:
                self.parcels[event.parcel] = Parcel(0, event.window, taken=True)
            case EventKind.TAKEN if known is not None and known.to == event.window:
                self.parcels[event.parcel] = replace(known, taken=True)

    def _about_ticket(self, event: HallEvent) -> None:
        ticket = self.tickets.get(event.number)
        if ticket is None or not (fits(ticket, event) or was_called(ticket, event)):
            return
        old = bool(self.owed) and ticket.epoch < self.epoch and ticket.bound is None
        left = ticket.state in {TicketState.NO_SHOW, TicketState.WAITING}
        back = left and event.kind in {EventKind.RETURNED, EventKind.UNDONE}
        if old and not event.report and (back or event.kind in TAKES):
            return
        self._count_idle(ticket, event)
        if event.kind is EventKind.UNDONE:
            self._undo(ticket, event)
            return
        overtook: tuple[str, ...] = ()
        if event.kind is EventKind.CALLED and ticket.state is TicketState.WAITING:
            overtook = self._overtake(ticket, event.window)
        self._put(self._moved(ticket, event, overtook))

    def _count_idle(self, ticket: Ticket, event: HallEvent) -> None:
        """A window is idle from when somebody left it until it calls again."""
        if event.window is None:
            return
        if event.kind is EventKind.CALLED:
            self.idle.pop(event.window, None)
        elif ticket.state is TicketState.CALLED and event.kind is not EventKind.RECALLED:
            self.idle[event.window] = event.at

    def _overtake(self, called: Ticket, window: int | None) -> tuple[str, ...]:
        """Count the call against everybody who waits longer and could have been called by this window."""
        state = HallState(tags=self.tags, paused=self.paused)
        longer = [
            other
            for other in self._all_open().values()
            if other.state is TicketState.WAITING
            and other.arrived_at < called.arrived_at
            and not other.sent
            and state.can_serve(window, other)
        ]
        for other in longer:
            self._put(other.moved(overtaken=other.overtaken + 1))
        return tuple(other.number for other in longer)

    def _undo(self, ticket: Ticket, event: HallEvent) -> None:
        """Put the ticket back as it was; whom its call overtook was not overtaken.

        Whoever is missed again is anybody's, unless the window went on with them (see NO_SHOW).
        """
        if ticket.before is None:
            return
        if ticket.before.state is TicketState.WAITING:
            for number in ticket.overtook:
                other = self.tickets[number]
                self._put(other.moved(overtaken=max(0, other.overtaken - 1)))
        missed = ticket.before.state is TicketState.NO_SHOW
        self._put(ticket.before.moved(bound=event.to) if missed else ticket.before)

    def _moved(self, ticket: Ticket, event: HallEvent, overtook: tuple[str, ...]) -> Ticket:
        """Return the ticket after an event that fits; most acts of a window can be undone by it."""
        after = moved(ticket, event, overtook)
        if event.kind is EventKind.RETURNED and ticket.state is TicketState.NO_SHOW:
            grace = (self.promise or Promise()).grace
            if ticket.closed_at is not None and event.at - ticket.closed_at > grace:
                after = after.moved(arrived_at=event.at, overtaken=0, booked=None)
        if event.kind in UNDOABLE:
            return after.moved(by=event.window, before=ticket.moved(before=None))
        stays = event.kind in {
            EventKind.RECALLED,
            EventKind.ASKED,
        }  # somebody's question changes nobody's act
        return after if stays else after.moved(by=None, before=None)
