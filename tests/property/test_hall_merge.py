"""What a window did alone reaches the hall as if at once: nobody gets in between two facts of one person."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import TicketState, Wanted
from app.errors import HallProblem
from app.hall import ledger
from app.hall.isolated import Member
from app.hall.log import ticket_subject
from tests.helpers.hall_simulation import DAY, START, Crash, Hall, Rates

CALM = Rates(
    lost=0, answer_lost=0, crash=0, nested=0, cut=0, down=0, backup=0, restore=0, die=0, late=0, issue=0
)
PEOPLE = 3
CLOSES = {
    "miss": EventKind.NO_SHOW,
    "park": EventKind.PARKED,
    "put back": EventKind.RETURNED,
    "serve": EventKind.SERVED,
}
ACTS = (*CLOSES, "call", "find", "undo")


class Alone:
    """Window 1 goes on alone with three people; window 2 does what it can between any two of its writes."""

    def __init__(self) -> None:
        self.hall = Hall(0, windows=2, points=0, rates=CALM)
        self.called = Counter[str]()
        self.now = START
        self.other = self._member(2)
        for _person in range(PEOPLE):
            self.other.issue("A", Wanted("立案"), START)
        self.mine = self._member(1)
        for _person in range(PEOPLE):
            self.mine.prepare(START)
        assert len(self.mine.state.bound_to(1)) == PEOPLE
        self.hall.places[1].line.cut = True
        self.mine.read()

    def _member(self, window: int) -> Member:
        place = self.hall.places[window]
        member = Member(place.line, place.disk, window, DAY, reserve=PEOPLE if window == 1 else 0)
        member.settle(self.now)
        return member

    def act(self, what: str) -> None:
        self.now += timedelta(seconds=1)
        here = self.mine.state.called_by(1)
        with contextlib.suppress(HallProblem):
            if what in CLOSES and here is not None:
                self.called[here.number] -= what != "serve"
                self.mine.close(CLOSES[what], here.number, self.now)
            elif what == "call" and here is None:
                choice = self.mine.call_next(self.now)
                self.called.update([choice.ticket.number] if choice else [])
            elif what == "find":
                tickets = self.mine.state.tickets.values()
                missed = [t.number for t in tickets if t.state is TicketState.NO_SHOW]
                self.mine.bring_back(missed[0], self.now) if missed else None
            elif what == "undo":
                self._undo(here.number if here else "")

    def _undo(self, here: str) -> None:
        last = self.mine.last_act()
        if last is None or (here and last.number != here):
            return
        before = self.mine.state.tickets[last.number].before
        if self.mine.undo(last.number, self.now):
            again = before is not None and before.state is TicketState.CALLED
            self.called[last.number] += 1 if again else -1

    def merge(self, crash: int = 0) -> None:
        """Come back; the computer stops at the ``crash``-th write."""
        self.hall.places[1].line.cut = False
        left = [crash]

        def other_acts(window: int) -> None:
            if window == 1:
                self.other_takes_whom_it_can()
                left[0] -= 1
                if left[0] == 0:
                    raise Crash

        before = self.hall.others_act

        self.hall.others_act = other_acts  # type: ignore[method-assign]
        try:
            self.mine.settle(self.now)
        except Crash:
            self.other_takes_whom_it_can()
            self.mine = self._member(1)
        finally:
            self.hall.others_act = before  # type: ignore[method-assign]

    def other_takes_whom_it_can(self) -> None:
        self.other.settle(self.now)
        self.other.ask(self.now)
        for ticket in list(self.other.state.tickets.values()):
            if ticket.state is TicketState.NO_SHOW:
                self.other.bring_back(ticket.number, self.now)
        while (choice := self.other.call_next(self.now)) is not None:
            self.called[choice.ticket.number] += 1
            self.other.close(EventKind.SERVED, choice.ticket.number, self.now)

    def end(self) -> Counter[str]:
        """Let everybody be served; return how often each person came to a window for good."""
        parked = [t.number for t in self.mine.state.parked()]
        for what in ("serve", "find", *("call", "serve") * PEOPLE):
            self.act(what)
        for number in parked:
            self.called[number] += self.mine.call(number, self.now, "回来")
            self.act("serve")
        self.other_takes_whom_it_can()
        return +self.called


def day(acts: Sequence[str], crash: int = 0) -> Alone:
    alone = Alone()
    for what in acts:
        alone.act(what)
    alone.merge(crash)
    return alone


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(ACTS), max_size=14), st.integers(0, 30))
def test_nobody_is_served_twice_or_forgotten_whoever_acts_between_two_facts_of_a_merge(
    acts: list[str], crash: int
) -> None:
    alone = day(acts, crash)
    assert alone.mine.conflicts == []
    assert dict(alone.end()) == {"A001": 1, "A002": 1, "A003": 1}
    assert {t.state for t in alone.hall.state().tickets.values()} == {TicketState.SERVED}


MISSED_AND_FOUND = ("call", "miss", "find", "call", "serve")


def test_a_missed_person_whom_the_window_itself_served_is_found_by_nobody_else() -> None:
    assert day(MISSED_AND_FOUND).called["A001"] == 1


def test_a_supervisor_frees_a_missed_person_whose_window_died_while_it_told_the_hall() -> None:
    alone = Alone()
    for what in MISSED_AND_FOUND[:3]:
        alone.act(what)
    alone.hall.places[1].line.cut = False
    alone.hall.others_act = lambda _window: None  # type: ignore[method-assign]
    entries = [e for e in alone.mine._unmerged() if e.event.number == "A001"]
    alone.mine.read()
    alone.mine._append_all(entries, report=False)
    alone.hall.hub.events.pop()  # it stopped before the last of them
    alone.hall.hub.put_back(alone.hall.hub.events)
    missed = alone.hall.state().tickets["A001"]
    assert (missed.state, missed.bound) == (TicketState.NO_SHOW, 1)
    supervisor = alone._member(2)
    assert not supervisor.bring_back("A001", alone.now)
    assert supervisor.free("A001", 1, alone.now)
    assert supervisor.call("A001", alone.now, "放出")


def test_facts_that_are_told_without_holding_the_person_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_gone_on_with", lambda _entries, _window: set())
    assert day(MISSED_AND_FOUND).called["A001"] == 2


def test_a_call_nobody_heard_of_because_its_window_was_killed_overtook_nobody() -> None:
    alone = Alone()
    late = alone.other.issue("A", Wanted("立案", urgent=True), START + timedelta(minutes=1))
    call = HallEvent(EventKind.CALLED, late, START + timedelta(minutes=2), 1)
    alone.hall.hub.append(ticket_subject(late), 0, "never-heard", call)
    assert alone.hall.state().tickets["A001"].overtaken == 1
    alone.hall.places[1].line.cut = False
    alone.mine = alone._member(1)
    ticket = alone.hall.state().tickets[late]
    assert (ticket.state, ticket.window) == (TicketState.WAITING, None)
    assert alone.hall.state().tickets["A001"].overtaken == 0


def test_whoever_is_at_a_window_is_seen_there_before_the_restored_hall_has_its_report() -> None:
    alone = Alone()
    hall, other = alone.hall, alone.other
    hall.places[1].line.cut = False
    alone.mine.settle(alone.now)
    number = other.issue("A", Wanted("立案"), alone.now)
    assert other.call(number, alone.now, "点名")
    other.close(EventKind.NO_SHOW, number, alone.now)
    hall.backup = list(hall.hub.events)
    assert alone.mine.bring_back(number, alone.now)
    assert alone.mine.call(number, alone.now, "点名")
    hall.restore()
    assert alone.mine.read()
    here = alone.mine.state.called_by(1)
    assert here is not None
    assert here.number == number
    assert not alone.mine.bring_back(number, alone.now)


def test_whoever_is_missed_again_as_bringing_them_back_was_taken_back_is_anybodys() -> None:
    alone = Alone()
    for what in MISSED_AND_FOUND[:3]:
        alone.act(what)
    alone.merge()
    alone.act("undo")
    missed = alone.hall.state().tickets["A001"]
    assert (missed.state, missed.bound) == (TicketState.NO_SHOW, None)
    assert alone.other.read()
    assert alone.other.bring_back("A001", alone.now)


def test_what_a_hall_did_not_let_happen_is_not_told_to_the_next_copy() -> None:
    hall = Hall(0, windows=2, points=0, rates=CALM)
    witness = Member(hall.places[2].line, hall.places[2].disk, 2, DAY, reserve=0)
    assert witness.settle(START)
    number = witness.issue("A", Wanted("立案"), START)
    hall.backup = list(hall.hub.events)
    hall.restore()
    hall.hub.append(ticket_subject(number), 0, "in-vain", HallEvent(EventKind.BOUND, number, START, 1))
    assert hall.state().tickets[number].bound is None, "the reports are missing"
    assert witness.settle(START)
    hall.restore()
    assert witness.settle(START)
    assert hall.state().tickets[number].bound is None
    assert "in-vain" not in {ledger.fact_id(logged.event_id) for logged in hall.hub.events}


def test_a_call_that_is_taken_back_is_so_for_the_window_too_when_the_answer_is_lost() -> None:
    alone = Alone()
    alone.hall.places[1].line.cut = False
    alone.mine.settle(alone.now)
    alone.act("call")
    lose = ["answer lost"]
    alone.hall.rarely = lambda what: what in lose and lose.pop() == what  # type: ignore[method-assign]
    alone.act("undo")
    assert not lose
    alone.other_takes_whom_it_can()
    assert dict(alone.end()) == {"A001": 1, "A002": 1, "A003": 1}
