"""排队号票: what a person holds while waiting. The number is everything; the name is never on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from printing.documents.frame import mongolian_head
from printing.documents.texts import texts, uses
from printing.layout import (
    Align,
    Block,
    CopyMark,
    Cut,
    Document,
    Heading,
    KeyValue,
    KeyValues,
    Line,
    Metadata,
    Paper,
    QrCode,
    Rule,
    Size,
    Space,
    Text,
    Weight,
)


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """The facts of a ticket.

    ``issued`` is the hall's wall-clock time (aware). ``wait`` is a range in minutes or None when nothing
    honest can be said. ``priority`` prints a neutral word, never a reason. ``payload`` goes into the QR code.
    ``tips`` replace those of the text file. ``copy`` counts reprints, 0 = the first print;
    ``copied`` says when and by whom. ``court_mongolian``: the court's name in the traditional script.
    """

    court: str
    issued: datetime
    number: str
    group: str
    ahead: int
    wait: tuple[int, int] | None
    area: str
    payload: str
    priority: bool = False
    tips: tuple[str, ...] = ()
    copy: int = 0
    copied: str = ""
    court_mongolian: str = ""

    def __post_init__(self) -> None:
        if self.issued.tzinfo is None:
            raise ValueError("issued needs a time zone")
        if self.ahead < 0 or self.copy < 0:
            raise ValueError("people ahead and copies are counted from 0")
        if self.wait is not None and not 0 <= self.wait[0] <= self.wait[1]:
            raise ValueError(f"a wait of {self.wait} minutes")


@dataclass(frozen=True, slots=True)
class TicketTexts:
    """The keys of ``queue_ticket.toml``."""

    title: str
    number_label: str
    group_label: str
    ahead_label: str
    ahead: str = field(metadata=uses("count"))
    ahead_none: str
    wait_label: str
    wait: str = field(metadata=uses("low", "high"))
    area_label: str
    priority: str
    time: str = field(metadata=uses("year", "month", "day", "hour", "minute"))
    qr_caption: str
    tips: tuple[str, ...]
    closing: str
    mongolian: tuple[str, ...]


def _facts(data: QueueTicket, say: TicketTexts) -> KeyValues:
    ahead = say.ahead.format(count=data.ahead) if data.ahead else say.ahead_none
    rows = [
        KeyValue(say.group_label, data.group),
        KeyValue(say.area_label, data.area, strong=True),
        KeyValue(say.ahead_label, ahead, strong=True),
    ]
    if data.wait is not None and data.ahead:
        low, high = data.wait
        rows.append(KeyValue(say.wait_label, say.wait.format(low=low, high=high), strong=True))
    return KeyValues(tuple(rows), Size.LARGE)


def _time(moment: datetime, say: TicketTexts) -> str:
    return say.time.format(
        year=moment.year, month=moment.month, day=moment.day, hour=moment.hour, minute=moment.minute
    )


def build(
    data: QueueTicket, paper: Paper = Paper.ROLL_80, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange a ticket for a roll (or a page, when no ticket printer is left).

    Raises TextFileInvalid if the text file is wrong.
    """
    say = texts(TicketTexts, "queue_ticket", folder)
    blocks: list[Block] = [CopyMark(data.copy, data.copied)] if data.copy else []
    blocks += [
        *mongolian_head(data.court_mongolian, say.mongolian, large=large),
        Heading(data.court),
        Space(1),
        Rule(Line.BOLD),
        Text(say.number_label, Size.BODY, align=Align.CENTER),
        Space(2),
        Text(data.number, Size.HUGE, Weight.BOLD, Align.CENTER),
        Space(2),
    ]
    if data.priority:
        blocks.append(Text(say.priority, Size.LARGE, Weight.BOLD, Align.CENTER))
    blocks += [Rule(Line.BOLD), Space(1), _facts(data, say), Space(1), Rule(Line.DASHED)]
    blocks += [Text(tip, Size.BODY) for tip in data.tips or say.tips]
    blocks += [
        Space(2),
        QrCode(data.payload, say.qr_caption, mm=30),
        Space(1),
        Text(_time(data.issued, say), Size.BODY, align=Align.CENTER),
        Text(say.closing, Size.SMALL, align=Align.CENTER),
        Cut(),
    ]
    metadata = Metadata(data.court, say.title, data.number, data.issued)
    return Document(say.title, tuple(blocks), paper, metadata, large=large)
