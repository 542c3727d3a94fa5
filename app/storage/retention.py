"""Erasing what has been kept long enough: drafts of people who left, pictures, whole records.

A finished visit stays frozen: the triggers let through one change only, that something is emptied. Numbers,
hashes and times stay, so that the day equation and the audit trail still hold. A picture is erased by
forgetting its key; its file is removed after that is durable.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Select, delete, exists, func, select

from app.clock import stamp
from app.storage import handovers, meta
from app.storage.tables import (
    blob,
    confirmation,
    draft_field,
    intake,
    outbox,
    outbox_blob,
    page,
    print_job,
    supplement,
    visit,
)

_RECORD_KINDS: Final = ("intake", "amendment")
_MISSED: Final = "retention_missed"
_IMAGES: Final = "retention_images"
_RECORDS: Final = "retention_records"
_HELD: Final = "retention_held"
EMPTY: Final = b""
ERASED_PAPER: Final = "{}"


def wipe_missed(connection: Connection, today: date) -> int:
    """Forget what was entered for people who left without an outcome before ``today``; return how many."""
    since = meta.read(connection, _MISSED) or ""
    gone = visit.c.state == "away"
    left = connection.execute(
        select(visit.c.id).where(visit.c.day >= since, visit.c.day < today.isoformat(), gone)
    )
    wiped = 0
    for visit_id in left.scalars().all():
        found = connection.execute(delete(draft_field).where(draft_field.c.visit_id == visit_id)).rowcount
        found += connection.execute(delete(page).where(page.c.visit_id == visit_id)).rowcount
        found += connection.execute(delete(confirmation).where(confirmation.c.visit_id == visit_id)).rowcount
        wiped += found > 0
    meta.write(connection, _MISSED, today.isoformat())
    wiped += handovers.forget_copies(connection, today.isoformat())
    if wiped and not any(one.way == "in" for one in handovers.unsettled(connection)):
        connection.execute(delete(blob).where(blob.c.sha256.in_(_unnamed())))
    return wiped


def drop_held(connection: Connection, parcel: str, at: datetime) -> None:
    """Forget papers another window wanted to give, with the pictures nothing else names."""
    held = handovers.get(connection, parcel, "in")
    if held is None or not handovers.settle(connection, parcel, "in", "back", at):
        return
    hashes = [str(one["sha256"]) for one in json.loads(held.body)["blobs"]]
    connection.execute(delete(blob).where(blob.c.sha256.in_(hashes), blob.c.sha256.in_(_unnamed())))


def _unnamed() -> Select[tuple[str]]:
    """Return the pictures no row names any more; the sweep removes their files."""
    return select(blob.c.sha256).where(
        *(
            ~exists().where(column == blob.c.sha256)
            for column in (page.c.sha256, confirmation.c.signature_sha256, outbox_blob.c.sha256)
        )
    )


def erase_images(connection: Connection, before: datetime, limit: int) -> list[str]:
    """Forget the keys of pictures the court has had since before ``before``; return their hashes.

    A picture that is still owed for another visit, or lies in an open one or in one whose missing papers are
    still to come, stays. At most ``limit`` are
    looked at; calling again goes on where this ended.
    """
    since = meta.read(connection, _IMAGES) or ""
    rows = connection.execute(
        select(outbox_blob.c.sha256, outbox_blob.c.stored_at)
        .where(outbox_blob.c.stored_at > since, outbox_blob.c.stored_at <= stamp(before))
        .order_by(outbox_blob.c.stored_at)
        .limit(limit)
    ).all()
    due = [row.sha256 for row in rows]
    erased = sorted(set(due) - _still_needed(connection, due, before))
    for sha256 in erased:
        connection.execute(blob.update().where(blob.c.sha256 == sha256).values(key=EMPTY))
        connection.execute(page.update().where(page.c.sha256 == sha256).values(thumbnail=EMPTY))
    if rows:
        meta.write(connection, _IMAGES, rows[-1].stored_at)
    return erased


def _still_needed(connection: Connection, hashes: list[str], before: datetime) -> set[str]:
    owed = select(outbox_blob.c.sha256).where(
        outbox_blob.c.sha256.in_(hashes),
        outbox_blob.c.stored_at.is_(None) | (outbox_blob.c.stored_at > stamp(before)),
    )
    waits = (page.c.late == 1) & page.c.amendment.is_(None) & page.c.removed_at.is_(None)
    lies_open = (
        select(page.c.sha256)
        .join(visit, visit.c.id == page.c.visit_id)
        .where(page.c.sha256.in_(hashes), (visit.c.state == "open") | waits)
    )
    awaited = select(supplement.c.first_id).where(supplement.c.state == "open")
    comes_back = (
        select(page.c.sha256)
        .join(visit, visit.c.id == page.c.visit_id)
        .where(page.c.sha256.in_(hashes), visit.c.id.in_(awaited) | visit.c.continues.in_(awaited))
    )
    found = (connection.execute(wanted).scalars() for wanted in (owed, lies_open, comes_back))
    return {sha256 for hashes_ in found for sha256 in hashes_}


def records_due(connection: Connection, before: datetime, limit: int) -> list[str]:
    """Return visits whose every event the court acknowledged before ``before`` and that nothing holds.

    A record that was turned down counts as settled by the one that stands for it now. A visit with an unsent
    event, an unsent picture or something still to be supplied is held and looked at again at the next call.
    """
    since = meta.read(connection, _RECORDS) or ""
    rows = connection.execute(
        select(outbox.c.visit_id, outbox.c.answered_at)
        .where(
            outbox.c.state == "stored",
            outbox.c.kind.in_(_RECORD_KINDS),
            func.length(outbox.c.body) > 0,
            outbox.c.answered_at > since,
            outbox.c.answered_at <= stamp(before),
        )
        .order_by(outbox.c.answered_at)
        .limit(limit)
    ).all()
    seen = [*json.loads(meta.read(connection, _HELD) or "[]"), *(row.visit_id for row in rows)]
    due = [visit_id for visit_id in dict.fromkeys(seen) if not _held(connection, visit_id, before)]
    meta.write(
        connection, _HELD, json.dumps([visit_id for visit_id in dict.fromkeys(seen) if visit_id not in due])
    )
    if rows:
        meta.write(connection, _RECORDS, rows[-1].answered_at)
    return due


def _held(connection: Connection, visit_id: str, before: datetime) -> bool:
    later = outbox.alias()
    amended = exists().where(later.c.corrects == outbox.c.id)
    unsent = exists().where(
        outbox.c.visit_id == visit_id,
        ((outbox.c.state != "stored") & ~amended) | (outbox.c.answered_at > stamp(before)),
    )
    owed = exists().where(outbox_blob.c.visit_id == visit_id, outbox_blob.c.stored_at.is_(None))
    awaited = exists().where(
        (supplement.c.visit_id == visit_id) | (supplement.c.first_id == visit_id),
        supplement.c.state == "open",
    )
    return bool(connection.execute(select(unsent | owed | awaited)).scalar_one())


def erase_records(connection: Connection, visits: Iterable[str]) -> int:
    """Empty the records of the visits: what was entered, signed, sent and printed; return how many."""
    count = 0
    for visit_id in visits:
        connection.execute(intake.update().where(intake.c.visit_id == visit_id).values(body=EMPTY))
        connection.execute(outbox.update().where(outbox.c.visit_id == visit_id).values(body=EMPTY))
        papers = print_job.update().where(print_job.c.visit_id == visit_id)
        connection.execute(papers.values(content=ERASED_PAPER))
        told = supplement.update().where(supplement.c.visit_id == visit_id)
        connection.execute(told.values(body=ERASED_PAPER))
        connection.execute(delete(draft_field).where(draft_field.c.visit_id == visit_id))
        connection.execute(delete(confirmation).where(confirmation.c.visit_id == visit_id))
        count += 1
    return count


def erased_images(connection: Connection) -> int:
    """Return how many pictures have been erased."""
    wanted = select(func.count()).select_from(blob).where(func.length(blob.c.key) == 0)
    return int(connection.execute(wanted).scalar_one())
