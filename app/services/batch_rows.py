"""What the columns of a batch mean, and what each row says: one row a matter, or a party of a group.

The heading decides. A sheet with a column ``姓名`` is a list of parties; any other is a list of matters.
Its columns are the labels of the matter's own short form and of its party lists (``原告``, ``被告2地址``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.checked import Checked, fold
from app.domain.matter import Field, FieldKind, Matter, PartyForm, Side
from app.domain.party import guessed_form
from app.services import form, people
from app.services.claims import LABEL, check_claim, serves
from app.services.fields import FieldSpec, check
from app.services.knowledge import Knowledge
from app.services.spreadsheet import Cell, Line, refused
from app.storage.records import DraftField
from app.sync.protocol import canonical, sha256_hex
from app.texts import _

ROLE: Final = "诉讼地位"
NAME: Final = "姓名（名称）"
REPRESENTATIVE: Final = "诉讼代表人"
CLAIMS: Final = (LABEL, "本人请求金额", "主张金额")
VARIANT: Final = "类别"
MARK_CHARACTERS: Final = 32
_HEAD_WITHIN: Final = 10
_YES: Final = frozenset({"是", "√", "有", "y", "yes", "1", "true"})
_NO: Final = frozenset({"否", "×", "无", "n", "no", "0", "false"})
# An attribute of a party and every heading it may stand under; the first is the template's.
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (NAME, "姓名", "名称"),
    "form": ("类型", "当事人类型"),
    "id_number": ("证件号码", "身份证号", "身份证号码", "公民身份号码", "统一社会信用代码"),
    "phone": ("手机号码", "电话", "联系电话", "手机"),
    "address": ("送达地址", "地址", "住所", "住址"),
    "nation": ("民族",),
    "legal_representative": ("法定代表人", "负责人"),
    "representative_post": ("职务",),
    "origin": ("所在地",),
}
_ATTRIBUTE_OF: Final = {heading: key for key, headings in ATTRIBUTES.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: an answer of the short form, or an attribute of the n-th party of a list.

    ``list_key`` is "" in a list of parties, where a column of its own says which list a row belongs to.
    """

    place: int
    heading: str
    field: Field | None = None
    attribute: str = ""
    list_key: str = ""
    number: int = 1

    @property
    def key(self) -> tuple[str, str, int]:
        """Two columns with the same key mean the same; only the first counts."""
        return self.field.key if self.field else self.attribute, self.list_key, self.number


@dataclass(frozen=True, slots=True)
class Person:
    """One party of a row, its texts by attribute as they are kept."""

    list_key: str
    number: int
    texts: Mapping[str, str]
    representative: bool = False
    claim: str = ""

    @property
    def name(self) -> str:
        return self.texts.get("name", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One row read; ``problems`` keep it from being entered, ``remarks`` do not. ``mark`` tells it again."""

    number: int
    mark: str
    title: str
    people: tuple[Person, ...]
    answers: Mapping[str, str]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A sheet understood: its columns, its rows, and headings that mean nothing here."""

    of_parties: bool
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]

    @property
    def list_keys(self) -> tuple[str, ...]:
        """The party lists that the columns speak of."""
        return tuple(dict.fromkeys(column.list_key for column in self.columns if column.list_key))


def heading_text(text: str) -> str:
    """A heading as it is compared: half width, no spaces, no mark of what must be filled."""
    return "".join(fold(text).split()).replace("(", "（").replace(")", "）").rstrip("*＊").lower()


def short_label(label: str) -> str:
    """The first word of a party list's label, as its column is called."""
    return label.partition("（")[0].partition("、")[0]


# ---- headings ----------------------------------------------------------------------------------------


