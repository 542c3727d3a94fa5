"""The moment a run of the tests takes place at, as far as the program takes its time from `app.clock`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from app.clock import SystemClock, local

LONGEST_RUN: Final = timedelta(hours=1)


def shift(at: str, now: datetime) -> timedelta:
    """Return how far ahead of the computer's clock the tests run.

    ``at`` is a moment (ISO 8601 with its zone) or "". Without one it is nothing, except in the last hour of
    the court's day: no test passes a midnight by chance, those that mean to set their clock.
    """
    if at:
        return datetime.fromisoformat(at) - now
    tomorrow = (local(now) + LONGEST_RUN).date() != local(now).date()
    return LONGEST_RUN if tomorrow else timedelta()


def move(ahead: timedelta) -> None:
    """From now on the program's clock is this far ahead, in this process."""
    SystemClock.now = lambda _self: datetime.now(UTC) + ahead  # type: ignore[method-assign]
