"""Working days and statutory periods (民事诉讼法 art 85; 民法典 arts 201 to 203 for months and years)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from app.domain.rule import Basis, Rule
from app.domain.toml_text import TomlText

_DAY = timedelta(days=1)
_LONGEST_GAP = 60

START_RULE = Rule("period.start", "期间开始之日不计算在期间内", "民事诉讼法第85条")
SHIFT_RULE = Rule(
    "period.shift", "期间届满的最后一日是法定休假日的，以休假日后的第一日为届满日", "民事诉讼法第85条"
)
MONTH_RULE = Rule(
    "period.month",
    "按年、月计算的，到期月的对应日为最后一日；没有对应日的，月末日为最后一日",
    "民法典第202条",
)
WORKING_RULE = Rule("period.working", "按工作日计算，休假日不计，调休上班日计入", "")
EARLIER_RULE = Rule(
    "period.earlier", "最迟之日是休假日的，提前到此前最后一个工作日，以免耽误", "", Basis.DESIGN
)


class BeyondTable(Exception):
    """A day lies outside the holiday table; whether it is a working day is not known."""

    def __init__(self, day: date, first: date, last: date) -> None:
        super().__init__(
            f"节假日表只到{last.isoformat()}，无法确定{day.isoformat()}是否工作日，请更新节假日表后再算。"
            if day > last
            else f"节假日表从{first.isoformat()}开始，无法确定{day.isoformat()}是否工作日。"
        )
        self.day = day
        self.horizon = f"日历只到{last.year}年" if day > last else f"日历从{first.year}年开始"
        """How far the table reaches, in a few words."""


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """Holidays and make-up working days of whole, consecutive years (`first` to `last`, inclusive)."""

    first: date
    last: date
    holidays: Mapping[date, str]
    make_up: Mapping[date, str]

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def is_working(self, day: date) -> bool:
        """Raise BeyondTable if the table does not reach `day`."""
        if not self.covers(day):
            raise BeyondTable(day, self.first, self.last)
        if day in self.make_up:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def day_name(self, day: date) -> str:
        """Why a day is free or worked: the holiday, 调休上班, 周六, 周日 or 工作日."""
        if day in self.make_up:
            return "调休上班"
        if day in self.holidays:
            return self.holidays[day]
        return {5: "周六", 6: "周日"}.get(day.weekday(), "工作日")

    def next_working(self, day: date) -> date:
        """`day` itself if it is worked, else the first working day after it."""
        return self._search(day, _DAY)

    def previous_working(self, day: date) -> date:
        """`day` itself if it is worked, else the last working day before it."""
        return self._search(day, -_DAY)

    def ends_soon(self, today: date, days: int = 60) -> str | None:
        """A sentence for the administrator when less than `days` days of the table are left."""
        left = (self.last - today).days
        if left >= days:
            return None
        words = f"还有{left}天到期" if left >= 0 else "已过期"
        return f"节假日表只到{self.last.isoformat()}，{words}，请补上{self.last.year + 1}年的放假安排。"

    def _search(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_GAP):
            if self.is_working(day):
                return day
            day += step
        raise BeyondTable(day, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a period.

    `naive` is start plus length; `due` is the last day on which the act is in time, or None where the
    holiday table does not reach it: then `problem` says so, and `doubt` what `naive` leaves out.
    """

    start: date
    naive: date
    due: date | None
    rules: tuple[Rule, ...]
    problem: str | None = None
    doubt: str = ""

    @property
    def shifted(self) -> bool:
        return self.due is not None and self.due != self.naive


def days_after(start: date, days: int, table: HolidayTable) -> Due:
    """`days` calendar days, the first day not counted, the end moved off holidays."""
    return _ending(start, start + days * _DAY, (START_RULE,), SHIFT_RULE, table.next_working)


def months_after(start: date, months: int, table: HolidayTable) -> Due:
    """`months` calendar months to the corresponding day, the end moved off holidays."""
    return _ending(start, add_months(start, months), (START_RULE, MONTH_RULE), SHIFT_RULE, table.next_working)


def days_before(end: date, days: int, table: HolidayTable) -> Due:
    """The last working day that is at least `days` calendar days before `end`."""
    return _ending(end, end - days * _DAY, (), EARLIER_RULE, table.previous_working)


