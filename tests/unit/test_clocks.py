from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.calendar import HolidayTable, parse_holidays
from app.domain.clock_rule import Unit
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import (
    LATE_IS_NO_BAR,
    State,
    Urgency,
    detect_urgency,
    earliest_again,
    passed_limits,
    restart_after_correction,
    set_aside_clock,
    start_clock,
    start_hours,
    with_hours,
)
from app.domain.rule import Basis


@pytest.fixture(scope="module")
def table() -> HolidayTable:
    path = Path(__file__).parents[2] / "resources/codes/holidays.toml"
    return parse_holidays(path.read_text("utf-8"), path.name)


@pytest.mark.parametrize(
    ("id_", "start", "due"),
    [
        ("enforcement_suit", "2026-05-06", "2026-05-21"),
        ("third_party_revocation", "2026-01-15", "2026-07-15"),
        ("appeal_judgment", "2026-09-18", "2026-10-08"),
        ("appeal_ruling", "2026-06-09", "2026-06-22"),
        ("retrial", "2025-12-19", "2026-06-22"),
        ("labour_award", "2026-03-02", "2026-03-17"),
        ("admin_after_review", "2026-03-02", "2026-03-17"),
        ("admin_direct", "2026-03-02", "2026-09-02"),
        ("confirmation", "2026-03-02", "2026-04-01"),
        ("sue_after_preservation", "2026-03-02", "2026-04-01"),
        ("preservation_renewal", "2026-06-29", "2026-06-22"),
        ("preserved_deposit", "2025-06-18", "2026-06-18"),
        ("enforce_after_preservation", "2026-03-02", "2026-03-09"),
        ("fee", "2026-02-12", "2026-02-24"),
        ("correction", "2026-02-12", "2026-02-24"),
        ("correction_objection", "2026-03-02", "2026-03-05"),
        ("civil", "2026-01-05", "2026-01-12"),
        ("admin", "2026-02-21", "2026-02-28"),
        ("private_prosecution", "2026-09-18", "2026-10-08"),
        ("revocation_suit", "2026-03-02", "2026-04-01"),
        ("objection", "2026-03-02", "2026-03-05"),
        ("abroad", "2026-02-13", "2026-03-02"),
        ("hand_over", "2026-02-14", "2026-02-24"),
        ("complaint", "2026-03-02", "2026-03-17"),
    ],
)
def test_each_clock_ends_on_its_day(id_: str, start: str, due: str, table: HolidayTable) -> None:
    clock = start_clock(id_, date.fromisoformat(start), table)
    assert clock.due is not None
    assert clock.due.isoformat() == due
    assert clock.why[0].id == f"clock.{id_}"


def test_every_clock_of_law_names_its_article_and_every_other_says_what_it_is() -> None:
    for rule in CLOCKS.values():
        assert bool(rule.article) is (rule.basis is Basis.LAW), rule.id
        assert rule.length > 0
        assert rule.length_text in rule.rule.text


def test_two_years_reach_beyond_the_table_and_say_so(table: HolidayTable) -> None:
    clock = start_clock("enforcement", date(2026, 3, 2), table)
    assert clock.due is None
    assert clock.naive == date(2028, 3, 2)
    assert clock.problem is not None
    assert clock.state(date(2026, 3, 3)) is State.UNKNOWN
    assert clock.days_left(date(2026, 3, 3)) is None


def test_an_undecided_filing_is_registered_on_the_last_day(table: HolidayTable) -> None:
    clock = start_clock("civil", date(2026, 1, 5), table)
    states = [clock.state(date(2026, 1, day)) for day in (8, 9, 12, 13)]
    assert states == [State.RUNNING, State.NEAR, State.LAST_DAY, State.OVER]
    assert not clock.must_file_first(date(2026, 1, 11))
    assert clock.must_file_first(date(2026, 1, 12))
    assert not start_clock("execution", date(2026, 1, 5), table).must_file_first(date(2026, 1, 12))


def test_a_correction_starts_the_decision_clock_anew(table: HolidayTable) -> None:
    clock = restart_after_correction("civil", date(2026, 3, 2), table)
    assert clock.due == date(2026, 3, 9)
    assert "第7条" in clock.why[-1].article


@pytest.mark.parametrize(
    ("id_", "hours"),
    [("preservation_before", 48), ("preservation_urgent", 48), ("protection", 72), ("protection_urgent", 24)],
)
def test_hour_clocks_run_through_holidays(id_: str, hours: int) -> None:
    start = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
    clock = start_hours(id_, start)
    assert clock.due == start + timedelta(hours=hours)
    assert clock.left(start) == timedelta(hours=hours)


