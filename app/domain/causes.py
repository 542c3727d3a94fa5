"""案由: finding one of a thousand while typing, by characters, pinyin, initials or any mixture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from operator import itemgetter
from typing import Final

from app.domain.checked import fold
from app.domain.toml_text import CatalogueError, Section, TomlText
from app.domain.tsv import read_rows

_COLUMNS: Final = ("no", "level", "level1", "level2", "name", "parent", "pinyin")
_LONGEST_QUERY = 40
_CHARACTER = re.compile(r".", re.DOTALL)
_PUNCTUATION = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of action; `parent` is the level-3 name above a level-4 one."""

    no: str
    level: int
    level1: str
    level2: str
    name: str
    parent: str
    marks: frozenset[str] = frozenset()
    templates: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The levels above, for telling namesakes apart."""
        return " › ".join(
            part for part in (self.level1, self.level2, self.parent) if part != self.name and part
        )


@dataclass(frozen=True, slots=True)
class Template:
    """One of the 67 model documents; `cause` is the name of the cause, or level, it belongs to."""

    no: str
    field: str
    name: str
    documents: tuple[str, ...]
    cause: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A property of causes that other rules ask for, and which causes carry it."""

    key: str
    name: str
    use: str
    causes: frozenset[str]
    level1: frozenset[str]
    level2: frozenset[str]

    def covers(self, cause: Cause) -> bool:
        return (
            cause.no in self.causes
            or cause.no.partition("(")[0] in self.causes
            or cause.level1 in self.level1
            or cause.level2 in self.level2
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name without punctuation beside one syllable a character."""

    cause: Cause
    characters: str
    syllables: tuple[str, ...]
    order: int

    def find(self, query: str) -> int | None:
        """The first character from which `query` can be read, None if nowhere."""
        first = query[0]
        for start, character in enumerate(self.characters):
            near = character == first or self.syllables[start].startswith(first)
            if near and self._reads(query, 0, start):
                return start
        return None

    def _reads(self, query: str, at: int, place: int) -> bool:
        """Whether `query[at:]` spells the characters from `place`, each by itself or by its syllable."""
        if at == len(query):
            return True
        if place == len(self.characters):
            return False
        if query[at] == self.characters[place] and self._reads(query, at + 1, place + 1):
            return True
        for taken in range(_shared(query, at, self.syllables[place]), 0, -1):
            if self._reads(query, at + taken, place + 1):
                return True
        return False


def _shared(query: str, at: int, syllable: str) -> int:
    """How many letters of `syllable` stand at `at` in `query`."""
    count = 0
    while count < len(syllable) and at + count < len(query) and query[at + count] == syllable[count]:
        count += 1
    return count


class CauseIndex:
    """All causes, ready for type-ahead."""

    def __init__(self, rows: Iterable[tuple[Cause, str]], templates: Sequence[Template] = ()) -> None:
        """`rows` are causes with the pinyin column: a syllable a character, punctuation as it is."""
        self._templates = {template.no: template for template in templates}
        self._entries = [_entry(cause, pinyin, order) for order, (cause, pinyin) in enumerate(rows)]
        self._by_number = {entry.cause.no: entry.cause for entry in self._entries}
        by_depth = sorted((entry.cause for entry in self._entries), key=lambda cause: cause.level)
        self._by_name = {cause.name: cause for cause in by_depth}

    def __len__(self) -> int:
        return len(self._entries)

    def by_number(self, number: str) -> Cause | None:
        return self._by_number.get(number)

    def named(self, name: str) -> Cause | None:
        """The cause of exactly this name, the most detailed of namesakes."""
        return self._by_name.get(name)

    def templates_for(self, cause: Cause | None, numbers: Sequence[str] = ()) -> tuple[Template, ...]:
        """Model documents of the cause; without any, those `numbers` that belong to no cause at all."""
        own = [self._templates.get(number) for number in (cause.templates if cause is not None else ())]
        of_matter = [self._templates.get(number) for number in numbers]
        general = [template for template in of_matter if template is not None and not template.cause]
        return tuple(template for template in own if template is not None) or tuple(general)

    def search(self, typed: str, favourites: Sequence[str] = (), limit: int = 20) -> list[Cause]:
        """The best matches first; nothing typed gives the favourites in their order.

        Exact numbers and names come first, then favourites, matches at the beginning of the name, causes
        with a model document, short names, and the official order.
        """
        number = self.by_number(fold(typed))
        query = _PUNCTUATION.sub("", fold(typed)).lower()[:_LONGEST_QUERY]
        if not query:
            chosen = [self.by_number(favourite) for favourite in favourites]
            return [cause for cause in chosen if cause is not None][:limit]
        liked = frozenset(favourites)
        ranked = [
            (_rank(entry, start, query, liked), entry.cause)
            for entry in self._entries
            if (start := entry.find(query)) is not None
        ]
        found = [cause for _, cause in nsmallest(limit, ranked, key=itemgetter(0))]
        return found if number is None else [number, *(c for c in found if c is not number)][:limit]


def _rank(
    entry: _Entry, start: int, query: str, favourites: frozenset[str]
) -> tuple[bool, bool, bool, bool, int, int]:
    return (
        entry.characters not in (query, f"{query}纠纷"),
        entry.cause.no not in favourites,
        start != 0,
        not entry.cause.templates,
        len(entry.characters),
        entry.order,
    )


def _entry(cause: Cause, pinyin: str, order: int) -> _Entry:
    pairs = list(zip(_CHARACTER.findall(cause.name), pinyin.split(" "), strict=True))
    kept = [(character, syllable) for character, syllable in pairs if not _PUNCTUATION.match(character)]
    return _Entry(cause, "".join(c for c, _ in kept), tuple(s for _, s in kept), order)


def parse_templates(text: str, source_name: str) -> tuple[Template, ...]:
    """`templates_67.tsv` in the official order."""
    rows = read_rows(text, source_name, ("no", "field", "name", "documents", "cause"))
    return tuple(
        Template(row["no"], row["field"], row["name"], tuple(row["documents"].split("/")), row["cause"])
        for _, row in rows
    )


def parse_marks(text: str, source_name: str) -> tuple[Mark, ...]:
    """`cause_marks.toml`; CatalogueError with the line that is wrong."""
    root = TomlText(text, source_name).root()
    marks = tuple(_mark(row) for row in root.sections("mark"))
    root.finish()
    return marks


def _mark(row: Section) -> Mark:
    mark = Mark(
        row.text("key"),
        row.text("name"),
        row.text("use", ""),
        frozenset(row.texts("causes")),
        frozenset(row.texts("level1")),
        frozenset(row.texts("level2")),
    )
    row.finish()
    return mark


def parse_causes(
    text: str, source_name: str, marks: Sequence[Mark] = (), templates: Sequence[Template] = ()
) -> CauseIndex:
    """`causes_2025.tsv` with its marks and model documents; CatalogueError with the line that is wrong."""
    by_name: dict[str, list[str]] = {}
    for template in templates:
        if template.cause:
            by_name.setdefault(template.cause, []).append(template.no)
    rows: list[tuple[Cause, str]] = []
    seen: set[str] = set()
    for line, row in read_rows(text, source_name, _COLUMNS):
        if row["no"] in seen:
            raise CatalogueError(source_name, line, f"案由序号 {row['no']} 重复")
        if row["level"] not in ("2", "3", "4"):
            raise CatalogueError(source_name, line, "level 应为 2、3 或 4")
        if len(_CHARACTER.findall(row["name"])) != len(row["pinyin"].split(" ")):
            raise CatalogueError(source_name, line, "pinyin 应每字一个音节，用空格隔开，标点照抄")
        seen.add(row["no"])
        rows.append((_cause(row, marks, by_name), row["pinyin"]))
    _refuse_unknown_numbers(marks, seen, source_name)
    return CauseIndex(rows, templates)


def _cause(row: Mapping[str, str], marks: Sequence[Mark], templates: Mapping[str, list[str]]) -> Cause:
    plain = Cause(row["no"], int(row["level"]), row["level1"], row["level2"], row["name"], row["parent"])
    names = dict.fromkeys((plain.name, plain.parent, plain.level2))
    numbers = tuple(number for name in names for number in templates.get(name, ()))
    return replace(plain, marks=frozenset(m.key for m in marks if m.covers(plain)), templates=numbers)


def _refuse_unknown_numbers(marks: Sequence[Mark], known: set[str], source_name: str) -> None:
    for mark in marks:
        unknown = sorted(mark.causes - known)
        if unknown:
            raise CatalogueError(
                source_name, 1, f"标记“{mark.name}”写了不存在的案由序号：{'、'.join(unknown)}"
            )
