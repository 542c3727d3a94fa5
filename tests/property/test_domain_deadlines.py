from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import (
    days_after,
    days_before,
    months_after,
    working_days_after,
    working_days_between,
)
from app.domain.clock_rule import Unit
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import detect_urgency, start_clock
from tests.helpers.domain import holidays

days = st.dates(date(2025, 1, 1), date(2027, 6, 30))
day_clocks = st.sampled_from([id_ for id_, rule in CLOCKS.items() if rule.unit is not Unit.HOURS])


@given(day_clocks, days)
def test_a_deadline_never_falls_on_a_day_off_and_is_never_guessed(id_: str, start: date) -> None:
    clock = start_clock(id_, start, holidays())
    if clock.due is None:
        assert clock.problem
    else:
        assert holidays().is_working(clock.due)
        assert clock.problem is None


@given(days, st.integers(1, 60))
def test_the_end_moves_later_only_and_over_days_off_only(start: date, length: int) -> None:
    due = days_after(start, length, holidays())
    assert due.naive == start + timedelta(days=length)
    if due.due is not None:
        passed_over = (due.naive + timedelta(days=n) for n in range((due.due - due.naive).days))
        assert not any(holidays().is_working(day) for day in passed_over)


@given(days, st.integers(1, 60))
def test_a_safe_day_before_an_expiry_is_early_enough(end: date, length: int) -> None:
    due = days_before(end, length, holidays())
    assert due.due is None or due.due <= end - timedelta(days=length)


@given(days, days, st.integers(1, 24))
def test_a_later_start_never_ends_earlier(one: date, other: date, months: int) -> None:
    first, second = (months_after(day, months, holidays()) for day in sorted((one, other)))
    assert first.naive <= second.naive
    if first.due is not None and second.due is not None:
        assert first.due <= second.due


@given(days, st.integers(1, 30))
def test_counting_working_days_back_gives_their_number(start: date, length: int) -> None:
    due = working_days_after(start, length, holidays())
    if due.due is not None:
        assert working_days_between(start, due.due, holidays()) == length


@given(day_clocks, days, days)
def test_urgency_never_looks_past_a_limit(id_: str, start: date, today: date) -> None:
    clock = start_clock(id_, start, holidays())
    found = detect_urgency([clock], today)
    assert found.clock is None or (found.clock.due or found.clock.naive) >= today
