"""Days offline, then a line that loses a fifth of the answers: all stored once, poison listed, order kept.

The long run is ``python -m benchmarks.soak_days``; what it found stands in docs/court-soak.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.month import Faults, Plan, simulate

pytestmark = [pytest.mark.logs("app.court"), pytest.mark.logs("app.storage")]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_days_without_a_line_arrive_once_each_and_in_order(tmp_path: Path, seed: int) -> None:
    plan = Plan(seed=seed, days=2, visits=60, pages=1)
    found = simulate(tmp_path, plan)
    assert found.broken == [], f"seed {seed}"
    assert found.poison > 0
    assert found.stored >= 50
    assert all(found.happened[fault] for fault in ("lost", "twice")), found.happened


def test_the_checker_bites_when_the_court_forgets_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: an acknowledgement before the commit must be found, or the simulation proves nothing."""
    from app.court.store import Store
    from app.court.verdicts import Round

    def forgetful(_self: Store, _connection: object, round_: Round) -> None:
        round_.rows.clear()

    monkeypatch.setattr(Store, "_finish_round", forgetful)
    found = simulate(tmp_path, Plan(seed=4, visits=10, pages=0, faults=Faults(lost=0)))
    assert any("not at the court" in line for line in found.broken)


def test_the_same_seed_is_the_same_run(tmp_path: Path) -> None:
    plan = Plan(seed=7, visits=20, pages=1)
    first, second = (simulate(tmp_path / name, plan) for name in ("a", "b"))
    assert (first.happened, first.stored, first.simulated) == (
        second.happened,
        second.stored,
        second.simulated,
    )
