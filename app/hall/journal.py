"""What a member of the hall made durable itself, so that it can go on alone and answer for it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from app.domain.hall_event import HallEvent
from app.hall.log import decode, encode
from app.storage import hall_events
from app.storage.access import StoreAccess, Transaction


@dataclass(frozen=True)
class Entry:
    """A fact with the id and the subject it has, or will have, in the hall's log."""

    event_id: str
    subject: str
    event: HallEvent


class Journal(Protocol):
    """Facts in the order they were made durable; the same id again changes nothing."""

    def add(self, day: date, entries: Sequence[Entry]) -> None:
        """Make all entries durable before returning, or none of them. Raises StorageProblem."""

    def entries(self, day: date) -> Sequence[Entry]:
        """Return the day's entries, oldest first."""


class StoreJournal:
    """A journal in the desk's own store.

    Beside the log of a one-window hall and never mixed with it; with ``is_log`` it *is* that log: what is
    made durable is told to the hall by that alone.
    """

    def __init__(self, store: StoreAccess, *, is_log: bool = False) -> None:
        self._store = store
        self._mark = "" if is_log else _MARK
        self._beside = "" if is_log else _BESIDE

    def add(self, day: date, entries: Sequence[Entry]) -> None:
        self._store(_add, f"{day.isoformat()}{self._beside}", self._mark, entries)

    def entries(self, day: date) -> Sequence[Entry]:
        own = f"{day.isoformat()}{self._beside}"
        rows = self._store(hall_events.since, own, 0)
        return [
            Entry(
                row.event_id.removeprefix(self._mark), row.subject.removeprefix(f"{own}."), decode(row.body)
            )
            for row in rows
        ]


_MARK: Final = "own:"
_BESIDE: Final = "/own"


def _add(connection: Transaction, day: str, mark: str, entries: Sequence[Entry]) -> None:
    rows = [
        {"subject": f"{day}.{e.subject}", "event_id": mark + e.event_id, "body": encode(e.event)}
        for e in entries
    ]
    hall_events.add(connection, day, rows)
