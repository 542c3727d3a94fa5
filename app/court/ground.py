"""The seam between what the court promises and the engine that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, Table, select

from app.court.tables import court_state, meta


class Ground(Protocol):
    """A database with the tables of `app.court.tables`, durable when a `write` has ended."""

    @property
    def engine(self) -> Engine:
        """The engine, for reading in tests and reports."""
        ...

    @property
    def renewed(self) -> bool:
        """Whether the database turned out to be restored, so that its epoch changed."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """Open a connection for reading. Rows only ever come, so statements may see different moments."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """Open a transaction; it is committed and durable when the block ends without an error."""
        ...

    def promise(self, connection: Connection) -> None:
        """Tell, at the end of a `write`, that it promises something to a desk."""
        ...

    def renew_epoch(self) -> None:
        """Start a new incarnation."""
        ...

    def upsert(self, table: Table) -> Any:
        """Return an INSERT of this engine's dialect, which knows ON CONFLICT."""
        ...

    def run(self, connection: Connection, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """Run a statement of the hot path as it is, with `?` for each value; return its rows, if any.

        ` FOR UPDATE` at its end holds the rows where the engine has such a thing.
        """
        ...

    def add(self, connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
        """Insert many rows the fast way. A row has a value for each column, in the table's order."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


_HELD: Final = "SELECT last_event, last_answer FROM court_state WHERE court = ? FOR UPDATE"


def hold_court(ground: Ground, connection: Connection, court: str) -> tuple[int, int]:
    """Make other writers of this court wait until the commit; return its last event and answer numbers."""
    found = ground.run(connection, _HELD, (court,))
    if not found:
        first = ground.upsert(court_state).values(court=court, last_event=0, last_answer=0)
        connection.execute(first.on_conflict_do_nothing())
        found = ground.run(connection, _HELD, (court,))
    return found[0][0], found[0][1]


def read_meta(connection: Connection, name: str) -> str | None:
    """Return a value of the small table, None for nothing."""
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()


def write_meta(ground: Ground, connection: Connection, name: str, value: str) -> None:
    """Set a value of the small table."""
    statement = ground.upsert(meta).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
