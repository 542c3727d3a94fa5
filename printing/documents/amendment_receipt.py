"""更正（补充）回执: what was corrected in a finished record or added to it, when, by whom, and its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts
from printing.layout import Align, Block, Column, Document, Heading, KeyValue, Paper, Signatures, Size, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Facts):
    """One value; ``before`` or ``after`` is blank where nothing stood there or stands there now."""

    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added(Facts):
    """One paper that came after the end."""

    name: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentReceipt(Facts):
    """``receipt_no`` is the receipt it belongs to, ``digest`` the beginning of the hash of the new record."""

    issue: Issue
    receipt_no: str
    party: str
    matter: str
    made: datetime
    reason: str
    digest: str
    changes: tuple[Changed, ...] = ()
    papers: tuple[Added, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentTexts(SheetTexts):
    """The keys of ``amendment_receipt.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names("receipt_no", "party", "matter", "made", "clerk", "reason", "digest")
    )
    changes_heading: str
    columns: Mapping[str, str] = field(metadata=names("index", "name", "before", "after"))
    papers_heading: str
    paper_columns: Mapping[str, str] = field(metadata=names("index", "name", "pages"))
    total: str
    note: str


def _changes(data: AmendmentReceipt, say: AmendmentTexts, sheet: Sheet) -> list[Block]:
    if not data.changes:
        return []
    title, none = say.columns, sheet.common.none
    columns = (Column(title["name"], 3), Column(title["before"], 4), Column(title["after"], 4))
    rows = [(one.name, one.before or none, one.after or none) for one in data.changes]
    return [Space(2), Heading(say.changes_heading, 2), numbered(columns, rows, index=title["index"])]


def _papers(data: AmendmentReceipt, say: AmendmentTexts) -> list[Block]:
    if not data.papers:
        return []
    title = say.paper_columns
    columns = (Column(title["name"], 7), Column(title["pages"], 2, Align.CENTER))
    rows = [(one.name, str(one.pages)) for one in data.papers]
    total = (say.total, str(sum(one.pages for one in data.papers)))
    table = numbered(columns, rows, index=title["index"], total=total)
    return [Space(2), Heading(say.papers_heading, 2), table]


def build(
    data: AmendmentReceipt, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(AmendmentTexts, "amendment_receipt", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    facts = sheet.form(
        say.labels,
        KeyValue("receipt_no", data.receipt_no, strong=True, wide=True),
        KeyValue("party", data.party, strong=True),
        KeyValue("matter", data.matter),
        KeyValue("made", sheet.time(data.made), strong=True),
        KeyValue("clerk", data.issue.officer),
        KeyValue("reason", data.reason, wide=True),
        KeyValue("digest", data.digest, wide=True),
    )
    return sheet.document(
        facts,
        *_changes(data, say, sheet),
        *_papers(data, say),
        Space(2),
        sheet.text(say.note, size=Size.SMALL),
        Space(3),
        Signatures((sheet.received(), sheet.by_court(seal=sheet.common.received_seal))),
    )
