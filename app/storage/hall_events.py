"""The hall log of a one-window hall: append-only rows with compare-and-set on a subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, String, bindparam, func, select
from sqlalchemy.dialects.sqlite import Insert, insert

from app.storage.records import HallEventRecord
from app.storage.tables import hall_event


def last_seq(connection: Connection, subject: str) -> int:
    """Return the newest sequence of the subject, 0 when it has no event."""
    newest = select(func.max(hall_event.c.subject_seq)).where(hall_event.c.subject == subject)
    return int(connection.execute(newest).scalar() or 0)


def body_of(connection: Connection, event_id: str) -> str | None:
    """Return the body of the event with this id, None when there is none."""
    return connection.execute(
        select(hall_event.c.body).where(hall_event.c.event_id == event_id)
    ).scalar_one_or_none()


def append(
    connection: Connection, subject: str, expected: int, *, event_id: str, day: str, body: str, span: int = 1
) -> int | None:
    """Append if the subject's newest sequence is ``expected``; return the log sequence, None if it is not.

    The event takes ``span`` numbers of the subject.
    An event already there under the same id counts as appended: the answer to a retry.
    """
    known = select(hall_event.c.seq).where(hall_event.c.event_id == event_id)
    seq = connection.execute(known).scalar()
    if seq is not None:
        return int(seq)
    if last_seq(connection, subject) != expected:
        return None
    row = {"subject": subject, "subject_seq": expected + span, "event_id": event_id, "day": day, "body": body}
    added = hall_event.insert().values(**row).returning(hall_event.c.seq)
    return int(connection.execute(added).scalar_one())


def add(connection: Connection, day: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Append after whatever is there; an event already there under the same id changes nothing.

    Each row has a ``subject``, an ``event_id`` and a ``body``.
    """
    if rows:
        connection.execute(_ADD, [{"day": day, **row} for row in rows])


def _adding() -> Insert:
    """Build the statement once: SQLAlchemy takes five times as long to build it as SQLite to run it."""
    subject, event_id, day, body = (
        bindparam(n, type_=String) for n in ("subject", "event_id", "day", "body")
    )
    newest = func.coalesce(func.max(hall_event.c.subject_seq), 0)
    row = select(subject, newest + 1, event_id, day, body).where(hall_event.c.subject == subject)
    names = ["subject", "subject_seq", "event_id", "day", "body"]
    return insert(hall_event).from_select(names, row).on_conflict_do_nothing(index_elements=["event_id"])


_ADD: Final = _adding()


def since(connection: Connection, day: str, seq: int) -> tuple[HallEventRecord, ...]:
    """Return the day's events after ``seq`` in log order."""
    later = (
        select(
            hall_event.c.seq,
            hall_event.c.subject,
            hall_event.c.subject_seq,
            hall_event.c.event_id,
            hall_event.c.body,
        )
        .where(hall_event.c.day == day, hall_event.c.seq > seq)
        .order_by(hall_event.c.seq)
    )
    return tuple(HallEventRecord(*row) for row in connection.execute(later))
