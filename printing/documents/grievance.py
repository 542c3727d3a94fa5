"""办不成事反映登记单: what could not be done at a window, and by when there is an answer.

登记立案若干问题的规定 第十三条: complaints about filing are looked into and answered within 15 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance(Facts):
    """``due``: the last day for the answer; ``handler``: who follows it up.

    ``happened``: when; None, like what is blank, is left out.
    """

    issue: Issue
    person: str
    phone: str = ""
    matter: str
    window: str
    happened: datetime | None = None
    facts: str
    wish: str = ""
    handler: str
    due: date
    days: int = 15
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrievanceTexts(SheetTexts):
    """The keys of ``grievance.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "person", "phone", "matter", "window", "happened", "facts", "wish", "handler", "due", "result"
        )
    )
    terms: tuple[str, ...] = field(metadata=uses("days", "due", "phone"))
    person_sign: str


def build(
    data: Grievance, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(GrievanceTexts, "grievance", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    due = sheet.day(data.due)
    form = sheet.form(
        say.labels,
        KeyValue("person", data.person, strong=True),
        KeyValue("phone", data.phone),
        KeyValue("matter", data.matter),
        KeyValue("window", data.window),
        KeyValue("happened", sheet.time(data.happened) if data.happened else "", wide=True),
        KeyValue("facts", data.facts, wide=True, lines=5, typed=True),
        KeyValue("wish", data.wish, wide=True, lines=3, typed=True),
        KeyValue("handler", data.handler),
        KeyValue("due", due, strong=True),
        *([] if sheet.roll else [KeyValue("result", "", wide=True, lines=6, hand=True)]),
    )
    return sheet.document(
        form,
        Space(2),
        *sheet.body(say.terms, days=str(data.days), due=due, phone=data.issue.phone),
        Space(3),
        Signatures(
            (
                sheet.place(say.person_sign, png=data.signature, day=data.issue.issued),
                sheet.by_court(seal=sheet.common.received_seal),
            )
        ),
    )
