"""Everything a check of the store needs, read in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.storage import print_jobs, restoring
from app.storage.intakes import all_events, all_intakes
from app.storage.records import BlobRecord, IntakeRecord, OutboxRecord, PrintJob
from app.storage.tables import blob, hall_event, print_job, visit


@dataclass(frozen=True)
class Facts:
    """``finished`` are visit ids; ``hall_events`` are (day, subject, body); ``bands`` stand by day."""

    finished: frozenset[str]
    intakes: tuple[IntakeRecord, ...]
    events: tuple[OutboxRecord, ...]
    blobs: tuple[BlobRecord, ...]
    hall_events: tuple[tuple[str, str, str], ...]
    visits_by_ticket: Counter[tuple[str, str]]
    jobs: tuple[PrintJob, ...]
    bands: Mapping[str, tuple[int, ...]]


def facts(connection: Connection) -> Facts:
    """Read the facts."""
    visits = connection.execute(select(visit.c.id, visit.c.state, visit.c.day, visit.c.ticket)).all()
    events = connection.execute(
        select(hall_event.c.day, hall_event.c.subject, hall_event.c.body).order_by(hall_event.c.seq)
    )
    blobs = connection.execute(select(blob.c.sha256, blob.c.size, blob.c.key, blob.c.media_type))
    states = connection.execute(select(print_job.c.state).distinct()).scalars().all()
    return Facts(
        finished=frozenset(row.id for row in visits if row.state == "finished"),
        intakes=all_intakes(connection),
        events=all_events(connection),
        blobs=tuple(BlobRecord(*row) for row in blobs),
        hall_events=tuple((row[0], row[1], row[2]) for row in events),
        visits_by_ticket=Counter((row.day, row.ticket) for row in visits if row.state != "elsewhere"),
        jobs=print_jobs.in_state(connection, *states),
        bands=restoring.all_bands(connection),
    )
