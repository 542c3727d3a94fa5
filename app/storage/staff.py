"""Staff and the approvals they gave or were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.clock import moment, stamp
from app.domain.staff import Purpose, Refusal, Role, Staff
from app.storage.records import ApprovalRecord
from app.storage.tables import approval, staff

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
    )


def add(connection: Connection, person: Staff) -> None:
    """Add the person; raises IntegrityError when the name is taken."""
    connection.execute(
        staff.insert().values(
            id=person.id,
            name=person.name,
            role=person.role.value,
            pin_hash=person.pin_hash,
            pin_set_at=stamp(person.pin_set_at),
            failures=0,
            active=1,
        )
    )


def everyone(connection: Connection) -> tuple[Staff, ...]:
    """Return all, by name, also those who have left."""
    return tuple(_person(row) for row in connection.execute(select(staff).order_by(_c.name)))


def named(connection: Connection, name: str) -> Staff | None:
    row = connection.execute(select(staff).where(_c.name == name)).first()
    return _person(row) if row else None


def renew(connection: Connection, staff_id: str, role: Role, pin_hash: str, at: datetime) -> None:
    """Give a role and a new PIN, which also ends a lock and brings back who had left."""
    fresh = staff.update().where(_c.id == staff_id).values(role=role.value, pin_hash=pin_hash)
    connection.execute(fresh.values(pin_set_at=stamp(at), failures=0, locked_until=None, active=1))


def retire(connection: Connection, staff_id: str) -> None:
    connection.execute(staff.update().where(_c.id == staff_id).values(active=0))


def attempted(
    connection: Connection, staff_id: str, failures: int, locked_until: datetime | None, tried: ApprovalRecord
) -> None:
    """Store an attempt together with what it does to the person's count and lock."""
    lock = stamp(locked_until) if locked_until else None
    connection.execute(staff.update().where(_c.id == staff_id).values(failures=failures, locked_until=lock))
    connection.execute(
        approval.insert().values(
            id=tried.id,
            staff_id=staff_id,
            purpose=tried.purpose.value,
            clerk=tried.clerk,
            asked_at=stamp(tried.asked_at),
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
    )


def spend(connection: Connection, approval_id: str, spent_on: str, at: datetime) -> bool:
    """Mark a granted approval as used for ``spent_on``; return whether it was still unspent."""
    fresh = approval.update().where(_a.id == approval_id, _a.spent_at.is_(None), _a.refusal.is_(None))
    return connection.execute(fresh.values(spent_on=spent_on, spent_at=stamp(at))).rowcount == 1
