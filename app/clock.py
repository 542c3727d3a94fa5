"""Time, as one object that tests can replace.

Moments are UTC; statutory dates and the business day are calendar dates in the court's zone,
because a hall's day ends at its own midnight, never at UTC's.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

COURT_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where the program takes the time from."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never jump, for waiting and retrying."""


class SystemClock:
    """The computer's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def local(moment: datetime) -> datetime:
    """Return the moment on the court's wall clock."""
    return moment.astimezone(COURT_ZONE)


def business_day(moment: datetime) -> date:
    """Return the hall's calendar day the moment falls on."""
    return local(moment).date()


def stamp(moment: datetime) -> str:
    """Return the moment as stored: ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """Parse what ``stamp`` wrote."""
    return datetime.fromisoformat(text)
