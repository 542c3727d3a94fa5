"""The print jobs: one id for all tries of a paper, so that two originals cannot exist.

waiting ─▶ sending ─▶ confirmed                 the printer said so
   ▲         │  └───▶ unconfirmed ─▶ printed     the clerk said so
   └─────────┴ before the first byte  └▶ waiting  the clerk saw no paper
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, case, func, select

from app.clock import moment, stamp
from app.storage.records import PrintJob
from app.storage.tables import print_job

_END = "\U0010ffff"
_c = print_job.c
_COLUMNS = (
    _c.id, _c.visit_id, _c.ticket, _c.kind, _c.printer, _c.title, _c.content, _c.state, _c.reason, _c.tries,
    _c.part, _c.copy, _c.original, _c.clerk, _c.why, _c.approved_by, _c.created_at,
)  # fmt: skip
_ADD: Final = print_job.insert()


def _record(row: Any) -> PrintJob:
    values = row._asdict()
    made_at = moment(values.pop("created_at"))
    return PrintJob(**values, made_at=made_at)


def add(connection: Connection, job: PrintJob, at: datetime) -> None:
    values = {column.name: getattr(job, column.name) for column in _COLUMNS[:-1]}
    connection.execute(_ADD, values | {"created_at": stamp(at), "updated_at": stamp(at)})


def get(connection: Connection, job_id: str) -> PrintJob | None:
    row = connection.execute(select(*_COLUMNS).where(_c.id == job_id)).first()
    return _record(row) if row else None


def in_state(connection: Connection, *states: str, printer: str | None = None) -> tuple[PrintJob, ...]:
    """Return the jobs in any of the states, oldest first."""
    found = select(*_COLUMNS).where(_c.state.in_(states)).order_by(_c.created_at, _c.id)
    if printer is not None:
        found = found.where(_c.printer == printer)
    return tuple(_record(row) for row in connection.execute(found))


def tickets_of(connection: Connection, day: str) -> frozenset[str]:
    """Return the numbers of the day (ISO) that have a paper, printed or waiting."""
    found = select(_c.ticket).where(_c.kind == "ticket", _c.ticket.startswith(f"{day}.", autoescape=True))
    return frozenset(ticket.partition(".")[2] for ticket in connection.execute(found).scalars())


def of_visit(connection: Connection, visit_id: str) -> tuple[PrintJob, ...]:
    rows = connection.execute(select(*_COLUMNS).where(_c.visit_id == visit_id).order_by(_c.created_at, _c.id))
    return tuple(_record(row) for row in rows)


def original(connection: Connection, job: PrintJob) -> PrintJob | None:
    """Return the first print of the same paper, whatever became of it."""
    mine = _c.visit_id == job.visit_id if job.visit_id else _c.ticket == job.ticket
    row = connection.execute(
        select(*_COLUMNS).where(mine, _c.kind == job.kind, _c.part == job.part, _c.copy == 0)
    ).first()
    return _record(row) if row else None


def numbered(connection: Connection, prefix: str) -> tuple[PrintJob, ...]:
    """Return the papers of the window's own whose number begins so, oldest first, copies too."""
    found = select(*_COLUMNS).where(_c.ticket >= prefix, _c.ticket < prefix + _END)
    return tuple(_record(row) for row in connection.execute(found.order_by(_c.created_at, _c.id)))


def copies(connection: Connection, original_id: str) -> int:
    """Return how many copies of an original were made."""
    made = select(func.count()).where(_c.original == original_id)
    return int(connection.execute(made).scalar_one())


def of_visits(connection: Connection, visit_ids: Sequence[str]) -> tuple[PrintJob, ...]:
    """Return the jobs of the visits, the newest first."""
    mine = select(*_COLUMNS).where(_c.visit_id.in_(visit_ids))
    rows = connection.execute(mine.order_by(_c.created_at.desc(), _c.id.desc()))
    return tuple(_record(row) for row in rows)


def made(
    connection: Connection, first: datetime, end: datetime, limit: int, ticket: str = ""
) -> tuple[PrintJob, ...]:
    """Return the jobs made from ``first`` on and before ``end``, the newest first.

    ``ticket`` is the end of a ticket's number; only tickets that end so are returned.
    """
    found = select(*_COLUMNS).where(_c.created_at >= stamp(first), _c.created_at < stamp(end))
    if ticket:
        found = found.where(_c.ticket.endswith(ticket, autoescape=True))
    rows = connection.execute(found.order_by(_c.created_at.desc(), _c.id.desc()).limit(limit))
    return tuple(_record(row) for row in rows)


def by_clerk(connection: Connection, first: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """Return how many originals and copies each clerk had printed from ``first`` on and before ``end``."""
    again = func.sum(case((_c.copy > 0, 1), else_=0))
    made = select(_c.clerk, func.count(), again).where(
        _c.created_at >= stamp(first), _c.created_at < stamp(end), _c.clerk != ""
    )
    rows = connection.execute(made.group_by(_c.clerk)).all()
    return {clerk: (count - copies, copies) for clerk, count, copies in rows}


def move(
    connection: Connection, job_id: str, *, frm: tuple[str, ...], to: str, at: datetime, reason: str = ""
) -> bool:
    """Move a job on, only from one of the states ``frm``; return whether it moved."""
    tries = _c.tries + 1 if to == "sending" else _c.tries
    moved = print_job.update().where(_c.id == job_id, _c.state.in_(frm))
    done = connection.execute(moved.values(state=to, reason=reason, tries=tries, updated_at=stamp(at)))
    return done.rowcount == 1
