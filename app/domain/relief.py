"""司法救助: on which grounds fees are deferred, reduced or waived (诉讼费用交纳办法 arts 44 to 51)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.fee_schedule import DECREE, LEAST_REDUCTION
from app.domain.rule import Rule


class Relief(StrEnum):
    """The three kinds; the value is the word on the form."""

    DEFER = "缓交"
    REDUCE = "减交"
    EXEMPT = "免交"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground and what it is good for."""

    text: str
    kinds: tuple[Relief, ...]
    article: str


_ALL = (Relief.DEFER, Relief.REDUCE, Relief.EXEMPT)
GROUNDS = (
    Ground("残疾人无固定生活来源", (Relief.EXEMPT,), f"{DECREE}第45条"),
    Ground("追索赡养费、扶养费、抚育费、抚恤金", (Relief.EXEMPT,), f"{DECREE}第45条"),
    Ground("最低生活保障、特困、五保对象或领取失业保险金且无其他收入", (Relief.EXEMPT,), f"{DECREE}第45条"),
    Ground("因见义勇为或为公共利益受损而求偿", (Relief.EXEMPT,), f"{DECREE}第45条"),
    Ground("因灾害等致困、正在接受社会救济", (Relief.REDUCE,), f"{DECREE}第46条"),
    Ground("优抚、安置对象", (Relief.REDUCE,), f"{DECREE}第46条"),
    Ground("社会福利机构、救助管理站", (Relief.REDUCE,), f"{DECREE}第46条"),
    Ground("追索社会保险金、经济补偿金", (Relief.DEFER,), f"{DECREE}第47条"),
    Ground("海上、交通、医疗、工伤、产品等人身伤害事故受害人求偿", (Relief.DEFER,), f"{DECREE}第47条"),
    Ground("正在接受法律援助", _ALL, f"{DECREE}第47条、法律援助法第53条"),
    Ground("家庭暴力受害人", _ALL, "反家庭暴力法第19条"),
    Ground("老年人交纳确有困难", _ALL, "老年人权益保障法第56条"),
    Ground("确实需要的其他情形", _ALL, f"{DECREE}第45条至第47条"),
)
NATURAL_ONLY = Rule("relief.natural", "诉讼费用的免交只适用于自然人", f"{DECREE}第44条")
IN_WRITING = Rule("relief.writing", "在起诉或上诉时提交书面申请和经济困难证明", f"{DECREE}第48条")
DECIDE_FIRST = Rule("relief.first", "申请缓交的，在决定立案之前作出准予缓交的决定", f"{DECREE}第49条")
REASONS = Rule("relief.reasons", "不予批准的，书面说明理由", f"{DECREE}第51条")
LEAST = Rule("relief.least", f"减交比例不得低于{LEAST_REDUCTION}%", f"{DECREE}第46条")


def grounds_for(kind: Relief) -> tuple[Ground, ...]:
    return tuple(ground for ground in GROUNDS if kind in ground.kinds)


def relief_rules(kind: Relief) -> tuple[Rule, ...]:
    """What has to be observed for this kind, in the order in which it comes up."""
    return (IN_WRITING, *_OWN_RULES[kind], REASONS)


def relief_problem(kind: Relief, *, natural_person: bool, percent: Decimal | None = None) -> Rule | None:
    """The rule that stands against granting it, None if nothing does. Receiving is always possible."""
    if kind is Relief.EXEMPT and not natural_person:
        return NATURAL_ONLY
    if kind is Relief.REDUCE and percent is not None and percent < LEAST_REDUCTION:
        return LEAST
    return None


_OWN_RULES = {Relief.DEFER: (DECIDE_FIRST,), Relief.REDUCE: (LEAST,), Relief.EXEMPT: (NATURAL_ONLY,)}
