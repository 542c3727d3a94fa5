"""委派调解函: the court asks an organisation to mediate, until a day.

民事诉讼法 (2023) 第一百二十五条. 在线调解规则 第十二条、第十五条: the mediator answers in 3 working days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import Align, Column, Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Facts):
    """A party to the dispute and how the mediator reaches it."""

    role: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationReferral(Facts):
    """``issue.case_no`` is the number before suit (民诉前调). ``amount`` in yuan, None = not said."""

    issue: Issue
    organisation: str
    mediator: str = ""
    sides: tuple[Side, ...]
    dispute: str
    claim: str
    ends: date
    days: int = 30
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralTexts(SheetTexts):
    """The keys of ``mediation_referral.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("dispute"))
    columns: Mapping[str, str] = field(metadata=names("index", "role", "name", "phone"))
    labels: Mapping[str, str] = field(
        metadata=names("mediator", "dispute", "claim", "amount", "ends", "contact")
    )
    terms: tuple[str, ...] = field(metadata=uses("days", "ends"))
    no_phone: str
    closing: str
    receipt_sign: str


def build(
    data: MediationReferral, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(ReferralTexts, "mediation_referral", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    ends, title = sheet.day(data.ends), say.columns
    columns = (
        Column(title["role"], 2, Align.CENTER),
        Column(title["name"], 5),
        Column(title["phone"], 3, Align.CENTER),
    )
    amount = "" if data.amount is None else sheet.amount(data.amount)
    return sheet.document(
        sheet.to(data.organisation),
        *sheet.body(say.opening, dispute=data.dispute),
        Space(1),
        numbered(
            columns, [(s.role, s.name, s.phone or say.no_phone) for s in data.sides], index=title["index"]
        ),
        Space(2),
        sheet.form(
            say.labels,
            KeyValue("dispute", data.dispute),
            KeyValue("amount", amount),
            KeyValue("claim", data.claim, wide=True, lines=3, typed=True),
            KeyValue("mediator", data.mediator),
            KeyValue("ends", ends, strong=True),
            KeyValue("contact", data.issue.phone, wide=True),
        ),
        Space(2),
        *sheet.body(say.terms, days=str(data.days), ends=ends),
        sheet.text(say.closing),
        Space(3),
        Signatures((sheet.place(say.receipt_sign), sheet.by_court())),
    )
