"""一次性告知书: what somebody who came to file and handed in nothing is to bring, told once and in writing.

登记立案若干问题的规定 (法释〔2015〕8号) 第三条: the court gives models and guidance, and takes an oral
statement down. Nothing was filed, so no day runs and nothing follows from not coming back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from printing.documents.correction_notice import Correction, come_back
from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts, numbered
from printing.documents.texts import names, texts, uses
from printing.layout import Column, Document, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceNotice(Facts):
    """``came``: when the person was here; ``deliver`` says where and how the papers are brought.

    ``advice`` names what may be brought along and need not; ``code`` finds the visit again, ``payload`` is
    the same to scan.
    """

    issue: Issue
    party: str
    matter: str
    came: datetime
    items: tuple[Correction, ...]
    deliver: str
    advice: tuple[str, ...] = ()
    code: str = ""
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceTexts(SheetTexts):
    """The keys of ``guidance_notice.toml``."""

    opening: tuple[str, ...] = field(metadata=uses("came", "matter"))
    columns: Mapping[str, str] = field(metadata=names("index", "item", "reason", "how", "basis"))
    after: tuple[str, ...] = field(metadata=uses("deliver"))
    receipt: str
    advice: str = field(metadata=uses("advice"))
    code: str = field(metadata=uses("code"))
    code_notes: tuple[str, ...]


def build(
    data: GuidanceNotice, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the notice. Raises TextFileInvalid if the text file is wrong."""
    say = texts(GuidanceTexts, "guidance_notice", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    columns = tuple(
        Column(say.columns[key], width)
        for key, width in (("item", 2.6), ("reason", 3.6), ("how", 2.6), ("basis", 2.6))
    )
    advice = [say.advice.format(advice="、".join(data.advice))] if data.advice else []
    return sheet.document(
        sheet.to(data.party),
        *sheet.body(say.opening, came=sheet.time(data.came), matter=data.matter),
        Space(1),
        numbered(
            columns, [(i.item, i.reason, i.how, i.basis) for i in data.items], index=say.columns["index"]
        ),
        Space(1),
        *sheet.notes(advice),
        *sheet.body(say.after, deliver=data.deliver),
        *sheet.notes([say.receipt]),
        Space(1),
        Signatures((sheet.received(), sheet.by_court())),
        *come_back(data.code, data.payload, say.code, say.code_notes),
    )
