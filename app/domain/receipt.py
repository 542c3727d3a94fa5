"""The material receipt (材料收据): what 民事诉讼法第六十九条 makes the court give.

Evidence name, pages, copies, original or copy, time received, signed by the officer who took it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_FURTHER = re.compile(r"(?<=\d{4})-\d{1,3}$")
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
    return f"{receipt_prefix(day, window)}{count:04d}"


def receipt_prefix(day: date, window: int) -> str:
    """Return what all numbers of a window's day begin with."""
    return f"SJ{day:%Y%m%d}-{window:02d}-"


def parse_receipt_number(number: str) -> tuple[date, int, int]:
    """Return day, window and count; raises ValueError for anything else."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError(f"not a receipt number: {number!r}")
    day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
    return day, int(match[2]), int(match[3])


@dataclass(frozen=True)
class Series:
    """The receipt numbers of one window's day: ``missing`` are gaps nobody explained, ``voids`` say why.

    ``skipped`` are (first, last) of numbers a restore passed over: some may have been given out on paper and
    were lost with the damaged store.
    """

    day: date
    window: int
    first: int
    last: int
    missing: tuple[int, ...]
    voids: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[int, int], ...] = ()


def series(
    numbers: Iterable[str], voids: Mapping[str, str], bands: Mapping[date, Sequence[int]] | None = None
) -> tuple[Series, ...]:
    """Return each series of the numbers, by day and window; a series begins at 1 unless it says otherwise.

    ``bands`` are where restores moved the numbers of a day to: after one to 1000 with 7 numbers kept, the
    next is 1008. Raises ValueError for what is no receipt number.
    """
    counts: dict[tuple[date, int], set[int]] = {}
    for number in numbers:
        day, window, count = parse_receipt_number(number)
        counts.setdefault((day, window), set()).add(count)
    moved = bands or {}
    return tuple(
        _series(day, window, found, voids, moved.get(day, ()))
        for (day, window), found in sorted(counts.items())
    )


def plain_count(count: int, bands: Sequence[int]) -> int:
    """Return a number's count as if no restore had moved it to a band."""
    return count - max((0, *(band for band in bands if band < count)))


def _skipped(found: set[int], bands: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the runs of numbers that are passed over where a series goes on above a band."""
    runs, before = [], 0
    for count in sorted(found):
        kept = plain_count(before, bands)
        goes_on = max((band for band in bands if band < count), default=0) + kept + 1
        if before + 1 < goes_on <= count:
            runs.append((before + 1, goes_on - 1))
        before = count
    return tuple(runs)


def _of_visit(number: str) -> str:
    """Return the number of the visit a receipt belongs to: further receipts of one end in -2, -3."""
    return _FURTHER.sub("", number)


def _series(
    day: date, window: int, found: set[int], voids: Mapping[str, str], bands: Sequence[int]
) -> Series:
    last, skipped = max(found), _skipped(found, bands)
    passed = {count for first, end in skipped for count in range(first, end + 1)}
    missing = tuple(sorted(set(range(1, last + 1)) - found - passed))
    mine = {receipt_number(day, window, count) for count in found}
    explained = tuple((number, why) for number, why in sorted(voids.items()) if _of_visit(number) in mine)
    return Series(day, window, min(found), last, missing, explained, skipped)
