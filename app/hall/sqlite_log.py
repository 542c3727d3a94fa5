"""The hall log of a one-window hall: in the desk's own store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.hall import HallEvent
from app.hall.log import LoggedEvent, decode, encode
from app.lanes import Lanes
from app.storage import hall_events
from app.storage.engine import Store


class SqliteLog:
    """Implements ``app.hall.log.HallLog``. Subjects are kept per day, so numbers start again at 1."""

    def __init__(self, store: Store, lanes: Lanes) -> None:
        self._store = store
        self._lanes = lanes

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        def write() -> int | None:
            with self._store.transaction() as connection:
                return hall_events.append(
                    connection,
                    f"{day.isoformat()}.{subject}",
                    expected,
                    event_id=event_id,
                    day=day.isoformat(),
                    body=encode(event),
                )

        return self._lanes.on_db(write)

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        prefix = f"{day.isoformat()}."

        def read() -> Sequence[LoggedEvent]:
            with self._store.transaction() as connection:
                rows = hall_events.since(connection, day.isoformat(), seq)
            return [
                LoggedEvent(r.seq, r.subject.removeprefix(prefix), r.subject_seq, decode(r.body))
                for r in rows
            ]

        return self._lanes.on_db(read)
