"""The material receipt (材料收据): what 民事诉讼法第六十九条 makes the court give.

Evidence name, pages, copies, original or copy, time received, signed by the officer who took it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

_NUMBER = re.compile(r"SJ(\d{8})-(\d{2,3})-(\d{4,})")


@dataclass(frozen=True)
class ReceiptLine:
    """One material handed in."""

    name: str
    pages: int
    copies: int
    original: bool


def receipt_number(day: date, window: int, count: int) -> str:
    """Return the gapless number of a window's day: SJ20261122-03-0007."""
    return f"SJ{day:%Y%m%d}-{window:02d}-{count:04d}"


def parse_receipt_number(number: str) -> tuple[date, int, int]:
    """Return day, window and count; raises ValueError for anything else."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError(f"not a receipt number: {number!r}")
    day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
    return day, int(match[2]), int(match[3])


@dataclass(frozen=True)
class Series:
    """The receipt numbers of one window's day: ``missing`` are gaps nobody explained, ``voids`` say why."""

    day: date
    window: int
    first: int
    last: int
    missing: tuple[int, ...]
    voids: tuple[tuple[str, str], ...]


def series(numbers: Iterable[str], voids: Mapping[str, str]) -> tuple[Series, ...]:
    """Return each series of the numbers, by day and window; a series begins at 1 unless it says otherwise.

    Raises ValueError for what is no receipt number.
    """
    counts: dict[tuple[date, int], set[int]] = {}
    for number in numbers:
        day, window, count = parse_receipt_number(number)
        counts.setdefault((day, window), set()).add(count)
    return tuple(_series(day, window, found, voids) for (day, window), found in sorted(counts.items()))


def _series(day: date, window: int, found: set[int], voids: Mapping[str, str]) -> Series:
    last = max(found)
    missing = tuple(sorted(set(range(1, last + 1)) - found))
    mine = [receipt_number(day, window, count) for count in sorted(found)]
    explained = tuple((number, voids[number]) for number in mine if number in voids)
    return Series(day, window, min(found), last, missing, explained)
