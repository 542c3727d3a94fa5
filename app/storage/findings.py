"""Risks found in a visit: a row when one is first shown, and the lifting of a freeze in the same row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from app.clock import moment, stamp
from app.storage.records import FindingRecord
from app.storage.tables import finding

_c = finding.c
_SHOWN = ("key", "effect", "text", "article", "action")
_NOTE: Final = insert(finding).on_conflict_do_nothing()
_OF_VISIT: Final = (
    select(finding).where(_c.visit_id == bindparam("visit_id")).order_by(_c.appeared_at, _c.key)
)


def note(connection: Connection, visit_id: str, found: Iterable[FindingRecord]) -> None:
    """Keep what is new; a finding that is known stays as it was first shown."""
    for one in found:
        words = {name: value for name, value in asdict(one).items() if name in _SHOWN}
        values = {"visit_id": visit_id, "appeared_at": stamp(one.appeared_at), **words}
        connection.execute(_NOTE, values)


def of_visit(connection: Connection, visit_id: str) -> tuple[FindingRecord, ...]:
    """Return every finding the visit ever had, in the order of their appearance."""
    return tuple(_record(row) for row in connection.execute(_OF_VISIT, {"visit_id": visit_id}))


def lift(
    connection: Connection, visit_id: str, key: str, *, at: datetime, by: str, reason: str, approval_id: str
) -> bool:
    """Store that a freeze is lifted; return whether one of that key stood."""
    standing = finding.update().where(
        _c.visit_id == visit_id, _c.key == key, _c.effect == "freeze", _c.lifted_at.is_(None)
    )
    values = {"lifted_at": stamp(at), "lifted_by": by, "reason": reason, "approval_id": approval_id}
    return connection.execute(standing.values(**values)).rowcount == 1


def _record(row: Row[Any]) -> FindingRecord:
    return FindingRecord(
        key=row.key,
        effect=row.effect,
        text=row.text,
        article=row.article,
        action=row.action,
        appeared_at=moment(row.appeared_at),
        lifted_at=moment(row.lifted_at) if row.lifted_at else None,
        lifted_by=row.lifted_by or "",
        reason=row.reason or "",
    )
