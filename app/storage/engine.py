"""Opening the store: one encrypted SQLite file, one write connection, owned by the ``db`` lane.

SQLCipher in WAL mode with ``synchronous=FULL``, read back at start because builds and libraries override
it. Every transaction is ``BEGIN IMMEDIATE``: with the driver's deferred default, read-then-write updates
are lost without an error (docs/decisions/0002-store.md).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from app.errors import Cancelled, StorageProblem, StoreDamaged
from app.storage import copying
from app.storage.problems import storage_problem
from app.texts import _

OLDEST_SQLITE: Final = (3, 51, 3)
_PLAIN_HEADER: Final = b"SQLite format 3\x00"
_SYNCHRONOUS_FULL: Final = 2
_STEPS_BETWEEN_LOOKS: Final = 100_000
"""Instructions of SQLite between two looks at whether to stop; some milliseconds."""
_TRIES_FOR_STILLNESS: Final = 100
_PAUSE_FOR_STILLNESS: Final = 0.1

R = TypeVar("R")


class Store:
    """The open store. All calls belong to the thread that opened it: the ``db`` lane."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open the file, creating it if there is none; raises StorageProblem with what to do."""
        _refuse_old_sqlite()
        _refuse_plain_file(path)
        self.path = path
        self.key = key
        self._engine = _engine(path, key)
        try:
            self._connection: Connection = self._engine.connect()
        except DBAPIError as error:
            self._engine.dispose()
            raise storage_problem(error) from error
        # Closing any handle of the file lets go of SQLite's locks on it (fcntl): one stays open to copy from.
        self._file = path.open("rb")
        try:
            with _reporting():
                _check_pragmas(self._connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One IMMEDIATE transaction: committed and durable on leaving, rolled back on any exception.

        Raises StorageProblem for a full, read-only or damaged disk; then nothing was saved.
        """
        try:
            with self._connection.begin():
                yield self._connection
        except DBAPIError as error:
            raise storage_problem(error) from error
        finally:
            self._leave_nothing_open()

    def _leave_nothing_open(self) -> None:
        """Roll back what a COMMIT that failed left open; else no transaction could ever begin again."""
        raw = self._raw()
        if raw.in_transaction:
            raw.rollback()

    def copy_to(self, path: Path, cancelled: Callable[[], bool] = lambda: False) -> str:
        """Write a consistent, still encrypted copy, durable, and return its SHA-256; the target must be new.

        For any lane, one copy at a time. The log is brought home, and a reader keeps everybody from bringing
        more of it home while the file is copied as it lies: saving goes on into the log meanwhile. Raises
        StorageProblem, Cancelled; then nothing usable was written.
        """
        with self._beside(cancelled) as writer, self._beside(cancelled) as reader:
            _hold_still(writer, reader, cancelled)
            try:
                return copying.copy(self._file, path, cancelled)
            except OSError as error:
                raise storage_problem(error) from error

    def integrity(self) -> list[str]:
        """Return every damage SQLite and the page HMACs report; an empty list means none.

        Raises StorageProblem when the file is too damaged to be asked.
        """
        raw = self._raw()
        with _reporting():
            found = _damaged_pages_behind_the_log(raw)
            found += [str(row[0]) for row in raw.execute("PRAGMA integrity_check") if row[0] != "ok"]
            found += [f"foreign key: {row}" for row in raw.execute("PRAGMA foreign_key_check")]
        return found

    def damaged_pages(self, cancelled: Callable[[], bool] = lambda: False) -> list[str]:
        """Return the pages whose HMAC is wrong, for any lane; raises StorageProblem, Cancelled."""
        with self._beside(cancelled) as raw:
            return _damaged_pages_behind_the_log(raw)

    def ask(self, question: Callable[[Connection], R]) -> R:
        """Answer a question as of one moment, for any lane: saving goes on. Raises StorageProblem."""
        engine = _engine(self.path, self.key, _connector)
        try:
            with engine.connect() as connection, connection.begin():
                return question(connection)
        except DBAPIError as error:
            raise storage_problem(error) from error
        finally:
            engine.dispose()

    def inspect(self, path: Path, question: Callable[[Connection], R]) -> R:
        """Open another file with this store's key and answer a question of it; see ``inspect``."""
        return inspect(path, self.key, question)

    @contextmanager
    def _beside(self, cancelled: Callable[[], bool]) -> Iterator[Any]:
        with _reporting(), closing(_connector(self.path, self.key)()) as raw:
            raw.set_progress_handler(cancelled, _STEPS_BETWEEN_LOOKS)
            try:
                yield raw
            except dbapi2.OperationalError as error:
                if cancelled() and getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                    raise Cancelled from error
                raise

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()
        self._file.close()

    def _raw(self) -> Any:
        return self._connection.connection.driver_connection


def inspect(path: Path, key: bytes, question: Callable[[Connection], R]) -> R:
    """Answer a question of a file that nobody has open, read-only and without leaving a trace beside it.

    Every page of it is proved by its HMAC first. Raises StoreDamaged when one is wrong or the key is.
    """
    engine = _engine(path, key, _reader)
    try:
        with engine.connect() as connection, connection.begin():
            damaged = _damaged_pages(connection.connection.driver_connection)
            if damaged:
                raise StoreDamaged(
                    _("{name} 已损坏（{count} 处）。").format(name=path.name, count=len(damaged)),
                    safe=_("没有改动任何文件。"),
                    next_step=_("请改用另一个备份。"),
                    detail=damaged[0],
                )
            return question(connection)
    except DBAPIError as error:
        raise storage_problem(error) from error
    finally:
        engine.dispose()


def _damaged_pages(raw: Any) -> list[str]:
    return [str(row[0]) for row in raw.execute("PRAGMA cipher_integrity_check")]


def _damaged_pages_behind_the_log(raw: Any) -> list[str]:
    """Return damaged pages of an open store.

    The check reads the file itself. A power cut in the middle of a checkpoint leaves torn pages there whose
    whole copies are in the log: they are brought home first, or every such cut would be called damage.
    """
    raw.execute("PRAGMA wal_checkpoint(FULL)")
    return _damaged_pages(raw)


def _hold_still(writer: Any, reader: Any, cancelled: Callable[[], bool]) -> None:
    """Begin a read on ``reader`` at a moment when the file is whole without its log.

    As long as it lasts no checkpoint may write the file, because the reader reads from it
    (https://sqlite.org/walformat.html, WAL_READ_LOCK). ``writer`` keeps others from saving for that moment.
    """
    for attempt in range(_TRIES_FOR_STILLNESS):
        if attempt:
            time.sleep(_PAUSE_FOR_STILLNESS)
        if cancelled():
            raise Cancelled
        reader.execute("PRAGMA wal_checkpoint(PASSIVE)")  # the bulk of it, while others may still save
        writer.execute("BEGIN IMMEDIATE")
        try:
            _busy, frames, home = reader.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if frames == home >= 0:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
                return
        finally:
            writer.execute("ROLLBACK")
    raise StorageProblem(
        _("没有做成备份：本机数据一直有人在读。"),
        safe=_("本机数据没有改动，以前的备份都在。"),
        next_step=_("程序会自动再试。"),
    )


@contextmanager
def _reporting() -> Iterator[None]:
    """Turn what the driver itself raises, below SQLAlchemy, into sentences."""
    try:
        yield
    except dbapi2.Error as error:
        raise storage_problem(error) from error


def _refuse_old_sqlite() -> None:
    # Before 3.51.3 a checkpoint racing a WAL reset can lose commits (sqlite.org/wal.html#walresetbug).
    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise StorageProblem(
            _("数据库组件版本过旧（{version}），不能保证不丢数据。").format(version=dbapi2.sqlite_version),
            safe=_("没有打开任何数据，原有数据未变。"),
            next_step=_("请安装完整的程序包。"),
        )


def _refuse_plain_file(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        if file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER:
            raise StorageProblem(
                _("{name} 是未加密的数据库，不是本程序的数据。").format(name=path.name),
                safe=_("文件没有改动。"),
                next_step=_("请管理员移走该文件，或从备份恢复。"),
            )


Opener = Callable[[], sqlite3.Connection]


def _engine(path: Path, key: bytes, opener: Callable[[Path, bytes], Opener] | None = None) -> Engine:
    connect = opener(path, key) if opener else _connector(path, key)
    engine = create_engine("sqlite://", creator=connect, module=dbapi2, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if opener else "BEGIN IMMEDIATE")

    return engine


def _reader(path: Path, key: bytes) -> Opener:
    def connect() -> sqlite3.Connection:
        address = path.absolute().as_uri() + "?mode=ro&immutable=1"
        raw = dbapi2.connect(address, uri=True, isolation_level=None)
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        return raw  # type: ignore[no-any-return]

    return connect


def _connector(path: Path, key: bytes) -> Opener:
    def connect() -> sqlite3.Connection:
        raw = dbapi2.connect(str(path), isolation_level=None)
        try:
            raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA foreign_keys = ON")
            raw.execute("PRAGMA recursive_triggers = ON")
            raw.execute("PRAGMA trusted_schema = OFF")
            raw.execute("PRAGMA secure_delete = ON")  # what was erased is in no free page, and in no copy
            raw.execute("PRAGMA temp_store = MEMORY")
            raw.execute("PRAGMA busy_timeout = 5000")
        except BaseException:
            raw.close()
            raise
        return raw  # type: ignore[no-any-return]

    return connect


def _check_pragmas(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    synchronous = raw.execute("PRAGMA synchronous").fetchone()[0]
    journal = raw.execute("PRAGMA journal_mode").fetchone()[0]
    if (synchronous, journal) != (_SYNCHRONOUS_FULL, "wal"):
        raise StorageProblem(
            _("数据库没有按“断电不丢”的方式打开（{detail}）。").format(detail=f"{journal}/{synchronous}"),
            safe=_("没有写入任何数据。"),
            next_step=_("请管理员检查磁盘是否支持，不要使用网络盘。"),
        )
