"""When something is due, whether it is still in time, and what must happen when it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.calendar import Due, HolidayTable, days_after, days_before, months_after, working_days_after
from app.domain.clock_rule import CIVIL_PERIODS, ClockRule, Unit, Whose
from app.domain.clock_rules import CLOCKS
from app.domain.rule import Basis, Rule

URGENT_MINUTES = 30
NEAR_DAYS = 3
LONGEST_RUN = timedelta(days=10)
"""No published arrangement has had more days off in a row than nine (春节 2026)."""

FILE_FIRST = Rule(
    "clock.file_first", "期限内不能判定起诉是否符合规定的，应当先行立案", "登记立案规定第8条第2款"
)
LATE_IS_NO_BAR = Rule("clock.no_bar", "超过诉讼时效不是不予立案的理由", "民诉法解释第219条")
_AWARD_2025 = date(2026, 3, 1)


class State(StrEnum):
    """Where a clock stands today."""

    RUNNING = "running"
    NEAR = "near"
    LAST_DAY = "last_day"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Clock:
    """A running clock counted in days; `due` is None where the holiday table does not reach the end."""

    rule: ClockRule
    start: date
    naive: date
    due: date | None
    why: tuple[Rule, ...]
    problem: str | None = None
    doubt: str = ""

    @property
    def safe_end(self) -> date:
        """The certain end, or a day that is never later than it.

        Days off move the end of a period onwards, so its uncorrected end is safe; they move a day by which
        something must be done before another back, by no more than the longest run of days off.
        So many working days are never less than as many calendar days.
        """
        if self.due is not None:
            return self.due
        if self.rule.unit is Unit.WORKING_DAYS:
            return self.start + timedelta(days=self.rule.length)
        return self.naive - LONGEST_RUN if self.rule.unit is Unit.BEFORE else self.naive

    def days_left(self, today: date) -> int | None:
        """Calendar days from `today` to the last day; negative when it has passed."""
        return None if self.due is None else (self.due - today).days

    def state(self, today: date) -> State:
        """A clock without a certain end is UNKNOWN even when its uncorrected end is far away."""
        left = self.days_left(today)
        if left is None:
            return State.UNKNOWN
        if left < 0:
            return State.OVER
        if left == 0:
            return State.LAST_DAY
        return State.NEAR if left <= NEAR_DAYS else State.RUNNING

    def must_file_first(self, today: date) -> bool:
        """Whether an undecided filing has to be registered today (登记立案规定 art 8).

        Where the holiday table does not reach the end, the uncorrected end counts: too early is safe.
        """
        return self.rule.file_first and today >= self.safe_end


@dataclass(frozen=True, slots=True)
class HourClock:
    """A running clock counted in hours; holidays do not stop it. `start` and `due` are aware instants."""

    rule: ClockRule
    start: datetime
    due: datetime
    why: tuple[Rule, ...]

    def left(self, now: datetime) -> timedelta:
        return self.due - now


def start_clock(id_: str, start: date, table: HolidayTable, *, length: int | None = None) -> Clock:
    """The clock `id_` begun by an event on `start`; `length` replaces it where the court sets it.

    Raises KeyError for an unknown clock and ValueError for one counted in hours.
    """
    rule, said = _with_length(CLOCKS[id_], length)
    due = _due(rule, start, rule.length, table)
    counted = (_counted(one, rule) for one in due.rules)
    return Clock(rule, start, due.naive, due.due, (rule.rule, *said, *counted), due.problem, due.doubt)


def _counted(one: Rule, rule: ClockRule) -> Rule:
    """A rule on periods with the provision of the procedure the clock belongs to."""
    return replace(one, article=rule.counted) if one.article == CIVIL_PERIODS else one


def _with_length(rule: ClockRule, length: int | None) -> tuple[ClockRule, tuple[Rule, ...]]:
    """The clock with the length the court set, and a reason that says so."""
    if length is None:
        return rule, ()
    own = replace(rule, length=length)
    text = f"期限由法院指定为{own.length_text}（规定没有写明天数）"
    return own, (Rule("clock.length", text, "", Basis.PRACTICE),)


def start_hours(id_: str, start: datetime) -> HourClock:
    """The hour clock `id_` begun at the aware instant `start`; ValueError for a naive one."""
    rule = CLOCKS[id_]
    if rule.unit is not Unit.HOURS or start.tzinfo is None:
        raise ValueError(f"{id_}: an hour clock and an aware time are needed")
    return HourClock(rule, start, start + timedelta(hours=rule.length), (rule.rule,))


def restart_after_correction(id_: str, supplied: date, table: HolidayTable) -> Clock:
    """The decision clock begun anew by the day the missing items came in (登记立案规定 art 7)."""
    clock = start_clock(id_, supplied, table)
    civil = "、民诉法解释第126条" if clock.rule.counted == CIVIL_PERIODS else ""
    again = Rule("clock.restart", "补正后的期限自收到补正材料的次日起算", f"登记立案规定第7条第2款{civil}")
    return replace(clock, why=(*clock.why, again))


def set_aside_clock(received: date, table: HolidayTable) -> Clock:
    """Six months, or three for awards received under the 2025 arbitration law (not verified: practice)."""
    return start_clock(
        "set_aside_award_2026" if received >= _AWARD_2025 else "set_aside_award", received, table
    )


def _due(rule: ClockRule, start: date, length: int, table: HolidayTable) -> Due:
    if rule.unit in (Unit.MONTHS, Unit.WAIT):
        return months_after(start, length, table)
    if rule.unit is Unit.WORKING_DAYS:
        return working_days_after(start, length, table)
    if rule.unit is Unit.BEFORE:
        return days_before(start, length, table)
    if rule.unit is Unit.HOURS:
        raise ValueError(f"{rule.id} is counted in hours")
    return days_after(start, length, table)


class Urgency(StrEnum):
    """How urgent a visit is, from nothing to a limit that ends today."""

    NONE = "none"
    SOON = "soon"
    LAST_DAYS = "last_days"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class UrgencyFinding:
    """The most urgent limit of a visit, with the minutes in which filing should be done (None: no target)."""

    level: Urgency
    clock: Clock | None
    target_minutes: int | None
    rules: tuple[Rule, ...]


_CALM = UrgencyFinding(Urgency.NONE, None, None, ())
_SOON_DAYS = 15


def detect_urgency(clocks: Iterable[Clock], today: date, near_days: int = NEAR_DAYS) -> UrgencyFinding:
    """Whether one of the parties' limits is about to end.

    Where the holiday table does not reach, the uncorrected end is used: it is never later than the real one.
    A limit already passed gives no urgency; it is a warning, never a reason to refuse.
    """
    limits = [
        clock for clock in clocks if clock.rule.whose is Whose.PARTY and clock.rule.unit is not Unit.WAIT
    ]
    open_limits = [(clock.safe_end, clock) for clock in limits if clock.safe_end >= today]
    if not open_limits:
        return _CALM
    end, clock = min(open_limits, key=lambda pair: pair[0])
    left = (end - today).days
    if left > _SOON_DAYS:
        return _CALM
    if left > near_days:
        return UrgencyFinding(Urgency.SOON, clock, None, clock.why)
    level = Urgency.TODAY if left == 0 else Urgency.LAST_DAYS
    left_text = "今天" if left == 0 else f"{left}日后"
    text = f"{clock.rule.name}{left_text}届满，优先办理，{URGENT_MINUTES}分钟内完成审查和立案登记"
    return UrgencyFinding(
        level, clock, URGENT_MINUTES, (*clock.why, Rule("clock.urgent", text, "", Basis.DESIGN))
    )


def with_hours(found: UrgencyFinding, hours: Iterable[HourClock], now: datetime) -> UrgencyFinding:
    """`found`, or that a court's clock of 24, 48 or 72 hours runs, where no limit of a party is as near.

    One that has run out is no less urgent. `now` is an aware instant.
    """
    running = min(hours, key=lambda clock: clock.due, default=None)
    if running is None or found.level in (Urgency.TODAY, Urgency.LAST_DAYS):
        return found
    text = f"{running.rule.name}以小时计，优先办理，{URGENT_MINUTES}分钟内完成审查和立案登记"
    urgent = Rule("clock.urgent", text, "", Basis.DESIGN)
    level = Urgency.TODAY if running.left(now) <= timedelta(days=1) else Urgency.LAST_DAYS
    return UrgencyFinding(level, None, URGENT_MINUTES, (*running.why, urgent))


def earliest_again(clock: Clock) -> date:
    """The first day on which an act behind a waiting period is allowed (no holiday moves it)."""
    return clock.naive + timedelta(days=1)


def passed_limits(clocks: Iterable[Clock], today: date) -> Mapping[Clock, Rule]:
    """Limits of the parties that are over, each with the rule that it does not stop the filing."""
    over = [
        clock
        for clock in clocks
        if clock.rule.whose is Whose.PARTY
        and clock.rule.unit is not Unit.WAIT
        and clock.state(today) is State.OVER
    ]
    return {clock: LATE_IS_NO_BAR if clock.rule.warn_only else clock.rule.rule for clock in over}
