"""一次性补正告知书: everything that is missing, told once and in writing.

登记立案若干问题的规定 (法释〔2015〕8号) 第七条: one written notice with the items and the time allowed; the
clock of the decision starts when the supplement is received. 第十三条: complaints and the answer to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import Column, Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Facts):
    """One item to correct or to add, why, and the article it rests on."""

    item: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNotice(Facts):
    """``received``: when the papers came in; ``due``: the last day to supply, ``days`` after the notice.

    ``deliver`` says where and how, ``complaints`` whom to tell if something went wrong at the window.
    """

    issue: Issue
    party: str
    matter: str
    received: datetime
    items: tuple[Correction, ...]
    days: int
    due: date
    deliver: str
    complaints: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionTexts(SheetTexts):
    """The keys of ``correction_notice.toml``."""

    labels: Mapping[str, str] = field(metadata=names("matter", "received", "due", "intake"))
    opening: tuple[str, ...] = field(metadata=uses("received", "matter"))
    columns: Mapping[str, str] = field(metadata=names("index", "item", "reason", "basis"))
    after: tuple[str, ...] = field(metadata=uses("days", "due", "deliver"))
    consequence: tuple[str, ...]
    complaint: str = field(metadata=uses("complaints"))
    receipt: str


def build(
    data: CorrectionNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(CorrectionTexts, "correction_notice", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    columns = (
        Column(say.columns["item"], 3.2),
        Column(say.columns["reason"], 4.2),
        Column(say.columns["basis"], 3.2),
    )
    due = sheet.day(data.due)
    return sheet.document(
        sheet.to(data.party),
        *sheet.body(say.opening, received=sheet.time(data.received), matter=data.matter),
        Space(2),
        numbered(columns, [(i.item, i.reason, i.basis) for i in data.items], index=say.columns["index"]),
        Space(2),
        sheet.form(
            say.labels,
            KeyValue("matter", data.matter),
            KeyValue("intake", data.issue.number),
            KeyValue("received", sheet.time(data.received), wide=True),
            KeyValue("due", due, strong=True, wide=True),
        ),
        Space(2),
        *sheet.body(say.after, days=str(data.days), due=due, deliver=data.deliver),
        *sheet.body(say.consequence),
        sheet.text(say.complaint.format(complaints=data.complaints)),
        Space(2),
        sheet.text(say.receipt),
        Space(3),
        Signatures((sheet.received(), sheet.by_court())),
    )
