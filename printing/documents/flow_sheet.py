"""办事流程单: one matter on one sheet: who may, what to bring, which steps, how long, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts
from printing.layout import Align, Block, Column, Document, Heading, KeyValue, Paper, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Facts):
    """One step: what happens, where, how long it takes (in words)."""

    name: str
    place: str
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBring(Facts):
    """One material: how many and in which form (in words), whether the law asks for it."""

    name: str
    form: str
    lawful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSheet(Facts):
    """A matter of the hall's catalogue, as the court describes it; without steps those of the texts."""

    issue: Issue
    matter: str
    who: str
    basis: str = ""
    clock: str
    fee: str
    steps: tuple[Step, ...] = ()
    materials: tuple[ToBring, ...] = ()
    handed_back: tuple[str, ...]
    place: str
    hours: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTexts(SheetTexts):
    """The keys of ``flow_sheet.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "matter", "who", "basis", "clock", "fee", "handed_back", "place", "hours", "phone", "issued"
        )
    )
    step_columns: Mapping[str, str] = field(metadata=names("index", "name", "place", "time"))
    material_columns: Mapping[str, str] = field(metadata=names("index", "name", "form", "lawful"))
    facts_heading: str
    materials_heading: str
    steps_heading: str
    hints_heading: str
    lawful: str
    practice: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]


def _materials(data: FlowSheet, say: FlowTexts) -> Block:
    title = say.material_columns
    columns = (
        Column(title["name"], 5.4),
        Column(title["form"], 3.0),
        Column(title["lawful"], 1.6, Align.CENTER),
    )
    rows = [(m.name, m.form, say.lawful if m.lawful else say.practice) for m in data.materials]
    return numbered(columns, rows, index=title["index"])


def _steps(data: FlowSheet, say: FlowTexts) -> Block:
    title = say.step_columns
    columns = (Column(title["name"], 5.4), Column(title["place"], 2.4))
    if not data.steps:
        return numbered(columns, [(name, data.place) for name in say.steps], index=title["index"])
    rows = [(s.name, s.place, s.time) for s in data.steps]
    return numbered((*columns, Column(title["time"], 2.2)), rows, index=title["index"])


def _hints(data: FlowSheet, say: FlowTexts, sheet: Sheet) -> list[Block]:
    if not data.hints:
        return []
    return [Space(2), Heading(say.hints_heading, 2), *sheet.notes(data.hints)]


def build(
    data: FlowSheet, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(FlowTexts, "flow_sheet", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    return sheet.document(
        Heading(say.facts_heading, 2),
        sheet.form(
            say.labels,
            KeyValue("matter", data.matter, strong=True, wide=True),
            KeyValue("who", data.who, wide=True),
            KeyValue("basis", data.basis, wide=True),
            KeyValue("clock", data.clock, strong=True, wide=True),
            KeyValue("fee", data.fee, wide=True),
            KeyValue("handed_back", "、".join(data.handed_back), wide=True),
            KeyValue("place", data.place),
            KeyValue("phone", data.issue.phone),
            KeyValue("hours", data.hours, wide=True),
            KeyValue("issued", sheet.day(data.issue.issued), wide=True),
        ),
        Space(2),
        *([Heading(say.materials_heading, 2), _materials(data, say), Space(2)] if data.materials else []),
        Heading(say.steps_heading, 2),
        _steps(data, say),
        *_hints(data, say, sheet),
        Space(2),
        *sheet.notes(say.notes),
    )
