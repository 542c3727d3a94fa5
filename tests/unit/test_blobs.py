"""Pictures as sealed files: whole or not at all, never given out wrong, swept when nobody names them."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from app.errors import StorageProblem
from app.lanes import PAPERS, SCANNER
from app.services.papers import keep_blob
from app.services.verify import findings
from app.storage import pages
from app.storage.blobs import KEY_BYTES, BlobTree
from tests.helpers.desks import desk_in

KEY = bytes(range(KEY_BYTES))
PICTURE = b"\xff\xd8\xff\xe0 a picture of a complaint" * 40


@pytest.fixture
def tree(tmp_path: Path) -> BlobTree:
    return BlobTree(tmp_path)


def test_what_was_put_comes_back(tree: BlobTree) -> None:
    for data in (b"", b"x", PICTURE, os.urandom(100_000)):
        sha256 = tree.put(data, KEY)
        assert sha256 == hashlib.sha256(data).hexdigest()
        assert tree.get(sha256, KEY) == data
        assert tree.has(sha256)
        assert sha256 in tree.names()


def test_no_word_of_it_lies_open_and_the_folder_is_this_users_alone(tree: BlobTree) -> None:
    path = tree.path(tree.put(PICTURE, KEY))
    assert b"complaint" not in path.read_bytes()
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_same_content_twice_is_one_file(tree: BlobTree) -> None:
    assert tree.put(PICTURE, KEY) == tree.put(PICTURE, KEY)
    assert len(list(tree.root.rglob("*"))) == 2


def test_every_flipped_bit_is_noticed(tree: BlobTree) -> None:
    sha256 = tree.put(b"page", KEY)
    sealed = tree.path(sha256).read_bytes()
    for place in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[place // 8] ^= 1 << (place % 8)
        tree.path(sha256).write_bytes(damaged)
        with pytest.raises(StorageProblem, match="已损坏"):
            tree.get(sha256, KEY)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27])
def test_a_torn_file_is_noticed(tree: BlobTree, length: int) -> None:
    sha256 = tree.put(PICTURE, KEY)
    tree.path(sha256).write_bytes(tree.path(sha256).read_bytes()[:length])
    with pytest.raises(StorageProblem, match="已损坏") as told:
        tree.get(sha256, KEY)
    assert told.value.safe
    assert told.value.next_step


def test_a_file_under_another_name_is_noticed(tree: BlobTree) -> None:
    first, second = tree.put(b"first", KEY), tree.put(b"second", KEY)
    tree.path(second).write_bytes(tree.path(first).read_bytes())
    with pytest.raises(StorageProblem, match="已损坏"):
        tree.get(second, KEY)


def test_another_key_opens_nothing_and_a_missing_file_says_so(tree: BlobTree) -> None:
    sha256 = tree.put(PICTURE, KEY)
    with pytest.raises(StorageProblem, match="已损坏"):
        tree.get(sha256, bytes(KEY_BYTES))
    tree.path(sha256).unlink()
    with pytest.raises(StorageProblem, match="不在了"):
        tree.get(sha256, KEY)


def test_a_sweep_takes_halves_and_orphans_and_leaves_what_is_named(tree: BlobTree) -> None:
    kept, orphan = tree.put(b"kept", KEY), tree.put(b"orphan", KEY)
    half = tree.path(kept).with_name(f"{kept}.0a0b0c0d.tmp")
    half.write_bytes(b"half")
    assert half.name not in tree.names()
    assert tree.sweep({kept}) == 2
    assert tree.names() == {kept}
    assert not half.exists()
    assert not tree.has(orphan)
    assert tree.get(kept, KEY) == b"kept"


def test_the_order_on_disk_is_write_sync_rename_sync_of_the_folder(
    tree: BlobTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the power cut rig found necessary; any other order lost pictures."""
    seen: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(handle: int) -> None:
        name = Path(f"/proc/self/fd/{handle}").readlink().name
        seen.append(f"sync {'file' if name.endswith('.tmp') else name}")
        fsync(handle)

    def note_replace(path: Path, target: Path) -> Path:
        seen.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    sha256 = tree.put(PICTURE, KEY)
    assert seen == [f"sync {tree.root.name}", "sync file", "rename", f"sync {sha256[:2]}"]


def test_two_writers_of_one_picture_do_not_disturb_each_other(tree: BlobTree) -> None:
    together, failed = threading.Barrier(4), []

    def put(number: int) -> None:
        together.wait(10)
        for round_ in range(20):
            try:
                tree.put(b"same" + bytes([round_]), KEY)
            except StorageProblem as problem:
                failed.append(problem)

    threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(tree.names()) == 20
    assert not list(tree.root.rglob("*.tmp"))


# ---- with the store ------------------------------------------------------------------------------


def test_the_same_picture_from_two_lanes_gets_one_file_and_one_key(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        together = threading.Barrier(2)

        def keep(number: int) -> str:
            together.wait(10)
            return keep_blob(desk, b"%d" % number + PICTURE, "image/jpeg")

        for number in range(20):
            futures = [desk.lanes.submit(lane, keep, number) for lane in (SCANNER, PAPERS)]
            first, second = (future.result(30) for future in futures)
            assert first == second
        assert len(desk.blobs.names()) == 20
        assert findings(desk) == []


def test_a_damaged_picture_that_comes_again_is_mended(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        sha256 = keep_blob(desk, PICTURE, "image/jpeg")
        desk.blobs.path(sha256).write_bytes(b"torn")
        assert len(findings(desk)) == 1
        assert keep_blob(desk, PICTURE, "image/jpeg") == sha256
        assert findings(desk) == []
        desk.blobs.path(sha256).unlink()
        assert keep_blob(desk, PICTURE, "image/jpeg") == sha256
        assert findings(desk) == []


def test_what_a_crash_left_half_done_is_swept_at_the_next_start(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        kept = keep_blob(desk, PICTURE, "image/jpeg")
        orphan = desk.blobs.put(b"durable, but the row was never written", KEY)
        half = desk.blobs.path(kept).with_name(f"{kept}.0a0b0c0d.tmp")
        half.write_bytes(b"half")
    with desk_in(tmp_path) as desk:
        desk.lanes.submit(PAPERS, lambda: None).result(30)
        assert desk.blobs.names() == {kept}
        assert not half.exists()
        assert not desk.blobs.has(orphan)
        assert desk.store(pages.named, sorted(desk.blobs.names())) == {kept}