def test_an_hour_clock_needs_an_aware_time_and_a_day_clock_a_day(table: HolidayTable) -> None:
    with pytest.raises(ValueError, match="aware"):
        start_hours("protection", datetime(2026, 2, 14, 9, 30))  # noqa: DTZ001
    with pytest.raises(ValueError, match="hours"):
        start_clock("protection", date(2026, 2, 14), table)


def test_the_court_may_set_another_correction_period(table: HolidayTable) -> None:
    assert start_clock("correction", date(2026, 3, 2), table, length=15).due == date(2026, 3, 17)


def test_awards_received_under_the_new_law_have_three_months(table: HolidayTable) -> None:
    assert set_aside_clock(date(2026, 2, 27), table).due == date(2026, 8, 27)
    assert set_aside_clock(date(2026, 3, 2), table).due == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("today", "level", "minutes"),
    [
        ("2026-03-02", Urgency.SOON, None),
        ("2026-03-14", Urgency.LAST_DAYS, 30),
        ("2026-03-17", Urgency.TODAY, 30),
        ("2026-03-18", Urgency.NONE, None),
    ],
)
def test_a_limit_about_to_end_makes_the_visit_urgent(
    today: str, level: Urgency, minutes: int | None, table: HolidayTable
) -> None:
    clocks = [
        start_clock("labour_award", date(2026, 3, 2), table),
        start_clock("enforcement", date(2026, 3, 2), table),
        start_clock("civil", date(2026, 3, 2), table),
    ]
    found = detect_urgency(clocks, date.fromisoformat(today))
    assert (found.level, found.target_minutes) == (level, minutes)
    assert bool(found.rules) is (level is not Urgency.NONE)


def test_urgency_beyond_the_table_uses_the_uncorrected_end(table: HolidayTable) -> None:
    clock = start_clock("appeal_judgment", date(2026, 12, 20), table)
    assert clock.due is None
    assert detect_urgency([clock], date(2027, 1, 4)).level is Urgency.TODAY


def test_nothing_running_is_no_urgency() -> None:
    assert detect_urgency([], date(2026, 1, 1)).level is Urgency.NONE


def test_a_passed_limitation_is_a_warning_and_no_bar(table: HolidayTable) -> None:
    old = start_clock("limitation", date(2022, 6, 1), table)
    assert old.due == date(2025, 6, 3)
    assert passed_limits([old], date(2026, 1, 5)) == {old: LATE_IS_NO_BAR}


def test_a_second_divorce_suit_waits_six_months(table: HolidayTable) -> None:
    clock = start_clock("divorce_again", date(2026, 1, 10), table)
    assert clock.rule.unit is Unit.WAIT
    assert earliest_again(clock) == date(2026, 7, 11)
    assert detect_urgency([clock], date(2026, 7, 10)).level is Urgency.NONE


def test_where_the_table_ends_a_filing_is_registered_by_the_uncorrected_end(table: HolidayTable) -> None:
    clock = start_clock("civil", date(2026, 12, 28), table)
    assert clock.due is None
    assert not clock.must_file_first(date(2027, 1, 3))
    assert clock.must_file_first(date(2027, 1, 4))


def test_a_day_counted_back_beyond_the_table_is_told_early_enough_for_any_holidays(
    table: HolidayTable,
) -> None:
    """Seven days before 2028-02-01 may lie in a Spring Festival no table knows yet."""
    clock = start_clock("preservation_renewal", date(2028, 2, 1), table)
    assert clock.due is None
    assert clock.naive == date(2028, 1, 25)
    assert clock.safe_end == date(2028, 1, 15)


def test_a_clock_of_hours_makes_urgent_unless_a_limit_of_a_party_is_as_near(table: HolidayTable) -> None:
    now = datetime(2026, 3, 9, 2, tzinfo=UTC)
    calm = detect_urgency((), date(2026, 3, 9))
    assert with_hours(calm, (), now) == calm
    running = start_hours("protection", now)
    found = with_hours(calm, (running,), now)
    assert (found.level, found.target_minutes) == (Urgency.LAST_DAYS, 30)
    assert found.rules[0].article == "反家庭暴力法第28条"
    short = start_hours("protection_urgent", now)
    assert with_hours(calm, (running, short), now).level is Urgency.TODAY
    today = detect_urgency([start_clock("labour_award", date(2026, 2, 22), table)], date(2026, 3, 9))
    assert with_hours(today, (running,), now) == today
