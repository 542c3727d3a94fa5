"""Where somebody with an appointment stands, whenever they come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.domain.appointment import Coming, Slot, booked_at, parse_slot
from app.domain.hall import fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import next_ticket

DAY = date(2026, 11, 23)
BEIJING = timezone(timedelta(hours=8))
GRACE = timedelta(minutes=10)
NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SLOT = parse_slot("9:00-9:30", DAY, BEIJING)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_a_time_is_read_as_courts_write_it() -> None:
    assert Slot(at(0), at(30)) == SLOT
    for text in ("09:00", "9：00", " 9:00～9:30 ", "09:00:00-09:30:00", "9:00至9:30"):
        assert parse_slot(text, DAY, BEIJING) == SLOT
    for text in ("", "9", "9:00-8:00", "25:00", "9:00-", "上午", "9:00-9:30-10:00"):
        with pytest.raises(ValueError, match=r"."):
            parse_slot(text, DAY, BEIJING)


@pytest.mark.parametrize(
    ("minute", "coming"),
    [
        (-1, Coming.EARLY),
        (0, Coming.IN_TIME),
        (30, Coming.IN_TIME),
        (40, Coming.IN_TIME),
        (40.1, Coming.LATE),
    ],
)
def test_in_time_is_from_the_beginning_to_the_end_of_the_grace(minute: float, coming: Coming) -> None:
    assert SLOT.coming(at(minute), GRACE) is coming
    booked = SLOT.booked(at(minute), GRACE)
    assert booked == ("2026-11-23T09:00:00+08:00" if coming is Coming.IN_TIME else "")
    assert booked_at(booked) == (at(0) if booked else None)


@pytest.mark.parametrize("text", ["", "9:00", "2026-11-23T09:00:00", "x" * 5000, "9999-99-99T00:00:00+08:00"])
def test_what_is_no_moment_is_no_appointment(text: str) -> None:
    assert booked_at(text) is None


def issued(number: str, minute: float, booked: str = "") -> HallEvent:
    return HallEvent(EventKind.ISSUED, number, at(minute), group="立案", booked=booked)


HALL = (issued("A001", -5), issued("A002", 4), issued("A003", 8, SLOT.booked(at(8), GRACE)))


def test_who_comes_in_time_stands_where_the_time_begins_and_the_rule_says_so() -> None:
    state = fold(HALL)
    assert [state.people_ahead(number) for number in ("A001", "A003", "A002")] == [0, 1, 2]
    first = next_ticket(state, at(9))
    assert first is not None
    assert (first.ticket.number, first.rule) == ("A001", "arrival")
    state = fold([HallEvent(EventKind.CALLED, "A001", at(9), 1)], state)
    second = next_ticket(state, at(10))
    assert second is not None
    assert (second.ticket.number, second.rule, second.otherwise) == ("A003", "appointment", "A002")
    assert "预约 09:00" in second.reason
    state = fold([HallEvent(EventKind.CALLED, "A003", at(10), 1)], state)
    assert state.tickets["A002"].overtaken == 1, "A002 was here before and counts it"


def test_who_was_missed_and_comes_back_after_the_grace_has_no_appointment_left() -> None:
    gone = [
        HallEvent(EventKind.CALLED, "A003", at(9), 1),
        HallEvent(EventKind.NO_SHOW, "A003", at(10), 1),
    ]
    soon = fold([*HALL, *gone, HallEvent(EventKind.RETURNED, "A003", at(15), 1)])
    late = fold([*HALL, *gone, HallEvent(EventKind.RETURNED, "A003", at(25), 1)])
    assert (soon.people_ahead("A003"), late.people_ahead("A003")) == (1, 2)
