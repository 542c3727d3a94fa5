"""受理案件通知书: the case is registered.

民事诉讼法 (2023) 第一百二十六条: the court must accept within 7 days what fulfils 第一百二十二条.
诉讼费用交纳办法 第二十二条: payment within 7 days from the day after the notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Block, Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceNotice(Facts):
    """``received``, ``registered``: local days. ``opponent`` "" where there is none.

    ``fee`` in yuan, None where nothing is prepaid or, with ``fee_later``, while the sum is not fixed.
    ``judge`` and ``judge_phone`` may not be known yet. ``query_code`` is the case's code at 12368.
    """

    issue: Issue
    addressee: str
    opponent: str = ""
    cause: str
    received: date
    registered: date
    fee: Decimal | None = None
    fee_later: bool = False
    division: str = ""
    judge: str = ""
    judge_phone: str = ""
    query_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceTexts(SheetTexts):
    """The keys of ``acceptance_notice.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("opponent", "cause", "received", "registered"))
    opening_alone: tuple[str, ...] = field(metadata=uses("cause", "received", "registered"))
    matters: tuple[str, ...]
    fee: str = field(metadata=uses("fee"))
    no_fee: str
    fee_later: str
    contact: tuple[str, ...]
    closing: str
    unknown: str
    labels: Mapping[str, str] = field(
        metadata=names("case_no", "cause", "division", "judge", "judge_phone", "query_code", "phone")
    )


def _contact(data: AcceptanceNotice, say: AcceptanceTexts, sheet: Sheet) -> Block:
    return sheet.form(
        say.labels,
        KeyValue("case_no", data.issue.case_no, strong=True),
        KeyValue("cause", data.cause),
        KeyValue("division", data.division or say.unknown),
        KeyValue("judge", data.judge or say.unknown),
        KeyValue("judge_phone", data.judge_phone or say.unknown),
        KeyValue("query_code", data.query_code or say.unknown, strong=True),
        KeyValue("phone", data.issue.phone, wide=True),
    )


def build(
    data: AcceptanceNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(AcceptanceTexts, "acceptance_notice", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    fee = say.fee_later if data.fee_later else say.no_fee
    if data.fee is not None:
        fee = say.fee.format(fee=sheet.amount(data.fee, in_words=True))
    return sheet.document(
        sheet.to(data.addressee),
        *sheet.body(
            say.opening if data.opponent else say.opening_alone,
            opponent=data.opponent,
            cause=data.cause,
            received=sheet.day(data.received),
            registered=sheet.day(data.registered),
        ),
        *sheet.body(say.matters),
        sheet.text(fee),
        *sheet.body(say.contact),
        Space(2),
        _contact(data, say, sheet),
        Space(1),
        sheet.text(say.closing),
        Space(3),
        Signatures((sheet.received(), sheet.by_court())),
    )
