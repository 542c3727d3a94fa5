"""What the search index has not seen yet: finished and amended records, the court's answers, erasures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from app.domain.audit import Act
from app.storage.tables import audit_line, court_answer, outbox, visit

_KINDS: Final = ("intake", "amendment")
_AT_ONCE: Final = 500
_RECORDS: Final = (
    select(outbox.c.visit_id, visit.c.day, outbox.c.body)
    .join(visit, visit.c.id == outbox.c.visit_id)
    .where(outbox.c.visit_id.in_(bindparam("visits", expanding=True)), outbox.c.kind.in_(_KINDS))
    .order_by(outbox.c.seq)
)
_CASES: Final = (
    select(court_answer.c.visit_id, court_answer.c.case_number)
    .where(
        court_answer.c.visit_id.in_(bindparam("visits", expanding=True)),
        court_answer.c.case_number.is_not(None),
    )
    .order_by(literal_column("court_answer.rowid"))
)


@dataclass(frozen=True)
class Position:
    """How far an index goes: the last event, the last answer kept, the last line of the audit trail."""

    event: int = 0
    answer: int = 0
    line: int = 0

    @classmethod
    def parse(cls, text: str) -> Position:
        return cls(*map(int, text.split())) if text else cls()

    def __str__(self) -> str:
        return f"{self.event} {self.answer} {self.line}"


@dataclass(frozen=True)
class Changed:
    """A visit whose entry must be made again; ``body`` None when its record was erased."""

    visit_id: str
    day: str
    body: bytes | None
    cases: tuple[str, ...]


def is_ahead(connection: Connection, at: Position) -> bool:
    """Say whether the index knows more than the store, as after an old backup was put back."""
    return _newest(connection) < at.event or _last_line(connection) < at.line


def changed_since(connection: Connection, at: Position, limit: int) -> tuple[list[Changed], Position]:
    """Return what changed after a position, at most ``limit`` of each kind, and the position behind it."""
    events = connection.execute(
        select(outbox.c.seq, outbox.c.visit_id)
        .where(outbox.c.seq > at.event, outbox.c.kind.in_(_KINDS))
        .order_by(outbox.c.seq)
        .limit(limit)
    ).all()
    rowid: ColumnElement[int] = literal_column("court_answer.rowid")
    answers = connection.execute(
        select(rowid.label("no"), court_answer.c.visit_id)
        .where(rowid > at.answer)
        .order_by(rowid)
        .limit(limit)
    ).all()
    lines = connection.execute(
        select(audit_line.c.seq, audit_line.c.subject)
        .where(audit_line.c.act == Act.ERASED.value, audit_line.c.seq > at.line)
        .order_by(audit_line.c.seq)
        .limit(limit)
    ).all()
    changed = _changed(connection, list(dict.fromkeys(row[1] for row in (*events, *answers, *lines))))
    now = Position(*(rows[-1][0] if rows else was for rows, was in zip(
        (events, answers, lines), (at.event, at.answer, at.line), strict=True
    )))  # fmt: skip
    return changed, now


def _changed(connection: Connection, visits: Sequence[str]) -> list[Changed]:
    """Return the visits as they are now, in this order; what has no record is left out."""
    found: dict[str, tuple[str, bytes]] = {}
    cases: dict[str, list[str]] = {}
    for start in range(0, len(visits), _AT_ONCE):
        some = {"visits": visits[start : start + _AT_ONCE]}
        for visit_id, day, body in connection.execute(_RECORDS, some):  # a later record of a visit counts
            found[visit_id] = (day, bytes(body))
        for visit_id, number in connection.execute(_CASES, some):
            cases.setdefault(visit_id, []).append(number)
    return [
        Changed(visit_id, day, body or None, tuple(filter(None, cases.get(visit_id, ()))))
        for visit_id, (day, body) in ((one, found[one]) for one in visits if one in found)
    ]


def _newest(connection: Connection) -> int:
    return int(connection.execute(select(func.max(outbox.c.seq))).scalar() or 0)


def _last_line(connection: Connection) -> int:
    return int(connection.execute(select(func.max(audit_line.c.seq))).scalar() or 0)
