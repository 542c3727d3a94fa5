"""Papers that are a standard text in parts a court can edit, told to one person who signs for it.

诉讼权利义务告知书: 民事诉讼法 (2023) 第十一条 (own language), 第六十一条 (agents),
第九十条 (electronic service), 第一百二十五条 (mediation), 第一百七十一条 (appeal).
行政诉讼权利义务告知书、行政诉讼举证通知书: 行政诉讼法 (2017) 第八条至第十条, 第三十一条至第四十三条,
第五十五条至第六十二条, 第八十五条; 行诉法解释 (2018) 第三十五条, 第三十六条, 第六十一条.
诉讼风险提示书: 人民法院民事诉讼风险提示书 (最高人民法院 2003-12-23), with today's numbers:
limitation of actions three years (民法典 第一百八十八条), enforcement two years (民事诉讼法 第二百五十条).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import Section, texts
from printing.layout import Document, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardText(Facts):
    """To whom it is told; ``signature`` is drawn by the party, None leaves a line."""

    issue: Issue
    addressee: str
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardTexts(SheetTexts):
    """The keys of the text file, such as ``rights_notice.toml``."""

    opening: str
    sections: tuple[Section, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class StandardPaper:
    """Arranges the paper whose texts are in the file ``name``."""

    name: str

    def __call__(
        self, data: StandardText, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
    ) -> Document:
        """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
        say = texts(StandardTexts, self.name, folder)
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
