"""满意度评价单: one visit rated on paper where no rating device stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts
from printing.layout import Block, Document, KeyValue, Line, Paper, Rule, Size, Space, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSlip(Facts):
    """``ticket``: the number of the visit; no name. ``chosen``: place in the list of grades, None = open."""

    issue: Issue
    ticket: str
    window: str
    matter: str
    chosen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingTexts(SheetTexts):
    """The keys of ``rating_slip.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names("ticket", "window", "matter", "time", "grade", "comment")
    )
    grades: tuple[str, ...]
    notes: tuple[str, ...]


def _by_hand(data: RatingSlip, say: RatingTexts, sheet: Sheet) -> list[Block]:
    """Return the grades one below the other and room to write, for a roll."""
    boxes = [
        Text(sheet.choice((grade,), 0 if number == data.chosen else None), Size.LARGE)
        for number, grade in enumerate(say.grades)
    ]
    return [*boxes, Space(2), Text(say.labels["comment"]), Space(16), Rule(Line.DASHED)]


def build(
    data: RatingSlip, paper: Paper = Paper.ROLL_80, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(RatingTexts, "rating_slip", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    grades = (
        [] if sheet.roll else [KeyValue("grade", sheet.choice(say.grades, data.chosen), wide=True, lines=2)]
    )
    form = sheet.form(
        say.labels,
        KeyValue("ticket", data.ticket, strong=True),
        KeyValue("window", data.window),
        KeyValue("matter", data.matter, wide=True),
        KeyValue("time", sheet.time(data.issue.issued), wide=True),
        *grades,
        *([] if sheet.roll else [KeyValue("comment", "", wide=True, lines=4, hand=True)]),
    )
    notes = [sheet.text(note, size=Size.SMALL) for note in say.notes]
    by_hand = _by_hand(data, say, sheet) if sheet.roll else []
    return sheet.document(form, Space(3), *by_hand, *notes)
