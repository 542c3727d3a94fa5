"""Full, read-only and failing disks: each is said in three sentences, and nothing that was stored is lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.errors import Expected, SettingsProblem, StorageProblem
from app.lanes import PAPERS
from app.paths import Places
from app.services import drafts, finishing, issuing
from app.services.desk import Desk, open_desk
from app.services.papers import keep_blob
from app.services.verify import findings
from app.settings import Settings, load, problem
from app.storage import visits
from app.storage.blobs import BlobTree
from app.storage.opening import open_store
from tests.helpers.cases import MOMENT
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import called, facts, fill, finish, hand_in, ready, shown, sign

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and rights of POSIX")
ROOT = Path(__file__).resolve().parents[2]
KEY = bytes(range(32))
PICTURE = b"\xff\xd8\xff\xe0 a picture" * 400


def says_everything(told: Expected) -> None:
    assert told.happened
    assert told.safe
    assert told.next_step


# ---- the N-th fsync, rename, write ---------------------------------------------------------------------


@contextmanager
def failing_calls(patch: pytest.MonkeyPatch, name: str, number: int, code: int) -> Iterator[list[int]]:
    """Let the ``number``-th call of ``os.<name>`` from now on fail with an error of the disk."""
    real: Callable[..., Any] = getattr(os, name)
    seen: list[int] = []

    def call(*arguments: Any, **more: Any) -> Any:
        seen.append(1)
        if len(seen) == number:
            raise OSError(code, os.strerror(code))
        return real(*arguments, **more)

    with patch.context() as scope:
        scope.setattr(os, name, call)
        yield seen


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("name", ["fsync", "replace", "open", "mkdir"])
def test_a_blob_whose_nth_call_fails_is_not_there_and_the_next_try_stores_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    tree = BlobTree(tmp_path)
    failed = number = 0
    while True:
        number += 1
        data = PICTURE + bytes([number])
        with failing_calls(monkeypatch, name, number, code) as seen:
            try:
                sha256 = tree.put(data, KEY)
            except StorageProblem as told:
                says_everything(told)
                failed += 1
                assert not list(tmp_path.rglob("*.tmp")), "no half file stays"
                continue
            finally:
                count = len(seen)
        if count < number:
            break
    assert tree.get(sha256, KEY) == data
    assert failed == number - 1 >= 1
    for tried in range(1, number):
        again = tree.put(PICTURE + bytes([tried]), KEY)
        assert tree.get(again, KEY) == PICTURE + bytes([tried])


def test_a_folder_that_could_not_be_made_durable_is_synced_at_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new folder is there, its name may not be: the second try must not take it for granted."""
    tree = BlobTree(tmp_path)
    with failing_calls(monkeypatch, "fsync", 1, errno.EIO), pytest.raises(StorageProblem):
        tree.put(PICTURE, KEY)
    synced: list[str] = []
    real = os.fsync

    def note(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    tree.put(PICTURE, KEY)
    assert tmp_path.name in synced


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_the_first_start_fails_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    number = 0
    while True:
        number += 1
        with failing_calls(monkeypatch, name, number, errno.EIO) as seen:
            try:
                open_store(Places.under(tmp_path), MOMENT).close()
            except StorageProblem as told:
                says_everything(told)
                continue
        break
    assert number > len(seen)
    assert number >= 2
    open_store(Places.under(tmp_path), MOMENT).close()


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_visit_goes_on_after_every_failed_call_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Import, sign and finish are tried again after each failure; in the end everything is there once."""
    with desk_in(tmp_path) as desk:
        called(desk)
        fill(desk)
        for step in (lambda: hand_in(desk, tmp_path), lambda: sign(desk), lambda: finish(desk)):
            number = 0
            while True:
                number += 1
                with failing_calls(monkeypatch, name, number, errno.ENOSPC) as seen:
                    try:
                        step()
                    except StorageProblem as told:
                        says_everything(told)
                        assert findings(desk) == []
                        continue
                break
            assert number > len(seen)
        assert len(facts(desk).finished) == 1
        assert findings(desk) == []


# ---- a full disk ---------------------------------------------------------------------------------------


FULL = """
    import resource, signal, sys
    from pathlib import Path
    from app.errors import StorageProblem
    from app.services import drafts, queue
    from app.services.papers import keep_blob
    from app.services.verify import findings
    from app.storage import visits
    from tests.helpers.desks import desk_in, do
    from tests.helpers.visits import called, facts

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    folder, what = Path(sys.argv[1]), sys.argv[2]
    with desk_in(folder) as desk:
        called(desk)
        do(desk, drafts.set_field, "matter.1.claims", "之前已存")
        wal = folder / "data" / "store.db-wal"
        limit = wal.stat().st_size + 40_000 if what == "store" else 30_000
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        saved, told = "之前已存", None
        try:
            for number in range(400):
                if what == "store":
                    text = f"{number} " + "诉" * 1500
                    do(desk, drafts.set_field, "matter.1.claims", text)
                    saved = text
                else:
                    keep_blob(desk, bytes([number % 256]) * (number * 500 + 1), "image/png")
        except StorageProblem as problem:
            told = problem
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert told is not None, "the limit was never met"
        assert told.happened and told.safe and told.next_step
        print(told.happened)
        visit_id = desk.store(visits.open_at, 3).id
        now = desk.store(visits.fields, visit_id)["matter.1.claims"].value
        assert now == saved, "what was acknowledged is there, what was refused is not"
        do(desk, drafts.set_field, "matter.1.claims", "有地方了")
        keep_blob(desk, b"room again" * 9000, "image/png")
        assert findings(desk) == []
    with desk_in(folder) as desk:
        assert findings(desk) == []
    print("kept")
"""


@pytest.mark.parametrize("what", ["store", "blobs"])
def test_a_full_disk_is_said_and_what_was_stored_before_is_kept(tmp_path: Path, what: str) -> None:
    """A child may write no file beyond a size, which the system reports like a disk that is full."""
    command = [sys.executable, "-c", textwrap.dedent(FULL), str(tmp_path), what]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=100)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    happened, kept = ran.stdout.splitlines()
    assert "没有存上" in happened
    assert kept == "kept"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not mounted or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk of its own needs the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_visit_meets_a_full_disk_and_is_finished_once_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        settings = Settings(hall=HALL, devices=file_devices(tmp_path))
        with desk_in(disk, settings) as desk:
            visit_id = ready(desk, tmp_path)
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
                _write_for_ever(file)
            for act, words in ((finishing.finish, (False,)), (issuing.take_ticket, ("立案", False))):
                says_everything(_refused(desk, act, *words))
            assert facts(desk).finished == frozenset()
            assert shown(desk).visit_id == visit_id
            filler.unlink()
            assert finish(desk).visit_id == visit_id
            assert findings(desk) == []
        with desk_in(disk, settings) as desk:
            assert findings(desk) == []


def _write_for_ever(file: Any) -> None:
    while True:
        file.write(bytes(4096))


def _refused(desk: Desk, act: Any, *words: object) -> StorageProblem:
    """Do it until the last free page of the store is used up; return what the clerk is told then."""
    for _ in range(200):
        try:
            do(desk, act, *words)
        except StorageProblem as told:
            return told
    raise AssertionError("there was room for everything")


# ---- a disk that can only be read -----------------------------------------------------------------------


def test_a_disk_that_became_read_only_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "8m") as disk:
        settings = Settings(hall=HALL, devices=file_devices(tmp_path))
        with desk_in(disk, settings) as desk:
            ready(desk, tmp_path)
        with desk_in(disk, settings) as desk:
            desk.lanes.submit(PAPERS, lambda: None).result(30)
        _remount(disk, "ro")
        with pytest.raises(StorageProblem) as told, desk_in(disk, settings):
            pass
        says_everything(told.value)
        _remount(disk, "rw")
        with desk_in(disk, settings) as desk:
            assert desk.store(visits.open_at, HALL.window) is not None
            assert finish(desk).receipt_no
            assert findings(desk) == []


def _remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def test_blobs_on_a_read_only_folder_say_so(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        tree = BlobTree(disk)
        kept = tree.put(PICTURE, KEY)
        _remount(disk, "ro")
        with pytest.raises(StorageProblem, match="只能读") as told:
            tree.put(b"another", KEY)
        says_everything(told.value)
        with pytest.raises(StorageProblem, match="只能读"):
            tree.sweep(set())
        assert tree.get(kept, KEY) == PICTURE


def test_a_place_where_no_folder_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder belongs", encoding="utf-8")
    with pytest.raises(StorageProblem) as told, desk_in(tmp_path, first=True):
        pass
    says_everything(told.value)


# ---- the settings file ------------------------------------------------------------------------------------


def test_a_broken_settings_file_opens_the_desk_with_a_notice(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[hall\nwindow = 3", encoding="utf-8")
    settings, faults = load(file)
    assert settings == Settings()
    says_everything(problem(file, faults))
    assert isinstance(problem(file, faults), SettingsProblem)
    desk = open_desk(settings, Places.under(tmp_path), faults=faults)
    try:
        assert "settings" in {notice.key for notice in desk.notices.standing()}
        called(desk)
        do(desk, drafts.set_field, "matter.1.cause", "民间借贷纠纷")
        assert keep_blob(desk, PICTURE, "image/jpeg")
        assert findings(desk) == []
    finally:
        assert desk.close()
