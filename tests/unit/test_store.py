"""The encrypted store: what SQLite is made to promise, and who is not let in."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlcipher3 import dbapi2

from app.errors import StorageProblem
from app.paths import Places
from app.storage import meta
from app.storage.engine import Store, _damaged_pages
from app.storage.migrate import migrate, version
from app.storage.opening import InstanceLock, load_key, open_store
from app.storage.tables import SCHEMA_VERSION
from tests.helpers.cases import MOMENT

KEY = bytes(range(32))
ROUNDS, WRITERS = 100, 4


def three_sentences(problem: StorageProblem) -> None:
    assert problem.happened
    assert problem.safe
    assert problem.next_step


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.under(tmp_path)


@pytest.fixture
def store(places: Places) -> Iterator[Store]:
    opened = open_store(places, MOMENT)
    yield opened
    opened.close()


# ---- lost updates -------------------------------------------------------------------------------


def _race(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_with_the_drivers_default_updates_are_lost_without_an_error(store: Store, places: Places) -> None:
    """The negative control: the driver begins at the first write, so what was read before it may be old."""
    with store.transaction() as connection:
        connection.execute(text("INSERT INTO counter VALUES ('n', 0)"))
    key = load_key(places)
    done: list[int] = []
    stepping = threading.Barrier(WRITERS, timeout=30)

    def work() -> None:
        raw = dbapi2.connect(str(places.store), timeout=30)
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for _ in range(ROUNDS):
            stepping.wait()
            found = raw.execute("SELECT value FROM counter WHERE name = 'n'").fetchone()[0]
            raw.execute("UPDATE counter SET value = ? WHERE name = 'n'", (found + 1,))
            raw.commit()
            done.append(1)
        raw.close()

    _race(work)
    with store.transaction() as connection:
        counted = connection.execute(text("SELECT value FROM counter WHERE name = 'n'")).scalar_one()
    assert len(done) == WRITERS * ROUNDS, "no driver error was seen"
    assert counted < WRITERS * ROUNDS


def test_immediate_transactions_lose_no_update(store: Store, places: Places) -> None:
    with store.transaction() as connection:
        connection.execute(text("INSERT INTO counter VALUES ('n', 0)"))
    key = load_key(places)
    done: list[int] = []

    def work() -> None:
        other = Store(places.store, key)
        other._raw().execute("PRAGMA busy_timeout = 60000")  # four writers on a slow disk; a desk has one
        for _ in range(ROUNDS):
            with other.transaction() as connection:
                found = connection.execute(text("SELECT value FROM counter WHERE name = 'n'")).scalar_one()
                connection.execute(text("UPDATE counter SET value = :v WHERE name = 'n'"), {"v": found + 1})
            done.append(1)
        other.close()

    _race(work)
    with store.transaction() as connection:
        counted = connection.execute(text("SELECT value FROM counter WHERE name = 'n'")).scalar_one()
    assert counted == len(done) == WRITERS * ROUNDS


def test_a_transaction_holds_the_write_lock_from_its_first_moment(store: Store, places: Places) -> None:
    raw = dbapi2.connect(str(places.store), timeout=0, isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{load_key(places).hex()}'\"")
    with store.transaction(), pytest.raises(dbapi2.OperationalError, match="locked"):
        raw.execute("BEGIN IMMEDIATE")
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("ROLLBACK")
    raw.close()


def test_a_deferred_reader_that_wants_to_write_fails_at_once(store: Store, places: Places) -> None:
    """Why IMMEDIATE and not a longer time-out: the upgrade of a read is refused whatever the time-out."""
    with store.transaction() as connection:
        connection.execute(text("INSERT INTO counter VALUES ('n', 0)"))
    raw = dbapi2.connect(str(places.store), timeout=30, isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{load_key(places).hex()}'\"")
    raw.execute("BEGIN")
    raw.execute("SELECT value FROM counter").fetchall()
    with store.transaction() as connection:
        meta.next_number(connection, "n")
    with pytest.raises(dbapi2.OperationalError, match="locked"):
        raw.execute("UPDATE counter SET value = 99")
    raw.execute("ROLLBACK")
    raw.close()


# ---- numbers without gaps -----------------------------------------------------------------------


def test_counters_start_at_one_and_each_name_counts_alone(store: Store) -> None:
    with store.transaction() as connection:
        assert [meta.next_number(connection, "a") for _ in range(3)] == [1, 2, 3]
        assert meta.next_number(connection, "b") == 1


def test_a_number_drawn_in_a_transaction_that_fails_is_drawn_again(store: Store) -> None:
    class Refused(Exception):
        """Something else went wrong."""

    with store.transaction() as connection:
        assert meta.next_number(connection, "a") == 1
    drawn: list[int] = []

    def draw_and_fail() -> None:
        with store.transaction() as connection:
            drawn.append(meta.next_number(connection, "a"))
            raise Refused

    with pytest.raises(Refused):
        draw_and_fail()
    assert drawn == [2]
    with store.transaction() as connection:
        assert meta.next_number(connection, "a") == 2


# ---- durability and encryption -------------------------------------------------------------------


def _pragma(store: Store, name: str) -> object:
    return store._raw().execute(f"PRAGMA {name}").fetchone()[0]


def test_the_store_is_opened_as_it_must_be(store: Store) -> None:
    assert _pragma(store, "synchronous") == 2
    assert _pragma(store, "journal_mode") == "wal"
    assert _pragma(store, "foreign_keys") == 1
    assert _pragma(store, "recursive_triggers") == 1
    assert _pragma(store, "temp_store") == 2
    assert store.integrity() == []


def test_a_store_that_is_not_opened_for_full_durability_is_refused(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(places, MOMENT).close()
    monkeypatch.setattr("app.storage.engine._SYNCHRONOUS_FULL", 3)
    with pytest.raises(StorageProblem, match="断电不丢") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)


def test_an_sqlite_that_may_lose_commits_is_refused(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.storage.engine.OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(StorageProblem, match="版本过旧") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    assert not places.store.exists()


def test_no_word_of_the_store_lies_open_on_the_disk(store: Store, places: Places) -> None:
    with store.transaction() as connection:
        meta.write(connection, "secret", "张𬭎 150402199003075517")
    store._raw().execute("PRAGMA wal_checkpoint(FULL)")
    for file in (places.store, places.store.with_name("store.db-wal")):
        content = file.read_bytes()
        assert not content.startswith(b"SQLite format 3\x00")
        for word in ("张𬭎".encode(), b"150402199003075517", b"CREATE TABLE"):
            assert word not in content


def test_the_folders_and_the_key_are_this_users_alone(store: Store, places: Places) -> None:
    assert places.key.stat().st_mode & 0o077 == 0
    assert places.data.stat().st_mode & 0o077 == 0
    assert places.config.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("offset", [0.02, 0.5, 0.97])
def test_one_flipped_bit_is_noticed(places: Places, offset: float) -> None:
    open_store(places, MOMENT).close()
    damaged = bytearray(places.store.read_bytes())
    damaged[round(len(damaged) * offset)] ^= 0x10
    places.store.write_bytes(damaged)
    assert _noticed(places)


def _noticed(places: Places) -> bool:
    """Say whether opening refuses with its sentences or the check finds something."""
    try:
        store = open_store(places, MOMENT)
    except StorageProblem as problem:
        three_sentences(problem)
        return True
    try:
        return store.integrity() != []
    except StorageProblem as problem:
        three_sentences(problem)
        return True
    finally:
        store.close()


def test_pages_torn_by_a_power_cut_in_a_checkpoint_are_no_damage_because_the_log_has_them(
    store: Store, places: Places, tmp_path: Path
) -> None:
    for word in ("before", "after"):
        with store.transaction() as connection:
            for number in range(200):
                meta.write(connection, f"row {number}", f"{word} " * 20)
        if word == "before":
            store._raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    after = Places.under(tmp_path / "after")
    shutil.copytree(places.data, after.data)
    shutil.copytree(places.config, after.config)
    size = int(str(_pragma(store, "page_size")))
    log = after.store.with_name("store.db-wal").read_bytes()
    in_log = {
        int.from_bytes(log[at : at + 4]) for at in range(32, len(log), size + 24)
    }  # https://sqlite.org/walformat.html
    torn = bytearray(after.store.read_bytes())
    for page in in_log:
        torn[page * size - size // 2 : page * size] = bytes(size // 2)
    after.store.write_bytes(torn)
    again = open_store(after, MOMENT)
    try:
        assert _damaged_pages(again._raw()) != [], "the file itself is torn"
        assert again.damaged_pages() == []
        assert again.integrity() == []
        with again.transaction() as connection:
            assert meta.read(connection, "row 199") == "after " * 20
    finally:
        again.close()


# ---- who is not let in --------------------------------------------------------------------------


def test_a_wrong_key_opens_nothing_and_changes_nothing(places: Places) -> None:
    open_store(places, MOMENT).close()
    before = places.store.read_bytes()
    places.key.write_bytes(KEY)
    with pytest.raises(StorageProblem, match="密钥不对") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    assert places.store.read_bytes() == before


@pytest.mark.parametrize("key", [b"", b"short", bytes(33)])
def test_a_key_of_another_length_is_refused_and_kept(places: Places, key: bytes) -> None:
    open_store(places, MOMENT).close()
    places.key.write_bytes(key)
    with pytest.raises(StorageProblem, match="密钥文件长度不对") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    assert places.key.read_bytes() == key


def test_without_its_key_an_existing_store_stays_closed_and_no_key_is_made(places: Places) -> None:
    open_store(places, MOMENT).close()
    before = places.store.read_bytes()
    places.key.unlink()
    with pytest.raises(StorageProblem, match="密钥文件不见了") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    assert not places.key.exists()
    assert places.store.read_bytes() == before


@pytest.mark.parametrize("emptied", [True, False])
def test_a_lost_store_is_not_made_anew_beside_its_pictures(places: Places, emptied: bool) -> None:
    """A new one would number its receipts from 1 again."""
    open_store(places, MOMENT).close()
    (places.blobs / "ab").mkdir()
    (places.blobs / "ab" / ("ab" * 32)).write_bytes(b"picture")
    places.store.unlink()
    if emptied:
        places.store.touch()
    with pytest.raises(StorageProblem, match="数据库文件不见了") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)


def test_a_first_start_that_ended_after_the_key_goes_on(places: Places) -> None:
    places.make()
    key = load_key(places)
    open_store(places, MOMENT).close()
    assert places.key.read_bytes() == key


def test_a_plain_database_is_refused_and_not_touched(places: Places) -> None:
    places.make()
    places.key.write_bytes(KEY)
    plain = sqlite3.connect(places.store)
    plain.execute("CREATE TABLE t (x)")
    plain.close()
    before = places.store.read_bytes()
    with pytest.raises(StorageProblem, match="未加密") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    assert places.store.read_bytes() == before


def test_a_foreign_file_is_refused_and_not_touched(places: Places) -> None:
    places.make()
    places.key.write_bytes(KEY)
    places.store.write_bytes(b"%PDF-1.7 not a database at all" * 300)
    before = places.store.read_bytes()
    with pytest.raises(StorageProblem, match="已损坏") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    assert places.store.read_bytes() == before


def test_a_store_of_a_newer_program_is_refused_and_not_touched(places: Places) -> None:
    store = open_store(places, MOMENT)
    with store.transaction() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    store.close()
    with pytest.raises(StorageProblem, match="更新的程序版本") as told:
        open_store(places, MOMENT)
    three_sentences(told.value)
    again = Store(places.store, load_key(places))
    with again.transaction() as connection:
        assert version(connection) == SCHEMA_VERSION + 1
    again.close()
    assert not (places.data / "backups").exists()


def test_a_second_process_is_refused_while_the_first_runs_and_let_in_after(places: Places) -> None:
    places.make()
    program = (
        "import sys; from pathlib import Path; from app.paths import Places;"
        "from app.storage.opening import InstanceLock\n"
        "try: InstanceLock(Places.under(Path(sys.argv[1])))\n"
        "except Exception as e: print(e)\n"
        "else: print('let in')"
    )

    def other() -> str:
        command = [sys.executable, "-c", program, str(places.data.parent)]
        ran = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60
        )
        return ran.stdout

    lock = InstanceLock(places)
    assert "已经打开了一个" in other()
    with pytest.raises(StorageProblem, match="已经打开了一个") as told:
        InstanceLock(places)
    three_sentences(told.value)
    lock.release()
    assert other().strip() == "let in"


def test_the_lock_says_so_when_there_is_no_place_for_it(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder belongs", encoding="utf-8")
    with pytest.raises(StorageProblem) as told:
        InstanceLock(Places.under(tmp_path))
    three_sentences(told.value)


# ---- copies -------------------------------------------------------------------------------------


def test_a_backup_is_encrypted_complete_and_opens_with_the_same_key(store: Store, places: Places) -> None:
    with store.transaction() as connection:
        meta.write(connection, "k", "v")
    target = places.data / "copy.db"
    store.copy_to(target)
    assert not target.read_bytes().startswith(b"SQLite format 3\x00")
    copy = Store(target, load_key(places))
    with copy.transaction() as connection:
        assert meta.read(connection, "k") == "v"
    assert copy.integrity() == []
    copy.close()


def test_a_backup_that_cannot_be_written_says_so(store: Store, places: Places) -> None:
    with pytest.raises(StorageProblem) as told:
        store.copy_to(places.data / "missing" / "copy.db")
    three_sentences(told.value)


def test_a_store_that_has_rows_but_no_number_is_backed_up_before_anything_else(places: Places) -> None:
    store = open_store(places, MOMENT)
    with store.transaction() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 0")
    backup = migrate(store, places.data / "backups", MOMENT)
    with store.transaction() as connection:
        assert version(connection) == SCHEMA_VERSION
    store.close()
    assert backup is not None
    assert backup.is_file()


def test_nothing_is_done_when_there_is_nothing_to_migrate(store: Store, places: Places) -> None:
    shutil.rmtree(places.data / "backups", ignore_errors=True)
    assert migrate(store, places.data / "backups", MOMENT) is None
    assert not (places.data / "backups").exists()


def test_a_failed_statement_leaves_the_store_usable(store: Store) -> None:
    def insert() -> None:
        with store.transaction() as connection:
            meta.write(connection, "half", "done")
            connection.execute(text("INSERT INTO counter VALUES ('x', 1), ('x', 1)"))

    with pytest.raises(IntegrityError, match="UNIQUE"):
        insert()
    with store.transaction() as connection:
        assert meta.read(connection, "half") is None
