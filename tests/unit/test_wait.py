"""The wait that is said: from the hall's own days, honest when it knows too little, scored."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import COURT_ZONE
from app.domain.hall_event import EventKind, HallEvent
from app.domain.wait import ENOUGH, Waited, estimate, score, waits_of

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind


def waited(minutes: float, ahead: int = 0, group: str = "立案", hour: int = 9, windows: int = 2) -> Waited:
    return Waited(group, hour, windows, ahead, minutes)


def day(seed: int, people: int = 60) -> list[HallEvent]:
    """One window, arrivals and services drawn; events in their order."""
    drawn = random.Random(seed)  # noqa: S311 - a made-up day
    arrivals = sorted(drawn.uniform(0, 240) for _ in range(people))
    events = [
        HallEvent(K.ISSUED, f"A{n:03d}", NINE + timedelta(minutes=at), group="立案")
        for n, at in enumerate(arrivals, 1)
    ]
    free = 0.0
    for n, at in enumerate(arrivals, 1):
        began = max(free, at)
        free = began + drawn.uniform(2, 6)
        events.append(HallEvent(K.CALLED, f"A{n:03d}", NINE + timedelta(minutes=began), 1))
        events.append(HallEvent(K.SERVED, f"A{n:03d}", NINE + timedelta(minutes=free), 1))
    return sorted(events, key=lambda event: event.at)


def test_a_hall_that_has_seen_too_little_says_nothing() -> None:
    assert estimate([waited(5)] * (ENOUGH - 1), "立案", 9, 2, 3) is None
    assert estimate([waited(5)] * ENOUGH, "立案", 9, 2, 3) is not None


def test_days_like_the_moment_count_before_all_others() -> None:
    history = [waited(4)] * ENOUGH + [waited(40, group="执行")] * 50 + [waited(20, windows=1)] * 50
    assert estimate(history, "立案", 9, 2, 0) == (4, 5)
    assert estimate(history, "立案", 15, 2, 0) == (4, 5), "the hour is let go first"
    low, _high = estimate(history, "立案", 9, 1, 0) or (0, 0)
    assert low == 20


@pytest.mark.parametrize("ahead", [0, 1, 9])
def test_the_range_grows_with_the_people_before(ahead: int) -> None:
    history = [waited(2 * (n % 5 + 1) * (ahead + 1), ahead) for n in range(40)]
    low, high = estimate(history, "立案", 9, 2, ahead) or (0, 0)
    assert low >= 2 * (ahead + 1)
    assert high <= 10 * (ahead + 1)
    assert low < high


def test_waits_are_read_from_the_log_as_they_looked_at_the_desk() -> None:
    first, second = waits_of(day(1, people=2), COURT_ZONE)
    assert (first.ahead, first.minutes, first.hour) == (0, 0.0, 9) or first.hour >= 9
    assert second.group == "立案"
    assert second.ahead in (0, 1)


def test_what_is_said_is_right_for_most_people_of_another_day() -> None:
    history = [wait for seed in range(10) for wait in waits_of(day(seed), COURT_ZONE)]
    right = told = 0
    for seed in range(100, 106):
        for wait in waits_of(day(seed), COURT_ZONE):
            said = estimate(history, wait.group, wait.hour, wait.windows, wait.ahead)
            assert said is not None
            hit, of = score([Waited(wait.group, wait.hour, 1, wait.ahead, wait.minutes, said)])
            right, told = right + hit, told + of
    assert told == 360
    assert right / told > 0.6, f"{right} of {told}"


def test_only_what_was_said_is_scored() -> None:
    waits = [waited(5), Waited("立案", 9, 1, 0, 5, (4, 6)), Waited("立案", 9, 1, 0, 9, (4, 6))]
    assert score(waits) == (1, 2)
