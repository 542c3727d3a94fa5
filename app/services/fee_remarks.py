"""What the fee rules say of a fee that was paid already, of relief, and of a suit somebody thinks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.domain.fee_changes import Change, settle
from app.domain.fee_choice import kind_of_cause
from app.domain.fee_schedule import ENTRIES, FeeKind
from app.domain.fees import FeeQuestion, Half, compute_fee
from app.domain.matter import Group
from app.domain.money import format_money, parse_money
from app.domain.relief import GROUNDS, Relief, relief_problem, relief_rules
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet
from app.services.views import Remark
from app.texts import _

_CHANGES: Final = {
    "增加诉讼请求": Change.CLAIM_RAISED,
    "简易程序转为普通程序": Change.TO_ORDINARY,
    "支付令失效转入诉讼": Change.ORDER_FAILED,
    "减少诉讼请求": Change.CLAIM_LOWERED,
    "撤诉或调解减半": Change.HALVED_LATER,
    "驳回起诉或不予受理": Change.REFUSED,
    "发回重审": Change.REMANDED,
    "移送刑事处理": Change.TO_CRIMINAL,
    "中止": Change.SUSPENDED,
    "终结": Change.TERMINATED,
}
"""The choices of the catalogue, in a court's words that it may take out but not rename."""
_KINDS: Final = {
    "": FeeKind.PROPERTY,
    "财产案件": FeeKind.PROPERTY,
    "离婚案件": FeeKind.DIVORCE,
    "人格权案件": FeeKind.PERSONALITY,
    "劳动争议": FeeKind.LABOUR,
    "其他非财产案件": FeeKind.OTHER,
}
_WITHOUT_AMOUNT: Final = frozenset({FeeKind.OTHER, FeeKind.LABOUR})
_WORDS: Final = {one.value: one for one in Relief}
_KEPT_WHOLE: Final = frozenset(
    {Change.REFUSED, Change.REMANDED, Change.TO_CRIMINAL, Change.SUSPENDED, Change.TERMINATED}
)


def fee_remarks(shown: Sheet, knowledge: Knowledge) -> Iterator[Remark]:
    """Yield what is to be paid up or refunded, and what stands for or against relief."""
    if shown.matter.field("paid") is not None:
        yield from _balance(shown, knowledge)
    if shown.matter.field("ground") is not None:
        yield from _relief(shown)
    if shown.matter.group is Group.SERVICE and shown.cause is not None:
        yield from _estimate(shown, knowledge)


def _estimate(shown: Sheet, knowledge: Knowledge) -> Iterator[Remark]:
    """What a suit would cost, for whoever asks before there is one; nothing while the amount is not said."""
    amount = parse_money(shown.answers.text("amount")).amount
    if amount is None:
        return
    kind = kind_of_cause(shown.answers.marks, has_amount=True)
    fee = compute_fee(FeeQuestion(kind, amount), knowledge.fees)
    words = _("如果起诉，{name}{fee}；适用简易程序或调解、撤诉的减半").format(
        name=ENTRIES[kind].name, fee=fee.shown
    )
    yield Remark(words, _("{article}、诉讼费用交纳办法第15条、第16条").format(article=fee.article))


def _balance(shown: Sheet, knowledge: Knowledge) -> Iterator[Remark]:
    answers = shown.answers
    visible = {field.key for field in shown.fields}
    said = next((answers.text(key) for key in ("change", "reason") if key in visible), "")
    change, paid = _CHANGES.get(said), parse_money(answers.text("paid")).amount
    if change is None:
        return
    if paid is None:
        yield Remark(_("填写已交金额，就算出补交或退还多少"), "", "")
        return
    claim = parse_money(answers.text("claim_now")).amount
    halves = frozenset({Half.MEDIATED}) if change is Change.HALVED_LATER else frozenset()
    kind = _KINDS.get(answers.text("fee_now"), FeeKind.PROPERTY)
    due = compute_fee(FeeQuestion(kind, claim, halves), knowledge.fees)
    if claim is None and kind not in _WITHOUT_AMOUNT:
        due = replace(due, low=None, high=None)  # what is claimed now may well add to the least figure
    made = settle(paid, due, change, before_debate=answers.text("before_debate") != "否")
    words = made.shown
    if made.balance is None and due.low is not None:
        words = _("应交 {due}，已交 {paid} 元；本省标准未设置，由法院确定补退多少").format(
            due=due.shown, paid=format_money(paid)
        )
    elif made.balance is None:
        words = _("填写变更后的标的额，就算出补交或退还多少")
    elif change not in _KEPT_WHOLE:
        words = _("{shown}：应交 {due} 元，已交 {paid} 元").format(
            shown=made.shown, due=format_money(due.amount or Decimal(0)), paid=format_money(paid)
        )
    yield Remark(_("{words}。{rule}").format(words=words, rule=made.rule.text), made.rule.article, "")


def _relief(shown: Sheet) -> Iterator[Remark]:
    variant = shown.variant
    kind = _WORDS.get(variant.label) if variant is not None else None
    if kind is None:
        return
    ground = next((one for one in GROUNDS if one.text == shown.answers.text("ground")), None)
    if ground is not None and kind not in ground.kinds:
        good = "、".join(one.value for one in ground.kinds)
        words = _("“{ground}”是{good}的理由，申请的是{kind}").format(
            ground=ground.text, good=good, kind=kind.value
        )
        yield Remark(
            words, ground.article, _("申请照收；请当事人看是否改为{good}").format(good=good), grave=True
        )
    elif ground is not None:
        words = _("“{ground}”可以{kind}").format(ground=ground.text, kind=kind.value)
        yield Remark(words, ground.article, "")
    filers = [party for party in shown.parties.filers if party.name]
    natural = all(party.is_natural for party in filers)
    against = relief_problem(kind, natural_person=natural, percent=_percent(shown.answers.text("percent")))
    if against is not None:
        yield Remark(against.text, against.article, _("申请照收，由法官决定"), grave=True)
    for rule in relief_rules(kind):
        if rule is not against:
            yield Remark(rule.text, rule.article, "")


def _percent(text: str) -> Decimal | None:
    digits = text.strip().rstrip("%％")
    return Decimal(digits) if digits.isascii() and digits.isdigit() else None