def working_days_after(start: date, days: int, table: HolidayTable) -> Due:
    """The `days`-th working day after `start`; beyond the table the `naive` end counts Mondays to Fridays."""
    day = start
    try:
        for _ in range(days):
            day = table.next_working(day + _DAY)
    except BeyondTable as beyond:
        doubt = f"{beyond.horizon}，只按周一至周五计"
        return Due(start, _weekday(start, days), None, (START_RULE, WORKING_RULE), str(beyond), doubt)
    return Due(start, day, day, (START_RULE, WORKING_RULE))


def _weekday(start: date, days: int) -> date:
    """The `days`-th Monday to Friday after `start`."""
    day = start
    while days:
        day += _DAY
        days -= day.weekday() < 5
    return day


def working_days_between(start: date, end: date, table: HolidayTable) -> int:
    """How many working days follow `start` up to and including `end`; BeyondTable if that is not known."""
    return sum(table.is_working(start + n * _DAY) for n in range(1, (end - start).days + 1))


def add_months(start: date, months: int) -> date:
    """The corresponding day `months` later, or the last day of that month (民法典 art 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, _month_length(year, month + 1)))


def parse_holidays(text: str, source_name: str) -> HolidayTable:
    """Read the editable table; raise CatalogueError with the line that is wrong."""
    document = TomlText(text, source_name)
    years = document.data.get("year")
    if not isinstance(years, list) or not years or not all(isinstance(year, dict) for year in years):
        raise document.error("至少要有一个 [[year]]，每年一段", "year")
    numbers = [_year_number(document, year, index) for index, year in enumerate(years)]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise document.error("年份应从小到大、不缺年", "year", table="year", index=len(numbers) - 1)
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    order = 0
    for year in years:
        for holiday in year["holiday"]:
            _read_holiday(document, holiday, order, off, work)
            order += 1
    return HolidayTable(
        date(numbers[0], 1, 1), date(numbers[-1], 12, 31), MappingProxyType(off), MappingProxyType(work)
    )


def _ending(
    start: date, naive: date, rules: tuple[Rule, ...], shift: Rule, move: Callable[[date], date]
) -> Due:
    try:
        due = move(naive)
    except BeyondTable as beyond:
        left_out = "遇休假日要提前" if shift is EARLIER_RULE else "未计节假日顺延"
        return Due(start, naive, None, rules, str(beyond), f"{beyond.horizon}，{left_out}")
    return Due(start, naive, due, rules if due == naive else (*rules, shift))


def _month_length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - _DAY).day


def _year_number(document: TomlText, year: dict[str, Any], index: int) -> int:
    number = year.get("year")
    if type(number) is not int or not 1980 <= number <= 2200:
        raise document.error("year 应为年份，如 2026", "year", table="year", index=index)
    holidays = year.get("holiday")
    if not holidays:
        raise document.error("这一年没有任何节假日，表不完整", "year", table="year", index=index)
    if not isinstance(holidays, list) or not all(isinstance(row, dict) for row in holidays):
        raise document.error("每个节日写一段 [[year.holiday]]", "holiday", table="year", index=index)
    return number


def _read_holiday(
    document: TomlText, holiday: dict[str, Any], order: int, off: dict[date, str], work: dict[date, str]
) -> None:
    def wrong(reason: str, key: str) -> Exception:
        return document.error(reason, key, table="year.holiday", index=order)

    name, first, last = holiday.get("name"), holiday.get("from"), holiday.get("to")
    if not isinstance(name, str) or not name:
        raise wrong("name 应为节日名称", "name")
    if type(first) is not date or type(last) is not date:
        raise wrong("from 和 to 应为日期，如 2026-01-01", "from")
    if not 0 <= (last - first).days <= 30:
        raise wrong("to 应不早于 from，且不超过一个月", "to")
    off.update(dict.fromkeys(_span(first, last), name))
    worked = holiday.get("work", [])
    if not isinstance(worked, list):
        raise wrong("work 应为日期的列表，如 [2026-02-14]", "work")
    for day in worked:
        if type(day) is not date or day.weekday() < 5:
            raise wrong("work 应为调休上班的周六或周日", "work")
        work[day] = name


def _span(first: date, last: date) -> Iterator[date]:
    return (first + n * _DAY for n in range((last - first).days + 1))
