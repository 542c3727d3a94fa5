"""What somebody was told in writing to supply, by when, and whether it came."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from app.clock import moment, stamp
from app.storage.records import SupplementRecord
from app.storage.tables import comeback, draft_field, outbox, supplement

_c = supplement.c
_OF_INTAKE: Final = (
    select(supplement).where(_c.first_id == bindparam("first_id")).order_by(_c.issued_at, _c.paper_no)
)


def add(connection: Connection, record: SupplementRecord) -> None:
    values = {column.name: getattr(record, column.name) for column in _c}
    values |= {"due": record.due.isoformat(), "issued_at": stamp(record.issued_at), "ended_at": None}
    connection.execute(supplement.insert().values(**values))


def _record(row: Row[Any]) -> SupplementRecord:
    values = row._asdict()
    values["due"] = date.fromisoformat(values["due"])
    values["issued_at"] = moment(values["issued_at"])
    values["ended_at"] = moment(values["ended_at"]) if values["ended_at"] else None
    return SupplementRecord(**values)


def of_intake(connection: Connection, first_id: str) -> tuple[SupplementRecord, ...]:
    """Return all that was told about an intake, over all its visits, in order."""
    return tuple(_record(row) for row in connection.execute(_OF_INTAKE, {"first_id": first_id}))


def still_open(connection: Connection) -> tuple[SupplementRecord, ...]:
    """Return what has not come yet, the longest overdue first."""
    waiting = select(supplement).where(_c.state == "open").order_by(_c.due, _c.issued_at, _c.paper_no)
    return tuple(_record(row) for row in connection.execute(waiting))


def of_person(connection: Connection, number: str) -> tuple[SupplementRecord, ...]:
    """Return what the visitor of this identity number was told and has not brought.

    Also what was told to somebody whose record was corrected since: the number may be another one now.
    """
    came = select(draft_field.c.visit_id).where(
        draft_field.c.visit_id == _c.visit_id,
        draft_field.c.path == "identity.id_number",
        draft_field.c.value == number,
    )
    corrected = select(outbox.c.id).where(outbox.c.visit_id == _c.visit_id, outbox.c.kind == "amendment")
    theirs = came.exists() | corrected.exists()
    waiting = select(supplement).where(_c.state == "open", theirs).order_by(_c.due, _c.paper_no)
    return tuple(_record(row) for row in connection.execute(waiting))


def by_code(connection: Connection, code: str) -> tuple[SupplementRecord, ...]:
    rows = connection.execute(select(supplement).where(_c.code == code).order_by(_c.paper_no))
    return tuple(_record(row) for row in rows)


def expect(connection: Connection, day: str, ticket: str, visit_id: str) -> None:
    """Note which finished visit the holder of a number comes back to; told again nothing changes."""
    row = insert(comeback).values(day=day, ticket=ticket, visit_id=visit_id)
    connection.execute(row.on_conflict_do_nothing())


def expected(connection: Connection, day: str, ticket: str) -> str:
    """Return the visit the holder of a number comes back to, "" for none."""
    found = select(comeback.c.visit_id).where(comeback.c.day == day, comeback.c.ticket == ticket)
    return connection.execute(found).scalar() or ""


def end(connection: Connection, supplement_id: str, state: str, visit_id: str, at: datetime) -> None:
    """Settle an open one: ``supplied``, or ``replaced`` by a further notice; a trigger refuses a second."""
    ended = supplement.update().where(_c.id == supplement_id)
    connection.execute(ended.values(state=state, ended_by=visit_id, ended_at=stamp(at)))