def understand(lines: Sequence[Line], matter: Matter) -> Table:
    """Find the row of headings and what each says for this matter; raises FormProblem when there is none."""
    best: tuple[int, Table] | None = None
    for place, line in enumerate(lines[:_HEAD_WITHIN]):
        columns, unknown = _columns(line, matter)
        if columns and (best is None or len(columns) > best[0]):
            of_parties = any(column.attribute == "name" and not column.list_key for column in columns)
            best = (len(columns), Table(of_parties, columns, tuple(lines[place + 1 :]), unknown))
    if best is None or not _enough(best[1]):
        raise refused(
            _("表头里没有“{matter}”认得的列。").format(matter=matter.name),
            _("请按 Ctrl+Shift+B 存一份模板，照模板的表头填写。"),
        )
    if not best[1].lines:
        raise refused(_("表头下面没有内容。"), _("请填好再导入。"))
    return best[1]


def _enough(table: Table) -> bool:
    """A party list says who; a list of matters has at least a party or one answer."""
    own = (*ATTRIBUTES, "role", "representative", "claim")
    loose = any(column.attribute in own and not column.list_key for column in table.columns)
    return table.of_parties or not loose


def _columns(line: Line, matter: Matter) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    found: list[Column] = []
    unknown: list[str] = []
    taken: set[tuple[str, str, int]] = set()
    for place, cell in enumerate(line.cells):
        column = _column(place, cell.text, matter) if cell.text else None
        if column is not None and column.key not in taken:
            taken.add(column.key)
            found.append(column)
        elif cell.text:
            unknown.append(cell.text[:20])
    return tuple(found), tuple(unknown)


def _column(place: int, text: str, matter: Matter) -> Column | None:
    heading = heading_text(text)
    if matter.variants and heading == VARIANT:
        return Column(place, text, attribute="variant")
    for field in matter.fields:
        if field.kind is not FieldKind.PARTIES and heading == heading_text(field.label):
            return Column(place, text, field)
    if heading in (ROLE, REPRESENTATIVE, "代表人"):
        return Column(place, text, attribute="role" if heading == ROLE else "representative")
    if heading in CLAIMS and serves(matter):
        return Column(place, text, attribute="claim")
    if heading in _ATTRIBUTE_OF:
        return Column(place, text, attribute=_ATTRIBUTE_OF[heading])
    return _party_column(place, text, heading, matter)


def _party_column(place: int, text: str, heading: str, matter: Matter) -> Column | None:
    for field in sorted(people.lists_of(matter), key=lambda field: -len(field.label)):
        for label in dict.fromkeys((heading_text(field.label), short_label(field.label))):
            match = re.fullmatch(re.escape(label) + "([2-9]?)(.*)", heading)
            attribute = _ATTRIBUTE_OF.get(match[2]) if match and match[2] else "name"
            if match is not None and attribute is not None:
                return Column(place, text, None, attribute, field.key, int(match[1] or 1))
    return None


# ---- rows ----------------------------------------------------------------------------------------------


def read_rows(table: Table, matter: Matter, knowledge: Knowledge) -> Iterable[Row]:
    """Every row with what it says and what is wrong with it."""
    seen: dict[str, int] = {}
    for line in table.lines:
        row = _row(line, table, matter, knowledge)
        first = seen.setdefault(row.mark, row.number)
        if first != row.number and not row.problems:
            same = _("与第 {number} 行完全相同").format(number=first)
            row = Row(row.number, row.mark, row.title, (), {}, (same,), ())
        yield row


def _row(line: Line, table: Table, matter: Matter, knowledge: Knowledge) -> Row:
    told = _Told()
    texts = {column: _text(line, column, told) for column in table.columns}
    persons = tuple(_persons(texts, matter, told, of_parties=table.of_parties))
    answers = {} if table.of_parties else _answers(texts, matter, knowledge, told)
    _ask_for_names(table, persons, matter, told)
    title = next((person.name for person in persons if person.name), "")
    kept = {column.heading: text for column, text in texts.items() if text}
    mark = sha256_hex(canonical({"matter": matter.code, "cells": kept}))[:MARK_CHARACTERS]
    return Row(line.number, mark, title, persons, answers, tuple(told.problems), tuple(told.remarks))


