"""Staff and the approvals they gave or were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.clock import moment, stamp
from app.domain.staff import Purpose, Refusal, Role, Staff
from app.storage.records import ApprovalRecord
from app.storage.tables import approval, staff, staff_change

_c = staff.c
_a = approval.c


def _person(row: Any) -> Staff:
    return Staff(
        row.id,
        row.name,
        Role(row.role),
        row.pin_hash,
        moment(row.pin_set_at),
        row.failures,
        moment(row.locked_until) if row.locked_until else None,
        bool(row.active),
        bytes(row.public_key),
        bytes(row.sealed_key),
    )


def put(connection: Connection, person: Staff) -> None:
    """Add the person, or let the one of this id be so; raises IntegrityError when the name is taken."""
    values = {
        "name": person.name,
        "role": person.role.value,
        "pin_hash": person.pin_hash,
        "pin_set_at": stamp(person.pin_set_at),
        "failures": person.failures,
        "locked_until": stamp(person.locked_until) if person.locked_until else None,
        "active": int(person.active),
        "public_key": person.public_key,
        "sealed_key": person.sealed_key,
    }
    known = connection.execute(staff.update().where(_c.id == person.id).values(**values)).rowcount
    if not known:
        connection.execute(staff.insert().values(id=person.id, **values))


def everyone(connection: Connection) -> tuple[Staff, ...]:
    """Return all, by name, also those who have left."""
    return tuple(_person(row) for row in connection.execute(select(staff).order_by(_c.name)))


def get(connection: Connection, staff_id: str) -> Staff | None:
    row = connection.execute(select(staff).where(_c.id == staff_id)).first()
    return _person(row) if row else None


def named(connection: Connection, name: str) -> Staff | None:
    """Return who is on the list under this name, else somebody of that name who left."""
    found = select(staff).where(_c.name == name).order_by(_c.active.desc(), _c.pin_set_at.desc())
    row = connection.execute(found).first()
    return _person(row) if row else None


def stand(connection: Connection, staff_id: str, failures: int, locked_until: datetime | None) -> None:
    """Keep how often the person's PIN was wrong and until when it is locked."""
    lock = stamp(locked_until) if locked_until else None
    connection.execute(staff.update().where(_c.id == staff_id).values(failures=failures, locked_until=lock))


def changes(connection: Connection) -> tuple[bytes, ...]:
    """Return the changes of the hall's list, as signed, in order."""
    rows = connection.execute(select(staff_change.c.body).order_by(staff_change.c.place))
    return tuple(bytes(row.body) for row in rows)


def keep_change(connection: Connection, place: int, body: bytes) -> None:
    connection.execute(staff_change.insert().values(place=place, body=body))


def forget_changes(connection: Connection) -> None:
    """Begin anew: this window now belongs to another hall."""
    connection.execute(staff_change.delete())


def attempted(
    connection: Connection, staff_id: str, failures: int, locked_until: datetime | None, tried: ApprovalRecord
) -> None:
    """Store an attempt together with what it does to the person's count and lock."""
    stand(connection, staff_id, failures, locked_until)
    keep_attempt(connection, staff_id, tried)


def keep_attempt(connection: Connection, staff_id: str, tried: ApprovalRecord) -> None:
    connection.execute(
        approval.insert().values(
            id=tried.id,
            staff_id=staff_id,
            purpose=tried.purpose.value,
            clerk=tried.clerk,
            asked_at=stamp(tried.asked_at),
            about=tried.about,
            refusal=tried.refusal.value if tried.refusal else None,
        )
    )


def attempts(connection: Connection, *, limit: int = 200) -> tuple[ApprovalRecord, ...]:
    """Return the newest attempts first."""
    found = (
        select(approval, _c.name)
        .join(staff, _a.staff_id == _c.id)
        .order_by(_a.asked_at.desc(), _a.id.desc())
        .limit(limit)
    )
    return tuple(_attempt(row) for row in connection.execute(found))


def attempt(connection: Connection, approval_id: str) -> ApprovalRecord | None:
    found = select(approval, _c.name).join(staff, _a.staff_id == _c.id).where(_a.id == approval_id)
    row = connection.execute(found).first()
    return _attempt(row) if row else None


def _attempt(row: Any) -> ApprovalRecord:
    return ApprovalRecord(
        row.id,
        row.name,
        Purpose(row.purpose),
        row.clerk,
        moment(row.asked_at),
        Refusal(row.refusal) if row.refusal else None,
        row.spent_on or "",
        row.about,
    )


def spend(connection: Connection, approval_id: str, spent_on: str, at: datetime) -> bool:
    """Mark a granted approval as used for ``spent_on``; return whether it was still unspent."""
    fresh = approval.update().where(_a.id == approval_id, _a.spent_at.is_(None), _a.refusal.is_(None))
    return connection.execute(fresh.values(spent_on=spent_on, spent_at=stamp(at))).rowcount == 1
