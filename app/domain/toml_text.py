"""TOML given as text, with the line on which a wrong key stands."""

from __future__ import annotations

import re
import tomllib
from typing import Any


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
            raise CatalogueError(
                source_name, _line_of(error, len(self._lines)), f"不是有效的TOML：{error}"
            ) from error
        if self.data.get("schema") != 1:
            raise self.error("schema 应为 1", "schema")

    def error(
        self, reason: str, key: str = "", value: str = "", *, table: str = "", index: int = 0
    ) -> CatalogueError:
        """The error at `key` (or at the line holding `value`) of the `index`-th `table`."""
        return CatalogueError(self.source_name, self._line(key, value, table, index), reason)

    def _line(self, key: str, value: str, table: str, index: int) -> int:
        first, last = self._table_span(table, index)
        for number in range(first, last):
            line = self._lines[number]
            if value and f'"{value}"' in line:
                return number + 1
            if not value and key and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
                return number + 1
        return self._line(key, "", table, index) if value and key else first + 1

    def _table_span(self, table: str, index: int) -> tuple[int, int]:
        """Half-open range of 0-based lines of a table, its own sub-tables included."""
        if not table:
            return 0, len(self._lines)
        headers = [
            n for n, line in enumerate(self._lines) if re.match(rf"\s*\[+\s*{re.escape(table)}\s*\]+", line)
        ]
        if index >= len(headers):
            return 0, len(self._lines)
        inside = re.compile(rf"\s*\[+\s*{re.escape(table)}\.")
        rest = range(headers[index] + 1, len(self._lines))
        end = next(
            (n for n in rest if self._lines[n].lstrip().startswith("[") and not inside.match(self._lines[n])),
            None,
        )
        return headers[index], len(self._lines) if end is None else end


def _line_of(error: tomllib.TOMLDecodeError, last: int) -> int:
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else max(last, 1)
