"""The texts of a document, from an editable TOML file that is checked before anything is printed.

Each document declares a frozen dataclass whose fields are the keys of its file: ``str`` for a sentence,
``tuple[str, ...]`` for a list a court may lengthen, ``tuple[Section, ...]`` for parts with a heading, and
``Mapping[str, str]`` for the labels of its form. The placeholders that must occur stand beside a field::

    body: tuple[str, ...] = field(metadata=uses("matter", "received"))
    labels: Mapping[str, str] = field(metadata=names("case_no", "cause"))
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from printing.errors import TextFileInvalid
from printing.resources import resource

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Texts = TypeVar("Texts", bound=DataclassInstance)
else:
    Texts = TypeVar("Texts")

_PLACEHOLDERS, _NAMES = "placeholders", "names"
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a standard text."""

    heading: str
    paragraphs: tuple[str, ...]


def uses(*placeholders: str) -> dict[str, frozenset[str]]:
    """Return the metadata of a field whose text must use these placeholders, a list somewhere in it."""
    return {_PLACEHOLDERS: frozenset(placeholders)}


def names(*labels: str) -> dict[str, frozenset[str]]:
    """Return the metadata of a table of labels that has exactly these keys."""
    return {_NAMES: frozenset(labels)}


def document_text(name: str) -> Path:
    """Return the path of a shipped text file by the name of its document."""
    return resource("documents", f"{name}.toml")


def _placeholders(file: Path, key: str, sentence: str) -> frozenset[str]:
    try:
        parts = [part for part in string.Formatter().parse(sentence) if part[1] is not None]
    except ValueError as error:
        raise TextFileInvalid(file, key, f"braces do not match ({error})") from error
    for _, name, spec, conversion in parts:
        if conversion or (spec and not spec.isdecimal()):
            raise TextFileInvalid(file, key, f"{name}: only a number of digits may follow, such as :02")
    return frozenset(name for _, name, _, _ in parts if name is not None)


def _sentence(file: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TextFileInvalid(file, key, "needs a text between quotation marks")
    return value


def _list(file: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TextFileInvalid(file, key, "needs a list of texts between square brackets")
    return tuple(_sentence(file, f"{key}[{n}]", item) for n, item in enumerate(value))


def _exactly(file: Path, where: str, table: object, known: frozenset[str]) -> Mapping[str, object]:
    """Return ``table`` if its keys are the known ones; ``where`` ends with a dot inside a table."""
    if not isinstance(table, dict):
        raise TextFileInvalid(file, where.rstrip("."), "needs a table of name = value")
    for key in sorted(table.keys() - known):
        raise TextFileInvalid(file, f"{where}{key}", "is not a text of this document")
    for key in sorted(known - table.keys()):
        raise TextFileInvalid(file, f"{where}{key}", "is missing")
    return table


def _section(file: Path, key: str, value: object) -> Section:
    table = _exactly(file, f"{key}.", value, frozenset({"heading", "paragraphs"}))
    heading = _sentence(file, f"{key}.heading", table["heading"])
    return Section(heading, _list(file, f"{key}.paragraphs", table["paragraphs"]))


def _used(file: Path, key: str, texts: tuple[str, ...], expected: frozenset[str]) -> None:
    found = _NONE.union(*(_placeholders(file, key, text) for text in texts))
    if found != expected:
        wrong = ", ".join(sorted(found ^ expected))
        raise TextFileInvalid(file, key, f"placeholders unknown or left out: {wrong}")


def _value(file: Path, spec: Field[Any], value: object, expected: frozenset[str]) -> object:
    key = spec.name
    match spec.type:
        case "tuple[str, ...]":
            texts = _list(file, key, value)
            if not expected:  # the place of a mistake, when there is nothing to share
                for n, text in enumerate(texts):
                    _used(file, f"{key}[{n}]", (text,), expected)
            _used(file, key, texts, expected)
            return texts
        case "tuple[Section, ...]":
            if not isinstance(value, list):
                raise TextFileInvalid(file, key, f"needs parts that begin with [[{key}]]")
            sections = tuple(_section(file, f"{key}[{n}]", item) for n, item in enumerate(value))
            _used(file, key, tuple(t for s in sections for t in (s.heading, *s.paragraphs)), expected)
            return sections
        case "Mapping[str, str]":
            table = _exactly(file, f"{key}.", value, spec.metadata[_NAMES])
            return {name: _sentence(file, f"{key}.{name}", table[name]) for name in sorted(table)}
        case _:
            _used(file, key, (text := _sentence(file, key, value),), expected)
            return text


def load(kind: type[Texts], file: Path) -> Texts:
    """Read ``file`` into ``kind``; a field without metadata uses no placeholder.

    Raises TextFileInvalid naming the file and the key if the file cannot be read, is not TOML, lacks a key,
    has one that is not known, or a value or placeholder is wrong.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TextFileInvalid(file, "(whole file)", str(error)) from error
    specs = {spec.name: spec for spec in fields(kind)}
    table = _exactly(file, "", content, frozenset(specs))
    checked = {
        name: _value(file, spec, table[name], spec.metadata.get(_PLACEHOLDERS, _NONE))
        for name, spec in specs.items()
    }
    return kind(**checked)


@lru_cache(maxsize=256)
def _loaded(kind: type[Any], file: Path) -> Any:
    return load(kind, file)


def texts(kind: type[Texts], name: str, folder: Path | None = None) -> Texts:
    """Return the texts of the document ``name``, read once from ``folder`` or from the shipped files.

    Raises TextFileInvalid, see :func:`load`.
    """
    file = folder / f"{name}.toml" if folder is not None else document_text(name)
    loaded: Texts = _loaded(kind, file)
    return loaded
