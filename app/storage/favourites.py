"""What a clerk uses most: one row a clerk, kind and value, counted when a visit is finished."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from app.clock import stamp
from app.storage.tables import favourite

_c = favourite.c
_NEW: Final = insert(favourite)
_COUNT: Final = _NEW.values(uses=1).on_conflict_do_update(
    index_elements=[_c.clerk, _c.kind, _c.value],
    set_={"uses": _c.uses + 1, "used_at": _NEW.excluded.used_at},
)


def count(connection: Connection, clerk: str, kind: str, value: str, at: datetime) -> None:
    """Count one use."""
    used = {"clerk": clerk, "kind": kind, "value": value, "used_at": stamp(at)}
    connection.execute(_COUNT, used)


def most_used(connection: Connection, clerk: str, kind: str, limit: int) -> tuple[str, ...]:
    """Return the values used most, of equals the one used last first."""
    mine = select(_c.value).where(_c.clerk == clerk, _c.kind == kind)
    ordered = mine.order_by(_c.uses.desc(), _c.used_at.desc(), _c.value)
    return tuple(connection.execute(ordered.limit(limit)).scalars())


def forget(connection: Connection, clerk: str, kind: str, value: str) -> None:
    """Forget a value; its next use counts from one again."""
    connection.execute(delete(favourite).where(_c.clerk == clerk, _c.kind == kind, _c.value == value))
