"""Bundles that left on a stick, and what still has to go on one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.clock import moment, stamp
from app.storage.intakes import parked_visits
from app.storage.tables import blob, courier_bundle, outbox_blob


@dataclass(frozen=True)
class BundleRecord:
    """One bundle. ``reply_key`` is the X25519 key (32 bytes) that opens its answer."""

    id: str
    made_at: datetime
    reply_key: bytes
    epoch: str | None
    answered_at: datetime | None


def add(connection: Connection, record: BundleRecord) -> None:
    connection.execute(
        courier_bundle.insert().values(
            id=record.id, made_at=stamp(record.made_at), reply_key=record.reply_key, epoch=record.epoch
        )
    )


def get(connection: Connection, bundle_id: str) -> BundleRecord | None:
    row = connection.execute(select(courier_bundle).where(courier_bundle.c.id == bundle_id)).first()
    if row is None:
        return None
    answered = moment(row.answered_at) if row.answered_at else None
    return BundleRecord(row.id, moment(row.made_at), bytes(row.reply_key), row.epoch, answered)


def all_of(connection: Connection) -> tuple[BundleRecord, ...]:
    """Return every bundle, the newest first."""
    ids = connection.execute(select(courier_bundle.c.id).order_by(courier_bundle.c.id.desc())).scalars().all()
    found = (get(connection, one) for one in ids)
    return tuple(record for record in found if record is not None)


def answered(connection: Connection, bundle_id: str, at: datetime) -> None:
    """Note that the answer of a bundle was taken over; it is not taken again."""
    mine = courier_bundle.update().where(courier_bundle.c.id == bundle_id)
    connection.execute(mine.values(answered_at=stamp(at)))


def owed(connection: Connection) -> tuple[tuple[str, int], ...]:
    """Return (sha256, size) of every picture the court has not, oldest visit first, without parked visits."""
    rows = connection.execute(
        select(outbox_blob.c.sha256, blob.c.size)
        .join(blob, blob.c.sha256 == outbox_blob.c.sha256)
        .where(outbox_blob.c.stored_at.is_(None), outbox_blob.c.visit_id.not_in(parked_visits()))
        .group_by(outbox_blob.c.sha256)
        .order_by(func.min(outbox_blob.c.visit_id))
    )
    return tuple((row[0], row[1]) for row in rows)
