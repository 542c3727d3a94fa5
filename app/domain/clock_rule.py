"""What a clock is: how long, from what, for whom, and by which rule it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.rule import Basis, Rule

CIVIL_PERIODS = "民事诉讼法第85条"
ADMIN_PERIODS = "行诉法解释第48条"
CRIMINAL_PERIODS = "刑事诉讼法第105条"


class Unit(StrEnum):
    """How a length counts; BEFORE goes back from an end, WAIT is months before an act is allowed."""

    DAYS = "days"
    MONTHS = "months"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    BEFORE = "before"
    WAIT = "wait"


class Whose(StrEnum):
    """Who must act in time."""

    PARTY = "party"
    COURT = "court"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock. `trigger` names the day it starts from, `act` what must be done by its end.

    `file_first` marks the decision clocks at whose end the court must 先行立案; `warn_only` those whose
    end never stops a filing; `decides` those by whose end the court decides whether it takes a case on.
    `counted` is the provision on counting periods. What begins a clock has happened before anybody comes; if
    it is `awaited` it may lie ahead, and then `ahead` is what must be known about that, if anything.
    """

    id: str
    name: str
    trigger: str
    act: str
    unit: Unit
    length: int
    article: str
    whose: Whose = Whose.PARTY
    basis: Basis = Basis.LAW
    file_first: bool = False
    warn_only: bool = False
    decides: bool = False
    counted: str = CIVIL_PERIODS
    awaited: bool = False
    ahead: Rule | None = None

    @property
    def length_text(self) -> str:
        words = {
            Unit.DAYS: "日",
            Unit.MONTHS: "个月",
            Unit.WORKING_DAYS: "个工作日",
            Unit.HOURS: "小时",
            Unit.BEFORE: "日前",
            Unit.WAIT: "个月后",
        }
        if self.unit is Unit.MONTHS and self.length % 12 == 0:
            return f"{self.length // 12}年"
        return f"{self.length}{words[self.unit]}"

    @property
    def rule(self) -> Rule:
        return Rule(
            f"clock.{self.id}", f"自{self.trigger}起{self.length_text}：{self.act}", self.article, self.basis
        )
