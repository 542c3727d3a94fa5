"""Facts about this desk itself, and the counters behind gapless numbers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from app.storage.tables import counter, meta

DEVICE: Final = "device"
EPOCH: Final = "court_epoch"
PERSON_KEY: Final = "person_key"

_READ: Final = select(meta.c.value).where(meta.c.key == bindparam("key"))
_NEW: Final = insert(meta)
_WRITE: Final = _NEW.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": _NEW.excluded.value})
_NEXT: Final = (
    insert(counter)
    .values(value=1)
    .on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + 1})
    .returning(counter.c.value)
)


def read(connection: Connection, key: str) -> str | None:
    return connection.execute(_READ, {"key": key}).scalar()


def write(connection: Connection, key: str, value: str) -> None:
    connection.execute(_WRITE, {"key": key, "value": value})


def next_number(connection: Connection, name: str) -> int:
    """Raise the counter and return its new value, from 1; rolled back with the transaction, so no gaps."""
    return int(connection.execute(_NEXT, {"name": name}).scalar_one())
