"""What a day would have looked like under another promise: the same people, the same moments of calling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import next_ticket
from app.domain.hall_promise import CHOSEN
from app.domain.ticket import TicketState

_SETTING: frozenset[EventKind] = frozenset(
    {EventKind.ENROLLED, EventKind.RETIRED, EventKind.PAUSED, EventKind.RESUMED}
)


@dataclass(frozen=True)
class Outcome:
    """``green_longest`` and ``others_mean`` in minutes, ``overtaken_most`` in times; ``called`` people."""

    called: int = 0
    green_longest: float = 0.0
    others_mean: float = 0.0
    overtaken_most: int = 0


def replay(events: Iterable[HallEvent], promise: Promise) -> Outcome:
    """Let the rule choose again at every moment somebody was called, under ``promise``.

    Numbers set aside, put back and sent on are called once, like the others: what is compared is the rule.
    """
    state = HallState(promise=promise)
    called: dict[str, float] = {}
    for event in events:
        if event.kind is EventKind.ISSUED or event.kind in _SETTING:
            state = fold([event], state)
        elif event.kind is EventKind.CALLED and event.rule != CHOSEN:
            choice = next_ticket(state, event.at, window=event.window)
            if choice is None:
                continue
            ticket = choice.ticket
            called[ticket.number] = (event.at - ticket.arrived_at).total_seconds() / 60
            again = replace(event, number=ticket.number, rule=choice.rule, report=False)
            state = fold([again, replace(again, kind=EventKind.SERVED)], state)
    return _outcome(state, called)


def came_back_after(events: Iterable[HallEvent]) -> list[timedelta]:
    """Return after how long each missed number came back."""
    state, gaps = HallState(), list[timedelta]()
    for event in events:
        before, state = state.tickets.get(event.number), fold([event], state)
        if event.kind is EventKind.RETURNED and before is not None and before.state is TicketState.NO_SHOW:
            gaps += [event.at - before.closed_at] if before.closed_at is not None else []
    return gaps


def _outcome(state: HallState, called: dict[str, float]) -> Outcome:
    green = [waited for number, waited in called.items() if state.tickets[number].green]
    others = [waited for number, waited in called.items() if not state.tickets[number].priority]
    overtaken = [t.overtaken for t in state.tickets.values() if not t.priority]
    mean = sum(others) / len(others) if others else 0.0
    return Outcome(len(called), max(green, default=0.0), mean, max(overtaken, default=0))
