"""生效证明申请书: a party asks the court to certify that a document has taken effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectCertificate(Facts):
    """``document``: which one of ``issue.case_no``; ``served``: None = left to the court to fill in."""

    issue: Issue
    applicant: str
    id_number: str = ""
    phone: str = ""
    document: str
    purpose: str = ""
    copies: int = 1
    served: date | None = None
    agent: str = ""
    signature: bytes | None = None

    def __post_init__(self) -> None:
        Facts.__post_init__(self)
        if not self.issue.case_no:
            raise ValueError("EffectCertificate.issue names no case")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectTexts(SheetTexts):
    """The keys of ``effect_certificate.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("case_no", "document"))
    labels: Mapping[str, str] = field(
        metadata=names(
            "applicant",
            "id_number",
            "phone",
            "agent",
            "document",
            "served",
            "purpose",
            "copies",
            "appeal",
            "effective",
            "judge",
        )
    )
    appeal_no: str
    appeal_yes: str
    closing: str


def build(
    data: EffectCertificate, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(EffectTexts, "effect_certificate", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    form = sheet.form(
        say.labels,
        KeyValue("applicant", data.applicant, strong=True),
        KeyValue("phone", data.phone),
        KeyValue("id_number", data.id_number),
        KeyValue("agent", data.agent or sheet.common.none),
        KeyValue("document", data.document, strong=True, wide=True),
        KeyValue("served", sheet.day(data.served)),
        KeyValue("copies", str(data.copies)),
        KeyValue("purpose", data.purpose, wide=True),
    )
    office = sheet.form(
        say.labels,
        KeyValue("appeal", sheet.choice((say.appeal_no, say.appeal_yes), None)),
        KeyValue("effective", sheet.day(None)),
        KeyValue("judge", "", wide=True, lines=3, hand=True),
    )
    return sheet.document(
        *sheet.body(say.opening, case_no=data.issue.case_no, document=data.document),
        Space(2),
        form,
        Space(3),
        office,
        Space(2),
        sheet.text(say.closing),
        Space(3),
        Signatures(
            (
                sheet.place(sheet.common.applicant, png=data.signature, day=data.issue.issued),
                sheet.by_court(seal=sheet.common.received_seal),
            )
        ),
    )
