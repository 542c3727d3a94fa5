"""A queue ticket (排队号) and the states it goes through.

waiting ──called──▶ called ──served──▶ served
   ▲                  │
   └──────returned────┴──no_show──▶ no_show ──returned──▶ waiting

A waiting ticket may be *bound* to one window, which alone may call it, also while the hall is cut off. A
binding never runs out: the window lets it go, or a supervisor frees it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

_NUMBER = re.compile(r"([A-Z])(\d{3,4})")


class TicketState(StrEnum):
    """Where a ticket is between paper and outcome."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    NO_SHOW = "no_show"


@dataclass(frozen=True)
class Ticket:
    """One number of one day. ``green`` gives priority; the reason for it is kept nowhere public.

    ``bound`` is the only window that may call it, ``asked`` a window that asks for it, ``epoch`` the copy of
    the log it was issued in.
    """

    number: str
    group: str
    green: bool
    arrived_at: datetime
    state: TicketState = TicketState.WAITING
    window: int | None = None
    called_at: datetime | None = None
    closed_at: datetime | None = None
    calls: int = 0
    overtaken: int = 0
    bound: int | None = None
    asked: int | None = None
    epoch: int = 0

    def moved(self, **changes: object) -> Ticket:
        return replace(self, **changes)  # type: ignore[arg-type]


def format_number(prefix: str, count: int) -> str:
    """Return the number as printed: A017; a fourth digit only when the day needs it."""
    return f"{prefix}{count:03d}"


def parse_number(number: str) -> tuple[str, int]:
    """Return prefix and count of a printed number; raises ValueError for anything else."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError(f"not a ticket number: {number!r}")
    return match[1], int(match[2])
