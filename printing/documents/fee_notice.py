"""交纳诉讼费用通知书: what to pay, until when, to which account; the refund account is asked for at once.

诉讼费用交纳办法 (国务院令第481号) 第十三条、第十四条 (amounts), 第二十条、第二十二条 (who and when),
第四十八条 (relief), 第五十二条 (the bank takes the money, not the window), 第五十三条 (refund in 15 days).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Account, Charge, Facts, Issue, Payment
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import (
    Align,
    Block,
    Column,
    Document,
    Heading,
    KeyValue,
    Paper,
    QrCode,
    Signatures,
    Space,
    Table,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeNotice(Facts):
    """``due``: the last day to pay, None for what is paid when it is applied for.

    ``case``: how the case is called, before 一案. ``payload``: the text of the payment QR code, blank prints
    none. ``refund`` is the payer's own account if it is known already, None leaves lines to fill in.
    """

    issue: Issue
    payer: str
    case: str
    charge: Charge = Charge.SUIT
    payments: tuple[Payment, ...]
    due: date | None = None
    account: Account
    payload: str = ""
    refund: Account | None = None

    def __post_init__(self) -> None:
        Facts.__post_init__(self)
        if (self.due is None) is not (self.charge is Charge.APPLICATION):
            raise ValueError("FeeNotice.due is the last day of a suit or an appeal")

    @property
    def total(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTexts(SheetTexts):
    """The keys of ``fee_notice.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("case"))
    columns: Mapping[str, str] = field(metadata=names("index", "name", "basis", "amount"))
    total: str
    terms_suit: tuple[str, ...] = field(metadata=uses("total", "due"))
    terms_appeal: tuple[str, ...] = field(metadata=uses("total", "due"))
    terms_application: tuple[str, ...] = field(metadata=uses("total"))
    terms: tuple[str, ...]
    plain_terms: Mapping[str, str] = field(metadata=names(*(one.value for one in Charge)))
    account_heading: str
    refund_heading: str
    refund_note: str
    labels: Mapping[str, str] = field(metadata=names("holder", "bank", "account_no", "remark"))
    qr_caption: str
    qr_notes: tuple[str, ...]
    closing: str
    refund_sign: str


def fee_table(payments: tuple[Payment, ...], say: FeeTexts, sheet: Sheet) -> Table:
    """Return the lines of a fee with their sum."""
    title = say.columns
    columns = (
        Column(title["name"], 3.6),
        Column(title["basis"], 4.4),
        Column(title["amount"], 2.6, Align.RIGHT),
    )
    total = sum((payment.amount for payment in payments), Decimal(0))
    rows = [(p.name, p.basis, sheet.amount(p.amount)) for p in payments]
    return numbered(columns, rows, index=title["index"], total=(say.total, "", sheet.amount(total)))


def _pay_by_code(data: FeeNotice, say: FeeTexts) -> list[Block]:
    if not data.payload:
        return []
    return [Space(2), QrCode(data.payload, say.qr_caption, mm=30, notes=say.qr_notes)]


def _refund(data: FeeNotice, say: FeeTexts, sheet: Sheet) -> list[Block]:
    return [
        Heading(say.refund_heading, 2),
        sheet.account({key: say.labels[key] for key in ("holder", "bank", "account_no")}, data.refund),
        Space(1),
        sheet.text(say.refund_note),
        Space(3),
        Signatures((sheet.place(say.refund_sign, day=None), sheet.by_court())),
    ]


def build(
    data: FeeNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(FeeTexts, "fee_notice", folder)
    say = replace(say, plain=(*say.plain, say.plain_terms[data.charge.value]))
    sheet = Sheet(data.issue, say, paper, large, folder)
    total, due = sheet.amount(data.total, in_words=True), sheet.day(data.due)
    terms = {
        Charge.SUIT: say.terms_suit,
        Charge.APPEAL: say.terms_appeal,
        Charge.APPLICATION: say.terms_application,
    }
    return sheet.document(
        sheet.to(data.payer),
        *sheet.body(say.opening, case=data.case),
        Space(1),
        fee_table(data.payments, say, sheet),
        Space(2),
        *sheet.body(terms[data.charge], total=total, due=due),
        *sheet.body(say.terms),
        Space(1),
        Heading(say.account_heading, 2),
        sheet.account(say.labels, data.account),
        sheet.form(say.labels, KeyValue("remark", data.issue.case_no or data.issue.number, wide=True)),
        *_pay_by_code(data, say),
        Space(1),
        sheet.text(say.closing),
        Space(2),
        *_refund(data, say, sheet),
    )
