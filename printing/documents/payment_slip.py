"""缴费单: the fee on a slip of the ticket printer, with the code to pay.

诉讼费用交纳办法 (国务院令第481号) 第二十二条 (7 days), 第五十二条 (the bank takes the money, not the window).
The notice (交纳诉讼费用通知书) is the legal paper; this slip is what a person carries to the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Account, Facts, Issue, Payment
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts
from printing.layout import (
    Align,
    Block,
    Column,
    Document,
    KeyValue,
    Paper,
    QrCode,
    Rule,
    Size,
    Space,
    Table,
    Text,
    Weight,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSlip(Facts):
    """``due``: the last day to pay, None while it is not known or set.

    ``payload``: the text of the QR code, blank prints none.
    """

    issue: Issue
    payer: str
    payments: tuple[Payment, ...]
    due: date | None = None
    account: Account
    payload: str = ""

    @property
    def total(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTexts(SheetTexts):
    """The keys of ``payment_slip.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names("payer", "case_no", "due", "holder", "bank", "account_no", "remark", "issued")
    )
    columns: Mapping[str, str] = field(metadata=names("name", "amount"))
    total: str
    plain_due: str
    qr_caption: str
    notes: tuple[str, ...]


def _amounts(data: PaymentSlip, say: PaymentTexts, sheet: Sheet) -> Table:
    columns = (Column(say.columns["name"], 5), Column(say.columns["amount"], 4, Align.RIGHT))
    rows = tuple((payment.name, sheet.amount(payment.amount)) for payment in data.payments)
    return Table(columns, rows, (say.total, sheet.amount(data.total)))


def _code(data: PaymentSlip, say: PaymentTexts) -> list[Block]:
    return [Space(2), QrCode(data.payload, say.qr_caption, mm=34)] if data.payload else []


def build(
    data: PaymentSlip, paper: Paper = Paper.ROLL_80, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(PaymentTexts, "payment_slip", folder)
    if data.due:
        say = replace(say, plain=(*say.plain, say.plain_due))
    sheet = Sheet(data.issue, say, paper, large, folder)
    number = data.issue.case_no or data.issue.number
    return sheet.document(
        sheet.form(
            say.labels,
            KeyValue("payer", data.payer, strong=True, wide=True),
            KeyValue("case_no", data.issue.case_no, strong=True, wide=True),
        ),
        Space(1),
        _amounts(data, say, sheet),
        Space(1),
        Text(sheet.amount(data.total), Size.TITLE, Weight.BOLD, Align.CENTER),
        *_code(data, say),
        Space(2),
        sheet.form(
            say.labels,
            KeyValue("due", sheet.day(data.due) if data.due else "", strong=True, wide=True),
            KeyValue("issued", sheet.time(data.issue.issued), wide=True),
        ),
        Rule(),
        sheet.account(say.labels, data.account),
        sheet.form(say.labels, KeyValue("remark", number, wide=True)),
        Rule(),
        *[sheet.text(note, size=Size.SMALL) for note in say.notes],
    )
