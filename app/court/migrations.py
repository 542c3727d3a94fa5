"""Bringing a database to this program's version, in one transaction, after a copy was put aside.

A step is written once and never changed. A database made today is made whole and skips the steps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect

from app.court.errors import DatabaseTooNew
from app.court.tables import IMMUTABLE, SCHEMA_VERSION, metadata, month_of

_ONE_COURT: Final = (
    "DROP TRIGGER IF EXISTS event_no_update",
    "DROP TRIGGER IF EXISTS event_no_delete",
    "DROP TRIGGER IF EXISTS event_blob_no_update",
    "DROP TRIGGER IF EXISTS event_blob_no_delete",
    "DROP INDEX event_by_visit",
    "ALTER TABLE event_blob RENAME TO old_event_blob",
    "ALTER TABLE event RENAME TO old_event",
    "ALTER TABLE blob RENAME TO old_blob",
    "ALTER TABLE day_counter RENAME TO old_day_counter",
    "ALTER TABLE token RENAME TO old_token",
)
_MANY_COURTS: Final = (
    (
        "INSERT INTO event SELECT :home, court_month(id), id, no, sha256, verdict, receipt_no, code, field, "
        "device, seq, visit_id, kind, schema, received_at, body FROM old_event"
    ),
    "INSERT INTO event_blob SELECT :home, court_month(event_id), event_id, sha256, size FROM old_event_blob",
    "INSERT INTO blob SELECT :home, sha256, size, durable_at FROM old_blob",
    "INSERT INTO day_counter SELECT :home, day, last FROM old_day_counter",
    (
        "INSERT INTO credential (court, sha256, kind, name, role, created_at, revoked_at) "
        "SELECT :home, sha256, 'token', name, 'window', created_at, revoked_at FROM old_token"
    ),
    "INSERT INTO court_state SELECT :home, coalesce(max(no), 0), 0 FROM old_event",
    "DROP TABLE old_event_blob",
    "DROP TABLE old_event",
    "DROP TABLE old_blob",
    "DROP TABLE old_day_counter",
    "DROP TABLE old_token",
)


def refuse_newer(found: int) -> None:
    """Raise `DatabaseTooNew` for a version this program does not know."""
    if found > SCHEMA_VERSION:
        raise DatabaseTooNew(
            "数据库由更新版本的程序写入，请先升级本程序。",
            f"The database has version {found}, this program knows {SCHEMA_VERSION}: update the program.",
        )


def upgrade_sqlite(engine: Engine, path: Path, home: str) -> None:
    """Make or upgrade the tables of the file at `path`. Raises `DatabaseTooNew`."""
    with engine.connect() as connection:
        found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        old = bool(inspect(connection).has_table("event"))
    refuse_newer(found)
    if old and found < SCHEMA_VERSION:
        _put_aside(engine, path.with_suffix(f".v{found}.db"))
    with engine.begin() as connection:
        if old and found == 1:
            _give_a_court(connection, home)
        metadata.create_all(connection)
        for statement in _triggers():
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _put_aside(engine: Engine, copy: Path) -> None:
    """Copy the database as it is; a key it has, the copy has too."""
    copy.unlink(missing_ok=True)
    raw = engine.raw_connection()
    try:
        raw.driver_connection.execute("VACUUM INTO ?", (str(copy),))  # type: ignore[union-attr]
    finally:
        raw.close()


def _give_a_court(connection: Connection, home: str) -> None:
    raw = connection.connection.driver_connection
    raw.create_function("court_month", 1, month_of, deterministic=True)  # type: ignore[union-attr]
    for statement in _ONE_COURT:
        connection.exec_driver_sql(statement)
    metadata.create_all(connection)
    for statement in _MANY_COURTS:
        connection.exec_driver_sql(statement, {"home": home} if ":home" in statement else {})


def _triggers() -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table.name}_no_{act.lower()} BEFORE {act} ON {table.name} "
        f"BEGIN SELECT RAISE(ABORT, '{table.name} is immutable'); END"
        for table in IMMUTABLE
        for act in ("UPDATE", "DELETE")
    ]
