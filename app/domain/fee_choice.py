"""Which fee a matter is charged, from its short form and the marks of its cause."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.domain.fee_schedule import FeeKind
from app.domain.fees import DEFAULT_SETTINGS, Fee, FeeQuestion, FeeSettings, FeeStep, Half, Stage, compute_fee
from app.domain.matter import FeeSpec, Matter
from app.domain.money import format_money, parse_money
from app.domain.rule import Basis, Rule
from app.domain.short_form import Answers, variant_of

_KIND_BY_MARK = (
    ("divorce", FeeKind.DIVORCE),
    ("labour", FeeKind.LABOUR),
    ("personality", FeeKind.PERSONALITY),
    ("intellectual", FeeKind.INTELLECTUAL),
)


def kind_of_cause(marks: frozenset[str], *, has_amount: bool) -> FeeKind:
    """A proposal the clerk may change: special kinds by mark, else property, or other without an amount."""
    for mark, kind in _KIND_BY_MARK:
        if mark in marks:
            return kind
    return FeeKind.PROPERTY if has_amount else FeeKind.OTHER


def fee_amount(matter: Matter, answers: Answers) -> Decimal | None:
    """The amount of the field marked `fee_amount`, None while it is empty or unclear."""
    field = next((f for f in matter.fields if f.fee_amount), None)
    return None if field is None else parse_money(answers.text(field.key)).amount


def matter_fee(
    matter: Matter,
    answers: Answers,
    settings: FeeSettings = DEFAULT_SETTINGS,
    *,
    halves: frozenset[Half] = frozenset(),
    kind: FeeKind | None = None,
) -> Fee:
    """The fee of a matter as its form stands now; `kind` overrides the proposal for the cause."""
    spec = matter.fee_of(variant_of(matter, answers))
    amount = fee_amount(matter, answers)
    if spec.free is not None:
        return compute_fee(FeeQuestion(FeeKind.FREE, free=spec.free), settings)
    chosen = kind or spec.kind
    if chosen is None and spec.by_cause:
        chosen = kind_of_cause(answers.marks, has_amount=amount is not None)
    if chosen is None:
        return _of_the_court(spec)
    stage = Stage.APPEAL if "appeal" in variant_of(matter, answers) else Stage.FIRST
    excused = answers.said("wage_group") and "wages" in answers.marks
    fee = compute_fee(
        FeeQuestion(chosen, amount, halves, stage, prepay_excused=excused),
        settings,
    )
    joint = _joint(answers, amount)
    return fee if joint is None else replace(fee, steps=(joint, *fee.steps))


def _joint(answers: Answers, amount: Decimal | None) -> FeeStep | None:
    """The step that says how the claims of several filers become the amount of one case."""
    if len(answers.claims) < 2:
        return None
    total = sum(answers.claims.values(), Decimal(0))
    text = f"{len(answers.claims)}名申请人的请求金额合并计算，合计{format_money(total)}元，作为一案收费一次"
    if amount is not None and amount != total:
        text += f"；与标的额{format_money(amount)}元不一致，请核对"
    return FeeStep(Rule("fee.joint", text, "民诉法解释第201条"), Decimal(0), Decimal(0))


def _of_the_court(spec: FeeSpec) -> Fee:
    rule = Rule("fee.local", spec.note or "按本院标准收取，本院尚未设置", "", Basis.PRACTICE)
    step = FeeStep(rule, Decimal(0), Decimal(0))
    return Fee(FeeKind.OTHER, None, None, "", "", (step,))
