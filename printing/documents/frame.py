"""The frame of every paper of a court: its name, title and number, running text, forms, places to sign.

A document's module says what stands on it; how it stands there is decided here once, for a page and a roll,
in normal and in large print.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from printing.documents.facts import Account, Form, Issue, capitals, yuan
from printing.documents.texts import Section, texts, uses
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
    Mongolian,
    Paper,
    Rule,
    Signature,
    Size,
    Space,
    Table,
    Text,
    Weight,
)
from printing.typeset import TIE

_NUMERALS = "一二三四五六七八九十"
_COLUMN, _LONG_COLUMN = 22.0, 34.0  # mm of the traditional script; at 16 pt most words fit in the longer


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonTexts:
    """The keys of ``common.toml``."""

    number: str = field(metadata=uses("number"))
    addressee: str = field(metadata=uses("name"))
    date: str = field(metadata=uses("year", "month", "day"))
    time: str = field(metadata=uses("year", "month", "day", "hour", "minute"))
    blank_date: str
    amount: str = field(metadata=uses("yuan"))
    amount_in_words: str = field(metadata=uses("yuan", "capitals"))
    none: str
    yes: str
    no: str
    chosen: str = field(metadata=uses("text"))
    open: str = field(metadata=uses("text"))
    original: str
    copy: str
    electronic: str
    seal: str
    received_seal: str
    officer: str
    receiver: str
    applicant: str
    plain_heading: str
    plain_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTexts:
    """What the file of every document has: ``plain`` are the plain words of the large print.

    ``mongolian`` stands in the traditional script beside the court's name; empty where the court has none.
    """

    title: str
    footer: str
    plain: tuple[str, ...]
    mongolian: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper being arranged: who issues it, its texts, what for and from which folder of texts."""

    issue: Issue
    say: SheetTexts
    paper: Paper
    large: bool = False
    folder: Path | None = None

    @property
    def common(self) -> CommonTexts:
        return texts(CommonTexts, "common", self.folder)

    @property
    def roll(self) -> bool:
        return self.paper is not Paper.A4

    def day(self, day: date | None) -> str:
        """Write a day; None leaves room to write it by hand."""
        if day is None:
            return self.common.blank_date
        return self.common.date.format(year=day.year, month=day.month, day=day.day)

    def time(self, moment: datetime) -> str:
        return self.common.time.format(
            year=moment.year, month=moment.month, day=moment.day, hour=moment.hour, minute=moment.minute
        )

    def amount(self, amount: Decimal, *, in_words: bool = False) -> str:
        if in_words:
            return self.common.amount_in_words.format(yuan=yuan(amount), capitals=capitals(amount))
        said = self.common.amount.format(yuan=yuan(amount))
        return said if self.roll else said.replace(" ", TIE)

    def choice(self, options: Sequence[str], chosen: int | None) -> str:
        """Write boxes to tick, one of them ticked; None leaves all of them open."""
        ticked, empty = (box.replace(" ", TIE) for box in (self.common.chosen, self.common.open))
        boxes = (
            (ticked if number == chosen else empty).format(text=option)
            for number, option in enumerate(options)
        )
        return "　".join(boxes)

    def yes_no(self, answer: bool | None) -> str:
        chosen = None if answer is None else int(not answer)
        return self.choice((self.common.yes, self.common.no), chosen)

    def form_of(self, form: Form) -> str:
        common = self.common
        return {
            Form.ORIGINAL: common.original,
            Form.COPY: common.copy,
            Form.ELECTRONIC: common.electronic,
        }[form]

    def text(self, sentence: str, *, size: Size = Size.READING) -> Text:
        """Return a paragraph of running text, indented by two characters on a page."""
        return Text(sentence, size, indent=0 if self.roll else 2)

    def body(self, sentences: Iterable[str], **values: str) -> list[Block]:
        return [self.text(sentence.format(**values)) for sentence in sentences]

    def counted(self, sentences: Iterable[str]) -> list[Block]:
        """Return the points of a letter, numbered 一、二、三."""
        return [self.text(f"{_NUMERALS[number]}、{sentence}") for number, sentence in enumerate(sentences)]

    def notes(self, sentences: Iterable[str]) -> list[Block]:
        """Return paragraphs in the size of a form, for what stands beside fields to fill in."""
        return [self.text(sentence, size=Size.BODY) for sentence in sentences]

    def to(self, name: str) -> Text:
        return Text(self.common.addressee.format(name=name), Size.READING)

    def sections(self, sections: Iterable[Section], **values: str) -> list[Block]:
        """Return parts of a standard text, each under its heading."""
        blocks: list[Block] = []
        for section in sections:
            blocks += [Space(1.5), Heading(section.heading.format(**values), 2)]
            blocks += self.body(section.paragraphs, **values)
        return blocks

    def form(self, labels: Mapping[str, str], *rows: KeyValue) -> KeyValues:
        """Return a form; rows name their labels by key. What is blank and not for the hand is left out."""
        kept = [replace(row, label=labels[row.label]) for row in rows if row.value.strip() or row.hand]
        return KeyValues(tuple(kept if len(kept) == len(rows) else _closed_up(kept)))

    def account(self, labels: Mapping[str, str], account: Account | None) -> KeyValues:
        """Return the form of an account (keys holder, bank, account_no), empty to be filled in by hand."""
        holder, bank, number = ("", "", "")
        if account is not None:
            holder, bank, number = account.holder, account.bank, account.number
        return self.form(
            labels,
            KeyValue("holder", holder, wide=True, strong=True, hand=True),
            KeyValue("bank", bank, wide=True, strong=True, hand=True),
            KeyValue("account_no", number, wide=True, strong=True, hand=True),
        )

    def place(
        self, label: str, name: str = "", *, seal: str = "", png: bytes | None = None, day: date | None = None
    ) -> Signature:
        return Signature(label, name, png, seal, self.day(day))

    def by_court(self, label: str = "", *, seal: str = "") -> Signature:
        """Return the place of the court: the officer if one is named, its seal, the day of issue."""
        name = self.issue.officer
        said = label or (self.common.officer if name else self.issue.court)
        return self.place(said, name, seal=seal or self.common.seal, day=self.issue.issued)

    def received(self, name: str = "", png: bytes | None = None) -> Signature:
        """Return the place where the paper's receipt is signed by hand."""
        return self.place(self.common.receiver, name, png=png)

    def _plain_words(self) -> list[Block]:
        if not (self.large and self.say.plain):
            return []
        words: list[Block] = [Text(text, Size.LARGE, indent=0 if self.roll else 2) for text in self.say.plain]
        return [
            Rule(Line.BOLD),
            Heading(self.common.plain_heading, 2),
            *words,
            Text(self.common.plain_note, Size.SMALL),
            Rule(Line.BOLD),
            Space(2),
        ]

    def _head(self) -> list[Block]:
        issue, weight = self.issue, Weight.BOLD if self.roll else Weight.REGULAR
        number = issue.case_no or self.common.number.format(number=issue.number)
        return [
            *([CopyMark(issue.copy, issue.copied)] if issue.copy else []),
            *mongolian_head(issue.court_mongolian, self.say.mongolian, large=self.large),
            Text(issue.court, Size.LARGE, weight, Align.CENTER),
            Heading(self.say.title),
            Space(1),
            Text(number, Size.BODY, align=Align.RIGHT),
            *self._own_number(),
            Space(2),
            *self._plain_words(),
        ]

    def _foot(self) -> tuple[str, ...]:
        """Return the footer, before it the paper's own number if the head shows only that of the case."""
        own = (self.issue.number,) if self.issue.case_no and not self.large else ()
        return (*own, self.say.footer)

    def _own_number(self) -> list[Block]:
        """Return the line of the paper's own number for large print, whose foot has no room for it."""
        if not (self.large and self.issue.case_no):
            return []
        own = self.common.number.format(number=self.issue.number)
        return [Text(own, Size.SMALL, align=Align.RIGHT)]

    def document(self, *blocks: Block) -> Document:
        """Return the finished paper: the head, these blocks, the foot."""
        issue = self.issue
        foot: tuple[Block, ...] = ()
        if self.roll:
            foot = (Space(1), *(Text(line, Size.SMALL, align=Align.CENTER) for line in self._foot()), Cut())
        metadata = Metadata(issue.court, self.say.title, issue.number, issue.issued)
        title = f"{issue.court}{self.say.title}"
        body = (*self._head(), *blocks, *foot)
        return Document(title, body, self.paper, metadata, "　".join(self._foot()), large=self.large)


def _closed_up(rows: Sequence[KeyValue]) -> list[KeyValue]:
    """Return the rows with each that lost its partner taking the whole line."""
    made: list[KeyValue] = []
    half = False
    for place, row in enumerate(rows):
        alone = not row.wide and not half and (place + 1 == len(rows) or rows[place + 1].wide)
        made.append(replace(row, wide=True) if alone else row)
        half = not (made[-1].wide or half)
    return made


def mongolian_head(court: str, words: Sequence[str], *, large: bool = False) -> list[Block]:
    """Return the head in the traditional script: the court's name, then the words; nothing without a name."""
    return [Mongolian((court, *words), _LONG_COLUMN if large else _COLUMN)] if court.strip() else []


def numbered(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], *, index: str, total: Sequence[str] = ()
) -> Table:
    """Return a table whose first column counts the rows; ``index`` is its title, ``total`` lacks it."""
    first = Column(index, 1.25, Align.CENTER)
    counted = tuple((str(number), *row) for number, row in enumerate(rows, 1))
    return Table((first, *columns), counted, ("", *total) if total else ())
