"""受理案件通知书: the case is registered, and what holds in its procedure.

民事诉讼法 (2023) 第一百二十六条, 第一百二十九条; 行政诉讼法 第五十一条; 刑事诉讼法解释 (2021) 第三百二十条.
诉讼费用交纳办法 第二十二条: payment of a suit within 7 days from the day after the notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path

from printing.documents.facts import Charge, Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Block, Document, KeyValue, Paper, Signatures, Space


class Procedure(Enum):
    """By which procedure the case goes; each has its own words on rights and duties in the text file."""

    CIVIL = "civil"
    ADMINISTRATIVE = "administrative"
    CRIMINAL = "criminal"
    ENFORCEMENT = "enforcement"
    APPLICATION = "application"
    COMPENSATION = "compensation"
    AID = "aid"
    APPEAL = "appeal"
    RETRIAL = "retrial"
    ADMINISTRATIVE_RETRIAL = "administrative_retrial"
    PETITION = "petition"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceNotice(Facts):
    """``received``, ``registered``: local days. ``case``: how the case is called, before 一案.

    ``fee`` in yuan, None where nothing is prepaid or, with ``fee_later``, while the sum is not fixed;
    ``free`` is the provision nothing is prepaid by. ``enclosed``: the notice of rights and duties is given
    too. ``judge`` and ``judge_phone`` may not be known yet. ``query_code`` is the case's code at 12368.
    """

    issue: Issue
    addressee: str
    case: str
    cause: str = ""
    procedure: Procedure = Procedure.CIVIL
    enclosed: bool = False
    received: date
    registered: date
    fee: Decimal | None = None
    charge: Charge = Charge.SUIT
    fee_later: bool = False
    free: str = ""
    division: str = ""
    judge: str = ""
    judge_phone: str = ""
    query_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceTexts(SheetTexts):
    """The keys of ``acceptance_notice.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("case", "received", "registered"))
    rights: Mapping[str, str] = field(metadata=names(*(one.value for one in Procedure)))
    enclosed: str
    matters: tuple[str, ...]
    fee_suit: str = field(metadata=uses("fee"))
    fee_appeal: str = field(metadata=uses("fee"))
    fee_application: str = field(metadata=uses("fee"))
    no_fee: str
    no_fee_by: str = field(metadata=uses("basis"))
    fee_later: str
    contact: str
    closing: str
    unknown: str
    plain_fee: Mapping[str, str] = field(metadata=names(*(one.value for one in Charge)))
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


def _fee(data: AcceptanceNotice, say: AcceptanceTexts, sheet: Sheet) -> str:
    if data.fee_later:
        return say.fee_later
    if data.fee is None:
        return say.no_fee_by.format(basis=data.free) if data.free else say.no_fee
    words = {
        Charge.SUIT: say.fee_suit,
        Charge.APPEAL: say.fee_appeal,
        Charge.APPLICATION: say.fee_application,
    }
    return words[data.charge].format(fee=sheet.amount(data.fee, in_words=True))


def _points(data: AcceptanceNotice, say: AcceptanceTexts, sheet: Sheet) -> list[str]:
    rights = say.rights[data.procedure.value] + (say.enclosed if data.enclosed else "")
    return [rights, *say.matters, _fee(data, say, sheet), say.contact]


def build(
    data: AcceptanceNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(AcceptanceTexts, "acceptance_notice", folder)
    if data.fee is not None:
        say = replace(say, plain=(*say.plain, say.plain_fee[data.charge.value]))
    sheet = Sheet(data.issue, say, paper, large, folder)
    received, registered = sheet.day(data.received), sheet.day(data.registered)
    return sheet.document(
        sheet.to(data.addressee),
        *sheet.body(say.opening, case=data.case, received=received, registered=registered),
        *sheet.counted(_points(data, say, sheet)),
        Space(2),
        _contact(data, say, sheet),
        Space(1),
        sheet.text(say.closing),
        Space(3),
        Signatures((sheet.received(), sheet.by_court())),
    )
