"""Facts about this desk itself, and the counters behind gapless numbers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from app.storage.tables import counter, meta

DEVICE: Final = "device"
EPOCH: Final = "court_epoch"
PERSON_KEY: Final = "person_key"


def read(connection: Connection, key: str) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def write(connection: Connection, key: str, value: str) -> None:
    row = insert(meta).values(key=key, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value}))


def next_number(connection: Connection, name: str) -> int:
    """Raise the counter and return its new value, from 1; rolled back with the transaction, so no gaps."""
    row = insert(counter).values(name=name, value=1)
    raised = row.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + 1})
    return int(connection.execute(raised.returning(counter.c.value)).scalar_one())
