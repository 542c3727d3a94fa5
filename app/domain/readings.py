"""How a name is read in pinyin, also as characters are read in names only (仇 qiu, 单 shan, 曾 zeng)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice, product
from typing import Final

_MOST: Final = 24
_PERSON: Final = 8
_SYLLABLES: Final = 16
_COLUMNS: Final = 3


def parse_readings(text: str) -> dict[str, tuple[str, ...]]:
    """Return the readings of each character, the commonest first; ü is v, u and yu (吕 lv, lu, lyu).

    The table has a head and a line a syllable: reading, characters, characters read so in names. Raises
    ValueError for a line of another form.
    """
    found: dict[str, list[str]] = {}
    rows = [_cells(line) for line in text.splitlines()[1:]]
    for column in (1, 2):
        for row in rows:
            for character in row[column]:
                found.setdefault(character, []).extend(_spellings(row[0]))
    return {character: tuple(dict.fromkeys(readings)) for character, readings in found.items()}


def _cells(line: str) -> list[str]:
    cells = line.split("\t")
    if len(cells) != _COLUMNS or not (cells[0].isascii() and cells[0].isalpha()):
        raise ValueError(line)
    return cells


def _spellings(reading: str) -> tuple[str, ...]:
    """Typed as v, written in passports as YU (GB/T 28039-2011), and often as u."""
    if "v" not in reading:
        return (reading,)
    return reading, reading.replace("v", "u"), reading.replace("v", "yu")


def spelled(names: Iterable[str], readings: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return how the names can be spelled, syllables with a blank between; characters without one left out.

    A person's name is spelled in up to 24 ways; of a long name only the commonest, of its first characters.
    """
    return tuple(dict.fromkeys(found for name in names for found in _ways(name, readings)))


def _ways(name: str, readings: Mapping[str, tuple[str, ...]]) -> list[str]:
    known = [found for character in name if (found := readings.get(character))]
    if len(known) > _PERSON:
        known = [found[:1] for found in known[:_SYLLABLES]]
    ways = product(*reversed(known))  # what a surname may be must not fall behind the limit
    return [" ".join(reversed(way)) for way in islice(ways, _MOST) if way]
