"""A run of the tests never passes the court's midnight."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.clock import business_day
from tests.helpers.moment import LONGEST_RUN, shift

MIDNIGHT = datetime.fromisoformat("2026-12-31T00:00:00+08:00")


def test_a_run_that_begins_at_any_minute_ends_on_the_same_day() -> None:
    for minute in range(24 * 60):
        begun = MIDNIGHT + timedelta(minutes=minute)
        first = begun + shift("", begun)
        assert business_day(first) == business_day(first + LONGEST_RUN - timedelta(seconds=1)), minute


def test_a_run_can_be_given_its_moment() -> None:
    leap_day = "2028-02-29T12:00:00+08:00"
    assert MIDNIGHT + shift(leap_day, MIDNIGHT) == datetime.fromisoformat(leap_day)
