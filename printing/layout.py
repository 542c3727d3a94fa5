"""The one model of a printed paper; :mod:`printing.escpos` and :mod:`printing.pdf` both draw it.

A document says what there is and how important it is. Points, dots and fonts are the renderers' business:
the same receipt is a 58 mm strip or an A4 page. Lengths are millimetres; texts may be any str, renderers
pass each one through :func:`printing.text.printable`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Paper(Enum):
    """What the document was arranged for."""

    A4 = "a4"
    ROLL_80 = "roll-80"
    ROLL_58 = "roll-58"


class Size(Enum):
    """Type size by importance; READING is running text of a letter, HUGE fills the width."""

    SMALL = "small"
    BODY = "body"
    READING = "reading"
    LARGE = "large"
    TITLE = "title"
    HUGE = "huge"


class Weight(Enum):
    REGULAR = "regular"
    BOLD = "bold"


class Align(Enum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Line(Enum):
    """How a rule looks."""

    HAIR = "hair"
    BOLD = "bold"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of the paper (level 1) or of a part of it (level 2)."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if self.level not in (1, 2):
            raise ValueError(f"a heading has level 1 or 2, not {self.level}")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph that wraps; ``indent`` is in characters of its first line."""

    text: str
    size: Size = Size.BODY
    weight: Weight = Weight.REGULAR
    align: Align = Align.LEFT
    indent: int = 0


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A label and its value; ``wide`` takes the whole line where the others share one.

    ``lines`` is the least room on a page, in lines. ``hand``: what is blank is filled in by hand. ``typed``:
    a longer text whose lines stand as they were typed.
    """

    label: str
    value: str
    strong: bool = False
    wide: bool = False
    lines: int = 1
    hand: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Labelled values: on A4 a hairline form of two pairs a line, on a roll one pair a line.

    ``size`` is that of the values on a roll, BODY or larger.
    """

    rows: tuple[KeyValue, ...]
    size: Size = Size.BODY


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` is a share of the whole, not a length. ``hand``: blank cells are filled in by hand."""

    title: str
    width: float
    align: Align = Align.LEFT
    hand: bool = False

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"the column {self.title!r} has no width")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header that every page repeats; long values wrap; ``total`` is a last, bold row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table has columns")
        for row in (*self.rows, *([self.total] if self.total else [])):
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells for {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Rule:
    line: Line = Line.HAIR


@dataclass(frozen=True, slots=True)
class Space:
    mm: float


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code of ``text`` (UTF-8, level M) about ``mm`` wide with its quiet zone, the caption below.

    ``notes`` are sentences that belong to it: beside it on a page, above it on a roll.
    """

    text: str
    caption: str = ""
    mm: float = 30.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """One place to sign: a label, a typed name, a drawn signature (PNG) and, if named, a seal area."""

    label: str
    name: str = ""
    png: bytes | None = None
    seal: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign: side by side on A4, one below the other on a roll. Never split over pages."""

    places: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Mongolian:
    """Texts in the traditional script, in columns ``mm`` long from left to right; each begins a new one."""

    texts: tuple[str, ...]
    mm: float = 22.0


@dataclass(frozen=True, slots=True)
class CopyMark:
    """The frame that says this paper was printed again: 补打 第 n 次 COPY n, in ``note`` when and by whom."""

    number: int
    note: str = ""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError("copies are counted from 1")

    @property
    def text(self) -> str:
        return f"补打 第{self.number}次 COPY {self.number}"


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the roll here; a page knows no cuts."""


Block = Heading | Text | KeyValues | Table | Rule | Space | QrCode | Signatures | Mongolian | CopyMark | Cut


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a PDF says about itself; ``created`` is aware and the only date in the file."""

    author: str = ""
    subject: str = ""
    identifier: str = ""
    created: datetime | None = None

    def __post_init__(self) -> None:
        if self.created is not None and self.created.tzinfo is None:
            raise ValueError("created needs a time zone")


@dataclass(frozen=True, slots=True)
class Document:
    """A paper: its title (for the metadata and the running head), its blocks, what it was arranged for.

    ``footer`` and ``page_label`` (with ``{page}`` and ``{pages}``) stand at the foot of every page.
    ``large`` is large print: no type below 16 pt, on a page and on a roll of 80 mm.
    """

    title: str
    blocks: tuple[Block, ...]
    paper: Paper
    metadata: Metadata = field(default_factory=Metadata)
    footer: str = ""
    page_label: str = "第 {page} 页　共 {pages} 页"
    large: bool = False

    def __post_init__(self) -> None:
        if self.large and self.paper is Paper.ROLL_58:
            raise ValueError("58 mm is too narrow for large print")
