"""The promise to both sides, whatever comes: drawn halls, drawn days, every call by the rule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import Choice, callable_at, next_ticket
from app.domain.hall_promise import proved
from app.domain.ticket import Ticket, TicketState

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind
PROMISE = Promise(timedelta(minutes=10), 3)
Windows = tuple[frozenset[str], ...]
Steps = list[tuple[Any, ...]]
TAGS = ("sign", "mongolian")


@dataclass
class Day:
    """A hall whose windows call by the rule; everything is kept as events."""

    windows: Windows
    promise: Promise = PROMISE
    now: datetime = NINE
    events: list[HallEvent] = field(default_factory=list)
    state: HallState = field(default_factory=HallState)
    issued: int = 0
    choices: list[tuple[int, Choice, HallState]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add(HallEvent(K.PROMISED, "", self.now, limits=self.promise.limits))
        for number, tags in enumerate(self.windows, 1):
            self.add(HallEvent(K.ENROLLED, "", self.now, number, tags=tuple(sorted(tags))))

    def add(self, event: HallEvent) -> None:
        self.events.append(event)
        self.state = fold([event], self.state)

    def arrive(
        self,
        *,
        green: bool = False,
        urgent: bool = False,
        back: bool = False,
        needs: tuple[str, ...] = (),
        booked: int | None = None,
    ) -> str:
        """Give a number; ``booked`` so many minutes before now began the time of an appointment."""
        self.issued += 1
        self.now += timedelta(seconds=1)
        number = f"A{self.issued:03d}"
        begin = "" if booked is None else (self.now - timedelta(minutes=booked)).isoformat()
        given = HallEvent(K.ISSUED, number, self.now, group="立案", green=green, urgent=urgent, needs=needs)
        self.add(replace(given, booked=begin, back=back))
        return number

    def call(self, window: int) -> Choice | None:
        here = self.state.called_by(window)
        if here is not None:
            self.add(HallEvent(K.SERVED, here.number, self.now, window))
        choice = next_ticket(self.state, self.now, window=window)
        if choice is not None:
            self.choices.append((window, choice, self.state))
            self.add(HallEvent(K.CALLED, choice.ticket.number, self.now, window, rule=choice.rule))
        return choice

    def send_on(self, window: int, to: int) -> None:
        here = self.state.called_by(window)
        if here is not None and to != window:
            self.add(HallEvent(K.TRANSFERRED, here.number, self.now, window, to=to))


KINDS = st.sampled_from(["", "green", "urgent", "both", "back"])
WEIGHTS = st.sampled_from([timedelta(minutes=n) for n in (0, 1, 5, 15, 1440, 2880)])
PROMISES = st.builds(
    Promise,
    st.just(PROMISE.green_wait),
    st.just(PROMISE.overtakes),
    urgent_ahead=WEIGHTS,
    green_ahead=WEIGHTS,
    back_ahead=WEIGHTS,
)
"""Whatever a supervisor makes of the weights, G and K stand."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), KINDS, st.sets(st.sampled_from(TAGS)), st.none() | st.integers(-30, 30)),
        st.tuples(st.just("call"), st.integers(0, 3)),
        st.tuples(st.just("call"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(1, 15)),
        st.tuples(st.just("send"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("pause"), st.integers(0, 3)),
    ),
    max_size=60,
)
HALLS = st.lists(st.frozensets(st.sampled_from(TAGS)), min_size=1, max_size=4).map(tuple)


def lived(windows: Windows, steps: Steps[tuple], promise: Promise = PROMISE) -> Day:
    day = Day(windows, promise)
    for word, *more in steps:
        if word == "arrive":
            kind, needs, booked = more
            green, urgent = kind in {"green", "both"}, kind in {"urgent", "both"}
            back, needed = kind == "back", tuple(sorted(needs))
            day.arrive(green=green, urgent=urgent, back=back, needs=needed, booked=booked)
        elif word == "call":
            day.call(more[0] % len(windows) + 1)
        elif word == "wait":
            day.now += timedelta(minutes=more[0])
        elif word == "send":
            day.send_on(*(number % len(windows) + 1 for number in more))
        else:
            window = more[0] % len(windows) + 1
            kind = K.RESUMED if window in day.state.paused else K.PAUSED
            day.add(HallEvent(kind, "", day.now, window, reason="午休"))
    return day


@given(HALLS, STEPS, PROMISES)
@settings(max_examples=150, deadline=None)
def test_nobody_is_overtaken_more_often_than_promised_whatever_the_weights(
    windows: Windows, steps: Steps, promise: Promise
) -> None:
    day = lived(windows, steps, promise)
    ordinary = [t for t in day.state.tickets.values() if not t.priority]
    assert max((t.overtaken for t in ordinary), default=0) <= PROMISE.overtakes
    assert proved(day.events).less == (), "nor is a green one passed over after the promised minutes"


@given(HALLS, STEPS, PROMISES)
@settings(max_examples=150, deadline=None)
def test_priority_never_means_a_later_call_than_plain_arrival(
    windows: Windows, steps: Steps, promise: Promise
) -> None:
    day = lived(windows, steps, promise)
    for window, choice, state in day.choices:
        chosen = choice.ticket
        for green in (t for t in callable_at(state, window) if t.priority and t is not chosen):
            assert chosen.priority or chosen.sent or chosen.arrived_at <= green.arrived_at


