"""日结单: what one window did on one day, and that its receipt numbers have no gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts
from printing.layout import Align, Block, Column, Document, Heading, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine(Facts):
    """One matter: how many were taken in, registered, told to correct, sent to mediation, left open."""

    matter: str
    received: int
    registered: int
    corrected: int
    mediated: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet(Facts):
    """One window's ``day``; ``voids``: receipt numbers not used and why. ``minutes``: mean per visit."""

    issue: Issue
    day: date
    window: str
    opened: datetime
    closed: datetime
    called: int
    missed: int
    minutes: int
    receipts: int
    lines: tuple[DayLine, ...] = ()
    first_receipt: str = ""
    last_receipt: str = ""
    voids: tuple[tuple[str, str], ...] = ()
    reprints: int = 0
    unsent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTexts(SheetTexts):
    """The keys of ``day_sheet.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "day",
            "window",
            "opened",
            "closed",
            "called",
            "missed",
            "minutes",
            "receipts",
            "first_receipt",
            "last_receipt",
            "reprints",
            "unsent",
        )
    )
    columns: Mapping[str, str] = field(
        metadata=names("index", "matter", "received", "registered", "corrected", "mediated", "open")
    )
    void_columns: Mapping[str, str] = field(metadata=names("index", "number", "reason"))
    total: str
    matters_heading: str
    voids_heading: str
    no_voids: str
    note: str
    clerk_sign: str
    chief_sign: str


_COUNTS = ("received", "registered", "corrected", "mediated", "open")


def _matters(data: DaySheet, say: DayTexts) -> Block:
    title = say.columns
    counts = [Column(title[key], 1.2, Align.CENTER) for key in _COUNTS]
    rows = [[getattr(line, key) for key in _COUNTS] for line in data.lines]
    sums = [str(sum(column)) for column in zip(*rows, strict=True)] or ["0"] * len(_COUNTS)
    cells = [
        (line.matter, *(str(count) for count in row)) for line, row in zip(data.lines, rows, strict=True)
    ]
    return numbered(
        (Column(title["matter"], 4), *counts), cells, index=title["index"], total=(say.total, *sums)
    )


def _voids(data: DaySheet, say: DayTexts, sheet: Sheet) -> Block:
    if not data.voids:
        return sheet.notes((say.no_voids,))[0]
    title = say.void_columns
    return numbered(
        (Column(title["number"], 4), Column(title["reason"], 6)), data.voids, index=title["index"]
    )


def build(
    data: DaySheet, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(DayTexts, "day_sheet", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    none = sheet.common.none
    return sheet.document(
        sheet.form(
            say.labels,
            KeyValue("day", sheet.day(data.day), strong=True),
            KeyValue("window", data.window, strong=True),
            KeyValue("opened", sheet.time(data.opened)),
            KeyValue("closed", sheet.time(data.closed)),
            KeyValue("called", str(data.called)),
            KeyValue("missed", str(data.missed)),
            KeyValue("minutes", str(data.minutes)),
            KeyValue("receipts", str(data.receipts)),
            KeyValue("first_receipt", data.first_receipt or none),
            KeyValue("last_receipt", data.last_receipt or none),
            KeyValue("reprints", str(data.reprints)),
            KeyValue("unsent", str(data.unsent)),
        ),
        Space(2),
        Heading(say.matters_heading, 2),
        _matters(data, say),
        Space(2),
        Heading(say.voids_heading, 2),
        _voids(data, say, sheet),
        Space(2),
        *sheet.notes((say.note,)),
        Space(3),
        Signatures(
            (
                sheet.place(say.clerk_sign, data.issue.officer, day=data.day),
                sheet.place(say.chief_sign, day=None),
            )
        ),
    )
