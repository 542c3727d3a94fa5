"""TOML given as text: typed reading, and the line on which a wrong key stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

_Choice = TypeVar("_Choice", bound=Enum)


class CatalogueError(Exception):
    """An editable data file is wrong: which file, which line (1-based), and why in Chinese."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file} 第{line}行：{reason}")
        self.file = file
        self.line = line
        self.reason = reason


class TomlText:
    """A parsed TOML document that remembers its text, so that a semantic error can name its line."""

    def __init__(self, text: str, source_name: str) -> None:
        """Raise CatalogueError if `text` is not TOML or not of `schema = 1`."""
        self.source_name = source_name
        self._lines = text.splitlines()
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = _line_of(error, len(self._lines))
            raise CatalogueError(source_name, line, f"不是有效的TOML：{error}") from error
        if self.data.get("schema") != 1:
            raise self.error("schema 应为 1", "schema")

    def root(self) -> Section:
        return Section(self, {k: v for k, v in self.data.items() if k != "schema"})

    def error(self, reason: str, key: str = "", *, table: str = "", index: int = 0) -> CatalogueError:
        """The error at `key` of the `index`-th `table`, or at the head of that table."""
        return CatalogueError(self.source_name, self._line(key, table, index), reason)

    def _line(self, key: str, table: str, index: int) -> int:
        first, last = self._span(table, index)
        name = re.escape(key)
        for pattern in (rf"(\s*|.*[{{,]\s*)\"?{name}\"?\s*=", rf"\s*\[+\s*{name}\s*\]"):
            for number in range(first, last):
                if key and re.match(pattern, self._lines[number]):
                    return number + 1
        return first + 1

    def _span(self, table: str, index: int) -> tuple[int, int]:
        """Half-open range of 0-based lines of a table, written with a header or one line an entry."""
        if not table:
            return 0, len(self._lines)
        heads = [
            n for n, line in enumerate(self._lines) if re.match(rf"\s*\[+\s*{re.escape(table)}\s*\]+", line)
        ]
        if index < len(heads):
            return heads[index], self._end_of_block(heads[index], table)
        start = next(
            (n for n, line in enumerate(self._lines) if re.match(rf"\s*{re.escape(table)}\s*=", line)), 0
        )
        rows = [n for n in range(start, len(self._lines)) if self._lines[n].lstrip().startswith("{")]
        return (rows[index], rows[index] + 1) if index < len(rows) else (start, start + 1)

    def _end_of_block(self, head: int, table: str) -> int:
        inside = re.compile(rf"\s*\[+\s*{re.escape(table)}\.")
        for number in range(head + 1, len(self._lines)):
            line = self._lines[number]
            if line.lstrip().startswith("[") and not inside.match(line):
                return number
        return len(self._lines)


class Section:
    """One table of a document; every read is checked, and `finish` refuses keys nobody asked for."""

    def __init__(self, document: TomlText, data: Mapping[str, Any], table: str = "", index: int = 0) -> None:
        self._document = document
        self._data = data
        self._table = table
        self._index = index
        self._read: set[str] = set()

    def error(self, reason: str, key: str = "") -> CatalogueError:
        return self._document.error(reason, key, table=self._table, index=self._index)

    def has(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        value: str = self._value(key, str, "文字", default)
        if default is None and not value.strip():
            raise self.error(f"{key} 不能为空", key)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value: bool = self._value(key, bool, "true 或 false", default)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        value: int = self._value(key, int, "整数", default)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts without repetition; missing is empty."""
        values = self._value(key, list, "列表", [])
        if not all(isinstance(value, str) and value for value in values):
            raise self.error(f"{key} 应为文字列表", key)
        if len(set(values)) < len(values):
            raise self.error(f"{key} 中有重复", key)
        return tuple(values)

    def choice(self, key: str, kind: type[_Choice], default: _Choice | None = None) -> _Choice:
        text = self.text(key, None if default is None else default.value)
        return self._one_of(key, text, kind)

    def choices(self, key: str, kind: type[_Choice]) -> tuple[_Choice, ...]:
        return tuple(self._one_of(key, text, kind) for text in self.texts(key))

    def known(self, key: str, values: Iterable[str], allowed: Iterable[str], what: str) -> None:
        """Refuse any of `values` that is not `allowed`."""
        unknown = sorted(set(values) - set(allowed))
        if unknown:
            raise self.error(f"没有这样的{what}：{'、'.join(unknown)}", key)

    def section(self, key: str) -> Section:
        """A sub-table; missing is empty."""
        return Section(
            self._document, self._value(key, dict, "表", {}), key if self.has(key) else self._table
        )

    def sections(self, key: str) -> list[Section]:
        """A list of tables; missing is empty."""
        rows = self._value(key, list, "列表", [])
        if not all(isinstance(row, dict) for row in rows):
            raise self.error(f"{key} 应为表的列表", key)
        return [Section(self._document, row, key, index) for index, row in enumerate(rows)]

    def finish(self) -> None:
        unknown = [key for key in self._data if key not in self._read]
        if unknown:
            raise self.error(f"不认识的项：{unknown[0]}", unknown[0])

    def _value(self, key: str, kind: type[Any], words: str, default: Any) -> Any:
        self._read.add(key)
        if key not in self._data:
            if default is None:
                raise self.error(f"缺少 {key}")
            return default
        value = self._data[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"{key} 应为{words}", key)
        return value

    def _one_of(self, key: str, text: str, kind: type[_Choice]) -> _Choice:
        try:
            return kind(text)
        except ValueError:
            allowed = "、".join(str(member.value) for member in kind)
            raise self.error(f"{key} 应为其中之一：{allowed}；现为“{text}”", key) from None


def _line_of(error: tomllib.TOMLDecodeError, last: int) -> int:
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else max(last, 1)
