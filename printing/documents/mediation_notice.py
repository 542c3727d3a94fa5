"""先行调解告知书: mediation is offered, the answer is recorded, it ends on a day.

民事诉讼法 (2023) 第一百二十五条: mediation first where suitable, unless a party refuses.
登记立案若干问题的规定 第十五条: mediation is the party's own choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts, uses
from printing.layout import Document, Heading, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationNotice(Facts):
    """``ends``: the last day of mediation. ``agreed`` is the answer, None leaves the boxes open.

    ``organisation`` and ``mediator`` nobody has named yet are left out. A ``dispute`` without a name is just
    the dispute with the opponent. ``refused`` says who does not agree, "" while nobody refused: then there is
    no mediation, ``ends`` is None, and the paper says what follows.
    """

    issue: Issue
    addressee: str
    opponent: str
    dispute: str = ""
    organisation: str = ""
    mediator: str = ""
    ends: date | None
    days: int = 30
    agreed: bool | None = None
    refused: str = ""
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationNoticeTexts(SheetTexts):
    """The keys of ``mediation_notice.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("opponent", "dispute"))
    body: tuple[str, ...] = field(metadata=uses("days", "ends"))
    refused: tuple[str, ...] = field(metadata=uses("who"))
    plain_refused: tuple[str, ...]
    unnamed: str
    answer_heading: str
    agree: str
    refuse: str
    labels: Mapping[str, str] = field(metadata=names("organisation", "mediator", "ends", "answer"))
    sign: str


def build(
    data: MediationNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(MediationNoticeTexts, "mediation_notice", folder)
    if data.refused:
        say = replace(say, plain=say.plain_refused)
    sheet = Sheet(data.issue, say, paper, large, folder)
    chosen = None if data.agreed is None else int(not data.agreed)
    ends = sheet.day(data.ends) if data.ends is not None else ""
    return sheet.document(
        sheet.to(data.addressee),
        *sheet.body(say.opening, opponent=data.opponent, dispute=data.dispute or say.unnamed),
        *(
            sheet.body(say.refused, who=data.refused)
            if data.refused
            else sheet.body(say.body, days=str(data.days), ends=ends)
        ),
        Space(2),
        Heading(say.answer_heading, 2),
        sheet.form(
            say.labels,
            KeyValue("organisation", data.organisation, wide=True),
            KeyValue("mediator", data.mediator),
            KeyValue("ends", ends, strong=True, wide=not data.mediator),
            KeyValue(
                "answer", sheet.choice((say.agree, say.refuse), chosen), strong=True, wide=True, lines=2
            ),
        ),
        Space(3),
        Signatures((sheet.place(say.sign, png=data.signature), sheet.by_court())),
    )
