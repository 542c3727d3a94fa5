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
from printing.layout import Block, Column, Document, KeyValue, Paper, QrCode, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Facts):
    """One item to correct or to add, why, the article it rests on, and the form in which it is supplied."""

    item: str
    reason: str
    basis: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNotice(Facts):
    """``received``: when the papers came in; ``due``: the last day to supply, ``days`` after the notice.

    ``deliver`` says where and how, ``complaints`` whom to tell if something went wrong at the window.
    ``advice`` names what may be brought along and need not; ``code`` finds the intake again, ``payload`` is
    the same to scan. ``again`` says why there is a further notice and who agreed.
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
    advice: tuple[str, ...] = ()
    code: str = ""
    payload: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionTexts(SheetTexts):
    """The keys of ``correction_notice.toml``."""

    labels: Mapping[str, str] = field(metadata=names("due"))
    opening: tuple[str, ...] = field(metadata=uses("received", "matter"))
    columns: Mapping[str, str] = field(metadata=names("index", "item", "reason", "how", "basis"))
    after: tuple[str, ...] = field(metadata=uses("days", "due", "deliver"))
    consequence: tuple[str, ...]
    complaint: str = field(metadata=uses("complaints"))
    receipt: str
    advice: str = field(metadata=uses("advice"))
    again: str = field(metadata=uses("again"))
    code: str = field(metadata=uses("code"))
    code_notes: tuple[str, ...]


def come_back(code: str, payload: str, caption: str, notes: tuple[str, ...]) -> list[Block]:
    """Return the code to come back with, nothing when there is none."""
    return [Space(2), QrCode(payload, mm=24, notes=(caption.format(code=code), *notes))] if payload else []


def _advice(data: CorrectionNotice, say: CorrectionTexts, sheet: Sheet) -> list[Block]:
    if not data.advice:
        return []
    return [Space(1), *sheet.notes([say.advice.format(advice="、".join(data.advice))])]


def build(
    data: CorrectionNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(CorrectionTexts, "correction_notice", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    columns = (
        Column(say.columns["item"], 2.6),
        Column(say.columns["reason"], 3.6),
        Column(say.columns["how"], 2.6),
        Column(say.columns["basis"], 2.6),
    )
    due = sheet.day(data.due)
    return sheet.document(
        sheet.to(data.party),
        *([sheet.text(say.again.format(again=data.again))] if data.again else []),
        *sheet.body(say.opening, received=sheet.time(data.received), matter=data.matter),
        Space(1),
        numbered(
            columns, [(i.item, i.reason, i.how, i.basis) for i in data.items], index=say.columns["index"]
        ),
        Space(1),
        sheet.form(
            say.labels,
            KeyValue("due", due, strong=True, wide=True),
        ),
        *_advice(data, say, sheet),
        Space(1),
        *sheet.body(say.after, days=str(data.days), due=due, deliver=data.deliver),
        *sheet.body(say.consequence),
        *sheet.notes([say.complaint.format(complaints=data.complaints)]),
        *sheet.notes([say.receipt]),
        Space(1),
        Signatures((sheet.received(), sheet.by_court())),
        *come_back(data.code, data.payload, say.code, say.code_notes),
    )
