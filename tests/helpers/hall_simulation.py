"""A hall in one process: the product's own `Member` against a log in memory, with everything that goes wrong.

Every call to the log may be refused, may lose its answer, may be the moment of a crash, and lets other
members act in between. Seeded: the same seed is the same day.
"""

# ruff: noqa: ARG002  # a log in memory has one day only
from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from app.domain.hall import HallState, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_promise import Kept, proved
from app.domain.ticket import TicketState, Wanted
from app.errors import HallProblem
from app.hall import refusals
from app.hall.freeing import free
from app.hall.giving import Offer, give, offer, take_best
from app.hall.isolated import Member
from app.hall.journal import Entry
from app.hall.log import EPOCH_SUBJECT, LoggedEvent, counter_subject
from app.hall.numbering import Numbering, skipping
from app.hall.restored import fence
from app.ids import new_id

DAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Crash(BaseException):
    """The computer stops at this very point."""


class Hub:
    """The log itself: what is in it is durable, until a backup is put back."""

    def __init__(self) -> None:
        self.events: list[LoggedEvent] = []
        self.down = False
        self._counts: dict[str, int] = {}
        self._ids: dict[str, int] = {}

    def put_back(self, events: list[LoggedEvent]) -> None:
        """Be the older copy."""
        self.events = list(events)
        self._counts = {e.subject: e.subject_seq for e in events}
        self._ids = {e.event_id: e.seq for e in events}

    def count(self, subject: str) -> int:
        return self._counts.get(subject, 0)

    def append(self, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        if event_id in self._ids:
            return self._ids[event_id]
        if self.count(subject) != expected:
            return None
        return self._store(subject, expected + event.span, event_id, event)

    def take(self, prefix: str, event_id: str, event: HallEvent) -> int:
        """Store after whatever is there; sometimes twice, as a hall might that forgot the id."""
        if event_id in self._ids and len(self.events) % 5:
            return self._ids[event_id]
        return self._store(counter_subject(prefix), 0, event_id, event)

    def _store(self, subject: str, count: int, event_id: str, event: HallEvent) -> int:
        seq = len(self.events) + 1
        self.events.append(LoggedEvent(seq, subject, count, event, event_id, DAY.isoformat()))
        self._counts[subject] = count
        self._ids[event_id] = seq
        return seq


class Line:
    """One member's way to the hub; it remembers what it has seen, as NatsLog does."""

    def __init__(self, hall: Hall, window: int) -> None:
        self.hall = hall
        self.window = window
        self.cut = False
        self.memory: tuple[int, str] | None = None
        self.numbers = Numbering()

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        self._before()
        if self.hall.rates.late and self.hall.rarely("late"):
            self.hall.late.append((subject, expected, event_id, event))
            raise refusals.unreachable("simulated", 0)
        seq = self.hall.hub.append(subject, expected, event_id, event)
        self._after()
        if seq is not None:
            self._saw(self.hall.hub.events[seq - 1])
        return seq

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        """Asked again after a lost answer, as NatsLog does, with the same id."""
        for last in (False, True):
            self._before()
            seq = self.hall.hub.take(prefix, event_id, event)
            try:
                self._after()
                break
            except HallProblem:
                if last:
                    raise
        return self._since(seq - 1)[0].event.number

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        self._before()
        self.hall.hub.take(prefix, event_id, skipping(prefix, count, now))
        self._after()

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        self._before()
        return self._since(seq)

    def _since(self, seq: int) -> list[LoggedEvent]:
        news = self.hall.hub.events[min(seq, self.numbers.seq) :]
        if news:
            self._saw(news[-1])
        return [e for e in map(self.numbers.read, news) if e.seq > seq]

    def watch(self, told: Callable[[LoggedEvent | None], None]) -> Callable[[], None]:
        raise NotImplementedError

    def accept_restored(self) -> None:
        self.memory = None
        self.numbers = Numbering()

    def remember(self, seq: int, event_id: str) -> None:
        self.memory = (seq, event_id)
        self.numbers = Numbering()

    def _saw(self, logged: LoggedEvent) -> None:
        if self.memory is None or logged.seq > self.memory[0]:
            self.memory = (logged.seq, logged.event_id)

    def _before(self) -> None:
        self.hall.operations += 1
        self.hall.others_act(self.window)
        self.hall.maybe_crash()
        if self.cut or self.hall.hub.down or self.hall.rarely("lost"):
            raise refusals.unreachable("simulated", 0)
        if self.memory is not None:
            seq, event_id = self.memory
            events = self.hall.hub.events
            if len(events) < seq or events[seq - 1].event_id != event_id:
                raise refusals.older_copy()

    def _after(self) -> None:
        self.hall.maybe_crash()
        if self.hall.rarely("answer lost"):
            raise refusals.unreachable("simulated", 0)


class Disk:
    """A member's journal; survives its crashes."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.kept: list[Entry] = []

    def add(self, day: date, entries: Sequence[Entry]) -> None:
        self.hall.maybe_crash()
        self.kept += entries
        self.hall.maybe_crash()

    def entries(self, day: date) -> Sequence[Entry]:
        return list(self.kept)


@dataclass
class Rates:
    """How often things go wrong: per call to the log, or per step of the hall."""

    lost: float = 0.01
    answer_lost: float = 0.02
    crash: float = 0.004
    nested: float = 0.05
    cut: float = 0.01
    mend: float = 0.05
    down: float = 0.003
    up: float = 0.05
    backup: float = 0.01
    restore: float = 0.002
    die: float = 0.0005
    undo: float = 0
    """How often a call is taken back while the person is there."""
    take: bool = True
    """Whether a window that is cut off asks others for people they hold."""
    late: float = 0.01
    """How often a write is stored only some time after its writer gave up."""
    issue: float = 0.02
    """How often a window gives a number itself."""

    def of(self, what: str) -> float:
        return float(getattr(self, what.replace(" ", "_")))


@dataclass
class Place:
    """One member's computer."""

    line: Line
    disk: Disk
    member: Member | None = None
    calls: bool = True
    dead: bool = False
    busy: bool = False


@dataclass
class Hall:
    """A day with ``windows`` windows and ``points`` issuing points."""

    seed: int
    windows: int = 5
    points: int = 2
    rates: Rates = field(default_factory=Rates)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  # a seeded day, not a secret
        self.hub = Hub()
        self.now = START
        self.quiet = False
        self.printed: Counter[str] = Counter()
        self.called: Counter[str] = Counter()
        self.freed: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.alone = Counter[str]()
        self.ended = Counter[EventKind]()
        self.refused = 0
        self.operations = 0
        self.depth = 0
        self.crashable = False
        self.backup: list[LoggedEvent] = []
        self.late: list[tuple[str, int, str, HallEvent]] = []
        self.places = {n: Place(Line(self, n), Disk(self)) for n in range(1, self.windows + 1)}
        for n in range(self.windows + 1, self.windows + self.points + 1):
            self.places[n] = Place(Line(self, n), Disk(self), calls=False)

    # ---- faults ---------------------------------------------------------------------------------

    def rarely(self, what: str) -> bool:
        happens = not self.quiet and self.random.random() < self.rates.of(what)
        self.faults[what] += happens
        return happens

    def maybe_crash(self) -> None:
        if self.crashable and self.rarely("crash"):
            raise Crash

    def others_act(self, window: int) -> None:
        """Somebody else's act falls into the middle of this one; a pause is many of them."""
        if self.depth < 3 and not self.quiet and self.random.random() < self.rates.nested:
            for _ in range(self.random.choice((1, 1, 2, 8))):
                self.step(without=window)

    def weather(self) -> None:
        """Cut and mend lines, stop and start the hub, make and put back backups, let a computer die."""
        for place in self.places.values():
            if place.line.cut and self.random.random() < self.rates.mend:
                place.line.cut = False
            elif self.rarely("cut"):
                place.line.cut = True
        if self.hub.down and self.random.random() < self.rates.up:
            self.hub.down = False
        elif self.rarely("down"):
            self.hub.down = True
        if self.late and not self.hub.down and self.random.random() < self.rates.up:
            self.hub.append(*self.late.pop())
        if self.rarely("backup"):
            self.backup = list(self.hub.events)
        if len(self.backup) < len(self.hub.events) and self.rarely("restore"):
            self.restore()
        living = [n for n, p in self.places.items() if p.calls and not p.dead]
        if len(living) > 2 and self.rarely("die"):
            self.places[self.random.choice(living)].dead = True

    def restore(self) -> None:
        """An administrator puts the backup back with ``--restored``: fenced before anybody is let in."""
        self.hub.put_back(self.backup)
        fence(_Inside(self.hub), DAY, self.now, tuple(self.places))

    # ---- acts -----------------------------------------------------------------------------------

    def step(self, without: int = 0) -> None:
        """Let one member that is not in the middle of an act do something."""
        free_ones = [n for n, p in self.places.items() if n != without and not p.busy and not p.dead]
        if not free_ones:
            return
        number = self.random.choice(free_ones)
        place = self.places[number]
        self.now += timedelta(seconds=self.random.randint(0, 5))
        place.busy, self.depth, before = True, self.depth + 1, self.crashable
        self.crashable = True
        try:
            self.act(number, place)
        except Crash:
            self.end(place)
        finally:
            place.busy, self.depth, self.crashable = False, self.depth - 1, before

    def end(self, place: Place) -> None:
        """What was in memory is gone."""
        place.member = None
        place.line.memory = None
        place.line.numbers = Numbering()

    def act(self, number: int, place: Place) -> None:
        if place.member is None:
            reserve = 2 if place.calls else 0
            place.member = Member(place.line, place.disk, number, DAY, reserve=reserve, block=20)
        member = place.member
        if member.cut_off or self.random.random() < 0.3:
            member.settle(self.now)
        member.prepare(self.now, ("A",))
        if place.calls:
            self.serve(number, member)
        else:
            self.issue(member)

    def issue(self, member: Member) -> None:
        if self.quiet:
            return
        try:
            number = member.issue("A", Wanted("立案", self.random.random() < 0.2), self.now)
        except HallProblem:
            self.refused += 1
            return
        self.printed[number] += 1
        self.alone["issued"] += member.cut_off

    def serve(self, number: int, member: Member) -> None:
        member.take_back_unannounced(self.now)  # as the desk does with every look at the hall
        here = member.state.called_by(number)
        if here is not None:
            if not (self.rates.undo and self.rarely("undo") and self.undo_call(member, here.number)):
                self.end_call(number, member, here.number)
            return
        if not self.quiet and self.random.random() < 0.15 and self.other_act(number, member):
            return
        if self.rates.issue and self.rarely("issue"):
            self.issue(member)
            return
        parked = [t.number for t in member.state.parked() if t.bound == number]
        if parked:
            self.called[parked[0]] += member.call(parked[0], self.now, "回来")
            return
        choice = member.call_next(self.now)
        if choice is None and member.cut_off and self.rates.take and self.take_from_others(number, member):
            choice = member.call_next(self.now)
            self.alone["taken"] += choice is not None
        if choice is not None:
            self.called[choice.ticket.number] += 1
            self.alone["called"] += member.cut_off

    def take_from_others(self, number: int, member: Member) -> bool:
        """Over servers without a quorum; each question and each answer may be lost, each computer stop."""
        reached = [
            n for n, p in self.places.items() if n != number and not (p.busy or p.dead or self.rarely("lost"))
        ]
        offers = [
            found for n in reached if (found := self.answer_of(n, lambda one: offer(one, number, self.now)))
        ]

        def take(chosen: Offer) -> Offer | None:
            return self.answer_of(chosen.holder, lambda one: give(one, number, chosen.number, self.now))

        return take_best(member, offers, take, self.now)

    def answer_of(self, number: int, ask: Callable[[Member], Offer | None]) -> Offer | None:
        place = self.places[number]
        if place.member is None or place.busy:
            return None
        place.busy = True
        try:
            answer = ask(place.member)
        except Crash:
            self.end(place)
            return None
        finally:
            place.busy = False
        return None if self.rarely("answer lost") else answer

    def end_call(self, number: int, member: Member, called: str) -> None:
        """The person is served; or leaves the window without an outcome, and is to be called again."""
        kinds = [EventKind.PARKED, EventKind.RETURNED, EventKind.NO_SHOW, EventKind.TRANSFERRED]
        kind = EventKind.SERVED
        if not self.quiet and self.random.random() < 0.25:
            kind = self.random.choice(kinds)
        others = [n for n, place in self.places.items() if place.calls and n != number]
        to = self.random.choice(others) if kind is EventKind.TRANSFERRED else None
        if kind is EventKind.TRANSFERRED and member.cut_off:
            kind, to = EventKind.PARKED, None
        if kind is not EventKind.SERVED:
            self.called[called] -= 1
        member.close(kind, called, self.now, to=to)
        self.ended[kind] += 1

    def undo_call(self, member: Member, here: str) -> bool:
        self.called[here] -= 1  # before: a computer that stops in the middle has told it already
        undone = False
        with contextlib.suppress(HallProblem):
            undone = member.undo(here, self.now)
        self.called[here] += not undone
        return undone

    def other_act(self, number: int, member: Member) -> bool:
        """Take the last act back, bring a missed number back, or call a certain one; say whether it was."""
        state = member.state
        last = member.last_act()
        try:
            if last is not None and self.random.random() < 0.5:
                before = state.tickets[last.number].before
                if not member.undo(last.number, self.now):
                    return False
                self.ended[EventKind.UNDONE] += 1
                again = before is not None and before.state is TicketState.CALLED
                self.called[last.number] += 1 if again else -1
                return True
            missed = [t.number for t in state.tickets.values() if t.state is TicketState.NO_SHOW]
            if missed:
                return member.bring_back(self.random.choice(missed), self.now)
        except HallProblem:
            return False
        waiting = [t.number for t in state.waiting()]
        if not waiting:
            return False
        chosen = self.random.choice(waiting)
        called = member.call(chosen, self.now, "点名")
        self.called[chosen] += called
        return called

    def bring_all_back(self) -> None:
        """Whoever was missed is found at the end of the day."""
        member = next((p.member for p in self.places.values() if p.calls and not p.dead and p.member), None)
        for ticket in self.state().tickets.values():
            if ticket.state is TicketState.NO_SHOW and member is not None and not member.cut_off:
                with contextlib.suppress(HallProblem):  # it may have to report to a restored log first
                    member.bring_back(ticket.number, self.now)

    # ---- the day --------------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """A day of faults, then everything is mended, supervisors free what the dead held, and all drain."""
        for _ in range(steps):
            self.weather()
            self.step()
        self.quiet = True
        self.hub.down = False
        for place in self.places.values():
            place.line.cut = False
        for turn in range(3 * sum(self.printed.values()) + 60):
            if turn % 10 == 0:
                self.supervise()
                self.bring_all_back()
                if not self.stuck() and not self.state().owed:
                    return
            for number, place in self.places.items():
                if not place.dead:
                    self.act(number, place)

    def supervise(self) -> None:
        """A person frees what the dead windows held, and retires them."""
        inside = _Inside(self.hub)
        for number, place in self.places.items():
            if not place.dead:
                continue
            state = self.state()
            if number in state.owed:
                self.give_up_report(number, place, state)
            if number in state.owed or number in state.enrolled:
                event = HallEvent(EventKind.RETIRED, "", self.now, number)
                self.hub.append(EPOCH_SUBJECT, self.hub.count(EPOCH_SUBJECT), new_id(), event)
            for ticket in state.tickets.values():
                held = (ticket.bound == number and ticket.state is not TicketState.CALLED) or (
                    ticket.state is TicketState.CALLED and ticket.window == number
                )
                if held:
                    expected = self.hub.count(f"ticket.{ticket.number}")
                    free(inside, DAY, number, ticket.number, self.now, expected)
                    self.freed[ticket.number] += 1

    def give_up_report(self, number: int, place: Place, state: HallState) -> None:
        """Whom only the dead window knew to be called is called again: on the word that retires it."""
        called = (e.event for e in place.disk.kept if e.event.kind is EventKind.CALLED)
        for number_called in {event.number for event in called if event.window == number}:
            ticket = state.tickets.get(number_called)
            again = {TicketState.WAITING, TicketState.NO_SHOW}
            self.freed[number_called] += ticket is not None and ticket.state in again

    def state(self) -> HallState:
        return fold(e.event for e in map(Numbering().read, self.hub.events))

    # ---- the verdict ----------------------------------------------------------------------------

    def duplicates(self) -> list[str]:
        """Return numbers that were printed twice."""
        return [number for number, times in self.printed.items() if times > 1]

    def double_calls(self) -> list[str]:
        """Return people called twice without a supervisor's word."""
        return [n for n, times in self.called.items() if times > 1 + self.freed[n]]

    def kept(self) -> Kept:
        """Hold every call of the day against the promise."""
        return proved(e.event for e in map(Numbering().read, self.hub.events))

    def stuck(self) -> list[str]:
        """Return printed numbers that nobody served, held by no dead computer that never reported."""
        tickets = self.state().tickets
        dead = (entry.event for place in self.places.values() if place.dead for entry in place.disk.kept)
        lost = {event.number for event in dead if event.kind is EventKind.ISSUED} - tickets.keys()
        known = (number for number in self.printed if number not in lost)
        return [n for n in known if n not in tickets or tickets[n].state is not TicketState.SERVED]


class _Inside:
    """The hub as the host's own program sees it: nothing in between."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        return self.hub.append(subject, expected, event_id, event)

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        raise NotImplementedError

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        self.hub.take(prefix, event_id, skipping(prefix, count, now))

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        return [e for e in map(Numbering().read, self.hub.events) if e.seq > seq]

    def watch(self, told: Callable[[LoggedEvent | None], None]) -> Callable[[], None]:
        raise NotImplementedError

    def accept_restored(self) -> None:
        raise NotImplementedError

    def remember(self, seq: int, event_id: str) -> None:
        raise NotImplementedError
