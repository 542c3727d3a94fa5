"""跨域立案申请表: filed at one court for another.

登记立案若干问题的规定 第十四条; the helping court gives the receipt and sends the papers on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts
from printing.layout import Align, Column, Document, Heading, KeyValue, KeyValues, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCourtApplication(Facts):
    """``issue.court`` helps, ``competent`` decides. Materials: name, pages, copies.

    ``electronic``, ``mediation``: the answers to electronic service and mediation, None = not asked yet.
    ``sent``, ``answered``: when the set went to the competent court and when that court answered.
    """

    issue: Issue
    competent: str
    applicant: str
    id_kind: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""
    opponent: str
    matter: str
    cause: str = ""
    materials: tuple[tuple[str, int, int], ...]
    agent: str = ""
    claim: str
    electronic: bool | None = None
    mediation: bool | None = None
    sent: datetime | None = None
    answered: datetime | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCourtTexts(SheetTexts):
    """The keys of ``cross_court_application.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names(
            "helping",
            "competent",
            "applicant",
            "id_kind",
            "id_number",
            "phone",
            "address",
            "agent",
            "opponent",
            "matter",
            "cause",
            "claim",
            "electronic",
            "mediation",
            "sent",
            "answered",
        )
    )
    columns: Mapping[str, str] = field(metadata=names("index", "name", "pages", "copies"))
    materials_heading: str
    notes: tuple[str, ...]


def _application(data: CrossCourtApplication, say: CrossCourtTexts, sheet: Sheet) -> KeyValues:
    return sheet.form(
        say.labels,
        KeyValue("helping", data.issue.court),
        KeyValue("competent", data.competent, strong=True),
        KeyValue("applicant", data.applicant, strong=True),
        KeyValue("phone", data.phone),
        KeyValue("id_kind", data.id_kind),
        KeyValue("id_number", data.id_number),
        KeyValue("address", data.address, wide=True),
        KeyValue("agent", data.agent or sheet.common.none),
        KeyValue("opponent", data.opponent),
        KeyValue("matter", data.matter),
        KeyValue("cause", data.cause),
        KeyValue("claim", data.claim, wide=True, lines=3, typed=True),
        KeyValue("electronic", sheet.yes_no(data.electronic)),
        KeyValue("mediation", sheet.yes_no(data.mediation)),
        KeyValue("sent", sheet.time(data.sent) if data.sent else "", hand=True),
        KeyValue("answered", sheet.time(data.answered) if data.answered else "", hand=True),
    )


def build(
    data: CrossCourtApplication, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(CrossCourtTexts, "cross_court_application", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    title = say.columns
    columns = (
        Column(title["name"], 7),
        Column(title["pages"], 1.5, Align.CENTER),
        Column(title["copies"], 1.5, Align.CENTER),
    )
    rows = [(name, str(pages), str(copies)) for name, pages, copies in data.materials]
    return sheet.document(
        _application(data, say, sheet),
        Space(2),
        Heading(say.materials_heading, 2),
        numbered(columns, rows, index=title["index"]),
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
