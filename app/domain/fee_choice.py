"""Which fee a matter is charged, from its short form and the marks of its cause.

Until everything is said that decides it, there is no figure: the fee names what is still needed, and by which
articles it will go then.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.domain.fee_schedule import ENTRIES, EXCESS_WORDS, FIGURES, PRESERVATION_CAP, FeeKind
from app.domain.fees import (
    DEFAULT_SETTINGS,
    Fee,
    FeeQuestion,
    FeeSettings,
    FeeStep,
    Half,
    Stage,
    compute_fee,
    open_fee,
)
from app.domain.matter import VARIANT_LABEL, FeeSpec, Field, FieldKind, Matter
from app.domain.money import format_money, format_short, parse_money
from app.domain.papers import OF_FEE
from app.domain.party import Parties
from app.domain.rule import Basis, Rule
from app.domain.short_form import NO_AMOUNT, Answers, all_hold, variant_of

SAY_NONE: Final = "fee.open.none"
"""The rule that says how to enter that there is no amount."""
_KIND_BY_MARK = (
    ("divorce", FeeKind.DIVORCE),
    ("labour", FeeKind.LABOUR),
    ("personality", FeeKind.PERSONALITY),
    ("intellectual", FeeKind.INTELLECTUAL),
)
_BY_AMOUNT = frozenset(
    {
        FeeKind.PROPERTY,
        FeeKind.DIVORCE,
        FeeKind.PERSONALITY,
        FeeKind.INTELLECTUAL,
        FeeKind.EXECUTION,
        FeeKind.PRESERVATION,
        FeeKind.PAYMENT_ORDER,
        FeeKind.BANKRUPTCY,
    }
)
_SCALED = Rule("fee.open.amount", "有金额的，按金额分段累计计算", ENTRIES[FeeKind.PROPERTY].article)
_BY_CAUSE = Rule(
    "fee.open.cause",
    "收费种类由案由定：财产案件按金额分段，离婚、人格权、知识产权、劳动争议和其他非财产案件各有标准",
    "诉讼费用交纳办法第13条",
)


def kind_of_cause(marks: frozenset[str], *, has_amount: bool) -> FeeKind:
    """A proposal the clerk may change: special kinds by mark, else property, or other without an amount."""
    for mark, kind in _KIND_BY_MARK:
        if mark in marks:
            return kind
    return FeeKind.PROPERTY if has_amount else FeeKind.OTHER


def fee_amount(matter: Matter, answers: Answers) -> Decimal | None:
    """The amount of the field marked `fee_amount`, None while it does not show, is empty or unclear."""
    field = _amount_field(matter, answers)
    return None if field is None else parse_money(answers.text(field.key)).amount


def later_fields(matter: Matter, answers: Answers) -> tuple[Field, ...]:
    """The fields that show and that a correction may fill: what a fee goes by, what a paper of it says.

    A fee goes by the variant nobody chose, the cause, the amount, what says which kind it is; a slip for
    somebody who comes to pay names what they pay.
    """
    chosen = matter.fee_of(variant_of(matter, answers)).by_choice
    told = (p for p in matter.papers if p.kind in OF_FEE and all_hold(p.when, matter, Parties(), answers))
    keys = {chosen, *(key for paper in told for key in paper.needs)}
    by = (f for f in matter.fields if f.fee_amount or f.kind is FieldKind.CAUSE or f.key in keys)
    first = (matter.kinds,) if matter.must_choose and not answers.variant else ()
    return (*first, *(f for f in by if _shows(f, matter, answers)))


def _amount_field(matter: Matter, answers: Answers) -> Field | None:
    return next((f for f in matter.fields if f.fee_amount and _shows(f, matter, answers)), None)


def _shows(field: Field, matter: Matter, answers: Answers) -> bool:
    """Whether a field a fee goes by applies; no such field depends on who the parties are."""
    return all_hold(field.when, matter, Parties(), answers)


def matter_fee(
    matter: Matter,
    answers: Answers,
    settings: FeeSettings = DEFAULT_SETTINGS,
    *,
    halves: frozenset[Half] = frozenset(),
    kind: FeeKind | None = None,
) -> Fee | None:
    """The fee of a matter as its form stands now, None where no court fee belongs to it.

    `kind` overrides the proposal for the cause.
    """
    if matter.fee_by_variant and matter.variant(answers.variant) is None:
        return _open_variant(matter)
    spec = matter.fee_of(variant_of(matter, answers))
    if spec.by_choice:
        said = spec.choices.get(answers.text(spec.by_choice))
        if said is None:
            return _open_choice(matter, spec)
        spec = said
    if spec.silent:
        return None
    if spec.free is not None:
        return compute_fee(FeeQuestion(FeeKind.FREE, free=spec.free), settings)
    chosen = kind or spec.kind
    if chosen is None and not spec.by_cause:
        return _of_the_court(spec)
    return _charged(matter, answers, settings, halves, chosen)


def _charged(
    matter: Matter, answers: Answers, settings: FeeSettings, halves: frozenset[Half], kind: FeeKind | None
) -> Fee:
    """The fee of a kind, or of the kind the cause proposes while `kind` is None."""
    field, amount = _amount_field(matter, answers), fee_amount(matter, answers)
    silent = field is not None and amount is None and answers.text(field.key) != NO_AMOUNT
    unsaid = (field.label,) if field is not None and silent else ()
    if kind is None:
        cause = _cause_field(matter, answers)
        if cause is not None and not answers.cause:
            return open_fee(None, (cause.label, *unsaid), (_BY_CAUSE, *_if_property(amount, settings)))
        kind = kind_of_cause(answers.marks, has_amount=amount is not None)
        if unsaid and kind is FeeKind.OTHER:
            rules = (_SCALED, _without_amount(FeeKind.OTHER, settings), _say_none(unsaid))
            return open_fee(None, unsaid, rules)
    if unsaid and kind in _BY_AMOUNT:
        return open_fee(kind, unsaid, _by_amount(kind, unsaid, settings))
    stage = Stage.APPEAL if "appeal" in variant_of(matter, answers) else Stage.FIRST
    excused = answers.said("wage_group") and "wages" in answers.marks
    fee = compute_fee(FeeQuestion(kind, amount, halves, stage, prepay_excused=excused), settings)
    joint = _joint(answers, amount)
    return fee if joint is None else replace(fee, steps=(joint, *fee.steps))


def _cause_field(matter: Matter, answers: Answers) -> Field | None:
    causes = (f for f in matter.fields if f.kind is FieldKind.CAUSE)
    return next((f for f in causes if _shows(f, matter, answers)), None)


def _open_choice(matter: Matter, spec: FeeSpec) -> Fee:
    """The fee while the field is empty that says what kind of case it is."""
    field = matter.field(spec.by_choice)
    kinds = [one.kind for one in spec.choices.values() if one.kind is not None]
    rules = [_BY_CAUSE] if any(one.by_cause for one in spec.choices.values()) else []
    rules += [Rule("fee.open.kind", f"{ENTRIES[kind].name}", ENTRIES[kind].article) for kind in kinds]
    return open_fee(None, (field.label if field is not None else "收费种类",), rules)


def _open_variant(matter: Matter) -> Fee:
    """The fee while nobody has said which variant it is: no variant's figure stands for the others."""
    rules = [rule for one in matter.variants for rule in _by_variant(one.label, matter.fee_of(one.key))]
    return open_fee(None, (VARIANT_LABEL,), rules)


