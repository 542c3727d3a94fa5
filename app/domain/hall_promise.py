"""Whether a hall kept its promise: every call of a day at which somebody got less, by number and why.

The promise is one about calls, because nobody can promise that a window is free or a line whole: a window
that is in touch with the hall calls by the rule nobody past a person who was overtaken as often as promised,
or past a green one whose promised minutes are over, if it could have called that person. What it could not do
is listed by number with its reason; what nothing explains is a broken promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import Ticket, TicketState

CHOSEN = "chosen"
"""The rule of a call that names a certain number."""


class Side(StrEnum):
    """Which half of the promise a person got less of."""

    GREEN = "green"
    ORDINARY = "ordinary"


class Reason(StrEnum):
    """What explains that somebody was passed over.

    ALONE: the window was cut off and called whom it holds, or the hall's answer to such a call was lost.
    HELD: another window holds the person, was asked and has not let go; only it knows whether it has called
    them. FENCED: after a restore the person stands still until every window has reported. CHOSEN: a clerk
    called a certain number. TOLD: the call was made before a restore and told again after it.
    """

    ALONE = "alone"
    HELD = "held"
    FENCED = "fenced"
    CHOSEN = "chosen"
    TOLD = "told"


@dataclass(frozen=True)
class Less:
    """Somebody got less than promised when ``by`` was called at ``window``; without a reason it was broken.

    ``much`` is how often they were overtaken then, or the minutes they had waited; ``holder`` the window that
    held them.
    """

    side: Side
    number: str
    by: str
    window: int
    at: datetime
    much: int
    reason: Reason | None
    holder: int | None = None


@dataclass(frozen=True)
class Kept:
    """What a day's log proves: (minutes, times) promised last, and what people got of it.

    ``late`` are the green people called after more than the promised minutes, with those they waited.
    """

    limits: tuple[int, int] = (0, 0)
    green: int = 0
    longest: int = 0
    late: tuple[tuple[str, int], ...] = ()
    ordinary: int = 0
    most: int = 0
    less: tuple[Less, ...] = ()

    @property
    def broken(self) -> tuple[Less, ...]:
        return tuple(one for one in self.less if one.reason is None)


def proved(events: Iterable[HallEvent], promise: Promise | None = None) -> Kept:
    """Go through a day's events, without claims of numbers, and hold every call against the promise.

    ``promise`` is what holds where the log says none.
    """
    state, found = HallState(promise=promise), list[Less]()
    late: dict[str, int] = {}
    for event in events:
        before, state = state, fold([event], state)
        was, now = before.tickets.get(event.number), state.tickets.get(event.number)
        if event.kind is EventKind.UNANSWERED:
            found = [_alone(one, event) for one in found]
        if was is None or now is None:
            continue
        if event.kind is EventKind.UNDONE and was.state is TicketState.CALLED and now is not was:
            found = [one for one in found if (one.by, one.at) != (was.number, was.called_at)]
            late.pop(event.number, None)
        elif _is_call(was, now, event):
            found += less_at(before, event)
            minutes = _minutes(was, event.at)
            if was.green and minutes >= _promise(before).limits[0]:
                late.setdefault(event.number, minutes)
    return _kept(state, found, late)


def _alone(less: Less, told: HallEvent) -> Less:
    """Return what a call made good for nobody, once its window has told that it was alone by then."""
    same = (less.by, less.window, less.at) == (told.about, told.window, told.at)
    return replace(less, reason=less.reason or Reason.ALONE) if same else less


def _kept(state: HallState, found: list[Less], late: dict[str, int]) -> Kept:
    tickets = state.tickets.values()
    called = [t for t in tickets if t.called_at is not None]
    waits = [_minutes(t, t.called_at) for t in called if t.green and t.called_at is not None]
    ordinary = [t for t in tickets if not t.priority]
    return Kept(
        limits=(_promise(state).limits[0], _promise(state).overtakes),
        green=len(waits),
        longest=max(waits, default=0),
        late=tuple(late.items()),
        ordinary=len(ordinary),
        most=max((t.overtaken for t in ordinary), default=0),
        less=tuple(found),
    )


def less_at(state: HallState, event: HallEvent) -> list[Less]:
    """Return who gets less than promised by this call, the state being the one before it."""
    called = state.tickets.get(event.number)
    if event.window is None or called is None or called.state is not TicketState.WAITING:
        return []
    return [
        Less(side, one.number, called.number, event.window, event.at, much, reason, one.bound)
        for one, side, much in _passed(state, called, event)
        for reason in [_reason(state, one, event)]
    ]


def _passed(state: HallState, called: Ticket, event: HallEvent) -> Iterator[tuple[Ticket, Side, int]]:
    """Yield those whose turn it was by the promise, were it not for what ``_reason`` finds."""
    green_wait, times = _promise(state).green_wait, _promise(state).overtakes
    entitled = called.sent or (not called.priority and called.overtaken >= times)
    for one in state.unfinished.values():
        waits = one.state is TicketState.WAITING and one is not called and not one.sent
        if not waits or not state.can_serve(event.window, one):
            continue
        if not one.priority and one.overtaken >= times and one.arrived_at < called.arrived_at:
            yield one, Side.ORDINARY, one.overtaken + 1
        over = one.green and event.at - one.arrived_at >= green_wait
        if over and not entitled and not (called.green and called.arrived_at <= one.arrived_at):
            yield one, Side.GREEN, _minutes(one, event.at)


def _reason(state: HallState, passed: Ticket, event: HallEvent) -> Reason | None:
    if event.report:
        return Reason.TOLD
    if event.alone:
        return Reason.ALONE
    if event.rule == CHOSEN:
        return Reason.CHOSEN
    if state.frozen(passed):
        return Reason.FENCED
    if passed.bound not in (None, event.window) and passed.asked is not None:
        return Reason.HELD
    return None


def _is_call(was: Ticket, now: Ticket, event: HallEvent) -> bool:
    return event.kind is EventKind.CALLED and now is not was and was.state is TicketState.WAITING


def _promise(state: HallState) -> Promise:
    return state.promise or Promise()


def _minutes(ticket: Ticket, until: datetime) -> int:
    return max(0, int((until - ticket.arrived_at).total_seconds() // 60))
