"""The tables of PostgreSQL: hash partitions by court, each cut into months that are made ahead of time."""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy import Connection, Engine, Table, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from app.court.ground import read_meta
from app.court.migrations import refuse_newer
from app.court.tables import IMMUTABLE, PARTITIONED, SCHEMA_VERSION, metadata

_log = logging.getLogger(__name__)

PARTS: Final = 8
"""Hash partitions of a new database. A court never moves, so this stays; a cluster shards by court itself."""
MONTHS_AHEAD: Final = 2
_LOCK: Final = "SELECT pg_advisory_xact_lock(7453281, 1)"
"""Gateways that start together make tables one after the other."""

_IMMUTABLE: Final = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '%% is immutable', TG_TABLE_NAME; END $$"
)


def make_tables(engine: Engine, parts: int) -> None:
    """Make the tables of an empty database or bring an older one up. Raises `DatabaseTooNew`."""
    with engine.begin() as connection:
        connection.exec_driver_sql(_LOCK)
        if inspect(connection).has_table("meta"):
            refuse_newer(int(read_meta(connection, "schema_version") or 0))
            return
        for table in metadata.sorted_tables:
            _make(connection, table, parts)
        connection.exec_driver_sql(_IMMUTABLE)
        for table in IMMUTABLE:
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table.name}_immutable BEFORE UPDATE OR DELETE ON {table.name} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        connection.exec_driver_sql(
            f"INSERT INTO meta (name, value) VALUES ('schema_version', '{SCHEMA_VERSION}'), "  # noqa: S608
            f"('parts', '{parts}')"
        )


def _make(connection: Connection, table: Table, parts: int) -> None:
    if table not in PARTITIONED:
        table.create(connection)
        return
    whole = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    connection.exec_driver_sql(f"{whole.rstrip()} PARTITION BY HASH (court)")
    for part in range(parts):
        name = f"{table.name}_p{part}"
        connection.exec_driver_sql(
            f"CREATE TABLE {name} PARTITION OF {table.name} "
            f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {part}) PARTITION BY RANGE (month)"
        )
        connection.exec_driver_sql(f"CREATE TABLE {name}_other PARTITION OF {name} DEFAULT")
    for index in table.indexes:
        index.create(connection)


def ensure_months(engine: Engine, month: int) -> None:
    """Make the partitions of `month` (YYYYMM) and the next ones.

    A month of which the default partition holds rows already stays there: correct, only not cut out.
    """
    for wanted in _following(month, MONTHS_AHEAD):
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(_LOCK)
                _ensure_month(connection, wanted)
        except DBAPIError as error:
            _log.info("no partition for %d: %s", wanted, type(error).__name__)


def _following(month: int, count: int) -> list[int]:
    first = month // 100 * 12 + month % 100 - 1
    return [number // 12 * 100 + number % 12 + 1 for number in range(first, first + count + 1)]


def _ensure_month(connection: Connection, month: int) -> None:
    parts = int(read_meta(connection, "parts") or 0)
    there = set(inspect(connection).get_table_names())
    for table in PARTITIONED:
        for part in range(parts):
            name = f"{table.name}_p{part}_{month}"
            if name not in there:
                connection.exec_driver_sql(
                    f"CREATE TABLE {name} PARTITION OF {table.name}_p{part} "
                    f"FOR VALUES FROM ({month}) TO ({month + 1})"
                )
