"""Topping up and refunding when the claim or the procedure changes, and the fee of several claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.fee_schedule import DECREE, FeeKind
from app.domain.fees import Fee
from app.domain.money import format_money
from app.domain.rule import Rule


class Change(StrEnum):
    """Why what has been paid no longer equals what is due."""

    CLAIM_RAISED = "claim_raised"
    CLAIM_LOWERED = "claim_lowered"
    TO_ORDINARY = "to_ordinary"
    ORDER_FAILED = "order_failed"
    HALVED_LATER = "halved_later"
    REFUSED = "refused"
    REMANDED = "remanded"
    TO_CRIMINAL = "to_criminal"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


_RULES = {
    Change.CLAIM_RAISED: Rule(
        "fee.raised", "增加诉讼请求数额的，按照增加后的数额补交", f"{DECREE}第21条第1项"
    ),
    Change.CLAIM_LOWERED: Rule(
        "fee.lowered", "在法庭调查终结前减少诉讼请求数额的，按照减少后的数额退还", f"{DECREE}第21条第2项"
    ),
    Change.TO_ORDINARY: Rule(
        "fee.to_ordinary", "简易程序转为普通程序的，在7日内补交另一半", "民诉法解释第199条"
    ),
    Change.ORDER_FAILED: Rule("fee.order_failed", "支付令失效转入诉讼程序的，补交差额", "民诉法解释第195条"),
    Change.HALVED_LATER: Rule(
        "fee.halved_later", "以调解结案或者申请撤诉的，减半交纳，退还多交部分", f"{DECREE}第15条"
    ),
    Change.REFUSED: Rule("fee.refused", "不予受理或者驳回起诉的，退还已交纳的案件受理费", f"{DECREE}第27条"),
    Change.REMANDED: Rule(
        "fee.remanded", "发回重审的，退还上诉人已交纳的第二审案件受理费", f"{DECREE}第27条"
    ),
    Change.TO_CRIMINAL: Rule("fee.to_criminal", "移送刑事处理的，退还已交纳的案件受理费", f"{DECREE}第25条"),
    Change.SUSPENDED: Rule("fee.suspended", "中止诉讼、中止执行的，已交纳的费用不退还", f"{DECREE}第26条"),
    Change.TERMINATED: Rule("fee.terminated", "终结诉讼、终结执行的，已交纳的费用不退还", f"{DECREE}第28条"),
}
_TOO_LATE = Rule("fee.lowered_late", "法庭调查终结后减少诉讼请求数额的，不退还", f"{DECREE}第21条第2项")
_WHOLE = frozenset({Change.REFUSED, Change.REMANDED, Change.TO_CRIMINAL})
_KEPT = frozenset({Change.SUSPENDED, Change.TERMINATED})


@dataclass(frozen=True, slots=True)
class Settlement:
    """`balance` in yuan: positive is to be paid by the party, negative is to be refunded, None is unknown."""

    balance: Decimal | None
    rule: Rule

    @property
    def shown(self) -> str:
        if self.balance is None:
            return "待确定"
        if not self.balance:
            return "不补不退"
        return f"{'补交' if self.balance > 0 else '退还'}{format_money(abs(self.balance))}元"


def settle(paid: Decimal, due: Fee, change: Change, *, before_debate: bool = True) -> Settlement:
    """Balance of what was `paid` against what is `due` after the change.

    `before_debate` says whether a claim was lowered before 法庭调查 ended (art 21).
    """
    rule = _RULES[change]
    if change in _WHOLE:
        return Settlement(-paid, rule)
    if change in _KEPT:
        return Settlement(Decimal(0), rule)
    if due.amount is None:
        return Settlement(None, rule)
    balance = due.amount - paid
    if change is Change.CLAIM_LOWERED and not before_debate:
        return Settlement(Decimal(0), _TOO_LATE)
    return Settlement(balance, rule)


@dataclass(frozen=True, slots=True)
class Claim:
    """One 诉讼请求; `amount` is None for a claim that is not about property."""

    text: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClaimTotal:
    """How several claims count as one question of fees."""

    kind: FeeKind
    amount: Decimal | None
    rule: Rule


def total_claims(claims: Sequence[Claim], without_property: FeeKind = FeeKind.OTHER) -> ClaimTotal:
    """Property claims are summed and outweigh the others; others count once (民诉法解释 201)."""
    amounts = [claim.amount for claim in claims if claim.amount is not None]
    article = "民诉法解释第201条"
    if not amounts:
        return ClaimTotal(
            without_property, None, Rule("fee.claims.other", "有多个非财产性诉讼请求的，按一件交纳", article)
        )
    text = (
        "有多个财产性诉讼请求的，合并计算"
        if len(amounts) == len(claims)
        else "既有财产性又有非财产性诉讼请求的，按照财产性诉讼请求的标准交纳"
    )
    return ClaimTotal(FeeKind.PROPERTY, sum(amounts, Decimal(0)), Rule("fee.claims.property", text, article))
