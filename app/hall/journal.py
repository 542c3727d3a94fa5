"""What a member of the hall made durable itself, so that it can go on alone and answer for it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.domain.hall import HallEvent
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

    def add(self, day: date, entry: Entry) -> None:
        """Make the entry durable before returning. Raises StorageProblem."""

    def entries(self, day: date) -> Sequence[Entry]:
        """Return the day's entries, oldest first."""


class StoreJournal:
    """A journal in the desk's own store, beside the log of a one-window hall and never mixed with it."""

    def __init__(self, store: StoreAccess) -> None:
        self._store = store

    def add(self, day: date, entry: Entry) -> None:
        self._store(_add, _own(day), entry)

    def entries(self, day: date) -> Sequence[Entry]:
        prefix = f"{_own(day)}."
        rows = self._store(hall_events.since, _own(day), 0)
        return [
            Entry(row.event_id.removeprefix(_MARK), row.subject.removeprefix(prefix), decode(row.body))
            for row in rows
        ]


_MARK = "own:"


def _own(day: date) -> str:
    return f"{day.isoformat()}/own"


def _add(connection: Transaction, day: str, entry: Entry) -> None:
    subject = f"{day}.{entry.subject}"
    hall_events.append(
        connection,
        subject,
        hall_events.last_seq(connection, subject),
        event_id=_MARK + entry.event_id,
        day=day,
        body=encode(entry.event),
    )
