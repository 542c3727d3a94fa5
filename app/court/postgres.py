"""PostgreSQL below the court: many gateways, many courts, partitions by court and month.

A session that would not make a commit durable is not used. Receipt numbers have no gap because a writer holds
its court's row until the commit; courts do not wait for each other. A restore is recognised by the cluster's
identity, its timeline (a point-in-time restore or a fail-over starts a new one), and by a log position behind
the mark of this gateway. Passwords come from a file or from libpq's own places, never in the address.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, Table, create_engine
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from app.court.errors import DatabaseUnreachable, DatabaseUnsafe
from app.court.ground import read_meta, write_meta
from app.court.mark import Mark
from app.court.partitions import PARTS, ensure_months, make_tables
from app.court.tables import event as event_table
from app.court.tables import event_blob

_log = logging.getLogger(__name__)

POOL: Final = 8
"""Connections a gateway keeps; more requests wait for one."""
_DURABLE: Final = ("on", "remote_apply")
_SETTINGS: Final[tuple[LiteralString, ...]] = (
    "SET synchronous_commit = on",
    "SET lock_timeout = '15s'",
    "SET statement_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET timezone = 'UTC'",
)
_POSITION: Final[LiteralString] = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text"
_COPIED: Final = {
    event_table.name: ("text int4 text int8 text text text text text text int8 text text int8 text bytea"),
    event_blob.name: "text int4 text text int8",
}
"""Types for a binary COPY, in the order of the columns."""


def open_postgres(
    address: str, mark: Mark, password_file: Path | None = None, parts: int = PARTS
) -> PostgresGround:
    """Open the database at a libpq address (`postgresql://user@host/name`), making or upgrading its tables.

    `parts` is the number of hash partitions of a database made now. Raises `DatabaseUnreachable` when it
    cannot be reached, `DatabaseUnsafe` when it would not keep what it says, `DatabaseTooNew`.
    """
    parameters = _parameters(address, password_file)
    watch = _Watch(mark)

    def connect() -> psycopg.Connection[Any]:
        raw = psycopg.connect(**parameters, autocommit=False)
        try:
            watch.check(raw)
        except BaseException:
            raw.close()
            raise
        return raw

    engine = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=20,
        hide_parameters=True,
    )
    try:
        make_tables(engine, parts)
        return PostgresGround(engine, mark, watch)
    except DBAPIError as error:
        engine.dispose()
        raise _unreachable(error.orig) from error
    except BaseException:
        engine.dispose()
        raise


def _unreachable(error: BaseException | None) -> DatabaseUnreachable:
    reason = getattr(error, "sqlstate", None) or type(error).__name__
    return DatabaseUnreachable(
        "数据库服务器无法连接。", f"The database server cannot be used ({reason}); the address may be wrong."
    )


def _parameters(address: str, password_file: Path | None) -> dict[str, Any]:
    try:
        found = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise DatabaseUnreachable("数据库地址格式不对。", "The database address cannot be read.") from error
    if "password" in found:
        raise DatabaseUnsafe(
            "数据库密码不能写在命令行。", "The password must not be in the address: use a file or PGPASSFILE."
        )
    if password_file is not None:
        try:
            found["password"] = password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise DatabaseUnreachable("密码文件无法读取。", "The password file cannot be read.") from error
    return {"connect_timeout": 10, "application_name": "yichuang-court", **found}


class _Watch:
    """Looks at every new session: is it durable, and is this still the database it was?"""

    def __init__(self, mark: Mark) -> None:
        self._mark = mark
        self.renewed = False
        self.identity = ""

    def check(self, raw: psycopg.Connection[Any]) -> None:
        """Set the session up. Raises `DatabaseUnsafe`; renews the epoch of a restored database."""
        for statement in _SETTINGS:
            raw.execute(statement)
        unsafe = _unsafe(raw)
        if unsafe:
            raise DatabaseUnsafe("数据库不能以持久方式写入。", f"Durable writing is off: {unsafe}.")
        self.identity, position = _identity(raw), _position(raw)
        if _one(raw, "SELECT to_regclass('meta')::text") is not None:
            self._compare(raw, self.identity, position)
        raw.commit()

    def _compare(self, raw: psycopg.Connection[Any], identity: str, position: int) -> None:
        known = _one(raw, "SELECT value FROM meta WHERE name = 'identity' FOR UPDATE")
        if known is None or (known == identity and not self._mark.denies(identity, position)):
            return
        _log.warning("the database was restored or taken over: desks will offer everything again")
        for name, value in (("identity", identity), ("epoch", secrets.token_hex(16))):
            raw.execute("UPDATE meta SET value = %s WHERE name = %s", (value, name))
        self._mark.write(identity, position)
        self.renewed = True


def _one(raw: psycopg.Connection[Any], statement: LiteralString) -> Any:
    row = raw.execute(statement).fetchone()
    return None if row is None else row[0]


def _unsafe(raw: psycopg.Connection[Any]) -> str:
    """Return why a commit here would not be durable, "" if it is."""
    if _one(raw, "SELECT pg_is_in_recovery()"):
        return "this is a standby"
    level = _one(raw, "SHOW synchronous_commit")
    if level not in _DURABLE:
        return f"synchronous_commit is {level}"
    for name in ("fsync", "full_page_writes"):
        value = _one(raw, f"SHOW {name}")
        if value != "on":
            return f"{name} is {value}"
    return ""


def _identity(raw: psycopg.Connection[Any]) -> str:
    timeline = _one(raw, "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")
    cluster = _one(raw, "SELECT system_identifier FROM pg_control_system()")
    return f"{cluster}/{timeline}"


def _position(raw: psycopg.Connection[Any]) -> int:
    return int(_one(raw, _POSITION))


class PostgresGround:
    """`Ground` on a PostgreSQL that several gateways may share."""

    def __init__(self, engine: Engine, mark: Mark, watch: _Watch) -> None:
        """Take over an engine whose tables are there, and settle the epoch."""
        self.engine = engine
        self._mark = mark
        self._watch = watch
        self._writing = threading.local()
        self._mark_lock = threading.Lock()
        self._marked = 0
        self._month = 0
        with self.write() as connection:
            if read_meta(connection, "epoch") is None:
                write_meta(self, connection, "identity", watch.identity)
                write_meta(self, connection, "epoch", secrets.token_hex(16))

    @property
    def renewed(self) -> bool:
        """See `Ground`."""
        return self._watch.renewed

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See `Ground`."""
        with self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See `Ground`."""
        self._provide_months()
        self._writing.promised = None
        with self.engine.begin() as connection:
            yield connection
        if self._writing.promised is not None:
            self._note(self._writing.promised)

    def promise(self, connection: Connection) -> None:
        """Remember how far the log had come; the mark is written after the commit."""
        self._writing.promised = int(connection.exec_driver_sql(_POSITION).scalar_one())

    def renew_epoch(self) -> None:
        """See `Ground`."""
        with self.write() as connection:
            write_meta(self, connection, "epoch", secrets.token_hex(16))
            self.promise(connection)
        self._watch.renewed = True

    def upsert(self, table: Table) -> Any:
        """See `Ground`."""
        return insert(table)

    def run(self, connection: Connection, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """See `Ground`."""
        found = connection.exec_driver_sql(statement.replace("?", "%s"), tuple(values))
        return found.all() if found.returns_rows else ()

    def add(self, connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
        """COPY, in the binary form; nobody else writes for the court, so there is nothing to clash with."""
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        order = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table.name), names)
        try:
            with _raw(connection).cursor() as cursor, cursor.copy(order) as copy:
                copy.set_types(_COPIED[table.name].split())
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:  # as if SQLAlchemy had run it
            raise DBAPIError("COPY", None, error) from error

    def close(self) -> None:
        """See `Ground`."""
        self.engine.dispose()
        self._mark.close()

    def _note(self, position: int) -> None:
        with self._mark_lock:  # commits may end in another order than they began
            if position > self._marked:
                self._marked = position
                self._mark.write(self._watch.identity, position)

    def _provide_months(self) -> None:
        """Have a partition ready for this month and the next two; without one a row goes to the default."""
        today = datetime.now(UTC)
        month = today.year * 100 + today.month
        if month != self._month:
            self._month = month
            ensure_months(self.engine, month)


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
