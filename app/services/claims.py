"""What each of many filers claims in one matter: ``matter.<n>.claim.<party>``.

Several property claims of one case are summed (民诉法解释第201条): the sum is the amount of the matter, of
which the fee is charged once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from app.domain.checked import Checked, failed, passed
from app.domain.matter import Matter
from app.domain.money import format_money, parse_money
from app.services.fields import Draft, FieldSpec, value

FEWEST: Final = 2
LABEL: Final = "请求金额"


def claim_path(number: int, key: str) -> str:
    return f"matter.{number}.claim.{key}"


def claim_spec(path: str) -> FieldSpec:
    """The box of one filer's sum; the total of all is kept as the amount of the matter."""
    return FieldSpec(path, LABEL, "money", hint="本人的，元；合计自动填入标的额", rule=check_claim)


def check_claim(text: str) -> Checked:
    parsed = parse_money(text)
    return (
        failed(text, parsed.problem or "") if parsed.amount is None else passed(format_money(parsed.amount))
    )


def serves(matter: Matter) -> bool:
    """Say whether several filers of the matter may each claim a sum: suits, whose fee follows their cause."""
    by_cause = any(matter.fee_of(variant.key).by_cause for variant in matter.variants)
    return bool(amount_path(matter, 1)) and (by_cause or matter.fee_of("").by_cause)


def amount_path(matter: Matter, number: int) -> str:
    """Where the amount of the matter stands, "" where it has none."""
    field = next((field for field in matter.fields if field.fee_amount), None)
    return f"matter.{number}.{field.key}" if field is not None else ""


def claims_of(draft: Draft, number: int, filers: Iterable[str]) -> Mapping[str, Decimal]:
    """Return the sums that can be read, by the keys of the filers."""
    found = {key: parse_money(value(draft, claim_path(number, key))).amount for key in filers}
    return {key: amount for key, amount in found.items() if amount is not None}


def total(claims: Mapping[str, Decimal]) -> str:
    """Return the sum of all as the form writes it, "" where nobody claims anything."""
    return format_money(sum(claims.values(), Decimal(0))) if claims else ""
