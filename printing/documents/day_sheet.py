"""日结单: what a window gave out, took in and sent on in a day, that it adds up or where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import Align, Block, Column, Document, Heading, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet(Facts):
    """One window's ``day`` as it stood when the sheet was made.

    ``tickets`` = ``served`` + ``missed`` + ``open``; ``receipts`` = ``stored`` + ``waiting`` + ``attention``
    (at the court, on the way, in need of a person). ``matters`` are (name, how often), ``differences``
    sentences that name the number each is about. ``voids`` and ``reprints`` are (paper, why). ``trail`` is
    the size and the head of the audit trail, written on paper so that a trail cut off later shows.
    ``left`` are (ticket, matters) of who left without an outcome.
    ``promise`` are sentences on what the hall promised and kept, ``passed`` (who was passed over, why).
    """

    issue: Issue
    day: date
    window: str
    tickets: int
    served: int
    missed: int
    open: int
    receipts: int
    stored: int
    waiting: int
    attention: int
    court_checked: bool
    trail: str
    first_receipt: str = ""
    last_receipt: str = ""
    matters: tuple[tuple[str, int], ...] = ()
    differences: tuple[str, ...] = ()
    voids: tuple[tuple[str, str], ...] = ()
    reprints: tuple[tuple[str, str], ...] = ()
    promise: tuple[str, ...] = ()
    passed: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTexts(SheetTexts):
    """The keys of ``day_sheet.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "day", "window", "tickets", "receipts", "first_receipt", "last_receipt", "court", "trail"
        )
    )
    tickets: str = field(metadata=uses("tickets", "served", "missed", "open"))
    receipts: str = field(metadata=uses("receipts", "stored", "waiting", "attention"))
    court_checked: str
    court_unchecked: str
    differences_heading: str
    balanced: str
    unbalanced: str = field(metadata=uses("count"))
    left_heading: str
    nobody_left: str
    left_note: str
    left_columns: Mapping[str, str] = field(metadata=names("index", "ticket", "matter"))
    difference_columns: Mapping[str, str] = field(metadata=names("index", "difference", "found"))
    matters_heading: str
    columns: Mapping[str, str] = field(metadata=names("index", "matter", "count"))
    total: str
    voids_heading: str
    no_voids: str
    void_columns: Mapping[str, str] = field(metadata=names("index", "number", "reason"))
    reprints_heading: str
    no_reprints: str
    reprint_columns: Mapping[str, str] = field(metadata=names("index", "paper", "reason"))
    promise_heading: str
    passed_columns: Mapping[str, str] = field(metadata=names("index", "passed", "reason"))
    note: str
    clerk_sign: str
    chief_sign: str


def _facts(data: DaySheet, say: DayTexts, sheet: Sheet) -> Block:
    none = sheet.common.none
    tickets = say.tickets.format(tickets=data.tickets, served=data.served, missed=data.missed, open=data.open)
    receipts = say.receipts.format(
        receipts=data.receipts, stored=data.stored, waiting=data.waiting, attention=data.attention
    )
    return sheet.form(
        say.labels,
        KeyValue("day", sheet.day(data.day), strong=True),
        KeyValue("window", data.window, strong=True),
        KeyValue("tickets", tickets, strong=True, wide=True),
        KeyValue("receipts", receipts, strong=True, wide=True),
        KeyValue("first_receipt", data.first_receipt or none),
        KeyValue("last_receipt", data.last_receipt or none),
        KeyValue("court", say.court_checked if data.court_checked else say.court_unchecked, wide=True),
        KeyValue("trail", data.trail, wide=True),
    )


def _differences(data: DaySheet, say: DayTexts, sheet: Sheet) -> list[Block]:
    """Return every difference by its number, with room to write down what was found."""
    if not data.differences:
        return sheet.notes((say.balanced,))
    title = say.difference_columns
    columns = (Column(title["difference"], 6), Column(title["found"], 4))
    table = numbered(columns, [(one, "") for one in data.differences], index=title["index"])
    return [*sheet.notes((say.unbalanced.format(count=len(data.differences)),)), table]


def _matters(data: DaySheet, say: DayTexts) -> Block:
    title = say.columns
    columns = (Column(title["matter"], 7), Column(title["count"], 2, Align.CENTER))
    rows = [(name, str(count)) for name, count in data.matters]
    total = (say.total, str(sum(count for _name, count in data.matters)))
    return numbered(columns, rows, index=title["index"], total=total)


def _left(data: DaySheet, say: DayTexts, sheet: Sheet) -> list[Block]:
    """Return who left without an outcome, with what the law says of it."""
    if not data.left:
        return sheet.notes((say.nobody_left,))
    title = say.left_columns
    columns = (Column(title["ticket"], 2), Column(title["matter"], 8))
    rows = [(ticket, matter or sheet.common.none) for ticket, matter in data.left]
    table = numbered(columns, rows, index=title["index"])
    return [*sheet.notes((say.left_note,)), table]


def _pairs(pairs: Sequence[tuple[str, str]], title: Mapping[str, str], first: str) -> Block:
    return numbered((Column(title[first], 5), Column(title["reason"], 5)), pairs, index=title["index"])


def _promise(data: DaySheet, say: DayTexts, sheet: Sheet) -> list[Block]:
    if not data.promise:
        return []
    told = [Space(2), Heading(say.promise_heading, 2), *sheet.notes(data.promise)]
    return [*told, _pairs(data.passed, say.passed_columns, "passed")] if data.passed else told


def build(
    data: DaySheet, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(DayTexts, "day_sheet", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    voids = [_pairs(data.voids, say.void_columns, "number")] if data.voids else sheet.notes((say.no_voids,))
    made = _pairs(data.reprints, say.reprint_columns, "paper")
    return sheet.document(
        _facts(data, say, sheet),
        Space(2),
        Heading(say.differences_heading, 2),
        *_differences(data, say, sheet),
        Space(2),
        Heading(say.matters_heading, 2),
        _matters(data, say),
        Space(2),
        Heading(say.voids_heading, 2),
        *voids,
        Space(2),
        Heading(say.reprints_heading, 2),
        *([made] if data.reprints else sheet.notes((say.no_reprints,))),
        Space(2),
        Heading(say.left_heading, 2),
        *_left(data, say, sheet),
        *_promise(data, say, sheet),
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
