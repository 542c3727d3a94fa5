"""How a clock stands in the right zone: when, on whose authority, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from app.clock import local
from app.domain.clock_rule import ClockRule, Unit, Whose
from app.domain.clocks import FILE_FIRST, Clock, HourClock, State, earliest_again
from app.domain.rule import Basis, Rule
from app.services.views import DueLine
from app.texts import _


def authority(article: str, basis: Basis) -> str:
    """Return the article a statement rests on, or else on whose word it is said."""
    named = {Basis.PRACTICE: _("本院习惯"), Basis.DESIGN: _("本程序的安排")}
    return article or named.get(basis, "")


def hour_line(clock: HourClock, now: datetime) -> DueLine:
    """Return the line of a clock of hours."""
    left = int(abs(clock.left(now)).total_seconds() // 3600)
    due = local(clock.due)
    words = _("{day} {time}，还剩 {left} 小时") if clock.due >= now else _("{day} {time}，已超过 {left} 小时")
    text = words.format(day=_latest(due.date()), time=f"{due:%H:%M}", left=left)
    return DueLine(clock.rule.name, text, clock.rule.article, _why_words(clock.why), pressing=True)


def due_line(clock: Clock, today: date, over: Rule | None = None) -> DueLine:
    """Return the line of a clock of days; beyond the calendar the plain day and what that leaves out."""
    if clock.rule.unit is Unit.WAIT:
        return _waiting_line(clock, today)
    text = _latest(clock.due or clock.naive)
    if clock.due is None:
        text = _("{day}（{doubt}）").format(day=text, doubt=clock.doubt)
    state = clock.state(today)
    first = clock.rule.file_first
    why = _why_words((*clock.why, *([FILE_FIRST] if first else []), *([over] if over else [])))
    if state is State.OVER:
        words = _("{day} 已过") if clock.rule.whose is Whose.COURT else _("{day} 已过；照收，由后台审查")
        text = words.format(day=_latest(clock.safe_end))
    return DueLine(
        clock.rule.name,
        text,
        authority(clock.rule.article, clock.rule.basis),
        why,
        pressing=state not in (State.RUNNING, State.UNKNOWN),
        note=_("届时不能判定的先行立案（{basis}）").format(basis=FILE_FIRST.article) if first else "",
    )


def open_line(rule: ClockRule, label: str, *, over: bool = False) -> DueLine:
    """Return the line of a clock whose first day is not known: which day has to be entered, never a guess.

    When the visit is ``over`` nobody can: then it says that the day was not given.
    """
    basis = authority(rule.article, rule.basis)
    words = _("办结时没有填{label}，没有推算") if over else _("先填{label}")
    return DueLine(rule.name, words.format(label=_(label)), basis, rule.rule.why)


def _waiting_line(clock: Clock, today: date) -> DueLine:
    """The line of a time that has to pass before an act; holidays do not lengthen it."""
    first = earliest_again(clock)
    words = _("{day} 起可以再次起诉") if first > today else _("{day} 起已经可以再次起诉")
    text = words.format(day=long_day(first))
    return DueLine(clock.rule.name, text, clock.rule.article, clock.rule.rule.why)


def _why_words(rules: Iterable[Rule]) -> str:
    return "；".join(dict.fromkeys(rule.why for rule in rules))


def _latest(day: date) -> str:
    return _("最迟 {day}").format(day=long_day(day))


def long_day(day: date) -> str:
    """Return a day as a clerk says it: 2026 年 11 月 30 日 周一."""
    weekday = "一二三四五六日"[day.weekday()]
    return _("{year} 年 {month} 月 {day} 日 周{weekday}").format(
        year=day.year, month=day.month, day=day.day, weekday=weekday
    )
