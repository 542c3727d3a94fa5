"""Keeping nothing longer than it is needed: each erasure leaves a line in the audit trail, never a name.

Who left without an outcome is forgotten when the day is over; pictures ``keep.images_days`` after the court
has them; whole records ``keep.records_days`` after (个人信息保护法第十九条: the shortest time needed).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.domain.audit import Act
from app.lanes import UPKEEP, on
from app.services.desk import Desk
from app.storage import retention, trail
from app.storage.access import Transaction

_AT_ONCE: Final = 200
_ACTOR: Final = "desk"


@on(UPKEEP)
def erase_due(desk: Desk) -> int:
    """Erase a bounded part of what is due; return how many things went. Raises StorageProblem."""
    with desk.blob_lock:  # a picture that comes again meanwhile would lose its new file
        images = desk.store(_in_rows, desk)
        desk.blobs.remove(images)
    return len(images) + desk.store(_records, desk)


def _in_rows(connection: Transaction, desk: Desk) -> list[str]:
    missed = retention.wipe_missed(connection, desk.today())
    if missed:
        _note(connection, desk, "missed", missed)
    before = desk.clock.now() - timedelta(days=desk.settings.keep.images_days)
    images = retention.erase_images(connection, before, _AT_ONCE)
    if images:
        _note(connection, desk, "images", len(images))
    return images


def _records(connection: Transaction, desk: Desk) -> int:
    before = desk.clock.now() - timedelta(days=desk.settings.keep.records_days)
    due = retention.records_due(connection, before, _AT_ONCE)
    for visit_id in due:
        retention.erase_records(connection, [visit_id])
        trail.add(connection, Act.ERASED, subject=visit_id, actor=_ACTOR, at=desk.clock.now(), what="record")
    return len(due)


def _note(connection: Transaction, desk: Desk, what: str, count: int) -> None:
    now = desk.clock.now()
    trail.add(connection, Act.ERASED, subject=what, actor=_ACTOR, at=now, what=what, count=count)
