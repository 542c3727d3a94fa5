"""Two windows call at the same moment and one is killed: no promise is broken, nobody called twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.hall_event import EventKind
from app.domain.ticket import TicketState, Wanted
from app.hall.isolated import Member
from app.hall.journal import Entry
from tests.helpers.hall_simulation import DAY, START, Crash, Hall, Rates

CALM = Rates(
    lost=0, answer_lost=0, crash=0, nested=0, cut=0, down=0, backup=0, restore=0, die=0, late=0, issue=0
)


class SameMoment:
    """A001 was overtaken twice of three times. Window 1 calls G001; just before, window 2 calls A004.

    So the call of window 1 may not stand. Its computer stops at the ``crash``-th moment that leaves a trace.
    """

    def __init__(self, crash: int) -> None:
        self.hall = Hall(0, windows=2, points=0, rates=CALM)
        self.left = crash
        self.announced: list[str] = []
        self.mine, self.other = self._member(1), self._member(2)
        for second, prefix in enumerate("AAAAG"):
            arrived = START + timedelta(seconds=second)
            self.other.issue(prefix, Wanted("立案", green=prefix == "G"), arrived)
        for number in ("A002", "A003"):
            self._other_calls(number)
        self.hall.others_act = self._in_between  # type: ignore[method-assign]
        self.hall.maybe_crash = self._maybe_crash  # type: ignore[method-assign]

    def _member(self, window: int) -> Member:
        place = self.hall.places[window]
        member = Member(place.line, place.disk, window, DAY, reserve=0)
        member.settle(START)
        return member

    def _other_calls(self, number: str) -> None:
        assert self.other.call(number, START, "点名")
        self.announced.append(number)
        self.other.close(EventKind.SERVED, number, START)

    def _in_between(self, window: int) -> None:
        """The first thing asked of the log is how it stands, the second is the call."""
        if window == 1 and self.hall.operations - self.began == 2:
            left, self.left = self.left, 0
            self._other_calls("A004")
            self.left = left

    def _maybe_crash(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash

    def run(self) -> bool:
        """Let window 1 call until nobody waits; return whether its computer stopped."""
        crashed, self.began = False, self.hall.operations
        while any(t.state is not TicketState.SERVED for t in self.hall.state().tickets.values()):
            try:
                self._turn()
            except Crash:
                crashed = True
                self.mine = self._member(1)
        return crashed

    def _turn(self) -> None:
        here = self.mine.state.called_by(1)
        if here is None:
            choice = self.mine.call_next(START)
            assert choice is not None
            here = choice.ticket
            self.announced.append(here.number)
        elif here.number not in self.announced:
            self.announced.append(here.number)
        self.mine.close(EventKind.SERVED, here.number, START)


def stops() -> list[str]:
    """Stop the computer at every moment; return whatever is wrong."""
    wrong: list[str] = []
    for crash in range(1, 40):
        day = SameMoment(crash)
        crashed = day.run()
        wrong += [f"{crash}: {less.by} past {less.number}" for less in day.hall.kept().broken]
        wrong += [f"{crash}: twice" for _ in range(len(day.announced) - len(set(day.announced)))]
        if not crashed:
            assert crash > 8
            return wrong
    raise AssertionError("it never came to its end")


def test_a_kill_at_any_moment_of_a_call_that_may_not_stand_breaks_no_promise() -> None:
    assert stops() == []


def test_keeping_the_call_apart_from_what_takes_it_back_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Member._keep

    def one_by_one(self: Member, *entries: Entry) -> None:
        for entry in entries:
            keep(self, entry)

    monkeypatch.setattr(Member, "_keep", one_by_one)
    assert stops()


def test_a_call_that_is_stored_only_after_its_window_gave_up_and_came_back_is_taken_back() -> None:
    """Nobody was announced, and by then the promise may let nobody be called so."""
    hall = Hall(1, windows=2, points=1, rates=CALM)
    one, issuing = (Member(hall.places[n].line, hall.places[n].disk, n, DAY, reserve=0) for n in (1, 3))
    for member in (issuing, one):
        assert member.settle(hall.now)
    number = issuing.issue("A", Wanted("立案", False), hall.now)
    hall.rates = replace(CALM, late=1.0)
    assert one.call_next(hall.now) is None
    assert one.cut_off
    hall.rates = CALM
    assert one.settle(hall.now)
    assert one.state.tickets[number].state is TicketState.WAITING
    (late,) = hall.late
    assert hall.hub.append(*late) is not None
    assert one.read()
    one.take_back_unannounced(hall.now)
    assert one.state.tickets[number].state is TicketState.WAITING
    assert hall.state().tickets[number].state is TicketState.WAITING
    choice = one.call_next(hall.now)
    assert choice is not None
    assert hall.state().tickets[number].calls == 1
    one.take_back_unannounced(hall.now)
    assert hall.state().called_by(1) is not None, "what was announced stays"
