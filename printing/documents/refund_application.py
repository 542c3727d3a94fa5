"""退费申请书: money back from the court, with the account it goes to.

诉讼费用交纳办法 第二十七条 (what is refunded), 第五十三条 (within 15 days of the document taking effect).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Account, Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Document, Heading, KeyValue, KeyValues, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundApplication(Facts):
    """Amounts in yuan; ``voucher`` is the number of the fiscal receipt, ``document`` what it rests on."""

    issue: Issue
    applicant: str
    id_number: str = ""
    phone: str = ""
    cause: str = ""
    paid: Decimal | None = None
    refund: Decimal
    voucher: str = ""
    document: str = ""
    reason: str
    account: Account | None = None
    agent: str = ""
    authority: str = ""
    signature: bytes | None = None

    def __post_init__(self) -> None:
        Facts.__post_init__(self)
        if self.paid is not None and self.refund > self.paid:
            raise ValueError("RefundApplication.refund is more than was paid")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTexts(SheetTexts):
    """The keys of ``refund_application.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("refund"))
    labels: Mapping[str, str] = field(
        metadata=names(
            "applicant",
            "id_number",
            "phone",
            "cause",
            "paid",
            "refund",
            "voucher",
            "document",
            "reason",
            "agent",
            "authority",
            "holder",
            "bank",
            "account_no",
            "checked",
            "approved",
        )
    )
    facts_heading: str
    account_heading: str
    office_heading: str
    promise: str


def _facts(data: RefundApplication, say: RefundTexts, sheet: Sheet) -> KeyValues:
    return sheet.form(
        say.labels,
        KeyValue("applicant", data.applicant, strong=True),
        KeyValue("phone", data.phone),
        KeyValue("id_number", data.id_number),
        KeyValue("cause", data.cause),
        KeyValue("agent", data.agent or sheet.common.none),
        KeyValue("authority", data.authority or sheet.common.none),
        KeyValue("paid", "" if data.paid is None else sheet.amount(data.paid)),
        KeyValue("voucher", data.voucher),
        KeyValue("refund", sheet.amount(data.refund, in_words=True), strong=True, wide=True),
        KeyValue("document", data.document, wide=True),
        KeyValue("reason", data.reason, wide=True, lines=2, typed=True),
    )


def build(
    data: RefundApplication, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(RefundTexts, "refund_application", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    office = sheet.form(
        say.labels,
        KeyValue("checked", "", wide=True, lines=2, hand=True),
        KeyValue("approved", "", wide=True, lines=2, hand=True),
    )
    return sheet.document(
        *sheet.body(say.opening, refund=sheet.amount(data.refund)),
        Space(1),
        Heading(say.facts_heading, 2),
        _facts(data, say, sheet),
        Space(2),
        Heading(say.account_heading, 2),
        sheet.account(say.labels, data.account),
        Space(2),
        Heading(say.office_heading, 2),
        office,
        Space(2),
        sheet.text(say.promise),
        Space(3),
        Signatures(
            (
                sheet.place(sheet.common.applicant, png=data.signature, day=data.issue.issued),
                sheet.by_court(seal=sheet.common.received_seal),
            )
        ),
    )
