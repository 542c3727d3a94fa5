"""What one day of a counter left in the store, read in one transaction for the day equation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, exists, select, text

from app.clock import moment, stamp
from app.domain.audit import Head
from app.domain.receipt import receipt_prefix
from app.storage import receipts, restoring, trail
from app.storage.tables import counter, finding, intake, outbox, print_job, visit

_INTAKE: Final = (intake.c.receipt_no, intake.c.finished_at, intake.c.body)
_RECEIPTS: Final = ("receipt", "receipt_a4")


@dataclass(frozen=True)
class DayRow:
    """A finished visit of the day. ``events`` are (id, kind, state, sha256, court receipt) in their order.

    ``titles`` are its matters; empty once the record was erased.
    """

    receipt_no: str
    ticket: str
    window: int
    finished_at: datetime
    titles: tuple[str, ...]
    events: tuple[tuple[str, str, str, str, str], ...]
    papers: tuple[str, ...]


@dataclass(frozen=True)
class DayFacts:
    """Everything of the day: visits, receipt numbers given out by window, bands, trail's head.

    ``reprints`` are (paper with its number, why), ``voids`` (receipt number, why), ``left`` (visit, ticket).
    """

    rows: tuple[DayRow, ...]
    given: int
    bands: tuple[int, ...]
    reprints: tuple[tuple[str, str], ...]
    voids: tuple[tuple[str, str], ...]
    head: Head
    left: tuple[tuple[str, str], ...]


def facts(
    connection: Connection, day: date, window: int, since: datetime, until: datetime, left: str
) -> DayFacts:
    """Return the day's facts; ``since`` and ``until`` are its first moment and the next day's.

    ``left`` is the key of what is found when somebody leaves without an outcome.
    """
    columns = (visit.c.id, visit.c.ticket, visit.c.window, *_INTAKE)
    found = connection.execute(
        select(*columns)
        .join(intake, intake.c.visit_id == visit.c.id)
        .where(visit.c.day == day.isoformat(), visit.c.window == window, visit.c.state == "finished")
        .order_by(intake.c.receipt_no)
    )
    name = f"receipt.{day.isoformat()}.{window}"
    given = connection.execute(select(counter.c.value).where(counter.c.name == name)).scalar()
    return DayFacts(
        tuple(_row(connection, row) for row in found.all()),
        int(given or 0),
        restoring.all_bands(connection).get(day.isoformat(), ()),
        _reprints(connection, since, until),
        tuple(
            (one.receipt_no, one.reason) for one in receipts.voided(connection, receipt_prefix(day, window))
        ),
        trail.head(connection),
        _left(connection, day, window, left),
    )


def _left(connection: Connection, day: date, window: int, key: str) -> tuple[tuple[str, str], ...]:
    """Return the visits that were put away with a finding, and whose people did not come back."""
    found = exists().where(finding.c.visit_id == visit.c.id, finding.c.key == key)
    rows = connection.execute(
        select(visit.c.id, visit.c.ticket)
        .where(visit.c.day == day.isoformat(), visit.c.window == window)
        .where(visit.c.state == "away", found)
        .order_by(visit.c.opened_at)
    )
    return tuple((row.id, row.ticket) for row in rows)


def _row(connection: Connection, row: Any) -> DayRow:
    columns = (outbox.c.id, outbox.c.kind, outbox.c.state, outbox.c.sha256, outbox.c.receipt_no)
    sent = connection.execute(select(*columns).where(outbox.c.visit_id == row.id).order_by(outbox.c.seq))
    papers = connection.execute(
        select(print_job.c.state).where(print_job.c.visit_id == row.id, print_job.c.kind.in_(_RECEIPTS))
    )
    body = json.loads(row.body) if row.body else {}
    return DayRow(
        row.receipt_no,
        row.ticket,
        row.window,
        moment(row.finished_at),
        tuple(matter["name"] for matter in body.get("matters", ())),
        tuple((e.id, e.kind, e.state, e.sha256, e.receipt_no or "") for e in sent),
        tuple(papers.scalars()),
    )


def _reprints(connection: Connection, since: datetime, until: datetime) -> tuple[tuple[str, str], ...]:
    """Return the copies made meanwhile: the paper with its number, and why."""
    columns = (print_job.c.title, print_job.c.ticket, print_job.c.why, intake.c.receipt_no)
    wanted = (
        select(*columns)
        .select_from(print_job.outerjoin(intake, intake.c.visit_id == print_job.c.visit_id))
        .where(
            print_job.c.copy > 0,
            print_job.c.created_at >= stamp(since),
            print_job.c.created_at < stamp(until),
        )
        .order_by(print_job.c.created_at, print_job.c.id)
    )
    rows = connection.execute(wanted)
    return tuple((f"{r.title} {r.receipt_no or r.ticket.rpartition('.')[2]}", r.why) for r in rows)


_FILINGS: Final = text(
    "SELECT v.day, COUNT(m.value) FROM visit v JOIN intake i ON i.visit_id = v.id AND length(i.body) > 0 "
    "LEFT JOIN json_each(CAST(i.body AS TEXT), '$.matters') m "
    "ON json_extract(m.value, '$.code') LIKE 'F%' "
    "WHERE v.window = :window AND v.day >= :since AND v.day < :until GROUP BY v.day"
)


def filings(connection: Connection, window: int, since: date, until: date) -> dict[date, int]:
    """Return how many filing matters a window finished on each day it was open, ``until`` not included.

    A day on which it finished other visits only counts 0; days whose records were erased are not there.
    """
    asked = {"window": window, "since": since.isoformat(), "until": until.isoformat()}
    return {date.fromisoformat(day): int(count) for day, count in connection.execute(_FILINGS, asked)}
