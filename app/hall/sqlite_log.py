"""The hall log of a one-window hall: in the desk's own store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from app.domain.hall_event import HallEvent
from app.hall.log import LoggedEvent, decode, encode
from app.storage import hall_events
from app.storage.access import StoreAccess


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

    def skip_to(self, day: date, subject: str, count: int, event_id: str, event: HallEvent) -> None:
        """Move a counter of the day up to ``count``, if it is lower, with an event that takes the rest."""
        prefix = f"{day.isoformat()}.{subject}"
        here = self._store(hall_events.last_seq, prefix)
        if here < count:
            self.append(day, subject, here, event_id, replace(event, span=count - here))

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
