"""The hall log of a one-window hall: in the desk's own store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import format_number
from app.hall.log import LoggedEvent, counter_subject, decode, encode, ticket_subject
from app.storage import hall_events
from app.storage.access import StoreAccess, Transaction


class SqliteLog:
    """Implements ``app.hall.log.HallLog``. Subjects are kept per day, so numbers start again at 1."""

    def __init__(self, store: StoreAccess) -> None:
        self._store = store

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        if event.span != 1 and event.window is not None:
            raise ValueError("a one-window hall grants no blocks of numbers")
        return self._store(
            hall_events.append,
            f"{day.isoformat()}.{subject}",
            expected,
            event_id=event_id,
            day=day.isoformat(),
            body=encode(event),
            span=event.span,
        )

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        if event.kind is not EventKind.ISSUED:
            raise ValueError("a one-window hall grants no blocks of numbers")
        return self._store(_take, day.isoformat(), prefix, event_id, event)

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        here = self._store(hall_events.last_seq, f"{day.isoformat()}.{counter_subject(prefix)}")
        if here < count:
            first = format_number(prefix, here + 1)
            skipped = HallEvent(EventKind.BLOCK, first, now, span=count - here)
            self.append(day, counter_subject(prefix), here, event_id, skipped)

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        prefix = f"{day.isoformat()}."
        rows = self._store(hall_events.since, day.isoformat(), seq)
        return [
            LoggedEvent(
                r.seq,
                r.subject.removeprefix(prefix),
                r.subject_seq,
                decode(r.body),
                r.event_id,
                day.isoformat(),
            )
            for r in rows
        ]

    def watch(self, told: Callable[[LoggedEvent | None], None]) -> Callable[[], None]:  # noqa: ARG002
        """Tell nothing: nobody else writes to this store."""
        return lambda: None

    def accept_restored(self) -> None:
        """Do nothing: the store's own log is never another's older copy."""

    def remember(self, seq: int, event_id: str) -> None:
        """Do nothing: what the store holds was seen by itself only."""


def _take(connection: Transaction, day: str, prefix: str, event_id: str, event: HallEvent) -> str:
    """Take the counter's next number and store its ticket in one transaction."""
    known = hall_events.body_of(connection, event_id)
    if known is not None:
        return decode(known).number
    counter = f"{day}.{counter_subject(prefix)}"
    count = hall_events.last_seq(connection, counter)
    number = format_number(prefix, count + 1)
    body = encode(replace(event, number=number))
    hall_events.append(connection, counter, count, event_id=f"{event_id}{_CLAIM}", day=day, body=body)
    ticket = f"{day}.{ticket_subject(number)}"
    hall_events.append(connection, ticket, 0, event_id=event_id, day=day, body=body)
    return number


_CLAIM: Final = "#"
"""Ends the id of what only moves the counter."""
