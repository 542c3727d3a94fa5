"""The hall log of a one-window hall: append-only rows with compare-and-set on a subject."""

from __future__ import annotations

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.dialects.sqlite import insert

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


def add(connection: Connection, subject: str, *, event_id: str, day: str, body: str) -> None:
    """Append after whatever is there; an event already there under the same id changes nothing."""
    newest = func.coalesce(func.max(hall_event.c.subject_seq), 0)
    row = select(literal(subject), newest + 1, literal(event_id), literal(day), literal(body))
    names = ["subject", "subject_seq", "event_id", "day", "body"]
    adding = insert(hall_event).from_select(names, row.where(hall_event.c.subject == subject))
    connection.execute(adding.on_conflict_do_nothing(index_elements=["event_id"]))


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
