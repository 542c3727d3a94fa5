"""材料收转清单: papers taken at the window for a judge, a department or another court.

民事诉讼法 (2023) 第六十九条: name, pages, copies, original or copy, time received, the officer signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from printing.documents.facts import Facts, Form, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts
from printing.layout import Align, Column, Document, KeyValue, Paper, Signatures, Size, Space, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Facts):
    """One paper; ``pages`` is None for what has none, such as a disc."""

    name: str
    pages: int | None
    copies: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferList(Facts):
    """``recipient``: to whom it goes. ``handed_over``: when it was handed on, None = not yet."""

    issue: Issue
    submitter: str
    phone: str = ""
    cause: str = ""
    recipient: str
    received: datetime
    papers: tuple[Transferred, ...]
    handed_over: datetime | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTexts(SheetTexts):
    """The keys of ``transfer_list.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names("intake", "submitter", "phone", "cause", "recipient", "received", "handed_over")
    )
    columns: Mapping[str, str] = field(metadata=names("index", "name", "pages", "copies", "form"))
    pages_unknown: str
    total: str
    note: str
    submitter_sign: str
    recipient_sign: str


def _table(data: TransferList, say: TransferTexts, sheet: Sheet) -> Table:
    title = say.columns
    columns = (
        Column(title["name"], 5.2),
        Column(title["pages"], 1.4, Align.CENTER),
        Column(title["copies"], 1.4, Align.CENTER),
        Column(title["form"], 2.0, Align.CENTER),
    )
    rows = [
        (
            paper.name,
            say.pages_unknown if paper.pages is None else str(paper.pages),
            str(paper.copies),
            sheet.form_of(paper.form),
        )
        for paper in data.papers
    ]
    pages = str(sum(paper.pages or 0 for paper in data.papers))
    copies = str(sum(paper.copies for paper in data.papers))
    return numbered(columns, rows, index=title["index"], total=(say.total, pages, copies, ""))


def build(
    data: TransferList, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(TransferTexts, "transfer_list", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    handed_over = sheet.time(data.handed_over) if data.handed_over else ""
    facts = sheet.form(
        say.labels,
        KeyValue("intake", data.issue.number),
        KeyValue("cause", data.cause),
        KeyValue("submitter", data.submitter, strong=True),
        KeyValue("phone", data.phone),
        KeyValue("recipient", data.recipient, strong=True, wide=True),
        KeyValue("received", sheet.time(data.received), strong=True, wide=True),
        KeyValue("handed_over", handed_over, wide=True, hand=True),
    )
    return sheet.document(
        facts,
        Space(2),
        _table(data, say, sheet),
        Space(2),
        sheet.text(say.note, size=Size.SMALL),
        Space(3),
        Signatures(
            (
                sheet.place(say.submitter_sign, png=data.signature, day=data.received),
                sheet.by_court(seal=sheet.common.received_seal),
                sheet.place(say.recipient_sign, day=data.handed_over),
            )
        ),
    )
