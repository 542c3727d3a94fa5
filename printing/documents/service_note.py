"""诉讼服务登记回执: what somebody asked for at the window and what was answered, with its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Block, Document, KeyValue, KeyValues, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Facts):
    """One thing that was asked and its answer."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNote(Facts):
    """``said`` in the order it was asked. ``due`` says what happens until when, "" for no promise."""

    issue: Issue
    matter: str
    person: str
    phone: str = ""
    said: tuple[Said, ...]
    due: str = ""
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNoteTexts(SheetTexts):
    """The keys of ``service_note.toml``."""

    labels: Mapping[str, str] = field(metadata=names("matter", "person", "phone", "due", "time"))
    notes: tuple[str, ...] = field(metadata=uses("phone"))
    person_sign: str


def build(
    data: ServiceNote, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(ServiceNoteTexts, "service_note", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    head = sheet.form(
        say.labels,
        KeyValue("matter", data.matter, strong=True, wide=True),
        KeyValue("person", data.person, strong=True),
        KeyValue("phone", data.phone),
        KeyValue("time", sheet.time(data.issue.issued), wide=True),
    )
    said = KeyValues(tuple(KeyValue(one.label, one.text, wide=True, typed=True) for one in data.said))
    due: list[Block] = [Space(2), sheet.form(say.labels, KeyValue("due", data.due, strong=True, wide=True))]
    return sheet.document(
        head,
        Space(2),
        said,
        *(due if data.due else []),
        Space(2),
        *sheet.notes(note.format(phone=data.issue.phone) for note in say.notes),
        Space(3),
        Signatures(
            (
                sheet.place(say.person_sign, png=data.signature, day=data.issue.issued),
                sheet.by_court(seal=sheet.common.received_seal),
            )
        ),
    )
