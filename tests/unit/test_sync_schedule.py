"""Waiting: jitter between floor and cap, held items that do not block others, no trust in jumps."""

from __future__ import annotations

from app.sync.schedule import CAP, FLOOR, Holds, Schedule, bounded, jitter
from tests.helpers.outbox import FakeClock, seeded


def test_jitter_stays_between_floor_and_cap_and_reaches_for_both() -> None:
    rng = seeded(7)
    waits = [jitter(rng, attempt) for attempt in range(1, 3000)]
    assert min(waits) == FLOOR
    assert CAP * 0.99 < max(waits) <= CAP
    assert all(jitter(rng, 1) <= 2 * FLOOR for _ in range(100))


def test_desks_do_not_come_back_in_one_wave() -> None:
    waits = [jitter(seeded(seed), 9) for seed in range(1000)]
    assert max(sum(int(w) == second for w in waits) for second in range(3, 60)) < 40


def test_the_gate_opens_after_its_wait_and_at_once_on_reset() -> None:
    clock = FakeClock()
    schedule = Schedule(clock, seeded(1))
    assert schedule.wait() == 0.0
    wait = schedule.failed()
    assert schedule.wait() == wait
    clock.now += wait
    assert schedule.wait() == 0.0
    schedule.failed(at_least=30.0)
    assert schedule.wait() >= 30.0
    schedule.reset()
    assert schedule.wait() == 0.0


def test_a_clock_that_misbehaves_cannot_hold_the_gate_beyond_the_cap() -> None:
    clock = FakeClock()
    schedule = Schedule(clock, seeded(1))
    schedule.failed()
    clock.now -= 400 * 86_400
    assert schedule.wait() <= CAP


def test_what_a_court_asks_for_is_bounded() -> None:
    assert [bounded(s) for s in (0.0, 5.0, 1e9)] == [FLOOR, 5.0, CAP]


def test_held_items_wait_for_themselves() -> None:
    clock = FakeClock()
    holds = Holds(clock, seeded(1))
    holds.hold("a", 5.0)
    assert holds.held("a")
    assert not holds.held("b")
    assert holds.attempt("a") == 2
    assert holds.next_in() == 5.0
    clock.now += 5.0
    assert not holds.held("a")
    holds.forget("a")
    assert holds.attempt("a") == 1
    assert holds.next_in() is None
