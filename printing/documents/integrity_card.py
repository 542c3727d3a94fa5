"""廉政监督卡: handed out with every case; the party ticks and sends it back to the supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import Align, Column, Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityCard(Facts):
    """``officers``: role and name of each; ``supervision`` and ``address``: where the card goes."""

    issue: Issue
    cause: str = ""
    officers: tuple[tuple[str, str], ...]
    supervision: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityTexts(SheetTexts):
    """The keys of ``integrity_card.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("phone"))
    labels: Mapping[str, str] = field(
        metadata=names("case_no", "cause", "officers", "comment", "phone", "address", "issued")
    )
    columns: Mapping[str, str] = field(metadata=names("index", "question", "answer"))
    questions: tuple[str, ...]
    closing: str
    sign: str


def build(
    data: IntegrityCard, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(IntegrityTexts, "integrity_card", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    title = say.columns
    columns = (Column(title["question"], 7.6), Column(title["answer"], 2.4, Align.CENTER))
    officers = "　".join(f"{role}：{name}" for role, name in data.officers)
    questions = numbered(columns, [(q, sheet.yes_no(None)) for q in say.questions], index=title["index"])
    return sheet.document(
        *sheet.body(say.opening, phone=data.supervision),
        Space(1),
        sheet.form(
            say.labels,
            KeyValue("case_no", data.issue.case_no),
            KeyValue("cause", data.cause),
            KeyValue("officers", officers, strong=True, wide=True),
            KeyValue("issued", sheet.day(data.issue.issued), wide=True),
        ),
        Space(2),
        questions,
        Space(2),
        sheet.form(
            say.labels,
            KeyValue("comment", "", wide=True, lines=4, hand=True),
            KeyValue("phone", data.supervision, strong=True, wide=True),
            KeyValue("address", data.address, wide=True),
        ),
        Space(2),
        sheet.text(say.closing),
        Space(2),
        Signatures((sheet.place(say.sign),)),
    )
