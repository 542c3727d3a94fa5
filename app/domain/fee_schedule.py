"""The figures of 《诉讼费用交纳办法》 (国务院令第481号), nothing but figures and their articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class FeeKind(StrEnum):
    """What a fee is charged for."""

    PROPERTY = "property"
    DIVORCE = "divorce"
    PERSONALITY = "personality"
    OTHER = "other"
    INTELLECTUAL = "intellectual"
    LABOUR = "labour"
    ADMIN = "admin"
    ADMIN_SPECIAL = "admin_special"
    JURISDICTION = "jurisdiction"
    EXECUTION = "execution"
    PRESERVATION = "preservation"
    PAYMENT_ORDER = "payment_order"
    PUBLIC_NOTICE = "public_notice"
    AWARD = "award"
    BANKRUPTCY = "bankruptcy"
    MARITIME_FUND = "maritime_fund"
    MARITIME_INJUNCTION = "maritime_injunction"
    MARITIME_PRIORITY = "maritime_priority"
    MARITIME_CLAIM = "maritime_claim"
    GENERAL_AVERAGE = "general_average"
    FREE = "free"


class FreeReason(StrEnum):
    """Why nothing is charged."""

    SPECIAL = "special"
    REFUSAL = "refusal"
    REFUSAL_APPEAL = "refusal_appeal"
    ADMIN_COMPENSATION = "admin_compensation"
    RETRIAL = "retrial"
    STATE_COMPENSATION = "state_compensation"
    ATTACHED_CIVIL = "attached_civil"
    JUDICIAL_CONFIRMATION = "judicial_confirmation"
    PROTECTION_ORDER = "protection_order"
    ENFORCEMENT_OBJECTION = "enforcement_objection"
    CRIMINAL = "criminal"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Tier:
    """Above `above` yuan up to `up_to` (None: no end), the part inside pays `rate`, or `flat` in all."""

    above: Decimal
    up_to: Decimal | None
    rate: Decimal
    flat: Decimal | None = None

    def part_of(self, amount: Decimal) -> Decimal:
        """How much of `amount` lies in this tier."""
        top = amount if self.up_to is None else min(amount, self.up_to)
        return max(top - self.above, Decimal(0))


@dataclass(frozen=True, slots=True)
class Figures:
    """A legal range in yuan; a fixed sum has two equal ends."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of fee: how it is called, where it stands, and the article that sets it."""

    name: str
    article: str
    application: bool = False
    prepaid: bool = True


def _tiers(*rows: tuple[str, str | None, str, str | None]) -> tuple[Tier, ...]:
    return tuple(
        Tier(
            Decimal(above),
            None if up_to is None else Decimal(up_to),
            Decimal(rate),
            None if flat is None else Decimal(flat),
        )
        for above, up_to, rate, flat in rows
    )


PROPERTY_TIERS = _tiers(
    ("0", "10000", "0", "50"),
    ("10000", "100000", "0.025", None),
    ("100000", "200000", "0.02", None),
    ("200000", "500000", "0.015", None),
    ("500000", "1000000", "0.01", None),
    ("1000000", "2000000", "0.009", None),
    ("2000000", "5000000", "0.008", None),
    ("5000000", "10000000", "0.007", None),
    ("10000000", "20000000", "0.006", None),
    ("20000000", None, "0.005", None),
)
EXECUTION_TIERS = _tiers(
    ("0", "10000", "0", "50"),
    ("10000", "500000", "0.015", None),
    ("500000", "5000000", "0.01", None),
    ("5000000", "10000000", "0.005", None),
    ("10000000", None, "0.001", None),
)
PRESERVATION_TIERS = _tiers(
    ("0", "1000", "0", "30"),
    ("1000", "100000", "0.01", None),
    ("100000", None, "0.005", None),
)
DIVORCE_TIERS = _tiers(("0", "200000", "0", "0"), ("200000", None, "0.005", None))
PERSONALITY_TIERS = _tiers(
    ("0", "50000", "0", "0"),
    ("50000", "100000", "0.01", None),
    ("100000", None, "0.005", None),
)

EXCESS_WORDS = {
    FeeKind.DIVORCE: "涉及财产分割的，财产总额超过20万元的部分另按0.5%交纳",
    FeeKind.PERSONALITY: "涉及损害赔偿的，超过5万元至10万元的部分另按1%、超过10万元的部分另按0.5%交纳",
}
"""What is added to the fee of a kind for the property or damages in dispute; the tiers above in words."""

PRESERVATION_CAP = Decimal(5000)
BANKRUPTCY_CAP = Decimal(300_000)
LEAST_REDUCTION = Decimal(30)


def _fixed(yuan: int) -> Figures:
    return Figures(Decimal(yuan), Decimal(yuan))


def _range(low: int, high: int) -> Figures:
    return Figures(Decimal(low), Decimal(high))


FIGURES = {
    FeeKind.DIVORCE: _range(50, 300),
    FeeKind.PERSONALITY: _range(100, 500),
    FeeKind.OTHER: _range(50, 100),
    FeeKind.INTELLECTUAL: _range(500, 1000),
    FeeKind.LABOUR: _fixed(10),
    FeeKind.ADMIN: _fixed(50),
    FeeKind.ADMIN_SPECIAL: _fixed(100),
    FeeKind.JURISDICTION: _range(50, 100),
    FeeKind.EXECUTION: _range(50, 500),
    FeeKind.PUBLIC_NOTICE: _fixed(100),
    FeeKind.AWARD: _fixed(400),
    FeeKind.MARITIME_FUND: _range(1000, 10000),
    FeeKind.MARITIME_INJUNCTION: _range(1000, 5000),
    FeeKind.MARITIME_PRIORITY: _range(1000, 5000),
    FeeKind.MARITIME_CLAIM: _fixed(1000),
    FeeKind.GENERAL_AVERAGE: _fixed(1000),
}

