"""Random work at the queue keeps its promises: no number twice, one visit a ticket, one called a window."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from app.domain.hall_event import EventKind
from app.domain.receipt import receipt_number
from app.domain.ticket import TicketState, parse_number
from app.errors import HallProblem
from app.ids import new_id
from app.services import calling, issuing
from app.services.desk import Desk
from app.services.verify import findings
from app.settings import Settings
from app.storage import audit, intakes, meta, visits
from app.storage.access import Transaction
from app.storage.records import IntakeRecord, VisitRecord
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import HALL, desk_in, do, only_in_the_log

pytestmark = pytest.mark.slow


class Queue(RuleBasedStateMachine):
    """One window's queue over a real store; the clock moves, the power goes, the day ends."""

    issued = Bundle("issued")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = SteppingClock()
        self.numbers: dict[str, list[str]] = {}
        self.start()

    def start(self) -> None:
        self.open = ExitStack()
        settings_ = Settings(hall=HALL)
        self.desk: Desk = self.open.enter_context(desk_in(Path(self.folder.name), settings_, self.clock))
        do(self.desk, calling.resume)

    def teardown(self) -> None:
        try:
            assert findings(self.desk) == []
        finally:
            self.open.close()
            self.folder.cleanup()

    def somebody_is_here(self) -> bool:
        return self.desk.hall.refresh(self.desk.today()).called_by(HALL.window) is not None

    @property
    def day(self) -> str:
        return self.desk.today().isoformat()

    # ---- what people do ----------------------------------------------------------------------------

    @rule(target=issued, green=st.booleans())
    def take(self, green: bool) -> str:
        self.clock.forward(seconds=20)
        number = str(do(self.desk, issuing.take_ticket, "立案", green))
        self.numbers.setdefault(self.day, []).append(number)
        return number

    @rule()
    def call(self) -> None:
        self.clock.forward(seconds=5)
        before = self.desk.hall.refresh(self.desk.today())
        try:
            record = do(self.desk, calling.call_next)
        except HallProblem as problem:
            _says_what_to_do(problem)
            return
        assert before.tickets[record.ticket].state is TicketState.WAITING
        assert (record.state, record.window, record.day) == ("open", HALL.window, self.day)

    @precondition(lambda self: not self.somebody_is_here())
    @rule(target=issued)
    def come_and_be_called(self) -> str:
        number = self.take(green=False)
        self.call()
        return number

    @precondition(lambda self: self.somebody_is_here())
    @rule()
    def recall(self) -> None:
        self._maybe(calling.recall)

    @rule()
    def no_show(self) -> None:
        self._maybe(calling.no_show)

    @rule(number=issued)
    def bring_back(self, number: str) -> None:
        self._maybe(calling.bring_back, number)

    @rule(number=consumes(issued))
    def bring_back_and_forget(self, number: str) -> None:
        self._maybe(calling.bring_back, number)

    @precondition(lambda self: self.somebody_is_here())
    @rule()
    def bring_back_who_is_here(self) -> None:
        called = self.desk.hall.state.called_by(HALL.window)
        assert called is not None
        self._maybe(calling.bring_back, called.number)

    @precondition(lambda self: self.somebody_is_here())
    @rule()
    def serve(self) -> None:
        """Finish the visit as finishing does, then close its ticket."""
        draft = self.desk.store(visits.open_at, HALL.window)
        if draft is not None and draft.day == self.day:
            self.desk.store(_finish, draft.id, self.desk)
            do(self.desk, calling.served, draft.ticket)

    # ---- what happens ------------------------------------------------------------------------------

    @rule()
    def restart(self) -> None:
        self.open.close()
        self.start()

    @rule(step=st.sampled_from(["claim", "missed", "served"]))
    def power_cut_between_hall_and_store(self, step: str) -> None:
        """Only the event reaches the log; its other half is done at the next start."""
        state = self.desk.hall.refresh(self.desk.today())
        draft = self.desk.store(visits.open_at, HALL.window)
        called = state.called_by(HALL.window)
        if step == "claim" and called is None and draft is None and state.waiting():
            self._claim(state.waiting()[0].number, EventKind.CALLED)
        if step == "missed" and called is not None:
            self._claim(called.number, EventKind.NO_SHOW)
        if step == "served" and draft is not None and draft.day == self.day:
            self.desk.store(_finish, draft.id, self.desk)
        self.restart()

    @rule()
    def the_day_ends(self) -> None:
        self.clock.forward(days=1)
        self.restart()

    def _claim(self, number: str, kind: EventKind) -> None:
        assert only_in_the_log(self.desk, number, kind)

    def _maybe(self, act, *arguments: object) -> None:  # type: ignore[no-untyped-def]
        self.clock.forward(seconds=5)
        try:
            do(self.desk, act, *arguments)
        except HallProblem as problem:
            _says_what_to_do(problem)

    # ---- what must always hold ---------------------------------------------------------------------

    @invariant()
    def no_number_is_issued_twice_and_none_is_left_out(self) -> None:
        for numbers in self.numbers.values():
            assert len(set(numbers)) == len(numbers)
            for prefix in "AG":
                counts = [parse_number(n)[1] for n in numbers if n.startswith(prefix)]
                assert counts == list(range(1, len(counts) + 1))

    @invariant()
    def a_ticket_has_at_most_one_visit(self) -> None:
        facts = self.desk.store(audit.facts)
        assert all(count == 1 for count in facts.visits_by_ticket.values())

    @invariant()
    def at_most_one_is_called_and_exactly_the_open_visit_is_theirs(self) -> None:
        state = self.desk.hall.refresh(self.desk.today())
        called = [t.number for t in state.tickets.values() if t.state is TicketState.CALLED]
        assert len(called) <= 1
        opened = [v for v in self.desk.store(_all_open) if v.day == self.day]
        assert [v.ticket for v in opened] == called

    @invariant()
    def the_queue_never_locks_up(self) -> None:
        """Whoever is at the window can be finished or marked missed; nobody there means that F5 works."""
        draft = self.desk.store(visits.open_at, HALL.window)
        state = self.desk.hall.refresh(self.desk.today())
        assert draft is not None or state.called_by(HALL.window) is None


def _says_what_to_do(problem: HallProblem) -> None:
    assert problem.happened
    assert problem.next_step


def _finish(connection: Transaction, visit_id: str, desk: Desk) -> None:
    """Do what finishing does to the store, without papers."""
    now, day = desk.clock.now(), desk.today()
    number = receipt_number(day, HALL.window, meta.next_number(connection, f"receipt.{day}"))
    body = visit_id.encode()
    sha256 = hashlib.sha256(body).hexdigest()
    intakes.add_intake(connection, IntakeRecord(visit_id, number, body, sha256, now))
    intakes.add_event(
        connection,
        event_id=new_id(),
        visit_id=visit_id,
        kind="intake",
        schema=1,
        body=body,
        sha256=sha256,
        at=now,
    )
    visits.close(connection, visit_id, "finished", now)


def _all_open(connection: Transaction) -> list[VisitRecord]:
    found = visits.open_at(connection, HALL.window)
    return [found] if found else []


TestQueue = Queue.TestCase
TestQueue.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
