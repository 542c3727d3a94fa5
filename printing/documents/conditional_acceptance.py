"""容缺受理告知书: taken in although secondary papers are missing, on a promise and with a last day.

Practice of several courts (no statute fixes the days); receipt itself is never conditional:
登记立案若干问题的规定 第二条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from printing.documents.correction_notice import come_back
from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import Align, Column, Document, Heading, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPaper(Facts):
    """A paper that may follow, and what it has to look like."""

    name: str
    requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalAcceptance(Facts):
    """``present``: the main papers that are there; ``missing`` follow until ``due``, ``days`` from now.

    ``code`` finds the intake again, ``payload`` is the same to scan.
    """

    issue: Issue
    party: str
    matter: str
    present: tuple[str, ...]
    missing: tuple[MissingPaper, ...]
    days: int
    due: date
    signature: bytes | None = None
    code: str = ""
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalTexts(SheetTexts):
    """The keys of ``conditional_acceptance.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("matter", "days", "due"))
    present_heading: str
    missing_heading: str
    promise_heading: str
    promise: tuple[str, ...] = field(metadata=uses("due"))
    consequence: tuple[str, ...]
    columns: Mapping[str, str] = field(metadata=names("index", "present", "state", "missing", "requirement"))
    state: str
    promise_sign: str
    code: str = field(metadata=uses("code"))
    code_notes: tuple[str, ...]


def build(
    data: ConditionalAcceptance, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(ConditionalTexts, "conditional_acceptance", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    title, due = say.columns, sheet.day(data.due)
    present = (Column(title["present"], 8), Column(title["state"], 2, Align.CENTER))
    missing = (Column(title["missing"], 4), Column(title["requirement"], 6))
    return sheet.document(
        sheet.to(data.party),
        *sheet.body(say.opening, matter=data.matter, days=str(data.days), due=due),
        Space(2),
        Heading(say.present_heading, 2),
        numbered(present, [(name, say.state) for name in data.present], index=title["index"]),
        Space(2),
        Heading(say.missing_heading, 2),
        numbered(missing, [(m.name, m.requirement) for m in data.missing], index=title["index"]),
        Space(2),
        *sheet.body(say.consequence),
        Space(2),
        Heading(say.promise_heading, 2),
        *sheet.body(say.promise, due=due),
        *come_back(data.code, data.payload, say.code, say.code_notes),
        Space(3),
        Signatures(
            (
                sheet.place(say.promise_sign, png=data.signature, day=data.issue.issued),
                sheet.by_court(),
            )
        ),
    )
