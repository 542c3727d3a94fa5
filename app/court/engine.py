"""Opening the court's database: a recent SQLite, WAL, FULL, one connection, checked and not assumed.

`synchronous=NORMAL` in WAL loses acknowledged commits in a power cut; FULL does not. SQLite before 3.51.3
has a WAL race, so the library that comes with sqlcipher3 is used and not the system's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlcipher3 import dbapi2

from app.court.errors import AlreadyRunning, DatabaseTooNew, DatabaseUnreadable, DatabaseUnsafe
from app.court.tables import SCHEMA_VERSION, TRIGGERS, metadata

_OLDEST_SQLITE: Final = (3, 51, 3)
_FULL: Final = 2
_HEX_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}")


def open_engine(path: Path, key_file: Path | None = None) -> Engine:
    """Open or make the database at `path`. Raises a `CourtRefusal` with a sentence."""
    if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
        raise DatabaseUnsafe("SQLite 版本过旧。", f"SQLite {dbapi2.sqlite_version} is older than 3.51.3.")
    engine = create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=_creator(path, key_file),
        poolclass=StaticPool,
        hide_parameters=True,  # parameters are personal data and would reach the log with an error
    )
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.begin() as connection:
            _prepare(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare(connection: Connection) -> None:
    found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if found > SCHEMA_VERSION:
        raise DatabaseTooNew(
            "数据库由更新版本的程序写入，请先升级本程序。",
            f"The database has version {found}, this program knows {SCHEMA_VERSION}: update the program.",
        )
    metadata.create_all(connection)
    for statement in TRIGGERS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


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
    raw.execute("PRAGMA foreign_keys = ON")
    mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    raw.execute("PRAGMA synchronous = FULL")
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
