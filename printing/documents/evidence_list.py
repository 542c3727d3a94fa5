"""证据清单: every piece of evidence with its source and what it is to prove.

民事诉讼法 (2023) 第六十九条: name, pages, copies, original or copy of each piece.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from printing.documents.facts import Facts, Form, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts
from printing.layout import Align, Column, Document, KeyValue, Paper, Signatures, Size, Space, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Facts):
    """One piece; ``pages`` is None for what has none, such as a disc. The submitter writes what is blank."""

    name: str
    source: str = ""
    purpose: str = ""
    pages: int | None
    copies: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceList(Facts):
    """``submitter`` with the standing in the case (``role``); ``submitted`` is a local day."""

    issue: Issue
    submitter: str
    role: str
    opponent: str = ""
    cause: str = ""
    submitted: date
    evidence: tuple[Evidence, ...]
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceTexts(SheetTexts):
    """The keys of ``evidence_list.toml``."""

    note: str
    labels: Mapping[str, str] = field(metadata=names("submitter", "role", "opponent", "cause", "submitted"))
    columns: Mapping[str, str] = field(
        metadata=names("index", "name", "source", "purpose", "pages", "copies", "form")
    )
    pages_unknown: str
    total: str
    submitter_sign: str
    officer_sign: str


def _table(data: EvidenceList, say: EvidenceTexts, sheet: Sheet) -> Table:
    title = say.columns
    columns = (
        Column(title["name"], 3.4),
        Column(title["source"], 2.0, hand=True),
        Column(title["purpose"], 3.6, hand=True),
        Column(title["pages"], 1.15, Align.CENTER),
        Column(title["copies"], 1.15, Align.CENTER),
        Column(title["form"], 1.4, Align.CENTER),
    )
    rows = [
        (e.name, e.source, e.purpose, _pages(e, say), str(e.copies), sheet.form_of(e.form))
        for e in data.evidence
    ]
    pages = sum(e.pages or 0 for e in data.evidence)
    copies = sum(e.copies for e in data.evidence)
    return numbered(
        columns, rows, index=title["index"], total=(say.total, "", "", str(pages), str(copies), "")
    )


def _pages(evidence: Evidence, say: EvidenceTexts) -> str:
    return say.pages_unknown if evidence.pages is None else str(evidence.pages)


def build(
    data: EvidenceList, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the list. Raises TextFileInvalid if the text file is wrong."""
    say = texts(EvidenceTexts, "evidence_list", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    facts = sheet.form(
        say.labels,
        KeyValue("submitter", data.submitter, strong=True),
        KeyValue("role", data.role),
        KeyValue("opponent", data.opponent),
        KeyValue("cause", data.cause),
        KeyValue("submitted", sheet.day(data.submitted), wide=True),
    )
    places = Signatures(
        (
            sheet.place(say.submitter_sign, png=data.signature, day=data.submitted),
            sheet.place(
                say.officer_sign, data.issue.officer, seal=sheet.common.received_seal, day=data.issue.issued
            ),
        )
    )
    table = _table(data, say, sheet)
    return sheet.document(
        facts, Space(3), table, Space(2), sheet.text(say.note, size=Size.SMALL), Space(3), places
    )
