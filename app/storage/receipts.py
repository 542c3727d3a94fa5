"""The numbers of receipts: which were given, and which are void and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.clock import moment, stamp
from app.storage.tables import intake, receipt_void


@dataclass(frozen=True)
class VoidRecord:
    """A receipt number that counts no longer."""

    receipt_no: str
    reason: str
    clerk: str
    approved_by: str
    at: datetime


def void(connection: Connection, record: VoidRecord) -> None:
    """Keep that the number is void. A number is voided once: a second time is an IntegrityError."""
    values = {
        "receipt_no": record.receipt_no,
        "reason": record.reason,
        "clerk": record.clerk,
        "approved_by": record.approved_by,
        "voided_at": stamp(record.at),
    }
    connection.execute(receipt_void.insert().values(values))


def voided(connection: Connection, prefix: str = "") -> tuple[VoidRecord, ...]:
    """Return the void numbers that begin so, in their order."""
    mine = select(receipt_void).where(receipt_void.c.receipt_no.startswith(prefix, autoescape=True))
    rows = connection.execute(mine.order_by(receipt_void.c.receipt_no))
    return tuple(
        VoidRecord(row.receipt_no, row.reason, row.clerk, row.approved_by, moment(row.voided_at))
        for row in rows
    )


def voided_by_clerk(connection: Connection, first: datetime, end: datetime) -> dict[str, int]:
    """Return how many numbers each clerk voided from ``first`` on and before ``end``."""
    at = receipt_void.c.voided_at
    mine = select(receipt_void.c.clerk, func.count()).where(at >= stamp(first), at < stamp(end))
    rows = connection.execute(mine.group_by(receipt_void.c.clerk))
    return {str(row[0]): int(row[1]) for row in rows}


def is_void(connection: Connection, receipt_no: str) -> bool:
    found = select(receipt_void.c.receipt_no).where(receipt_void.c.receipt_no == receipt_no)
    return connection.execute(found).first() is not None


def given(connection: Connection, prefix: str) -> tuple[str, ...]:
    """Return the numbers given that begin so, in their order."""
    mine = select(intake.c.receipt_no).where(intake.c.receipt_no.startswith(prefix, autoescape=True))
    return tuple(connection.execute(mine.order_by(intake.c.receipt_no)).scalars())
