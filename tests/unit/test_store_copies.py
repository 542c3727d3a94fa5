"""Copies of the store as backups take them: of one moment while others save, none if anything goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import Connection

from app.errors import Cancelled, StorageProblem, StoreDamaged
from app.paths import Places
from app.storage import backup, copying, engine, meta
from app.storage.engine import Store
from app.storage.opening import load_key, open_store
from tests.helpers.cases import MOMENT

PAGE, TAIL = 4096, 80
"""A page of SQLCipher 4 ends with its IV (16 bytes) and HMAC (64)."""
ROWS = 400


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.under(tmp_path)


@pytest.fixture
def store(places: Places) -> Iterator[Store]:
    opened = open_store(places, MOMENT)
    yield opened
    opened.close()


def fill(store: Store, word: str) -> None:
    """Write the same word into many rows, so that a copy of two moments would hold two words."""
    with store.transaction() as connection:
        for number in range(ROWS):
            meta.write(connection, f"row {number}", f"{word} " * 60)


def words(connection: Connection) -> set[str]:
    found = connection.exec_driver_sql("SELECT value FROM meta WHERE key LIKE 'row %'").scalars()
    return {value.split(" ")[0] for value in found}


def make(store: Store, place: Path, minutes: int = 0) -> backup.Backup:
    with store.transaction() as connection:
        held = backup.contents(connection)
    return backup.make(store, held, place, "hand", MOMENT + timedelta(minutes=minutes))


def during_the_copy(monkeypatch: pytest.MonkeyPatch, act: Callable[[BinaryIO], None]) -> None:
    """Do something each time a piece was written; small pieces, so that there are many."""
    monkeypatch.setattr(copying, "_PIECE", 16 * PAGE)
    monkeypatch.setattr(copying, "_let_go", act)


def test_a_copy_is_of_one_moment_although_others_save_and_bring_the_log_home_meanwhile(
    store: Store, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, "before")
    pieces: list[int] = []
    lane = threading.get_ident()

    def save(_file: BinaryIO) -> None:
        assert threading.get_ident() != lane
        pieces.append(1)
        other = Store(places.store, store.key)
        fill(other, f"during-{len(pieces)}")
        other._raw().execute("PRAGMA wal_checkpoint(PASSIVE)")
        other.close()

    during_the_copy(monkeypatch, save)
    target = places.data / "copy.db"
    copier = threading.Thread(target=store.copy_to, args=(target,))
    copier.start()
    copier.join()
    assert len(pieces) > 3
    copied = Store(target, store.key)
    with copied.transaction() as connection:
        assert words(connection) == {"before"}
    assert copied.integrity() == []
    copied.close()
    with store.transaction() as connection:
        assert words(connection) == {f"during-{len(pieces)}"}


def test_what_lies_in_the_log_alone_is_in_the_copy(store: Store, places: Places) -> None:
    fill(store, "logged")
    target = places.data / "copy.db"
    assert store.copy_to(target) == backup.file_sha256(target)
    assert store.inspect(target, words) == {"logged"}


def test_a_reader_of_an_older_state_is_waited_for_and_then_told(
    store: Store, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PAUSE_FOR_STILLNESS", 0.0)
    fill(store, "old")
    with store._beside(lambda: False) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        fill(store, "new")
        with pytest.raises(StorageProblem, match="有人在读") as told:
            store.copy_to(places.data / "copy.db")
    assert told.value.safe
    assert told.value.next_step
    store.copy_to(places.data / "copy.db")
    assert store.inspect(places.data / "copy.db", words) == {"new"}


def test_a_store_written_past_the_log_while_it_is_copied_gives_no_backup(
    store: Store, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, "before")
    good = make(store, places.backups)

    def write(_file: BinaryIO) -> None:
        with places.store.open("rb+") as file:
            file.seek(5 * PAGE)
            file.write(bytes(8))

    during_the_copy(monkeypatch, write)
    with pytest.raises(StorageProblem, match="被改动") as told:
        make(store, places.backups, minutes=1)
    assert told.value.safe
    assert told.value.next_step
    assert [one.path for one in backup.listed(places.backups)] == [good.path]
    assert sorted(path.suffix for path in places.backups.iterdir()) == [".db", ".json"]


def changed(file: BinaryIO) -> None:
    file.flush()
    os.pwrite(file.fileno(), b"changed", 6 * PAGE + 1000)


def torn(file: BinaryIO) -> None:
    file.flush()
    os.pwrite(file.fileno(), bytes(PAGE // 2), 6 * PAGE)


def short(file: BinaryIO) -> None:
    file.flush()
    os.ftruncate(file.fileno(), os.fstat(file.fileno()).st_size - PAGE // 2)


@pytest.mark.parametrize("spoil", [changed, torn, short])
def test_a_copy_whose_pages_did_not_arrive_whole_is_no_backup_and_the_old_one_stays(
    store: Store, places: Places, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[BinaryIO], None]
) -> None:
    fill(store, "word")
    good = make(store, places.backups)
    pieces: list[int] = []

    def at_the_end(file: BinaryIO) -> None:
        pieces.append(1)
        if os.fstat(file.fileno()).st_size == places.store.stat().st_size:
            spoil(file)

    during_the_copy(monkeypatch, at_the_end)
    with pytest.raises(StoreDamaged):
        make(store, places.backups, minutes=1)
    assert pieces
    assert [one.path for one in backup.listed(places.backups)] == [good.path]
    backup.prove(good, store.key)


def test_a_page_that_was_damaged_in_the_store_makes_no_backup(store: Store, places: Places) -> None:
    fill(store, "word")
    good = make(store, places.backups)
    with places.store.open("rb+") as file:
        changed(file)
    with pytest.raises(StoreDamaged):
        make(store, places.backups, minutes=1)
    assert [one.path for one in backup.listed(places.backups)] == [good.path]


_KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from app.paths import Places
from app.storage import backup, copying
from app.storage.opening import open_store
from tests.helpers.cases import MOMENT

places = Places.under(Path(sys.argv[1]))
store = open_store(places, MOMENT)
copying._PIECE = 1 << 16
pieces = []

def die():
    pieces.append(1)
    if len(pieces) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return False

with store.transaction() as connection:
    held = backup.contents(connection)
backup.make(store, held, places.backups, "hand", MOMENT + timedelta(minutes=1), die)
"""


