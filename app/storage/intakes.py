"""Finished visits and the events that carry them to the court: the durable outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
)

from app.clock import moment, stamp
from app.storage import meta
from app.storage.records import CourtWord, DueRecord, IntakeRecord, OutboxRecord
from app.storage.tables import blob, intake, outbox, outbox_blob

_WAITING: Final = (
    select(
        outbox.c.seq,
        outbox.c.id,
        outbox.c.visit_id,
        outbox.c.kind,
        outbox.c.schema,
        outbox.c.body,
        outbox.c.sha256,
    )
    .where(outbox.c.state == "waiting")
    .order_by(outbox.c.seq)
)
_ADD_INTAKE: Final = intake.insert()
_ADD_EVENT: Final = outbox.insert()
_OWE: Final = outbox_blob.insert()
_ANSWER: Final = (
    "UPDATE outbox SET state = ?, receipt_no = ?, epoch = ?, code = ?, field = ?, answered_at = ? "
    "WHERE id = ? AND state = 'waiting'"
)
"""As it is: SQLAlchemy took as long for the values of a row as SQLite for the row."""


def add_intake(connection: Connection, record: IntakeRecord) -> None:
    values = {
        "visit_id": record.visit_id,
        "receipt_no": record.receipt_no,
        "body": record.body,
        "sha256": record.sha256,
        "finished_at": stamp(record.finished_at),
    }
    connection.execute(_ADD_INTAKE, values)


def _intake(row: Row[Any]) -> IntakeRecord:
    return IntakeRecord(row.visit_id, row.receipt_no, bytes(row.body), row.sha256, moment(row.finished_at))


def get_intake(connection: Connection, visit_id: str) -> IntakeRecord | None:
    row = connection.execute(select(intake).where(intake.c.visit_id == visit_id)).first()
    return _intake(row) if row else None


def beginning(connection: Connection, sha256: str) -> IntakeRecord | None:
    """Return the record whose hash begins so, None when there is none or more than one."""
    found = select(intake).where(intake.c.sha256 >= sha256, intake.c.sha256 < f"{sha256}g").limit(2)
    rows = connection.execute(found).all()
    return _intake(rows[0]) if len(rows) == 1 else None


def all_intakes(connection: Connection) -> tuple[IntakeRecord, ...]:
    return tuple(_intake(row) for row in connection.execute(select(intake)))


def add_event(
    connection: Connection, *, event_id: str, visit_id: str, kind: str, schema: int, body: bytes, sha256: str,
    at: datetime, corrects: str | None = None,
) -> None:  # fmt: skip
    values = {
        "id": event_id,
        "visit_id": visit_id,
        "kind": kind,
        "schema": schema,
        "body": body,
        "sha256": sha256,
        "state": "waiting",
        "created_at": stamp(at),
        "corrects": corrects,
    }
    connection.execute(_ADD_EVENT, values)


def owe_blobs(connection: Connection, visit_id: str, hashes: Iterable[str]) -> None:
    """Owe the court pictures of a visit, none of which it is owed or has already."""
    owed = [{"visit_id": visit_id, "sha256": sha256} for sha256 in sorted(set(hashes))]
    if owed:
        connection.execute(_OWE, owed)


def _record(row: Row[Any]) -> OutboxRecord:
    values = row._asdict()
    values["body"] = bytes(values["body"])
    values["created_at"] = moment(values["created_at"])
    values["answered_at"] = moment(values["answered_at"]) if values["answered_at"] else None
    return OutboxRecord(**values)


def _parked(events: FromClause) -> ColumnElement[bool]:
    """Whether an event waits for a person: parked, and no amendment stands in its place."""
    later = outbox.alias()
    amended = exists().where(later.c.corrects == events.c.id)
    return and_(events.c.state.in_(("conflict", "rejected")), ~amended)


def parked_visits() -> Select[tuple[str]]:
    """Return the query for visits with a record that waits for a person."""
    return select(outbox.c.visit_id).where(_parked(outbox))


def due(connection: Connection, limit: int, held: frozenset[str]) -> list[DueRecord]:
    """Return unsent events in order of making, without visits that have a parked event nobody amended.

    ``held`` are events the court asked to keep for later; they and what follows them in their visits wait.
    """
    skipped = set(connection.execute(parked_visits()).scalars())
    found: list[DueRecord] = []
    with connection.execute(_WAITING) as rows:
        for seq, event_id, visit_id, kind, schema, body, sha256 in rows:
            if len(found) == limit:
                break
            if event_id in held or visit_id in skipped:
                skipped.add(visit_id)
            else:
                found.append(DueRecord(seq, event_id, visit_id, kind, schema, body, sha256))
    return found


def answer(connection: Connection, words: Iterable[CourtWord], at: datetime) -> int:
    """Record what the court said of waiting events; return how many of them were waiting."""
    moment = stamp(at)
    rows = [(w.state, w.receipt_no, w.epoch, w.code, w.field, moment, w.id) for w in words]
    return connection.exec_driver_sql(_ANSWER, rows).rowcount if rows else 0


def waiting_hashes(connection: Connection) -> dict[str, str]:
    """Return the hash of the body of each event that waits, by its id."""
    found = select(outbox.c.id, outbox.c.sha256).where(outbox.c.state == "waiting")
    return {row.id: row.sha256 for row in connection.execute(found)}


def offer_again(connection: Connection, epoch: str) -> None:
    """Record the court's new epoch: everything it once acknowledged and is still kept is offered again."""
    meta.write(connection, meta.EPOCH, epoch)
    kept_here = func.length(outbox.c.body) > 0
    stored = outbox.update().where(outbox.c.state == "stored", outbox.c.epoch != epoch, kept_here)
    connection.execute(stored.values(state="waiting"))
    erased = select(blob.c.sha256).where(func.length(blob.c.key) == 0)
    kept = outbox_blob.update().where(
        outbox_blob.c.epoch.is_not(None), outbox_blob.c.epoch != epoch, outbox_blob.c.sha256.not_in(erased)
    )
    connection.execute(kept.values(epoch=None, stored_at=None))