class _Told:
    """What is to be said of a row, each with the heading it is about."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.remarks: list[str] = []

    def take(self, heading: str, checked: Checked) -> str:
        """Note what a check said; return the value."""
        if not checked.ok:
            self.problem(heading, checked.problem or "")
        self.remarks += [
            _("“{heading}”{text}").format(heading=heading, text=text) for text in checked.warnings
        ]
        return checked.value

    def problem(self, heading: str, text: str) -> None:
        self.problems.append(_("“{heading}”{text}").format(heading=heading, text=text))


def _text(line: Line, column: Column, told: _Told) -> str:
    cell = line.cells[column.place] if column.place < len(line.cells) else Cell()
    if cell.problem:
        told.problem(column.heading, cell.problem)
    return cell.text


def _ask_for_names(table: Table, persons: Sequence[Person], matter: Matter, told: _Told) -> None:
    """Whom a row is about must be said; anything else the law asks is told once, later."""
    if table.of_parties:
        if not any(person.name for person in persons):
            told.problem(NAME, _("是空的"))
        return
    for key in table.list_keys:
        field = matter.field(key)
        named = any(person.name for person in persons if person.list_key == key)
        if field is not None and field.side is Side.FILER and not named:
            told.problem(short_label(field.label), _("是空的"))


def _persons(
    texts: Mapping[Column, str], matter: Matter, told: _Told, *, of_parties: bool
) -> Iterable[Person]:
    role = next((text for column, text in texts.items() if column.attribute == "role"), "")
    here = _list_named(role, matter, told) if of_parties else ""
    groups: dict[tuple[str, int], dict[Column, str]] = {}
    for column, text in texts.items():
        if column.attribute in ATTRIBUTES and text and (column.list_key or here):
            groups.setdefault((column.list_key or here, column.number), {})[column] = text
    chosen = next((text for column, text in texts.items() if column.attribute == "representative"), "")
    for (list_key, number), said in groups.items():
        field = matter.field(list_key)
        if field is not None:
            kept = _party(said, matter, field, told)
            if not kept.get("name") and not of_parties:
                told.problem(next(iter(said)).heading, _("有内容，但没有写是谁"))
            claim = _claim(texts, told) if of_parties and field.side is Side.FILER else ""
            yield Person(list_key, number, kept, of_parties and chosen.strip().lower() in _YES, claim)


def _claim(texts: Mapping[Column, str], told: _Told) -> str:
    """The sum the party of a row claims, as the form writes it."""
    column, text = next(((c, t) for c, t in texts.items() if c.attribute == "claim"), (None, ""))
    if column is None or not text.strip():
        return ""
    checked = check_claim(text)
    if not checked.ok:
        told.problem(column.heading, checked.problem or "")
    return checked.value


def _list_named(role: str, matter: Matter, told: _Told) -> str:
    """The list a row of a group belongs to; without a word, the side that files."""
    lists = people.lists_of(matter)
    if not role:
        filers = [field for field in lists if field.side is Side.FILER]
        return filers[0].key if filers else ""
    names = {name: field.key for field in reversed(lists) for name in (field.label, short_label(field.label))}
    if role not in names:
        told.problem(ROLE, _("只能是：{names}").format(names="、".join(short_label(f.label) for f in lists)))
    return names.get(role, "")


def _party(said: Mapping[Column, str], matter: Matter, field: Field, told: _Told) -> dict[str, str]:
    words = {column.attribute: text for column, text in said.items()}
    headings = {column.attribute: column.heading for column in said}
    default = people.default_form(matter, field)
    form_ = _form(words, default)
    path = "party.p1."
    draft = {f"{path}form": DraftField(f"{path}form", form_.value, "typed", None)}
    specs = {
        spec.path.removeprefix(path): spec
        for spec in people.party_group(draft, "p1", "", matter, field).fields
    }
    kept = {"form": form_.value} if form_ is not default or "form" in words else {}
    for attribute, text in words.items():
        spec = specs.get(attribute)
        if attribute == "form" and not _known_form(text):
            told.problem(headings[attribute], _no_such(spec))
        elif attribute != "form" and spec is not None:
            kept[attribute] = told.take(headings[attribute], check(spec, _coded(spec, text)))
    return kept


def _form(words: Mapping[str, str], default: PartyForm) -> PartyForm:
    said = _known_form(words.get("form", ""))
    if said:
        return PartyForm(said)
    number = words.get("id_number", "")
    if number and people.check_body_number(number).ok and not people.check_person_number(number).ok:
        return PartyForm.ORGANISATION
    return guessed_form(words.get("name", "")) or default


def _known_form(text: str) -> str:
    return next((code for code, label in people.FORMS if text in (code, label)), "")


def _no_such(spec: FieldSpec | None) -> str:
    labels = [label for _code, label in spec.choices] if spec is not None else []
    return _("只能是：{names}").format(names="、".join(labels))


def _answers(
    texts: Mapping[Column, str], matter: Matter, knowledge: Knowledge, told: _Told
) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, text in texts.items():
        spec = _spec(column, matter, knowledge)
        if spec is None:
            continue
        coded = _coded(spec, text)
        if spec.kind == "choice" and coded and coded not in {code for code, _label in spec.choices}:
            told.problem(column.heading, _no_such(spec))
        key = column.field.key if column.field else column.attribute
        found[key] = told.take(column.heading, check(spec, coded)) if coded else ""
    return found


def _spec(column: Column, matter: Matter, knowledge: Knowledge) -> FieldSpec | None:
    if column.attribute == "variant":
        kinds = tuple((variant.key, variant.label) for variant in matter.variants)
        return FieldSpec("variant", VARIANT, "choice", choices=kinds)
    return form.field_spec("", column.field, knowledge) if column.field is not None else None


def _coded(spec: FieldSpec, text: str) -> str:
    """The value behind a word of a list; 是 and 否 in any of their usual spellings."""
    if spec.kind != "choice":
        return text
    word = text.strip().lower()
    labels = {code for code, _label in spec.choices}
    if labels == {form.YES, form.NO}:
        return form.YES if word in _YES else form.NO if word in _NO else text
    return next((code for code, label in spec.choices if text.strip() in (code, label)), text)


# ---- the template ------------------------------------------------------------------------------------


def matter_headings(matter: Matter) -> list[tuple[str, str, tuple[str, ...]]]:
    """Heading, hint and choices of every column of a list of matters."""
    made: list[tuple[str, str, tuple[str, ...]]] = []
    for field in people.lists_of(matter):
        label = short_label(field.label)
        filer = field.side is Side.FILER
        made.append((label, _(field.hint), ()))
        kept = ("form", "id_number", "phone", "address", "legal_representative")
        for attribute in kept if filer else ("form", "id_number", "address"):
            choices = tuple(name for _code, name in people.FORMS) if attribute == "form" else ()
            made.append((f"{label}{ATTRIBUTES[attribute][0]}", "", choices))
    if matter.variants:
        made.append((VARIANT, "", tuple(variant.label for variant in matter.variants)))
    for field in matter.fields:
        if field.kind is FieldKind.YES_NO:
            made.append((field.label, field.hint, (form.YES, form.NO)))
        elif field.kind is not FieldKind.PARTIES:
            made.append((field.label, field.hint, field.choices))
    return made


def party_headings(matter: Matter) -> list[tuple[str, str, tuple[str, ...]]]:
    """Heading, hint and choices of every column of a list of parties."""
    roles = tuple(short_label(field.label) for field in people.lists_of(matter))
    choices = {
        "form": tuple(name for _code, name in people.FORMS),
        "origin": tuple(name for _code, name in people.ORIGINS),
    }
    made = [(ROLE, _("空着的按申请方录入"), roles)]
    made += [(headings[0], "", choices.get(key, ())) for key, headings in ATTRIBUTES.items()]
    made.append((REPRESENTATIVE, _("推选的诉讼代表人填“是”"), (form.YES, form.NO)))
    if serves(matter):
        made.append((LABEL, _("本人的请求金额，元；合计作为标的额"), ()))
    return made
