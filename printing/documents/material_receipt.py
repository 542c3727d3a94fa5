"""收到诉讼材料凭证: the dated proof that the court took papers in.

民事诉讼法 (2023) 第六十九条: a receipt states the name of each material, its pages, its copies, original
or copy, and the time, and the officer signs or seals it.
登记立案若干问题的规定 第二条: the same for a complaint.
行政诉讼法 第五十一条, 国家赔偿法 第十二条: a dated proof of what was handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from printing.documents.frame import mongolian_head
from printing.documents.texts import texts, uses
from printing.layout import (
    Align,
    Block,
    Column,
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
    Signature,
    Signatures,
    Size,
    Space,
    Table,
    Text,
    Weight,
)


class Form(Enum):
    """How a material was handed in."""

    ORIGINAL = "original"
    COPY = "copy"
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True)
class Material:
    """One row; ``pages`` is None for what has none, such as a disc."""

    name: str
    pages: int | None
    copies: int
    form: Form

    def __post_init__(self) -> None:
        if self.copies < 1 or (self.pages is not None and self.pages < 1):
            raise ValueError("pages and copies are counted from 1")


@dataclass(frozen=True, slots=True)
class MaterialReceipt:
    """The facts of a receipt.

    ``received`` is the wall-clock time at the window (aware). ``signature`` is the party's drawn signature
    as PNG, None leaves a line to sign. ``verification`` is a short code a person can read out;
    ``verification_qr`` the text of a QR code, None prints none. ``copy`` counts reprints, 0 = the first;
    ``copied`` says when and by whom. ``court_mongolian``: the court's name in the traditional script.
    ``laws`` are the provisions by which it is given, none where the law has none.
    """

    court: str
    window: str
    receipt_no: str
    intake_no: str
    party: str
    agent: str | None
    matter: str
    cause: str | None
    materials: tuple[Material, ...]
    received: datetime
    officer: str
    verification: str
    verification_qr: str | None = None
    signature: bytes | None = None
    phone: str = "12368"
    copy: int = 0
    copied: str = ""
    court_mongolian: str = ""
    laws: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.received.tzinfo is None:
            raise ValueError("received needs a time zone")
        if not self.materials:
            raise ValueError("a receipt names at least one material")
        if self.copy < 0:
            raise ValueError("copies are counted from 0")


@dataclass(frozen=True, slots=True)
class ReceiptTexts:
    """The keys of ``material_receipt.toml``."""

    title: str
    receipt_no: str = field(metadata=uses("number"))
    window_label: str
    intake_label: str
    party_label: str
    agent_label: str
    matter_label: str
    cause_label: str
    none: str
    opening: str
    column_index: str
    column_name: str
    column_pages: str
    column_copies: str
    column_form: str
    column_pages_short: str
    column_copies_short: str
    column_form_short: str
    pages_unknown: str
    original: str
    copy: str
    electronic: str
    original_short: str
    copy_short: str
    electronic_short: str
    total: str = field(metadata=uses("kinds"))
    basis: str = field(metadata=uses("laws"))
    basis_unnamed: str
    received_label: str
    received: str = field(metadata=uses("year", "month", "day", "hour", "minute"))
    date: str = field(metadata=uses("year", "month", "day"))
    officer_label: str
    seal: str
    party_sign_label: str
    query: str = field(metadata=uses("phone"))
    verification: str = field(metadata=uses("code"))
    qr_caption: str
    footer: str
    mongolian: tuple[str, ...]

    def form(self, form: Form, short: bool) -> str:
        long_and_short = {
            Form.ORIGINAL: (self.original, self.original_short),
            Form.COPY: (self.copy, self.copy_short),
            Form.ELECTRONIC: (self.electronic, self.electronic_short),
        }
        return long_and_short[form][short]


def _time(moment: datetime, say: ReceiptTexts) -> str:
    return say.received.format(
        year=moment.year, month=moment.month, day=moment.day, hour=moment.hour, minute=moment.minute
    )


def _facts(data: MaterialReceipt, say: ReceiptTexts) -> KeyValues:
    return KeyValues(
        (
            KeyValue(say.intake_label, data.intake_no),
            KeyValue(say.window_label, data.window),
            KeyValue(say.party_label, data.party, strong=True),
            KeyValue(say.agent_label, data.agent or say.none),
            KeyValue(say.matter_label, data.matter),
            KeyValue(say.cause_label, data.cause or say.none),
            KeyValue(say.received_label, _time(data.received, say), strong=True, wide=True),
        )
    )


def _totals(data: MaterialReceipt, say: ReceiptTexts) -> tuple[str, str, str]:
    """Return the kinds, the sheets (pages × copies are not multiplied: 页数 is of one copy), the copies."""
    pages = sum(material.pages or 0 for material in data.materials)
    copies = sum(material.copies for material in data.materials)
    return say.total.format(kinds=len(data.materials)), str(pages), str(copies)


def _table_for_page(data: MaterialReceipt, say: ReceiptTexts) -> Table:
    columns = (
        Column(say.column_index, 0.9, Align.CENTER),
        Column(say.column_name, 6.2),
        Column(say.column_pages, 1.1, Align.CENTER),
        Column(say.column_copies, 1.1, Align.CENTER),
        Column(say.column_form, 1.9, Align.CENTER),
    )
    rows = tuple(
        (str(number), *_cells(material, say, short=False))
        for number, material in enumerate(data.materials, 1)
    )
    return Table(columns, rows, ("", *_totals(data, say), ""))


def _table_for_roll(data: MaterialReceipt, say: ReceiptTexts) -> Table:
    columns = (
        Column(say.column_name, 5.6),
        Column(say.column_pages_short, 1.3, Align.RIGHT),
        Column(say.column_copies_short, 1.3, Align.RIGHT),
        Column(say.column_form_short, 1.5, Align.RIGHT),
    )
    rows = tuple(
        (f"{number}. {name}", *rest)
        for number, (name, *rest) in enumerate((_cells(m, say, short=True) for m in data.materials), 1)
    )
    return Table(columns, rows, (*_totals(data, say), ""))


def _cells(material: Material, say: ReceiptTexts, *, short: bool) -> tuple[str, str, str, str]:
    pages = say.pages_unknown if material.pages is None else str(material.pages)
    return material.name, pages, str(material.copies), say.form(material.form, short)


def _basis(data: MaterialReceipt, say: ReceiptTexts) -> str:
    return say.basis.format(laws="、".join(data.laws)) if data.laws else say.basis_unnamed


def _signatures(data: MaterialReceipt, say: ReceiptTexts) -> Signatures:
    day = data.received
    date = say.date.format(year=day.year, month=day.month, day=day.day)
    return Signatures(
        (
            Signature(say.party_sign_label, png=data.signature, date=date),
            Signature(say.officer_label, data.officer, seal=say.seal, date=date),
        )
    )


def _closing(data: MaterialReceipt, say: ReceiptTexts) -> list[Block]:
    notes = (say.query.format(phone=data.phone), say.verification.format(code=data.verification))
    if data.verification_qr is None:
        return [Text(note, Size.SMALL) for note in notes]
    return [QrCode(data.verification_qr, say.qr_caption, mm=24, notes=notes)]


def build(
    data: MaterialReceipt, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange a receipt for a page or a roll.

    Raises TextFileInvalid if the text file is wrong.
    """
    say = texts(ReceiptTexts, "material_receipt", folder)
    roll = paper is not Paper.A4
    blocks: list[Block] = [CopyMark(data.copy, data.copied)] if data.copy else []
    blocks += [
        *mongolian_head(data.court_mongolian, say.mongolian, large=large),
        Text(data.court, Size.LARGE, Weight.REGULAR if not roll else Weight.BOLD, Align.CENTER),
        Heading(say.title),
        Space(1),
        Text(say.receipt_no.format(number=data.receipt_no), Size.SMALL, align=Align.RIGHT),
        Space(1),
        _facts(data, say),
        Space(2),
        Text(say.opening, indent=0 if roll else 2),
        _table_for_roll(data, say) if roll else _table_for_page(data, say),
        Space(2),
        Text(_basis(data, say), Size.SMALL, indent=2),
        Space(3),
        _signatures(data, say),
        Space(2),
        Rule(Line.DASHED if roll else Line.HAIR),
        *_closing(data, say),
    ]
    if roll:
        blocks += [Text(say.footer, Size.SMALL, align=Align.CENTER), Cut()]
    metadata = Metadata(data.court, say.title, data.receipt_no, data.received)
    return Document(f"{data.court}{say.title}", tuple(blocks), paper, metadata, say.footer, large=large)
