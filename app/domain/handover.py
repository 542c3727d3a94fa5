"""What became of papers that were handed over with a running visit, as the events of its ticket say."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from app.domain.hall_event import EventKind, HallEvent


class Fate(StrEnum):
    """``UNSAID``: the hall was never told; ``BACK``: they are the giver's again."""

    UNSAID = "unsaid"
    PENDING = "pending"
    TAKEN = "taken"
    BACK = "back"


def fate(events: Iterable[HallEvent], parcel: str) -> Fate:
    """Return whose the papers are; ``events`` are those of the ticket, in the order of the log.

    They are taken when the window they went to calls the number. When it lets the number go without a call,
    or a supervisor frees it, the giver's copy counts again.
    """
    found, to = Fate.UNSAID, None
    for event in events:
        if event.kind is EventKind.TRANSFERRED and event.parcel == parcel:
            found, to = Fate.PENDING, event.to
        elif found is Fate.PENDING and event.kind is EventKind.CALLED:
            found = Fate.TAKEN if event.window == to else Fate.BACK
        elif found is Fate.PENDING and event.kind in (EventKind.RETURNED, EventKind.FREED):
            found = Fate.BACK
    return found
