"""What a case costs, and why: 《诉讼费用交纳办法》 with the rules of 民诉法解释 on halving and changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType

from app.domain.fee_schedule import (
    BANKRUPTCY_CAP,
    DECREE,
    DIVORCE_TIERS,
    ENTRIES,
    EXECUTION_TIERS,
    FIGURES,
    FREE_REASONS,
    LEAST_REDUCTION,
    PERSONALITY_TIERS,
    PRESERVATION_CAP,
    PRESERVATION_TIERS,
    PROPERTY_TIERS,
    FeeKind,
    FreeReason,
    Tier,
    closed_form,
    tier_sum,
)
from app.domain.money import format_money, format_short
from app.domain.rule import Basis, Rule

_NOTHING = Decimal(0)


class Half(StrEnum):
    """Grounds for paying half; the value is the word shown."""

    MEDIATED = "调解结案"
    WITHDRAWN = "申请撤诉"
    SIMPLIFIED = "适用简易程序"
    COUNTERCLAIM = "反诉合并审理"
    THIRD_PARTY = "有独立请求权的第三人合并审理"


_HALF_ARTICLES = {
    Half.MEDIATED: f"{DECREE}第15条",
    Half.WITHDRAWN: f"{DECREE}第15条",
    Half.SIMPLIFIED: f"{DECREE}第16条",
    Half.COUNTERCLAIM: f"{DECREE}第18条",
    Half.THIRD_PARTY: f"{DECREE}第18条",
}


class Rounding(StrEnum):
    """How a court rounds; the decree is silent."""

    FEN_HALF_UP = "fen_half_up"
    YUAN_HALF_UP = "yuan_half_up"
    YUAN_DOWN = "yuan_down"

    def apply(self, amount: Decimal) -> Decimal:
        unit = Decimal("0.01") if self is Rounding.FEN_HALF_UP else Decimal(1)
        mode = ROUND_DOWN if self is Rounding.YUAN_DOWN else ROUND_HALF_UP
        return amount.quantize(unit, mode).quantize(Decimal("0.01"))


class Stage(StrEnum):
    """Which instance the amount in dispute belongs to."""

    FIRST = "first"
    APPEAL = "appeal"
    RETRIAL = "retrial"


@dataclass(frozen=True, slots=True)
class FeeSettings:
    """A court's own figures inside the legal ranges, and its rounding.

    Raises ValueError with a Chinese sentence if a figure lies outside its range.
    """

    local: Mapping[FeeKind, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    rounding: Rounding = Rounding.FEN_HALF_UP

    def __post_init__(self) -> None:
        for kind, figure in self.local.items():
            limits = FIGURES.get(kind)
            if limits is None:
                raise ValueError(f"{kind.value}没有可由本地确定的幅度。")
            if not limits.low <= figure <= limits.high:
                low, high = format_short(limits.low), format_short(limits.high)
                raise ValueError(f"{ENTRIES[kind].name}应在{low}至{high}元之间。")


DEFAULT_SETTINGS = FeeSettings()


@dataclass(frozen=True, slots=True)
class FeeQuestion:
    """Everything a fee depends on.

    `amount` is the claim, the property of a divorce, the damages of a personality case, the estate of a
    bankruptcy, or the disputed part on appeal; None where there is none or it is not yet known.
    `reduction` is the share taken off by a grant of relief, in percent.
    """

    kind: FeeKind
    amount: Decimal | None = None
    halves: frozenset[Half] = frozenset()
    stage: Stage = Stage.FIRST
    free: FreeReason | None = None
    reduction: Decimal | None = None
    exempt: bool = False
    prepay_excused: bool = False


@dataclass(frozen=True, slots=True)
class FeeStep:
    """One line of the calculation; `low` and `high` are the state after it, unrounded."""

    rule: Rule
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in yuan: one sum, a range where the province's figure is not set, or not yet known.

    `kind` is None while the kind of case is open; `needs` names what has to be said before there is a figure,
    and then the steps say what the fee will go by.
    """

    kind: FeeKind | None
    low: Decimal | None
    high: Decimal | None
    formula: str
    article: str
    steps: tuple[FeeStep, ...]
    prepaid: bool = True
    needs: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """The sum to be paid, None while it is a range or unknown."""
        return self.low if self.low == self.high else None

    @property
    def shown(self) -> str:
        if self.needs:
            return f"先填{'、'.join(self.needs)}，才能确定"
        if self.low is None or self.high is None:
            return "由法院确定"
        if self.low == self.high:
            return f"{format_money(self.low)}元"
        return f"{format_money(self.low)}至{format_money(self.high)}元"

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(step.rule for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A fee while it is worked out."""

    low: Decimal
    high: Decimal
    formula: str
    steps: tuple[FeeStep, ...]

    def then(self, rule: Rule, low: Decimal, high: Decimal, formula: str | None = None) -> _Draft:
        steps = (*self.steps, FeeStep(rule, low, high))
        return _Draft(low, high, self.formula if formula is None else formula, steps)


_TIERED: Mapping[FeeKind, tuple[Tier, ...]] = {
    FeeKind.PROPERTY: PROPERTY_TIERS,
    FeeKind.INTELLECTUAL: PROPERTY_TIERS,
    FeeKind.PAYMENT_ORDER: PROPERTY_TIERS,
    FeeKind.BANKRUPTCY: PROPERTY_TIERS,
    FeeKind.EXECUTION: EXECUTION_TIERS,
    FeeKind.PRESERVATION: PRESERVATION_TIERS,
}
_WITH_EXCESS: Mapping[FeeKind, tuple[Tier, ...]] = {
    FeeKind.DIVORCE: DIVORCE_TIERS,
    FeeKind.PERSONALITY: PERSONALITY_TIERS,
}
_FACTORS = {
    FeeKind.PAYMENT_ORDER: (3, "按财产案件受理费标准的三分之一交纳"),
    FeeKind.BANKRUPTCY: (2, "按财产案件受理费标准减半交纳"),
}
_CAPS = {FeeKind.PRESERVATION: PRESERVATION_CAP, FeeKind.BANKRUPTCY: BANKRUPTCY_CAP}


def compute_fee(question: FeeQuestion, settings: FeeSettings = DEFAULT_SETTINGS) -> Fee:
    """The fee with its formula, article and steps.

    Raises ValueError on a negative amount or a reduction outside 30 to 100 percent (art 46).
    """
    _refuse_nonsense(question)
    if question.kind is FeeKind.FREE or question.free is not None:
        return _free(question)
    entry = ENTRIES[question.kind]
    draft = _base(question, settings)
    if draft is None:
        rule = Rule("fee.amount", "填写标的额后计算", entry.article)
        return open_fee(question.kind, ("标的额",), (rule,))
    draft = _halved(question, draft)
    draft = _relieved(question, draft)
    draft = _rounded(draft, settings.rounding)
    prepaid = entry.prepaid and not question.prepay_excused
    if not prepaid:
        draft = draft.then(_prepay_rule(question), draft.low, draft.high)
    return Fee(question.kind, draft.low, draft.high, draft.formula, entry.article, draft.steps, prepaid)


def open_fee(kind: FeeKind | None, needs: tuple[str, ...], rules: Sequence[Rule]) -> Fee:
    """A fee that waits for what `needs` names; `rules` are what it will go by."""
    articles = "、".join(dict.fromkeys(rule.article for rule in rules if rule.article))
    steps = tuple(FeeStep(rule, _NOTHING, _NOTHING) for rule in rules)
    prepaid = kind is None or ENTRIES[kind].prepaid
    return Fee(kind, None, None, "", articles, steps, prepaid, needs)


def _refuse_nonsense(question: FeeQuestion) -> None:
    if question.amount is not None and question.amount < 0:
        raise ValueError("标的额不能为负数。")
    if question.reduction is not None and not LEAST_REDUCTION <= question.reduction <= 100:
        raise ValueError(f"减交比例不得低于{LEAST_REDUCTION}%，也不能超过100%。")


def _free(question: FeeQuestion) -> Fee:
    text, article = FREE_REASONS[question.free or FreeReason.SERVICE]
    rule = Rule(f"fee.free.{question.free or FreeReason.SERVICE}", text, article)
    return Fee(
        question.kind, _NOTHING, _NOTHING, "0", article, (FeeStep(rule, _NOTHING, _NOTHING),), prepaid=False
    )


def _base(question: FeeQuestion, settings: FeeSettings) -> _Draft | None:
    if question.kind in _TIERED and question.amount is not None:
        return _tiered(question, question.amount)
    if question.kind in FIGURES:
        return _figure(question, settings)
    if question.kind is FeeKind.PRESERVATION:
        thirty = Decimal(30)
        rule = Rule("fee.preservation.none", "不涉及财产数额的，每件交纳30元", ENTRIES[question.kind].article)
        return _Draft(thirty, thirty, "30", (FeeStep(rule, thirty, thirty),))
    return None


def _tiered(question: FeeQuestion, amount: Decimal) -> _Draft:
    tiers, article = _TIERED[question.kind], ENTRIES[question.kind].article
    fee = tier_sum(tiers, amount)
    draft = _Draft(fee, fee, _closed_formula(tiers, amount), _tier_steps(tiers, amount, article))
    if question.stage is not Stage.FIRST:
        draft = draft.then(_stage_rule(question.stage), draft.low, draft.high)
    if question.kind in _FACTORS:
        divisor, words = _FACTORS[question.kind]
        share = draft.low / divisor
        draft = draft.then(
            Rule(f"fee.{question.kind}.share", words, article), share, share, _divided(draft.formula, divisor)
        )
    cap = _CAPS.get(question.kind)
    if cap is not None and draft.low > cap:
        rule = Rule(f"fee.{question.kind}.cap", f"最多不超过{format_short(cap)}元", article)
        draft = draft.then(rule, cap, cap, f"min({draft.formula}, {format_short(cap)})")
    return draft


def _tier_steps(tiers: Sequence[Tier], amount: Decimal, article: str) -> tuple[FeeStep, ...]:
    steps: list[FeeStep] = []
    running = _NOTHING
    for tier in tiers:
        if tier.above and amount <= tier.above:
            break
        part = tier.part_of(amount)
        gain = tier.flat if tier.flat is not None else part * tier.rate
        running += gain
        text = f"{_span(tier)}：{_gain_text(tier, part, gain)}"
        steps.append(FeeStep(Rule("fee.tier", text, article), running, running))
    return tuple(steps)


def _span(tier: Tier) -> str:
    if tier.up_to is None:
        return f"超过{_short_amount(tier.above)}元的部分"
    if not tier.above:
        return f"不超过{_short_amount(tier.up_to)}元的部分"
    return f"超过{_short_amount(tier.above)}元至{_short_amount(tier.up_to)}元的部分"


def _short_amount(amount: Decimal) -> str:
    return f"{format_short(amount / 10_000)}万" if amount >= 10_000 else format_short(amount)


def _gain_text(tier: Tier, part: Decimal, gain: Decimal) -> str:
    if tier.flat is not None:
        return f"{format_short(tier.flat)}元" if tier.flat else "不另行交纳"
    return f"{format_short(part)} × {format_short(tier.rate * 100)}% = {format_short(gain)}元"


def _closed_formula(tiers: Sequence[Tier], amount: Decimal) -> str:
    rate, constant = closed_form(tiers, amount)
    if not rate:
        return format_short(constant)
    sign = "−" if constant < 0 else "+"
    return f"{format_short(rate)} × {format_short(amount)} {sign} {format_short(abs(constant))}"


def _figure(question: FeeQuestion, settings: FeeSettings) -> _Draft:
    entry, limits = ENTRIES[question.kind], FIGURES[question.kind]
    local = settings.local.get(question.kind)
    low, high = (limits.low, limits.high) if local is None else (local, local)
    formula = format_short(low) if low == high else f"{format_short(low)}~{format_short(high)}"
    if limits.low == limits.high:
        text = f"{entry.name}每件{formula}元"
    elif local is None:
        text = f"{entry.name}每件{formula}元，具体标准由省级确定，本院尚未设置"
    else:
        legal = f"{format_short(limits.low)}至{format_short(limits.high)}"
        text = f"{entry.name}每件{formula}元（法定幅度{legal}元，本地标准）"
    draft = _Draft(low, high, formula, (FeeStep(Rule("fee.figure", text, entry.article), low, high),))
    tiers = _WITH_EXCESS.get(question.kind)
    return (
        draft
        if tiers is None or question.amount is None
        else _plus_excess(draft, tiers, question.amount, entry.article)
    )


def _plus_excess(draft: _Draft, tiers: Sequence[Tier], amount: Decimal, article: str) -> _Draft:
    low, high, formula = draft.low, draft.high, draft.formula
    added = [replace(s, low=low + s.low, high=high + s.high) for s in _tier_steps(tiers, amount, article)]
    for tier in tiers:
        part = tier.part_of(amount)
        if tier.rate and part:
            formula += f" + {format_short(tier.rate)} × {format_short(part)}"
    extra = tier_sum(tiers, amount)
    return _Draft(low + extra, high + extra, formula, (*draft.steps, *added))


def _stage_rule(stage: Stage) -> Rule:
    if stage is Stage.APPEAL:
        return Rule("fee.appeal", "上诉案件按照不服一审判决部分的上诉请求数额计算", f"{DECREE}第17条")
    return Rule("fee.retrial", "需要交费的再审案件按照不服原判决部分的再审请求数额计算", f"{DECREE}第19条")


def _halved(question: FeeQuestion, draft: _Draft) -> _Draft:
    if not question.halves:
        return draft
    if ENTRIES[question.kind].application:
        rule = Rule("fee.half.none", "申请费不适用减半交纳", f"{DECREE}第15条、第16条、第18条", Basis.DESIGN)
        return draft.then(rule, draft.low, draft.high)
    grounds = sorted(question.halves, key=list(Half).index)
    words = "、".join(ground.value for ground in grounds)
    articles = "、".join(dict.fromkeys(_HALF_ARTICLES[ground] for ground in grounds))
    text = f"{words}，减半交纳"
    if len(grounds) > 1:
        text, articles = f"{text}；只减半一次", f"{articles}、民诉法解释第206条"
    return draft.then(
        Rule("fee.half", text, articles), draft.low / 2, draft.high / 2, _divided(draft.formula, 2)
    )


def _divided(formula: str, divisor: int) -> str:
    return f"({formula}) ÷ {divisor}" if " " in formula or "~" in formula else f"{formula} ÷ {divisor}"


def _relieved(question: FeeQuestion, draft: _Draft) -> _Draft:
    if question.exempt:
        return draft.then(Rule("fee.exempt", "准予免交诉讼费用", f"{DECREE}第45条"), _NOTHING, _NOTHING, "0")
    if question.reduction is None:
        return draft
    share = (100 - question.reduction) / 100
    rule = Rule(
        "fee.reduced", f"准予减交{format_short(question.reduction)}%（不得低于30%）", f"{DECREE}第46条"
    )
    formula = (
        f"({draft.formula}) × {format_short(share)}"
        if " " in draft.formula
        else f"{draft.formula} × {format_short(share)}"
    )
    return draft.then(rule, draft.low * share, draft.high * share, formula)


def _rounded(draft: _Draft, rounding: Rounding) -> _Draft:
    low, high = rounding.apply(draft.low), rounding.apply(draft.high)
    if (low, high) == (draft.low, draft.high):
        return replace(draft, low=low, high=high)
    unit = "分" if rounding is Rounding.FEN_HALF_UP else "元"
    mode = "舍去尾数" if rounding is Rounding.YUAN_DOWN else "四舍五入"
    return draft.then(Rule("fee.rounding", f"{mode}到{unit}（本院设置）", "", Basis.DESIGN), low, high)


def _prepay_rule(question: FeeQuestion) -> Rule:
    if question.kind is FeeKind.EXECUTION:
        return Rule("fee.prepay.execution", "申请执行费不预交，执行后交纳", f"{DECREE}第20条")
    if question.kind is FeeKind.BANKRUPTCY:
        return Rule("fee.prepay.bankruptcy", "破产申请费不预交，清算后交纳", f"{DECREE}第20条")
    return Rule(
        "fee.prepay.excused",
        "追索劳动报酬的案件或人数不确定的代表人诉讼可以不预交",
        f"{DECREE}第20条、民诉法解释第194条",
    )
