"""Break text into lines, the same way for dots and for points.

Chinese breaks between any two characters, except that closing punctuation never begins a line and opening
punctuation never ends one (GB/T 15834-2011, 5.1); words, numbers and dates stay whole while they fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

Measure = Callable[[str], float]

TIE = "\u00a0"
"""A blank at which no line breaks: between a box and its word, a number and its unit."""
_CLOSING = frozenset(f"，。、；：？！）》〉」』】〕”’…—·,.;:?!)]}}%％℃°{TIE}")
_OPENING = frozenset(f"（《〈「『【〔“‘([{{￥¥${TIE}")
_BLANKS = " \u3000"
_DAY = r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
_UNIT = re.compile(rf"{_DAY}|[0-9A-Za-z!-/:-@\[-`{{-~\u00c0-\u024f]+| +|.", re.DOTALL)


def _sticks(char: str) -> bool:
    return char in _CLOSING or unicodedata.combining(char) != 0


def _units(text: str) -> Iterator[str]:
    """Yield pieces that should not be broken."""
    unit = ""
    for piece in _UNIT.findall(text):
        joins = (
            unit and (unit[-1] in _OPENING or _sticks(piece[0])) and not unit.isspace() and piece[0] != " "
        )
        if unit and not joins:
            yield unit
            unit = ""
        unit += piece
    if unit:
        yield unit


def _fitting(text: str, width: float, measure: Measure) -> int:
    """Return how many characters of ``text`` fit, at least one."""
    count = 1
    while count < len(text) and measure(text[: count + 1]) <= width:
        count += 1
    return count


def wrap(text: str, width: float, measure: Measure, first: float | None = None) -> tuple[str, ...]:
    """Return the lines of ``text``, each at most ``width`` wide unless it is one character wider than that.

    ``measure`` gives widths in the unit of ``width``; ``first`` is the room of the first line if it differs
    (an indent). Blanks at a break vanish; an empty text is one empty line.
    """
    lines: list[str] = []
    line = ""

    def room() -> float:
        return first if first is not None and not lines else width

    for unit in _units(text):
        if measure(line + unit.rstrip(" ")) <= room():
            line += unit
            continue
        if line:
            lines.append(line.rstrip(_BLANKS))
        line = unit.lstrip(_BLANKS)
        while measure(line.rstrip(" ")) > room() and (count := _fitting(line, room(), measure)) < len(line):
            lines.append(line[:count])
            line = line[count:]
    if line or not lines:
        lines.append(line.rstrip(_BLANKS) or line)
    return tuple(lines)


def widest(text: str, measure: Measure) -> float:
    """Return the width of the widest piece that should not be broken, such as a number."""
    return max((measure(unit.rstrip(" ")) for unit in _units(text)), default=0.0)


def widths(shares: Sequence[float], total: float) -> tuple[float, ...]:
    """Divide ``total`` in proportion to ``shares``."""
    whole = sum(shares)
    return tuple(share * total / whole for share in shares)
