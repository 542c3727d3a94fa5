"""案款领取登记表: money of an enforcement case, paid to whom it belongs.

The agent of a payee needs special authority to collect money; the account is the payee's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Account, Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts
from printing.layout import Document, Heading, KeyValue, KeyValues, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsClaim(Facts):
    """``natural``: a person (True) or a unit. ``papers``: what was shown. ``amount`` in yuan.

    What is blank is left out; without an amount the court settles it.
    """

    issue: Issue
    payee: str
    natural: bool
    id_number: str = ""
    phone: str = ""
    debtor: str = ""
    cause: str = ""
    amount: Decimal | None = None
    papers: tuple[str, ...] = ()
    account: Account | None = None
    agent: str = ""
    authority: str = ""
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsTexts(SheetTexts):
    """The keys of ``funds_claim.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "payee",
            "kind",
            "id_number",
            "phone",
            "debtor",
            "cause",
            "amount",
            "papers",
            "agent",
            "authority",
            "holder",
            "bank",
            "account_no",
            "judge",
            "chief",
        )
    )
    natural: str
    unit: str
    settled: str
    facts_heading: str
    account_heading: str
    office_heading: str
    notes: tuple[str, ...]


def _amount(data: FundsClaim, say: FundsTexts, sheet: Sheet) -> str:
    return say.settled if data.amount is None else sheet.amount(data.amount, in_words=True)


def _facts(data: FundsClaim, say: FundsTexts, sheet: Sheet) -> KeyValues:
    return sheet.form(
        say.labels,
        KeyValue("payee", data.payee, strong=True),
        KeyValue("kind", sheet.choice((say.natural, say.unit), int(not data.natural))),
        KeyValue("id_number", data.id_number),
        KeyValue("phone", data.phone),
        KeyValue("debtor", data.debtor),
        KeyValue("cause", data.cause),
        KeyValue("agent", data.agent or sheet.common.none),
        KeyValue("authority", data.authority or sheet.common.none),
        KeyValue("amount", _amount(data, say, sheet), strong=True, wide=True),
        KeyValue("papers", "、".join(data.papers), wide=True),
    )


def build(
    data: FundsClaim, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(FundsTexts, "funds_claim", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    office = sheet.form(
        say.labels,
        KeyValue("judge", "", wide=True, lines=2, hand=True),
        KeyValue("chief", "", wide=True, lines=2, hand=True),
    )
    return sheet.document(
        Heading(say.facts_heading, 2),
        _facts(data, say, sheet),
        Space(2),
        Heading(say.account_heading, 2),
        sheet.account(say.labels, data.account),
        Space(2),
        Heading(say.office_heading, 2),
        office,
        Space(2),
        *sheet.notes(say.notes),
        Space(3),
        Signatures(
            (
                sheet.place(sheet.common.applicant, png=data.signature, day=data.issue.issued),
                sheet.by_court(seal=sheet.common.received_seal),
            )
        ),
    )
