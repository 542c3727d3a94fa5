"""Hours by season, caps and letters of the numbers."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from app.clock import COURT_ZONE
from app.domain.issue_rules import next_opening, open_at, parse_hours, parse_prefixes

HOURS = parse_hours("05-01~09-30 08:30-12:00 14:30-17:30; 10-01~04-30 08:30-12:00 13:30-17:00")


def at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=COURT_ZONE)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(7, 1, 8, 29), False),
        (at(7, 1, 8, 30), True),
        (at(7, 1, 12, 0), False),
        (at(7, 1, 14, 0), False),
        (at(7, 1, 17, 29), True),
        (at(1, 1, 14, 0), True),
        (at(4, 30, 17, 15), False),
        (at(9, 30, 17, 15), True),
        (at(10, 1, 17, 15), False),
        (at(12, 31, 16, 59), True),
    ],
)
def test_numbers_are_given_out_in_the_hours_of_the_season(moment: datetime, is_open: bool) -> None:
    assert open_at(HOURS, moment) is is_open


def test_the_next_opening_of_the_day_is_named() -> None:
    assert next_opening(HOURS, at(7, 1, 12, 30)) == time(14, 30)
    assert next_opening(HOURS, at(1, 1, 12, 30)) == time(13, 30)
    assert next_opening(HOURS, at(7, 1, 18, 0)) is None


def test_nothing_written_means_always() -> None:
    assert open_at(parse_hours(""), at(1, 1, 3, 0))


@pytest.mark.parametrize(
    "text",
    [
        "8:30-12:00",
        "12:00-08:00",
        "05-01~09-30",
        "13-01~12-31 08:00-09:00",
        "02-30~03-01 08:00-09:00",
        "x",
    ],
)
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whichever part is wrong
        parse_hours(text)


def test_each_group_has_its_letter() -> None:
    assert parse_prefixes("立案=A 执行=B") == {"立案": "A", "执行": "B"}
    for text in ("立案", "立案=AB", "=A", "立案=a", "立案=G", "立案=P", "立案=Z"):
        with pytest.raises(ValueError, match="not a group"):
            parse_prefixes(text)
