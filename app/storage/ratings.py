"""What visitors thought of their visit: at most one rating a finished visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from app.clock import stamp
from app.storage.tables import rating, visit


def add(connection: Connection, visit_id: str, score: int, way: str, at: datetime) -> bool:
    """Store a rating; False when there is one, or the visit is not finished."""
    state = connection.execute(select(visit.c.state).where(visit.c.id == visit_id)).scalar()
    if state != "finished":
        return False
    row = insert(rating).values(visit_id=visit_id, score=score, way=way, rated_at=stamp(at))
    return connection.execute(row.on_conflict_do_nothing()).rowcount == 1


def of_visit(connection: Connection, visit_id: str) -> int | None:
    return connection.execute(select(rating.c.score).where(rating.c.visit_id == visit_id)).scalar()
