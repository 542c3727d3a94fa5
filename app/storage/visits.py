"""Visits and their drafts: one row a visit, one row a field, saved as the clerk goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, exists, literal_column, or_, select
from sqlalchemy.dialects.sqlite import insert

from app.clock import moment, stamp
from app.storage.records import DraftField, VisitRecord
from app.storage.tables import draft_field, page, visit

_GET: Final = select(visit).where(visit.c.id == bindparam("visit_id"))
_CLOSE: Final = visit.update().where(visit.c.id == bindparam("visit_id"))
_FIELDS: Final = select(
    draft_field.c.path, draft_field.c.value, draft_field.c.source, draft_field.c.read_value
).where(draft_field.c.visit_id == bindparam("visit_id"))
_NEW_FIELD: Final = insert(draft_field)
_SET_FIELD: Final = _NEW_FIELD.on_conflict_do_update(
    index_elements=[draft_field.c.visit_id, draft_field.c.path],
    set_={name: _NEW_FIELD.excluded[name] for name in ("value", "source", "read_value", "updated_at")},
)


def _record(row: Row[Any]) -> VisitRecord:
    values = row._asdict()
    values["green"] = bool(values["green"])
    values["opened_at"] = moment(values["opened_at"])
    values["closed_at"] = moment(values["closed_at"]) if values["closed_at"] else None
    return VisitRecord(**values)


def add(connection: Connection, record: VisitRecord) -> None:
    connection.execute(
        visit.insert().values(
            id=record.id,
            ticket=record.ticket,
            day=record.day,
            window=record.window,
            clerk=record.clerk,
            green=int(record.green),
            opened_at=stamp(record.opened_at),
            state=record.state,
            continues=record.continues,
        )
    )


def get(connection: Connection, visit_id: str) -> VisitRecord | None:
    row = connection.execute(_GET, {"visit_id": visit_id}).first()
    return _record(row) if row else None


def open_at(connection: Connection, window: int) -> VisitRecord | None:
    """Return the visit this window has open, the newest if a crash left more than one."""
    mine = select(visit).where(visit.c.state == "open", visit.c.window == window)
    row = connection.execute(mine.order_by(visit.c.opened_at.desc())).first()
    return _record(row) if row else None


def newest(connection: Connection) -> datetime | None:
    """Return when the visit that was stored last was opened."""
    last = select(visit.c.opened_at).order_by(literal_column("rowid").desc()).limit(1)
    found = connection.execute(last).scalar_one_or_none()
    return moment(found) if found else None


def of_ticket(connection: Connection, day: str, ticket: str) -> VisitRecord | None:
    """Return the newest visit of a ticket."""
    same = select(visit).where(visit.c.day == day, visit.c.ticket == ticket)
    row = connection.execute(same.order_by(visit.c.opened_at.desc())).first()
    return _record(row) if row else None


def away(connection: Connection, day: str) -> tuple[VisitRecord, ...]:
    """Return the visits of a day that were put away with what was entered."""
    rows = connection.execute(select(visit).where(visit.c.day == day, visit.c.state == "away"))
    return tuple(_record(row) for row in rows)


def finished_with(
    connection: Connection, day: str, paths: Iterable[str], said: Collection[str]
) -> tuple[VisitRecord, ...]:
    """Return the finished visits of a day in which a field says one of these; ``paths`` are LIKE patterns."""
    where = or_(*(draft_field.c.path.like(path) for path in paths))
    asked = (draft_field.c.visit_id == visit.c.id) & draft_field.c.value.in_(said) & where
    same = select(visit).where(visit.c.day == day, visit.c.state == "finished", exists().where(asked))
    return tuple(_record(row) for row in connection.execute(same.order_by(visit.c.opened_at)))


def close(connection: Connection, visit_id: str, state: str, at: datetime) -> None:
    """Move an open visit to ``finished`` or ``away``; a trigger refuses any later change."""
    connection.execute(_CLOSE, {"visit_id": visit_id, "state": state, "closed_at": stamp(at)})


def reopen(connection: Connection, visit_id: str) -> None:
    """Open a visit again whose visitor came back to the window, with its draft as it was."""
    changed = visit.update().where(visit.c.id == visit_id, visit.c.state == "away")
    connection.execute(changed.values(state="open", closed_at=None))


def go_on_with(connection: Connection, visit_id: str, earlier_id: str) -> None:
    """Note once which finished visit an open one continues; a trigger refuses a second time."""
    connection.execute(visit.update().where(visit.c.id == visit_id).values(continues=earlier_id))


def continued_by(connection: Connection, visit_id: str) -> tuple[VisitRecord, ...]:
    """Return the visits that continue this one, the oldest first."""
    later = select(visit).where(visit.c.continues == visit_id).order_by(visit.c.opened_at)
    return tuple(_record(row) for row in connection.execute(later))


def gone_on_with(connection: Connection, visit_id: str) -> tuple[VisitRecord, ...]:
    """Return the visits that continue this one and were not put away, the oldest first."""
    return tuple(one for one in continued_by(connection, visit_id) if one.state != "away")


def first_of(connection: Connection, visit_id: str) -> str:
    """Return the visit the intake began with: the one at the start of the chain."""
    found = get(connection, visit_id)
    return visit_id if found is None else beginning_of(connection, found)


def beginning_of(connection: Connection, record: VisitRecord) -> str:
    """Return what ``first_of`` does, of a visit that was read."""
    return first_of(connection, record.continues) if record.continues else record.id


def others_of_ticket(connection: Connection, record: VisitRecord) -> tuple[VisitRecord, ...]:
    """Return the visits of the same number here that are no closed copies, the newest first."""
    same = select(visit).where(visit.c.day == record.day, visit.c.ticket == record.ticket)
    others = same.where(visit.c.id != record.id, visit.c.state != "elsewhere")
    return tuple(_record(row) for row in connection.execute(others.order_by(visit.c.opened_at.desc())))


def is_empty(connection: Connection, visit_id: str) -> bool:
    """Say whether nothing was entered and no page laid in."""
    entered = select(draft_field.c.path).where(draft_field.c.visit_id == visit_id, draft_field.c.value != "")
    laid = select(page.c.id).where(page.c.visit_id == visit_id)
    return not any(connection.execute(found.limit(1)).first() for found in (entered, laid))


def remove_empty(connection: Connection, visit_id: str) -> None:
    """Forget an open visit in which nothing was entered; a trigger keeps a finished one."""
    connection.execute(delete(draft_field).where(draft_field.c.visit_id == visit_id))
    connection.execute(delete(visit).where(visit.c.id == visit_id))


def has_pages(connection: Connection, visit_id: str, matter: int) -> bool:
    """Say whether a matter of the visit has pages that were not taken out."""
    mine = select(page.c.id).where(
        page.c.visit_id == visit_id, page.c.matter == matter, page.c.removed_at.is_(None)
    )
    return connection.execute(mine.limit(1)).first() is not None


def set_field(connection: Connection, visit_id: str, field: DraftField, at: datetime) -> None:
    """Save one field. What was read from a card or page stays beside what the clerk made of it."""
    values = {
        "visit_id": visit_id,
        "path": field.path,
        "value": field.value,
        "source": field.source,
        "read_value": field.read_value,
        "updated_at": stamp(at),
    }
    connection.execute(_SET_FIELD, values)


def fields(connection: Connection, visit_id: str) -> dict[str, DraftField]:
    """Return the draft by path."""
    return {row[0]: DraftField(*row) for row in connection.execute(_FIELDS, {"visit_id": visit_id})}
