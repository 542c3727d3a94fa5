"""Whole days of a hall with crashes, cuts, lost answers and restores: nothing twice, nobody forgotten."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.domain.hall import HallState
from app.domain.hall_promise import Reason
from app.hall.isolated import Member
from tests.helpers.hall_simulation import Hall, Rates

STEPS = 350


@pytest.mark.parametrize("seed", range(8))
def test_a_day_of_faults_prints_no_number_twice_calls_nobody_twice_and_forgets_nobody(seed: int) -> None:
    hall = Hall(seed)
    hall.run(STEPS)
    assert hall.duplicates() == []
    assert hall.double_calls() == []
    assert hall.stuck() == []
    assert hall.kept().broken == ()
    assert sum(hall.printed.values()) > 50


@pytest.mark.parametrize("seed", [215, 233, 343, 515])
def test_a_day_of_many_restores_and_dead_windows_keeps_everything(seed: int) -> None:
    """What these days found: 215, 233 somebody else's act between two facts that one window told of a person;
    515 the answer to a call was lost.
    """
    hall = Hall(seed, rates=Rates(restore=0.004, die=0.001, take=False, issue=0, late=0))
    hall.run(STEPS)
    assert hall.duplicates() + hall.double_calls() + hall.stuck() == []
    assert hall.kept().broken == ()


def test_a_day_of_a_restore_an_hour_keeps_everything() -> None:
    """What it found: a binding the fenced hall had not let happen was told to the next copy, where it did."""
    hall = Hall(7, rates=Rates(restore=0.01, take=False, issue=0, late=0))
    hall.run(STEPS)
    assert hall.duplicates() + hall.double_calls() + hall.stuck() == []


@pytest.mark.parametrize("seed", [0, 2])
def test_a_day_on_which_calls_are_taken_back_calls_nobody_twice(seed: int) -> None:
    hall = Hall(seed, rates=Rates(undo=0.1))
    hall.run(200)
    assert hall.faults["undo"] > 3
    assert hall.duplicates() + hall.double_calls() + hall.stuck() == []
    assert hall.kept().broken == ()


def test_the_faults_really_happen_and_work_goes_on_alone() -> None:
    hall = Hall(13, rates=Rates(restore=0.01))
    hall.run(STEPS)
    assert {less.reason for less in hall.kept().less} == set(Reason)
    assert hall.kept().broken == ()
    assert all(hall.faults[what] for what in ("lost", "answer lost", "late", "crash", "cut", "restore"))
    assert hall.alone["called"] > 0
    assert hall.alone["taken"] > 0
    assert hall.alone["issued"] > 0
    assert hall.duplicates() + hall.double_calls() + hall.stuck() == []


ROUGH = Rates(restore=0.006, cut=0.03)
CROWDED = Rates(lost=0, answer_lost=0, crash=0, cut=0, down=0, restore=0, die=0, nested=0.12)
"""Nothing fails, but somebody else's act falls into every other one."""


def caught(seeds: int, rates: Rates = ROUGH) -> list[str]:
    """Return what the verdict finds wrong in some days."""
    found: list[str] = []
    for seed in range(seeds):
        hall = Hall(seed, rates=rates)
        hall.run(200)
        found += hall.duplicates() + hall.double_calls() + hall.stuck()
        found += [less.number for less in hall.kept().broken]
        if found:
            break
    return found


def test_calling_alone_what_is_not_bound_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def anything(self: Member) -> HallState:
        return self.state

    monkeypatch.setattr(Member, "_callable", anything)
    assert caught(10)


def test_a_call_at_the_same_moment_that_is_not_taken_back_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Member, "_claim_by_rule", Member._claim)
    assert caught(20, CROWDED)


def test_calling_past_somebody_nobody_asked_for_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_read(self: Member, _now: datetime) -> None:
        self.cut_off = self.cut_off or not self.read()

    monkeypatch.setattr(Member, "_ask_for_overdue", only_read)
    monkeypatch.setattr(Member, "_claim_by_rule", Member._claim)
    assert caught(20)


def test_using_a_restored_log_without_reporting_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(self: Member) -> bool:
        self.log.accept_restored()
        self._forget_hub()
        return self.read()

    monkeypatch.setattr(Member, "_read_restored", silent)
    monkeypatch.setattr(Hall, "restore", lambda self: self.hub.put_back(self.backup))
    assert caught(20)


def test_numbers_of_a_block_that_are_not_remembered_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Member, "_used", lambda _self, _prefix: 0)
    assert caught(10)


def test_a_claim_that_is_not_kept_before_the_call_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Member, "_keep_with_history", lambda _self, _entry: None)
    assert caught(20)
