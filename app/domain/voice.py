"""What the loudspeaker says when a number is called, and when it keeps quiet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

_DIGITS = "零幺二三四五六七八九"
_ONES = "零一二三四五六七八九"
_SPAN = re.compile(r"(\d\d?):(\d\d)-(\d\d?):(\d\d)", re.ASCII)
_LARGEST_WINDOW = 999


@dataclass(frozen=True, slots=True)
class Word:
    """``text`` is the word, ``clip`` the name of its recording in ``resources/voice``, "" for none."""

    clip: str
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A time of the day from ``start`` up to ``end``; over midnight when the end is the earlier."""

    start: time
    end: time

    def holds(self, now: time) -> bool:
        """Say whether ``now`` lies in it."""
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


CHIME = Word("chime", "")


def call_words(number: str, window: int) -> tuple[Word, ...]:
    """Return what is said for a ticket: 请A零幺二号到三号窗口办理.

    The number is read character by character, so that nobody waits for a thousand to be finished, and 幺
    keeps 1 and 7 apart; the window is read as people say it. Raises ValueError for a window outside 1 to 999.
    """
    return (
        Word("please", "请"),
        *spelled(number),
        Word("number", "号"),
        Word("to", "到"),
        *counted(window),
        Word("window", "号窗口"),
        Word("handle", "办理"),
    )


def spelled(number: str) -> tuple[Word, ...]:
    """Return the characters of a number one by one; 1 is 幺. Blanks and hyphens are not said."""
    return tuple(_character(c) for c in number.upper() if c not in " -")


def counted(value: int) -> tuple[Word, ...]:
    """Return a count as people say it, 十二 or 一百零三. Raises ValueError outside 1 to 999."""
    if not 1 <= value <= _LARGEST_WINDOW:
        raise ValueError(f"{value} is not 1 to {_LARGEST_WINDOW}")
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    words = [_one(hundreds), Word("hundred", "百")] if hundreds else []
    if tens:
        words += [Word("ten", "十")] if tens == 1 and not hundreds else [_one(tens), Word("ten", "十")]
    elif hundreds and ones:
        words.append(_digit(0))
    return (*words, _one(ones)) if ones else tuple(words)


def is_quiet(now: time, spans: Sequence[Span]) -> bool:
    """Say whether nothing may be said aloud; the boards show the call all the same."""
    return any(span.holds(now) for span in spans)


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read ``12:00-13:30, 22:00-07:00``; blank is none. Raises ValueError naming the part that is wrong."""
    return tuple(_span(part.strip()) for part in text.replace("，", ",").split(",") if part.strip())


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text.replace("：", ":").replace(" ", ""))
    if found is None:
        raise ValueError(f"“{text}”不是时段，应写成 12:00-13:30")
    hours = [int(part) for part in found.groups()]
    if hours[0] > 23 or hours[2] > 23 or hours[1] > 59 or hours[3] > 59:
        raise ValueError(f"“{text}”中没有这样的时刻")
    return Span(time(hours[0], hours[1]), time(hours[2], hours[3]))


def _character(char: str) -> Word:
    if char.isascii() and char.isdigit():
        return _digit(int(char))
    if char.isascii() and char.isalpha():
        return Word(char.lower(), char)
    return Word("", char)


def _digit(value: int) -> Word:
    return Word(f"d{value}", _DIGITS[value])


def _one(value: int) -> Word:
    return Word("one", "一") if value == 1 else Word(f"d{value}", _ONES[value])