def _by_variant(label: str, spec: FeeSpec) -> list[Rule]:
    """What the fee of one variant goes by, with its article; nothing where no fee belongs to it."""
    if spec.silent:
        return []
    if spec.by_choice:
        said = spec.choices.items()
        return [rule for choice, one in said for rule in _by_variant(f"{label}，{choice}", one)]
    if spec.free is not None:
        fee = compute_fee(FeeQuestion(FeeKind.FREE, free=spec.free))
        return [Rule("fee.open.variant", f"{label}：{fee.shown}", fee.article)]
    if spec.kind is not None:
        entry = ENTRIES[spec.kind]
        return [Rule("fee.open.variant", f"{label}：{entry.name}", entry.article)]
    if spec.by_cause:
        return [replace(_BY_CAUSE, text=f"{label}：{_BY_CAUSE.text}")]
    rule = _of_the_court(spec).steps[0].rule
    return [replace(rule, text=f"{label}：{rule.text}")]


def _if_property(amount: Decimal | None, settings: FeeSettings) -> tuple[Rule, ...]:
    if amount is None:
        return ()
    fee = compute_fee(FeeQuestion(FeeKind.PROPERTY, amount), settings)
    return (Rule("fee.open.property", f"如果是财产案件，{fee.shown}", fee.article),)


def _by_amount(kind: FeeKind, unsaid: tuple[str, ...], settings: FeeSettings) -> tuple[Rule, ...]:
    """What a fee of this kind goes by once the amount is said."""
    article = ENTRIES[kind].article
    if kind in EXCESS_WORDS:
        excess = Rule("fee.open.excess", EXCESS_WORDS[kind], article)
        return (_without_amount(kind, settings), excess, _say_none(unsaid))
    scaled = replace(_SCALED, article=article)
    if kind in FIGURES:
        return (scaled, _without_amount(kind, settings), _say_none(unsaid))
    if kind is FeeKind.PRESERVATION:
        capped = f"有财产数额的，按数额分段累计计算，最多{format_short(PRESERVATION_CAP)}元"
        none = compute_fee(FeeQuestion(kind), settings).steps[0].rule
        return (replace(scaled, text=capped), none, _say_none(unsaid))
    return (scaled,)


def _without_amount(kind: FeeKind, settings: FeeSettings) -> Rule:
    limits, local = FIGURES[kind], settings.local.get(kind)
    shown = f"{format_short(limits.low)}至{format_short(limits.high)}元"
    if local is not None:
        shown = f"{format_short(local)}元（本地标准）"
    base = "" if kind in EXCESS_WORDS else "没有金额的，"
    return Rule("fee.open.figure", f"{base}{ENTRIES[kind].name}每件{shown}", ENTRIES[kind].article)


def _say_none(unsaid: tuple[str, ...]) -> Rule:
    text = f"这时在“{unsaid[0]}”里写“{NO_AMOUNT}”"
    return Rule(SAY_NONE, text, "", Basis.DESIGN)


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
    basis = Basis.LAW if spec.article else Basis.PRACTICE
    rule = Rule("fee.local", spec.note or "按本院标准收取，本院尚未设置", spec.article, basis)
    step = FeeStep(rule, Decimal(0), Decimal(0))
    return Fee(None, None, None, "", spec.article, (step,))
