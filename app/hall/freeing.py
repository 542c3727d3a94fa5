"""What a supervisor does about a dead window: let go what it holds, and put it out of service."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.hall_event import EventKind, HallEvent
from app.hall.log import EPOCH_SUBJECT, RestorableLog, ticket_subject
from app.ids import new_id


def free(log: RestorableLog, day: date, window: int, number: str, now: datetime, expected: int) -> int | None:
    """A supervisor takes a ticket from a window that is dead; None when the log went on meanwhile.

    A visible act of a human, never of a timer: should the window live, the person may be called twice.
    """
    event = HallEvent(EventKind.FREED, number, now, window)
    return log.append(day, ticket_subject(number), expected, new_id(), event)


def retire(log: RestorableLog, day: date, window: int, now: datetime, expected: int) -> int | None:
    """Put a window out of service until it enrols again; None when the log went on meanwhile.

    ``expected`` is the newest sequence of the epoch's subject: no epoch was raised meanwhile.
    """
    event = HallEvent(EventKind.RETIRED, "", now, window)
    return log.append(day, EPOCH_SUBJECT, expected, new_id(), event)