@pytest.mark.parametrize("piece", [2, 5])
def test_a_copy_killed_in_the_middle_leaves_the_old_backup_and_the_next_one_clears_up(
    places: Places, piece: int
) -> None:
    store = open_store(places, MOMENT)
    fill(store, "word")
    good = make(store, places.backups)
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(places.data.parent), str(piece)], timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = [path for path in places.backups.iterdir() if path.suffix == ".tmp"]
    assert len(left) == 1
    assert backup.listed(places.backups) == (good,)
    again = open_store(places, MOMENT)
    backup.prove(good, again.key)
    assert again.integrity() == []
    make(again, places.backups, minutes=2)
    backup.thin(places.backups, MOMENT + timedelta(minutes=3), timedelta(days=9))
    assert not left[0].exists()
    assert len(backup.listed(places.backups)) == 2
    again.close()


def test_a_copy_that_is_taken_back_leaves_nothing(store: Store, places: Places) -> None:
    with pytest.raises(Cancelled):
        backup.make(
            store, backup.Contents(0, "", 0, 0), places.backups, "hand", MOMENT, lambda: True
        )  # fmt: skip
    assert list(places.backups.iterdir()) == []


def test_what_was_erased_is_in_no_page_of_a_copy(store: Store, places: Places) -> None:
    fill(store, "secret")
    store.copy_to(places.data / "before.db")
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = 'short' WHERE key < 'row 2' AND key LIKE 'row %'")
        connection.exec_driver_sql("DELETE FROM meta WHERE key >= 'row 2'")
    store.copy_to(places.data / "after.db")
    key = load_key(places)
    assert b"secret secret" in opened(places.data / "before.db", key)
    assert b"secret secret" not in opened(places.data / "after.db", key)


def opened(path: Path, key: bytes) -> bytes:
    """Return every page of a file decrypted, free ones too."""
    content, plain = path.read_bytes(), bytearray()
    for start in range(0, len(content), PAGE):
        salt = 16 if start == 0 else 0
        page, end = content[start : start + PAGE], PAGE - TAIL
        decryptor = Cipher(algorithms.AES(key), modes.CBC(page[end : end + 16])).decryptor()
        plain += decryptor.update(page[salt:end]) + decryptor.finalize()
    return bytes(plain)
