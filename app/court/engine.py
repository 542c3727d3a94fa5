"""Opening the court's database: a recent SQLite, WAL, FULL, one connection, checked and not assumed.

`synchronous=NORMAL` in WAL loses acknowledged commits in a power cut; FULL does not. SQLite before 3.51.3
has a WAL race, so the library that comes with sqlcipher3 is used and not the system's.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlcipher3 import dbapi2

from app.court.errors import AlreadyRunning, DatabaseUnreadable, DatabaseUnsafe
from app.court.ground import read_meta, write_meta
from app.court.mark import Mark
from app.court.migrations import upgrade_sqlite
from app.court.tables import HOME_COURT

_OLDEST_SQLITE: Final = (3, 51, 3)
_FULL: Final = 2
_CACHE_KIB: Final = 64 << 10
_CHECKPOINT_PAGES: Final = 8_000
"""Pages of 4 KiB in the log before they are folded in: every few seconds under load."""
_ONE_MORE: Final = "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'writes' RETURNING value"
_HOLD: Final = " FOR UPDATE"
_HEX_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}")


def open_ground(path: Path, mark: Mark, key_file: Path | None = None, home: str = HOME_COURT) -> SqliteGround:
    """Open or make the database at `path`. Raises a `CourtRefusal` with a sentence.

    `home` becomes the court of what a database of version 1 holds, which knew only one.
    """
    if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
        raise DatabaseUnsafe("SQLite 版本过旧。", f"SQLite {dbapi2.sqlite_version} is older than 3.51.3.")
    engine = create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=_creator(path, key_file),
        poolclass=StaticPool,
        hide_parameters=True,  # parameters are personal data and would reach the log with an error
    )
    event.listen(engine, "begin", _begin)
    try:
        upgrade_sqlite(engine, path, home)
        return SqliteGround(engine, mark)
    except BaseException:
        engine.dispose()
        raise


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class SqliteGround:
    """`Ground` on one connection under one lock. The mark beside it shows whether it was restored."""

    def __init__(self, engine: Engine, mark: Mark) -> None:
        """Take over an engine whose tables are there, and settle the epoch."""
        self.engine = engine
        self.renewed = False
        self._mark = mark
        self._lock = threading.Lock()
        self._promised = 0
        with self.read() as connection:
            epoch = read_meta(connection, "epoch")
            count = int(read_meta(connection, "writes") or 0)
        self._epoch = epoch or ""
        if epoch is None or not mark.agrees(epoch, count):
            self.renew_epoch()
            self.renewed = epoch is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See `Ground`."""
        with self._lock, self.engine.connect() as connection:
            yield connection.execution_options(reading=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See `Ground`."""
        with self._lock:
            self._promised = 0
            with self.engine.begin() as connection:
                yield connection
            if self._promised:
                self._mark.write(self._epoch, self._promised)

    def promise(self, connection: Connection) -> None:
        """Count the transaction; the mark is written after its commit."""
        found = self.run(connection, _ONE_MORE, ())
        self._promised = int(found[0][0]) if found else 1
        if not found:
            write_meta(self, connection, "writes", "1")

    def renew_epoch(self) -> None:
        """See `Ground`."""
        self._epoch = secrets.token_hex(16)
        with self.write() as connection:
            write_meta(self, connection, "epoch", self._epoch)
            self.promise(connection)
        self.renewed = True

    def upsert(self, table: Table) -> Any:
        """See `Ground`."""
        return insert(table)

    def run(self, connection: Connection, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """See `Ground`. The whole database is held already."""
        found = connection.exec_driver_sql(statement.removesuffix(_HOLD), tuple(values))
        return found.all() if found.returns_rows else ()

    def add(self, connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
        """See `Ground`."""
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        places = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608  our own names
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])

    def close(self) -> None:
        """Close the database; the write-ahead log is folded in."""
        with self._lock:
            self.engine.dispose()
            self._mark.close()


def _creator(path: Path, key_file: Path | None) -> Callable[[], Any]:
    key = None if key_file is None else _read_key(key_file)

    def connect() -> Any:
        raw = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            _set_up(raw, key)
        except dbapi2.DatabaseError as error:
            raw.close()
            raise DatabaseUnreadable(
                "数据库无法读取，可能已损坏或密钥不符。", "The database is damaged or its key does not fit."
            ) from error
        except BaseException:
            raw.close()
            raise
        return raw

    return connect


def _set_up(raw: Any, key: str | None) -> None:
    if key is not None:
        raw.execute(f"PRAGMA key = \"x'{key}'\"")
    mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    raw.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    level = raw.execute("PRAGMA synchronous").fetchone()[0]
    raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mode != "wal" or level != _FULL:
        raise DatabaseUnsafe(
            "数据库不能以持久方式写入。", f"Durable writing is off: journal {mode}, synchronous {level}."
        )


def _read_key(key_file: Path) -> str:
    try:
        key = key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseUnreadable("密钥文件无法读取。", "The key file cannot be read.") from error
    if _HEX_KEY.fullmatch(key) is None:
        raise DatabaseUnreadable("密钥文件格式不对。", "The key file must hold 64 hex digits.")
    return key


class FolderLock:
    """Held while a gateway serves a data folder; gone with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises `AlreadyRunning`."""
        self._raw = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=0.0)
        try:
            self._raw.execute("BEGIN EXCLUSIVE")
        except dbapi2.OperationalError as error:
            self._raw.close()
            raise AlreadyRunning(
                "该数据目录已有网关在运行。", "Another gateway already serves this data folder."
            ) from error

    def close(self) -> None:
        """Let go."""
        with suppress(dbapi2.Error):
            self._raw.execute("ROLLBACK")
        self._raw.close()
