"""The texts of a document, from an editable TOML file that is checked before anything is printed.

Each document declares a frozen dataclass whose fields are the keys of its file: ``str`` for a sentence,
``tuple[str, ...]`` for a list, and the placeholders a sentence must use.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from printing.errors import TextFileInvalid
from printing.resources import resource

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Texts = TypeVar("Texts", bound=DataclassInstance)
else:
    Texts = TypeVar("Texts")

_LIST = "tuple[str, ...]"


def document_text(name: str) -> Path:
    """Return the path of a shipped text file by the name of its document."""
    return resource("documents", f"{name}.toml")


def _placeholders(file: Path, key: str, sentence: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)
    except ValueError as error:
        raise TextFileInvalid(file, key, f"braces do not match ({error})") from error


def _sentence(file: Path, key: str, value: object, expected: frozenset[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TextFileInvalid(file, key, "needs a text between quotation marks")
    found = _placeholders(file, key, value)
    if found != expected:
        names = ", ".join(sorted(found ^ expected))
        raise TextFileInvalid(file, key, f"placeholders unknown or left out: {names}")
    return value


def _value(file: Path, spec: Field[Any], value: object, expected: frozenset[str]) -> str | tuple[str, ...]:
    if spec.type != _LIST:
        return _sentence(file, spec.name, value, expected)
    if not isinstance(value, list):
        raise TextFileInvalid(file, spec.name, "needs a list of texts between square brackets")
    return tuple(_sentence(file, f"{spec.name}[{n}]", item, frozenset()) for n, item in enumerate(value))


def load(kind: type[Texts], file: Path, placeholders: Mapping[str, frozenset[str]]) -> Texts:
    """Read ``file`` into ``kind``; a key that ``placeholders`` does not name has none.

    Raises TextFileInvalid naming the file and the key if the file cannot be read, is not TOML, lacks a key,
    has one that is not known, or a value or placeholder is wrong.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TextFileInvalid(file, "(whole file)", str(error)) from error
    specs = {spec.name: spec for spec in fields(kind)}
    for key in sorted(table.keys() - specs.keys()):
        raise TextFileInvalid(file, key, "is not a text of this document")
    for key in sorted(specs.keys() - table.keys()):
        raise TextFileInvalid(file, key, "is missing")
    checked = {
        name: _value(file, spec, table[name], placeholders.get(name, frozenset()))
        for name, spec in specs.items()
    }
    return kind(**checked)
