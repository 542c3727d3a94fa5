"""Appointments (预约): the time somebody was promised, and where they stand in the queue when they come.

Fair to both sides: who comes in time stands where somebody would who had come at the beginning of the time
promised, but never in front of a person who was passed as often as the hall promises. Who comes before the
time waits like everybody, which is no worse a place; who comes too late waits like everybody from then on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

_TIMES: Final = re.compile(
    r"(\d{1,2})[:：](\d{2})(?::00)?(?:\s*[-~～－—–至到]\s*(\d{1,2})[:：](\d{2})(?::00)?)?"
)
LENGTH: Final = timedelta(minutes=30)
"""How long a time lasts that has no end."""


class Coming(StrEnum):
    """How somebody comes to the time promised."""

    EARLY = "early"
    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True)
class Slot:
    """The time promised; both are aware of their zone."""

    begin: datetime
    end: datetime

    def coming(self, now: datetime, grace: timedelta) -> Coming:
        """Say how somebody comes who is here now; ``grace`` after the end is still in time."""
        if now < self.begin:
            return Coming.EARLY
        return Coming.IN_TIME if now <= self.end + grace else Coming.LATE

    def booked(self, now: datetime, grace: timedelta) -> str:
        """Return what a number says of the appointment, "" for who waits like everybody."""
        return self.begin.isoformat() if self.coming(now, grace) is Coming.IN_TIME else ""


def parse_slot(text: str, day: date, zone: tzinfo) -> Slot:
    """Read ``9:00-9:30`` or ``9:00``. Raises ValueError for anything else."""
    match = _TIMES.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a time of the day")
    begin = datetime.combine(day, time(int(match[1]), int(match[2])), zone)
    if match[3] is None:
        return Slot(begin, begin + LENGTH)
    end = datetime.combine(day, time(int(match[3]), int(match[4])), zone)
    if end <= begin:
        raise ValueError("a time that ends before it begins")
    return Slot(begin, end)


def booked_at(text: str) -> datetime | None:
    """Return the beginning of the time a number says; None when it says none that can be used."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
