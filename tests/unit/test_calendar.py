from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from app.domain.calendar import (
    BeyondTable,
    HolidayTable,
    add_months,
    days_after,
    days_before,
    months_after,
    parse_holidays,
    working_days_after,
    working_days_between,
)
from app.domain.toml_text import CatalogueError

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
ONE_DAY = 'schema = 1\n[[year]]\nyear = 2026\n[[year.holiday]]\nname = "元旦"\n'


@pytest.fixture(scope="module")
def table() -> HolidayTable:
    return parse_holidays((ROOT / "resources/codes/holidays.toml").read_text("utf-8"), "holidays.toml")


def _rows() -> list[dict[str, str]]:
    with (DATA / "deadline_examples.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["start"])
def test_every_worked_deadline_comes_out(row: dict[str, str], table: HolidayTable) -> None:
    due = days_after(date.fromisoformat(row["start"]), int(row["days"]), table)
    assert due.naive.isoformat() == row["naive"]
    assert due.due is not None
    assert due.due.isoformat() == row["due"]
    assert due.shifted is (row["naive"] != row["due"])
    assert any("第85条" in rule.article for rule in due.rules)


def test_the_table_has_the_make_up_days_of_both_years(table: HolidayTable) -> None:
    assert sorted(day.isoformat() for day in table.make_up) == [
        "2025-01-26",
        "2025-02-08",
        "2025-04-27",
        "2025-09-28",
        "2025-10-11",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]
    assert len([day for day in table.holidays if day.year == 2026]) == 33
    assert len([day for day in table.holidays if day.year == 2025]) == 28


def test_a_day_says_why_it_is_free_or_worked(table: HolidayTable) -> None:
    names = [table.day_name(date(2026, 2, day)) for day in (13, 14, 16, 28)]
    assert names == ["工作日", "调休上班", "春节", "调休上班"]
    assert table.day_name(date(2026, 3, 7)) == "周六"


def test_beyond_the_table_nothing_is_guessed(table: HolidayTable) -> None:
    due = days_after(date(2026, 12, 28), 7, table)
    assert due.due is None
    assert due.naive == date(2027, 1, 4)
    assert "只到2026-12-31" in (due.problem or "")
    assert months_after(date(2026, 9, 1), 24, table).due is None
    assert working_days_after(date(2026, 12, 30), 3, table).problem
    with pytest.raises(BeyondTable, match="2024-12-31"):
        table.is_working(date(2024, 12, 31))


def test_months_end_on_the_corresponding_day_or_the_last_of_the_month() -> None:
    assert add_months(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert add_months(date(2024, 2, 29), 24) == date(2026, 2, 28)


def test_six_months_ending_on_a_holiday_move_on(table: HolidayTable) -> None:
    due = months_after(date(2025, 11, 1), 6, table)
    assert due.naive == date(2026, 5, 1)
    assert due.due == date(2026, 5, 6)


def test_working_days_skip_holidays_and_count_make_up_days(table: HolidayTable) -> None:
    assert working_days_after(date(2026, 2, 13), 2, table).due == date(2026, 2, 24)
    assert working_days_after(date(2026, 2, 27), 1, table).due == date(2026, 2, 28)
    assert working_days_between(date(2026, 2, 13), date(2026, 2, 28), table) == 6


def test_a_day_before_an_expiry_moves_to_the_safe_side(table: HolidayTable) -> None:
    due = days_before(date(2026, 2, 24), 7, table)
    assert due.naive == date(2026, 2, 17)
    assert due.due == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("schema = 2", 1, "schema"),
        ("schema = 1\nyear = [", 2, "TOML"),
        ("schema = 1", 1, "year"),
        ("schema = 1\n[[year]]\nyear = 26", 3, "年份"),
        ("schema = 1\n[[year]]\nyear = 2026", 3, "不完整"),
        ('schema = 1\n[[year]]\nyear = 2026\n[[year.holiday]]\nname = "元旦"\nfrom = "x"\nto = 1', 6, "日期"),
        (
            ONE_DAY + "from = 2026-01-02\nto = 2026-01-01",
            7,
            "不早于",
        ),
        (
            ONE_DAY + "from = 2026-01-01\nto = 2026-01-01\nwork = [2026-01-05]",
            8,
            "周六",
        ),
        ("schema = 1\n[[year]]\nyear = 2026\n[[year.holiday]]\nname = 1", 5, "名称"),
        ("schema = 1\n\nyear = [2026]", 3, "每年一段"),
        ("schema = 1\n\n[year]\nyear = 2026", 4, "每年一段"),
        ("schema = 1\n[[year]]\nyear = true\nholiday = [1]", 3, "年份"),
        ("schema = 1\n[[year]]\nyear = 2026\nholiday = 3", 4, "每个节日"),
        ("schema = 1\n[[year]]\nyear = 2026\nholiday = [1]", 4, "每个节日"),
        ('schema = 1\n[[year]]\nyear = 2026\n[year.holiday]\nname = "元旦"', 2, "每个节日"),
        (ONE_DAY + "from = 2026-01-01\nto = 2026-01-01\nwork = 3", 8, "列表"),
    ],
)
def test_a_wrong_table_names_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_holidays(text, "表.toml")
    assert caught.value.line == line
    assert words in caught.value.reason
    assert str(caught.value).startswith(f"表.toml 第{line}行")


def test_a_missing_year_is_found() -> None:
    holiday = '[[year.holiday]]\nname = "元旦"\nfrom = {0}-01-01\nto = {0}-01-01\n'
    text = "schema = 1\n" + "".join(f"[[year]]\nyear = {y}\n" + holiday.format(y) for y in (2025, 2027))
    with pytest.raises(CatalogueError, match="不缺年"):
        parse_holidays(text, "表.toml")


def test_the_administrator_is_told_before_the_table_ends(table: HolidayTable) -> None:
    assert table.ends_soon(date(2026, 10, 1)) is None
    assert "2027年" in (table.ends_soon(date(2026, 11, 22)) or "")
    assert "已过期" in (table.ends_soon(date(2027, 1, 1)) or "")
