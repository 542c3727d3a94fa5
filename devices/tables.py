"""Tables that describe devices without a public standard: TOML files, one a model, read once.

Every function raises :class:`~devices.errors.BadTable` naming the file and the key, and nothing else.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from devices.address import BAUD_RATES
from devices.checks import CHECKS
from devices.errors import BadTable

_LARGEST = 65536


class Table:
    """A TOML table whose every key has to be understood: what is left over is a mistake."""

    def __init__(self, name: str, values: dict[str, Any]) -> None:
        self._name = name
        self._values = values
        self._asked: set[str] = set()

    def text(self, key: str, default: str | None = None) -> str:
        """A text, printable."""
        found = self._take(key, default)
        if not isinstance(found, str) or not found.isprintable():
            raise self.wrong(key, "is no text")
        return found

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from ``low`` to ``high``."""
        found = self._take(key, default)
        if type(found) is not int or not low <= found <= high:
            raise self.wrong(key, f"is no number from {low} to {high}")
        return found

    def seconds(self, key: str, default: float) -> float:
        """A time from 0.05 to 30 s."""
        found = self._take(key, default)
        if type(found) not in {int, float} or not 0.05 <= found <= 30:
            raise self.wrong(key, "is no time from 0.05 to 30 s")
        return float(found)

    def octets(self, key: str, default: str | None = None) -> bytes:
        """Bytes written in hex, blanks allowed; at most 64."""
        try:
            found = bytes.fromhex(self.text(key, default))
        except ValueError:
            raise self.wrong(key, "is no hex") from None
        if len(found) > 64:
            raise self.wrong(key, "is longer than 64 bytes")
        return found

    def baud(self) -> int:
        """The speed of the line, 9600 when it is left out."""
        found = self._take("baud", 9600)
        if found not in BAUD_RATES:
            raise self.wrong("baud", f"is none of {BAUD_RATES}")
        return int(found)

    def check(self) -> str:
        """The name of a checksum."""
        found = self.text("check", "none")
        if found not in CHECKS:
            raise self.wrong("check", f"is none of {', '.join(CHECKS)}")
        return found

    def inner(self, key: str) -> Table:
        """A table in the table."""
        found = self._take(key, None)
        if not isinstance(found, dict):
            raise self.wrong(key, "is no table")
        return Table(f"{self._name}: {key}", found)

    def names(self) -> tuple[str, ...]:
        """All keys, in the order of the file."""
        return tuple(self._values)

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self._values.keys() - self._asked:
            raise self.wrong(key, "is unknown")

    def wrong(self, key: str, what: str) -> BadTable:
        """Return the exception that says what is wrong with a key."""
        return BadTable(f"{self._name}: {key[:40]!r} {what}")

    def _take(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        found = self._values.get(key, default)
        if found is None:
            raise self.wrong(key, "is missing")
        return found


def load(folder: Path, name: str) -> Table:
    """Read ``NAME.toml`` of ``folder``; ``name`` comes from an address and was checked there."""
    path = folder / f"{name}.toml"
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST:
            raise BadTable(f"{path.name} is larger than {_LARGEST} bytes")
        return parse(path.name, data.decode("utf-8-sig"))
    except OSError as error:
        raise BadTable(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadTable(f"{path.name} is no UTF-8: {error.reason}") from error


def parse(name: str, text: str) -> Table:
    """Read the text of a table."""
    try:
        return Table(name, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadTable(f"{name}: {error}") from error
