"""When numbers are given out, how many a day, and under which letter.

Hours are written by season, as halls post them:
``05-01~09-30 08:30-12:00 14:30-17:30; 10-01~04-30 08:30-12:00 13:30-17:00``; without dates they hold all
year, and nothing written means always.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

_SEASON: Final = re.compile(r"(\d\d)-(\d\d)~(\d\d)-(\d\d)")
_SPAN: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True)
class Season:
    """Hours between two days of the year (month, day), both included; it may reach over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]
    spans: tuple[tuple[time, time], ...]

    def holds(self, day: tuple[int, int]) -> bool:
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


def parse_hours(text: str) -> tuple[Season, ...]:
    """Read the hours. Raises ValueError for anything else."""
    return tuple(_season(part.split()) for part in text.split(";") if part.strip())


def _season(words: list[str]) -> Season:
    dates = _SEASON.fullmatch(words[0])
    first, last = (1, 1), (12, 31)
    if dates is not None:
        numbers = [int(group) for group in dates.groups()]
        first, last = (numbers[0], numbers[1]), (numbers[2], numbers[3])
        datetime(2024, *first), datetime(2024, *last)  # noqa: DTZ001  # a leap year has every day
    spans = tuple(_span(word) for word in words[1 if dates else 0 :])
    if not spans:
        raise ValueError("hours without a time")
    return Season(first, last, spans)


def _span(word: str) -> tuple[time, time]:
    match = _SPAN.fullmatch(word)
    if match is None:
        raise ValueError(f"not a span of hours: {word[:20]!r}")
    numbers = [int(group) for group in match.groups()]
    begin, end = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    if begin >= end:
        raise ValueError(f"a span that ends before it begins: {word[:20]!r}")
    return begin, end


def open_at(seasons: tuple[Season, ...], moment: datetime) -> bool:
    """Say whether numbers are given out at a moment of the hall's wall clock."""
    if not seasons:
        return True
    spans = [span for season in seasons if season.holds((moment.month, moment.day)) for span in season.spans]
    return any(begin <= moment.time().replace(tzinfo=None) < end for begin, end in spans)


def next_opening(seasons: tuple[Season, ...], moment: datetime) -> time | None:
    """Return when numbers are given out again on the same day, None when not any more."""
    spans = [span for season in seasons if season.holds((moment.month, moment.day)) for span in season.spans]
    later = [begin for begin, _end in spans if begin > moment.time().replace(tzinfo=None)]
    return min(later, default=None)


def parse_prefixes(text: str) -> dict[str, str]:
    """Read letters by group of matters: ``立案=A 执行=B``. Raises ValueError for anything else."""
    found: dict[str, str] = {}
    for word in text.split():
        group, equals, letter = word.partition("=")
        if not group or not equals or len(letter) != 1 or letter not in "ABCDEFHIJKLMNOQRSTUVWXY":
            raise ValueError(f"not a group and its letter: {word[:20]!r}")
        found[group] = letter
    return found
