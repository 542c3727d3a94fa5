"""Letting go what a dead window holds: a supervisor's act."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.hall_event import EventKind, HallEvent
from app.hall.log import RestorableLog, ticket_subject
from app.ids import new_id


def free(log: RestorableLog, day: date, window: int, number: str, now: datetime, expected: int) -> int | None:
    """A supervisor takes a ticket from a window that is dead; None when the log went on meanwhile.

    A visible act of a human, never of a timer: should the window live, the person may be called twice.
    """
    event = HallEvent(EventKind.FREED, number, now, window)
    return log.append(day, ticket_subject(number), expected, new_id(), event)
