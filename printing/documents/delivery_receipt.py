"""送达回证: who received which paper of the court, when and where.

民事诉讼法 (2023) 第八十七条: service is proved by a receipt on which the receiver writes the day and signs;
that day is the day of service. 第八十八条: who may sign for the receiver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts
from printing.layout import Document, KeyValue, Paper, Signatures, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt(Facts):
    """``receiver``: to whom it is served; ``agent`` signs instead, "" where the receiver does.

    The case is ``issue.case_no``; the day is written by the receiver.
    """

    issue: Issue
    receiver: str
    cause: str = ""
    document: str
    place: str
    agent: str = ""
    agent_kind: str = ""
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTexts(SheetTexts):
    """The keys of ``delivery_receipt.toml``."""

    labels: Mapping[str, str] = field(
        metadata=names("case_no", "cause", "receiver", "document", "way", "place", "agent", "day", "remark")
    )
    way: str
    notes: tuple[str, ...]
    sign: str
    server: str


def build(
    data: DeliveryReceipt, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(DeliveryTexts, "delivery_receipt", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    agent = f"{data.agent}（{data.agent_kind}）" if data.agent and data.agent_kind else data.agent
    return sheet.document(
        sheet.form(
            say.labels,
            KeyValue("case_no", data.issue.case_no),
            KeyValue("cause", data.cause),
            KeyValue("receiver", data.receiver, strong=True, wide=True),
            KeyValue("document", data.document, strong=True, wide=True, lines=2),
            KeyValue("way", say.way),
            KeyValue("place", data.place),
            KeyValue("agent", agent, wide=True),
            KeyValue("day", sheet.day(None), wide=True),
            KeyValue("remark", "", wide=True, lines=2, hand=True),
        ),
        Space(2),
        *sheet.notes(say.notes),
        Space(3),
        Signatures((sheet.place(say.sign, png=data.signature), sheet.by_court(say.server))),
    )