def events_of(connection: Connection, visit_id: str) -> tuple[OutboxRecord, ...]:
    rows = connection.execute(select(outbox).where(outbox.c.visit_id == visit_id).order_by(outbox.c.seq))
    return tuple(_record(row) for row in rows)


def get_event(connection: Connection, event_id: str) -> OutboxRecord | None:
    row = connection.execute(select(outbox).where(outbox.c.id == event_id)).first()
    return _record(row) if row else None


def amendment_of(connection: Connection, event_id: str) -> OutboxRecord | None:
    """Return the event that stands in the place of another, None when none does."""
    row = connection.execute(select(outbox).where(outbox.c.corrects == event_id)).first()
    return _record(row) if row else None


def unsent(connection: Connection, limit: int) -> tuple[OutboxRecord, ...]:
    """Return events the court has not stored: first those that wait for a person, then the oldest."""
    parked = _parked(outbox)
    wanted = select(outbox).where(or_(outbox.c.state == "waiting", parked))
    rows = connection.execute(wanted.order_by(outbox.c.state == "waiting", outbox.c.seq).limit(limit))
    return tuple(_record(row) for row in rows)


def owed_hashes(connection: Connection, visit_id: str) -> set[str]:
    """Return the pictures of a visit that the court is owed or has."""
    return set(
        connection.execute(select(outbox_blob.c.sha256).where(outbox_blob.c.visit_id == visit_id)).scalars()
    )


def owed(connection: Connection, visit_id: str) -> tuple[int, int]:
    """Return how many pictures of a visit the court is owed, and how many of them it has."""
    mine = select(func.count(), func.count(outbox_blob.c.stored_at)).where(outbox_blob.c.visit_id == visit_id)
    total, stored = connection.execute(mine).one()
    return int(total), int(stored)


def all_events(connection: Connection) -> tuple[OutboxRecord, ...]:
    return tuple(_record(row) for row in connection.execute(select(outbox).order_by(outbox.c.seq)))


def blobs_due(connection: Connection, limit: int) -> tuple[tuple[str, int], ...]:
    """Return (sha256, size) of pictures the court does not have, oldest visit first, after its record."""
    acknowledged = exists().where(outbox.c.visit_id == outbox_blob.c.visit_id, outbox.c.state == "stored")
    owed = (
        select(outbox_blob.c.sha256, blob.c.size)
        .join(blob, blob.c.sha256 == outbox_blob.c.sha256)
        .where(outbox_blob.c.stored_at.is_(None), acknowledged)
        .order_by(outbox_blob.c.visit_id)
    )
    found: dict[str, int] = {}
    with connection.execute(owed) as rows:  # a picture of several visits stands several times
        for sha256, size in rows:
            if len(found) == limit:
                break
            found.setdefault(sha256, size)
    return tuple(found.items())


def blob_stored(connection: Connection, sha256: str, epoch: str, at: datetime) -> None:
    owed = outbox_blob.update().where(outbox_blob.c.sha256 == sha256, outbox_blob.c.stored_at.is_(None))
    connection.execute(owed.values(epoch=epoch, stored_at=stamp(at)))


def backlog(connection: Connection) -> tuple[int, int, datetime | None, int]:
    """Return events waiting, blobs waiting, when the oldest event was made, events needing a person.

    Blobs of a visit whose record is parked wait for that person, not for the line; they are not counted.
    Nor is what became of papers: a clerk counts people.
    """
    waiting = select(func.count(), func.min(outbox.c.created_at)).where(
        outbox.c.state == "waiting", outbox.c.kind.not_in(("print", "void"))
    )
    count, oldest = connection.execute(waiting).one()
    parked = select(func.count()).select_from(outbox).where(_parked(outbox))
    stopped = parked_visits()
    owing = select(func.count()).select_from(outbox_blob).where(outbox_blob.c.stored_at.is_(None))
    held = connection.execute(owing.where(outbox_blob.c.visit_id.in_(stopped))).scalar_one()
    owed = int(connection.execute(owing).scalar_one() - held)
    attention = int(connection.execute(parked).scalar_one())
    return int(count), owed, moment(oldest) if oldest else None, attention


def last_answer(connection: Connection) -> datetime | None:
    """Return when the court last acknowledged an event."""
    newest = connection.execute(
        select(func.max(outbox.c.answered_at)).where(outbox.c.state == "stored")
    ).scalar()
    return moment(newest) if newest else None
