"""A queue ticket (排队号) and the states it goes through.

waiting ──called──▶ called ──served──▶ served
   ▲                  │
   ├──────returned────┼──no_show──▶ no_show ──returned──▶ waiting
   └────transferred───┘
                      └──parked──▶ parked ──called──▶ called, or returned

A waiting ticket may be *bound* to one window, which alone may call it, also while the hall is cut off. A
binding never runs out: the window lets it go, or a supervisor frees it. A parked ticket is bound to the
window that parked it, one transferred to a window is bound to that one, a missed one to the window that has
not told all it knows of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

_NUMBER = re.compile(r"([A-Z])([0-9]{3,4})")
HIGHEST_COUNT = 9999
"""The last number of a day that a prefix has."""


class TicketState(StrEnum):
    """Where a ticket is between paper and outcome."""

    WAITING = "waiting"
    CALLED = "called"
    PARKED = "parked"
    SERVED = "served"
    NO_SHOW = "no_show"


OPEN = frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.PARKED})
"""States in which a person still has something to wait for."""


@dataclass(frozen=True)
class Wanted:
    """What a ticket is asked for. ``person`` is a keyed hash good for one day, "" when nobody was read.

    ``green`` and ``urgent`` give priority; the reason is kept nowhere. ``needs`` are tags the window must
    have; ``cases`` counts related cases handled under one number; ``wait`` is the range of minutes that was
    said, empty when nothing honest could be. ``back``: comes back with papers that were missing, having
    waited the first time. ``booked`` is when the time of an appointment began they came to in time.
    """

    group: str
    green: bool = False
    urgent: bool = False
    needs: tuple[str, ...] = ()
    person: str = ""
    cases: int = 1
    wait: tuple[int, ...] = ()
    back: bool = False
    booked: str = ""


@dataclass(frozen=True)
class Ticket:
    """One number of one day. ``green`` gives priority; the reason for it is kept nowhere public.

    ``bound`` is the only window that may call it, ``asked`` a window that asks for it, ``sent`` whether it is
    bound because a person was sent there, ``epoch`` the copy of the log it was issued in. ``before`` is the
    ticket as it was before the last act of window ``by``, ``overtook`` who waited longer when it was called.
    ``holder`` is the window that called it last, where its draft lies; ``parcel`` the draft on its way to the
    window it is bound to. ``booked`` is the beginning of the time promised by an appointment.
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
    urgent: bool = False
    needs: tuple[str, ...] = ()
    person: str = ""
    cases: int = 1
    wait: tuple[int, ...] = ()
    reason: str = ""
    sent: bool = False
    rule: str = ""
    other: str = ""
    by: int | None = None
    before: Ticket | None = None
    overtook: tuple[str, ...] = ()
    back: bool = False
    parcel: str = ""
    holder: int | None = None
    booked: datetime | None = None

    @property
    def priority(self) -> bool:
        return self.green or self.urgent or self.back

    @property
    def place(self) -> datetime:
        """Return the moment that orders the ticket among others: arrival, or the time promised before it."""
        return self.arrived_at if self.booked is None else min(self.booked, self.arrived_at)

    def moved(self, **changes: object) -> Ticket:
        """Return the ticket with some fields changed. Raises TypeError for what is no field.

        Every call makes a new ticket of everybody who waits longer; ``dataclasses.replace`` takes eight times
        as long, 24 ms a call with 3,000 waiting.
        """
        if not _FIELDS.issuperset(changes):
            raise TypeError(f"no fields of a ticket: {sorted(changes.keys() - _FIELDS)}")
        other = object.__new__(Ticket)
        values = other.__dict__
        values.update(self.__dict__)
        values.update(changes)
        return other


_FIELDS = frozenset(field.name for field in fields(Ticket))


def format_number(prefix: str, count: int) -> str:
    """Return the number as printed: A017; a fourth digit only when the day needs it."""
    return f"{prefix}{count:03d}"


def parse_number(number: str) -> tuple[str, int]:
    """Return prefix and count of a printed number; raises ValueError for anything else."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError(f"not a ticket number: {number!r}")
    return match[1], int(match[2])
