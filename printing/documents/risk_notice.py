"""诉讼风险提示书: the seventeen risks of going to court.

人民法院民事诉讼风险提示书 (最高人民法院 2003-12-23), with today's numbers: limitation of actions three years
(民法典 第一百八十八条), enforcement two years (民事诉讼法 第二百五十条).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import Section, texts
from printing.layout import Document, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskNotice(Facts):
    """Who was warned; ``signature`` is drawn by the party, None leaves a line."""

    issue: Issue
    addressee: str
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTexts(SheetTexts):
    """The keys of ``risk_notice.toml``."""

    opening: str
    sections: tuple[Section, ...]
    closing: str


def build(
    data: RiskNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(RiskTexts, "risk_notice", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    return sheet.document(
        sheet.to(data.addressee),
        sheet.text(say.opening),
        *sheet.sections(say.sections),
        Space(2),
        sheet.text(say.closing),
        Space(3),
        Signatures((sheet.received(png=data.signature), sheet.by_court())),
    )