DECREE = "诉讼费用交纳办法"
ENTRIES = {
    FeeKind.PROPERTY: Entry("财产案件受理费", f"{DECREE}第13条第1款第1项"),
    FeeKind.DIVORCE: Entry("离婚案件受理费", f"{DECREE}第13条第1款第2项第1目"),
    FeeKind.PERSONALITY: Entry("人格权案件受理费", f"{DECREE}第13条第1款第2项第2目"),
    FeeKind.OTHER: Entry("其他非财产案件受理费", f"{DECREE}第13条第1款第2项第3目"),
    FeeKind.INTELLECTUAL: Entry("知识产权民事案件受理费", f"{DECREE}第13条第1款第3项"),
    FeeKind.LABOUR: Entry("劳动争议案件受理费", f"{DECREE}第13条第1款第4项"),
    FeeKind.ADMIN: Entry("行政案件受理费", f"{DECREE}第13条第1款第5项"),
    FeeKind.ADMIN_SPECIAL: Entry("商标、专利、海事行政案件受理费", f"{DECREE}第13条第1款第5项"),
    FeeKind.JURISDICTION: Entry("管辖权异议费", f"{DECREE}第13条第1款第6项"),
    FeeKind.EXECUTION: Entry("申请执行费", f"{DECREE}第14条第1项", application=True, prepaid=False),
    FeeKind.PRESERVATION: Entry("申请保全费", f"{DECREE}第14条第2项", application=True),
    FeeKind.PAYMENT_ORDER: Entry("支付令申请费", f"{DECREE}第14条第3项", application=True),
    FeeKind.PUBLIC_NOTICE: Entry("公示催告申请费", f"{DECREE}第14条第4项", application=True),
    FeeKind.AWARD: Entry("撤销仲裁裁决或认定仲裁协议效力申请费", f"{DECREE}第14条第5项", application=True),
    FeeKind.BANKRUPTCY: Entry("破产案件申请费", f"{DECREE}第14条第6项", application=True, prepaid=False),
    FeeKind.MARITIME_FUND: Entry("海事赔偿责任限制基金申请费", f"{DECREE}第14条第7项", application=True),
    FeeKind.MARITIME_INJUNCTION: Entry("海事强制令申请费", f"{DECREE}第14条第7项", application=True),
    FeeKind.MARITIME_PRIORITY: Entry("船舶优先权催告申请费", f"{DECREE}第14条第7项", application=True),
    FeeKind.MARITIME_CLAIM: Entry("海事债权登记申请费", f"{DECREE}第14条第7项", application=True),
    FeeKind.GENERAL_AVERAGE: Entry("共同海损理算申请费", f"{DECREE}第14条第7项", application=True),
}

# Each with the article that was compared with its published text.
FREE_REASONS = {
    FreeReason.SPECIAL: ("依照特别程序审理的案件不交纳案件受理费", f"{DECREE}第8条第1项"),
    FreeReason.REFUSAL: ("裁定不予受理、驳回起诉、驳回上诉的案件不交纳案件受理费", f"{DECREE}第8条第2项"),
    FreeReason.REFUSAL_APPEAL: (
        "对不予受理、驳回起诉和管辖权异议裁定的上诉不交纳案件受理费",
        f"{DECREE}第8条第3项",
    ),
    FreeReason.ADMIN_COMPENSATION: ("行政赔偿案件不交纳案件受理费", f"{DECREE}第8条第4项"),
    FreeReason.RETRIAL: ("再审案件一般不交纳案件受理费", f"{DECREE}第9条"),
    FreeReason.STATE_COMPENSATION: ("要求国家赔偿不收取任何费用", "国家赔偿法第41条"),
    FreeReason.ATTACHED_CIVIL: ("附带民事诉讼不收取诉讼费", "刑事诉讼法解释第199条"),
    FreeReason.JUDICIAL_CONFIRMATION: (
        "办理司法确认不收取费用",
        "人民调解协议司法确认程序规定第11条",
    ),
    FreeReason.PROTECTION_ORDER: (
        "申请人身安全保护令不收取诉讼费用",
        "关于人身安全保护令案件相关程序问题的批复（法释〔2016〕15号）第1条",
    ),
    FreeReason.ENFORCEMENT_OBJECTION: (
        "执行异议、复议不在应当交纳申请费的事项之内，不得另行收费",
        f"{DECREE}第3条、第10条",
    ),
    FreeReason.CRIMINAL: ("诉讼费用只在民事诉讼、行政诉讼中交纳，刑事案件不交纳", f"{DECREE}第2条"),
    FreeReason.SERVICE: ("诉讼服务不在诉讼费用的范围之内，不得收费", f"{DECREE}第3条、第6条"),
}


def tier_sum(tiers: Sequence[Tier], amount: Decimal) -> Decimal:
    """The fee of `amount` yuan by cumulative tiers, before any rounding."""
    total = Decimal(0)
    for tier in tiers:
        if tier.flat is not None:
            total += tier.flat
        else:
            total += tier.part_of(amount) * tier.rate
    return total


def closed_form(tiers: Sequence[Tier], amount: Decimal) -> tuple[Decimal, Decimal]:
    """`rate` and `constant` such that the fee is `rate × amount + constant`."""
    tier = next(t for t in tiers if t.up_to is None or amount <= t.up_to)
    return tier.rate, tier_sum(
        tiers, tier.above
    ) - tier.rate * tier.above if tier.rate else tier.flat or Decimal(0)
