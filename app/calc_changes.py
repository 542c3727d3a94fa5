"""`calc fee … --paid SUM --change KEY`: what is to be paid up or refunded of a fee that was paid already."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from app.calc_answers import Answer, rule_data
from app.domain.fee_changes import Change, settle
from app.domain.fees import Fee
from app.domain.money import parse_money

CHANGE_NAMES: Final[Mapping[str, str]] = {
    Change.CLAIM_RAISED.value: "增加诉讼请求",
    Change.CLAIM_LOWERED.value: "减少诉讼请求",
    Change.TO_ORDINARY.value: "简易转普通",
    Change.ORDER_FAILED.value: "支付令失效转诉讼",
    Change.HALVED_LATER.value: "调解或撤诉减半",
    Change.REFUSED.value: "不予受理或驳回",
    Change.REMANDED.value: "发回重审",
    Change.TO_CRIMINAL.value: "移送刑事",
    Change.SUSPENDED.value: "中止",
    Change.TERMINATED.value: "终结",
}


def with_settlement(answer: Answer, fee: Fee, paid: str, change: Change, *, late: bool) -> Answer:
    """The answer about what is due now, with the balance of what was ``paid``.

    ``late``: the claim was lowered after 法庭调查 had ended. What cannot be read is the answer's problem.
    """
    parsed = parse_money(paid)
    if parsed.amount is None:
        return Answer(answer.data, answer.lines, parsed.problem)
    made = settle(parsed.amount, fee, change, before_debate=not late)
    balance = {
        "change": change.value,
        "paid": _plain(parsed.amount),
        "balance": _plain(made.balance),
        "shown": made.shown,
        "rule": rule_data(made.rule),
    }
    head = f"已交{_plain(parsed.amount)}元，{CHANGE_NAMES[change.value]}：{made.shown}"
    lines = (head, f"依据：{made.rule.why}", *answer.lines)
    settled = answer.problem if made.balance is None else None
    return Answer({**answer.data, "settlement": balance}, lines, settled)


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
