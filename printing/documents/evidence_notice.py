"""举证通知书: what has to be proved by whom and until when.

民事诉讼法 (2023) 第六十八条、第六十九条: evidence in time; the court gives a receipt for what it takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import texts, uses
from printing.layout import Document, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceNotice(Facts):
    """``until``: the last local day to hand in evidence. ``case``: how the case is called, before 一案."""

    issue: Issue
    addressee: str
    case: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceNoticeTexts(SheetTexts):
    """The keys of ``evidence_notice.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("case"))
    body: tuple[str, ...] = field(metadata=uses("until"))
    closing: str


def build(
    data: EvidenceNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(EvidenceNoticeTexts, "evidence_notice", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    return sheet.document(
        sheet.to(data.addressee),
        *sheet.body(say.opening, case=data.case),
        *sheet.body(say.body, until=sheet.day(data.until)),
        Space(1),
        sheet.text(say.closing),
        Space(3),
        Signatures((sheet.received(), sheet.by_court())),
    )