@given(HALLS, STEPS, PROMISES)
@settings(max_examples=150, deadline=None)
def test_equals_are_called_as_they_arrived_or_as_their_appointments_began(
    windows: Windows, steps: Steps, promise: Promise
) -> None:
    day = lived(windows, steps, promise)
    for window, choice, state in day.choices:
        chosen = choice.ticket
        equals = [t for t in callable_at(state, window) if _class(t) == _class(chosen)]
        if choice.rule in {"arrival", "appointment"}:
            assert min(equals, key=lambda t: t.place) is chosen
        elif choice.rule != "overtakes":
            assert min(equals, key=lambda t: t.arrived_at) is chosen
        else:
            tired = [t for t in equals if t.overtaken >= PROMISE.overtakes]
            assert min(tired, key=lambda t: t.arrived_at) is chosen


def _class(ticket: Ticket) -> tuple[bool, bool, bool, bool]:
    return (ticket.green, ticket.urgent, ticket.back, ticket.sent)


WAITING = st.lists(st.tuples(KINDS, st.none() | st.integers(0, 30)), min_size=1, max_size=12)


@given(WAITING, st.integers(0, 11), st.integers(1, 40))
@settings(max_examples=80, deadline=None)
def test_an_appointment_never_means_a_later_call_and_passes_nobody_too_often(
    waiting: list[tuple[str, int | None]], place: int, minutes: int
) -> None:
    """The same people once with and once without the appointment of one of them, called one by one."""
    place %= len(waiting)

    def turn(booked: int | None) -> int:
        day = Day((frozenset(),))
        for n, (kind, other) in enumerate(waiting):
            mine = booked if n == place else other
            day.arrive(green=kind in {"green", "both"}, urgent=kind in {"urgent", "both"}, booked=mine)
        called = [choice.ticket.number for choice in iter(lambda: day.call(1), None)]
        assert proved(day.events).less == ()
        return called.index(f"A{place + 1:03d}")

    assert turn(minutes) <= turn(None)


@given(HALLS, STEPS, st.integers(0, 60))
@settings(max_examples=80, deadline=None)
def test_the_same_events_give_the_same_answer_on_every_window_however_they_were_read(
    windows: Windows,
    steps: Steps,
    cut: int,
) -> None:
    day = lived(windows, steps)
    again = fold(day.events[cut:], fold(day.events[:cut]))
    assert again == day.state
    for window in range(1, len(windows) + 1):
        assert next_ticket(again, day.now, window=window) == next_ticket(day.state, day.now, window=window)


@given(st.integers(0, 12), st.integers(0, 5), st.integers(0, 30))
@settings(max_examples=80, deadline=None)
def test_the_green_channel_waits_as_promised_when_capacity_allows(
    ordinary: int, greens: int, later: int
) -> None:
    """One window, a call every two minutes: whoever the budget lets through is called within its turn."""
    day = Day((frozenset(),))
    for _ in range(ordinary):
        day.arrive()
    mine = [day.arrive(green=True) for _ in range(greens)]
    for step in range(ordinary + greens + later):
        if step < later:
            day.arrive(green=step % 3 == 0)
        choice = day.call(1)
        assert choice is not None
        budget_left = step < PROMISE.overtakes or not ordinary
        if step < len(mine) and budget_left:
            assert choice.ticket.number == mine[step]
            assert day.now - choice.ticket.arrived_at <= PROMISE.green_wait
        day.now += timedelta(minutes=2)
    called = [c.ticket.number for _w, c, _s in day.choices]
    assert [n for n in called if n in mine] == mine


@given(st.integers(1, 20), st.integers(1, 4), PROMISES)
@settings(max_examples=40, deadline=None)
def test_nobody_starves_under_an_endless_stream_of_priority(
    ahead: int, windows: int, promise: Promise
) -> None:
    day = Day((frozenset(),) * windows, promise)
    for _ in range(ahead):
        day.arrive()
    calls = 0
    while day.state.tickets[f"A{ahead:03d}"].state is TicketState.WAITING:
        day.arrive(green=calls % 2 == 0, urgent=calls % 3 == 0)
        day.arrive(green=True)
        day.call(calls % windows + 1)
        day.now += timedelta(minutes=1)
        calls += 1
        assert calls <= ahead + PROMISE.overtakes, "everybody before, and as many as promised"


@given(st.integers(1, 8))
def test_an_endless_stream_of_urgent_people_does_not_starve_the_green_channel(calls: int) -> None:
    day = Day((frozenset(),))
    green = day.arrive(green=True)
    called = []
    for _ in range(calls + 11):
        day.arrive(urgent=True)
        choice = day.call(1)
        assert choice is not None
        called.append(choice.ticket.number)
        day.now += timedelta(minutes=1)
    assert called.index(green) <= 10, "after its promised minutes it goes first"


@given(HALLS, STEPS, PROMISES)
@settings(max_examples=100, deadline=None)
def test_a_weight_is_how_much_earlier_somebody_counts_as_having_come(
    windows: Windows, steps: Steps, promise: Promise
) -> None:
    """Nobody goes before by priority whom the weight does not carry past who is called instead."""
    day = lived(windows, steps, promise)
    for window, choice, state in day.choices:
        chosen = choice.ticket
        may_be_over = chosen.green and chosen.arrived_at + promise.green_wait <= day.now
        if choice.rule not in {"green", "urgent", "back"} or may_be_over:
            continue  # promised minutes that are over go before every weight
        for other in (t for t in callable_at(state, window) if t.priority):
            assert chosen.arrived_at - promise.ahead(chosen) <= other.arrived_at - promise.ahead(other)
