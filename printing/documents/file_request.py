"""阅卷申请单: who wants to see which file, and what was copied. Only the open volume (正卷) is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts
from printing.layout import Document, Heading, KeyValue, KeyValues, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest(Facts):
    """``capacity``: party, lawyer …; ``licence``: number of the licence or identity document.

    ``way``: 0 read, 1 excerpt, 2 copy, None = to be ticked by hand. ``pages``: how many were copied.
    """

    issue: Issue
    applicant: str
    capacity: str
    licence: str = ""
    phone: str = ""
    cause: str = ""
    parties: str = ""
    scope: str
    purpose: str
    unit: str = ""
    way: int | None = None
    pages: int | None = None
    signature: bytes | None = None

    def __post_init__(self) -> None:
        Facts.__post_init__(self)
        if self.way is not None and self.way > 2:
            raise ValueError("FileRequest.way is 0, 1 or 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequestTexts(SheetTexts):
    """The keys of ``file_request.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "applicant",
            "capacity",
            "licence",
            "phone",
            "unit",
            "cause",
            "parties",
            "scope",
            "way",
            "purpose",
            "judge",
            "lent",
            "returned",
            "pages",
        )
    )
    read: str
    excerpt: str
    copy: str
    facts_heading: str
    office_heading: str
    notes: tuple[str, ...]


def _facts(data: FileRequest, say: FileRequestTexts, sheet: Sheet) -> KeyValues:
    return sheet.form(
        say.labels,
        KeyValue("applicant", data.applicant, strong=True),
        KeyValue("capacity", data.capacity),
        KeyValue("licence", data.licence),
        KeyValue("phone", data.phone),
        KeyValue("unit", data.unit or sheet.common.none),
        KeyValue("cause", data.cause),
        KeyValue("parties", data.parties, wide=True),
        KeyValue("scope", data.scope, wide=True),
        KeyValue("way", sheet.choice((say.read, say.excerpt, say.copy), data.way), wide=True),
        KeyValue("purpose", data.purpose, wide=True),
    )


def build(
    data: FileRequest, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(FileRequestTexts, "file_request", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    office = sheet.form(
        say.labels,
        KeyValue("judge", "", wide=True, lines=2, hand=True),
        KeyValue("lent", "", hand=True),
        KeyValue("returned", "", hand=True),
        KeyValue("pages", "" if data.pages is None else str(data.pages), wide=True, hand=True),
    )
    return sheet.document(
        Heading(say.facts_heading, 2),
        _facts(data, say, sheet),
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
