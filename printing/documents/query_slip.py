"""案件查询单: the state of one case for the person who asked; names of others stay masked by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Document, KeyValue, KeyValues, Paper, Rule, Size, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySlip(Facts):
    """``stage`` in plain words; ``hearing`` None = no day fixed. What is blank is not printed."""

    issue: Issue
    person: str
    cause: str = ""
    stage: str
    division: str = ""
    judge: str = ""
    judge_phone: str = ""
    hearing: datetime | None = None
    courtroom: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTexts(SheetTexts):
    """The keys of ``query_slip.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "person",
            "case_no",
            "cause",
            "stage",
            "division",
            "judge",
            "judge_phone",
            "hearing",
            "courtroom",
            "next_step",
            "asked",
        )
    )
    notes: tuple[str, ...] = field(metadata=uses("phone"))


def _known(data: QuerySlip, sheet: Sheet) -> list[KeyValue]:
    rows = [
        KeyValue("person", data.person, wide=True),
        KeyValue("case_no", data.issue.case_no, strong=True, wide=True),
        KeyValue("cause", data.cause, wide=True),
        KeyValue("stage", data.stage, strong=True, wide=True, typed=True),
        KeyValue("division", data.division, wide=True),
        KeyValue("judge", data.judge, wide=True),
        KeyValue("judge_phone", data.judge_phone, strong=True, wide=True),
        KeyValue("hearing", sheet.time(data.hearing) if data.hearing else "", strong=True, wide=True),
        KeyValue("courtroom", data.courtroom, wide=True),
        KeyValue("next_step", data.next_step, wide=True),
        KeyValue("asked", sheet.time(data.issue.issued), wide=True),
    ]
    return [row for row in rows if row.value]


def build(
    data: QuerySlip, paper: Paper = Paper.ROLL_80, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(QueryTexts, "query_slip", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    facts: KeyValues = sheet.form(say.labels, *_known(data, sheet))
    notes = [sheet.text(note.format(phone=data.issue.phone), size=Size.SMALL) for note in say.notes]
    return sheet.document(facts, Space(2), Rule(), *notes)
