"""Starting and stopping the gateway: what it refuses, in which words, and what it notices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.sync.protocol import Stored, sha256_hex
from tests.helpers.court import Gateway
from tests.helpers.outbox import intake


def refusal(data: Path, *more: str) -> str:
    """Return the one line a gateway ends with that does not start."""
    command = [sys.executable, "-m", "app.court.main", "--data", str(data), "--port", "0", *more]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_stopped_gateway_ends_with_0_and_answers_the_same_when_it_is_back(tmp_path: Path) -> None:
    event = intake()
    gateway = Gateway(tmp_path)
    with gateway, gateway.client() as client:
        before, epoch = client.post([event]).by_id, client.hello().epoch
        assert gateway.stop() == 0
        gateway.start()
        assert client.post([event]).by_id == before
        assert client.hello().epoch == epoch


def test_a_second_gateway_or_a_taken_port_is_refused(tmp_path: Path) -> None:
    with Gateway(tmp_path / "one") as running:
        assert "Another gateway already serves this data folder." in refusal(running.data)
        assert "already in use" in refusal(tmp_path / "two", "--port", str(running.port))


def test_a_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    raw = dbapi2.connect(str(tmp_path / "court.db"))
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    assert "update the program" in refusal(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "court.db").write_bytes(b"something else" * 1000)
    assert "damaged" in refusal(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="folders elsewhere are guarded by access lists")
def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be written" in refusal(tmp_path / "file" / "data")


def test_an_encrypted_database_opens_with_its_key_only(tmp_path: Path) -> None:
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_text("ab" * 32, "ascii")
    other.write_text("cd" * 32, "ascii")
    data = tmp_path / "data"
    gateway = Gateway(data).start("--key-file", str(key))
    with gateway.client() as client:
        client.post([intake()])
    assert gateway.stop() == 0
    assert not (data / "court.db").read_bytes().startswith(b"SQLite format 3")
    assert "key does not fit" in refusal(data, "--key-file", str(other))
    assert "64 hex digits" in refusal(data, "--key-file", __file__)


def test_a_restored_backup_has_a_new_epoch_and_forgets_blobs_that_are_gone(tmp_path: Path) -> None:
    blob = b"page"
    name = sha256_hex(blob)
    event, lost = intake(1, pages=[blob]), intake(2)
    gateway = Gateway(tmp_path)
    with gateway, gateway.client() as client:
        client.post([event])
        client.put_blob_chunk(name, 0, len(blob), blob)
        old = client.hello().epoch
        gateway.stop()
        backup = (tmp_path / "court.db").read_bytes()
        gateway.start()
        assert client.hello().epoch == old
        client.post([lost])
        gateway.stop()
        (tmp_path / "court.db").write_bytes(backup)
        (tmp_path / "blobs" / name[:2] / name[2:4] / name).unlink()
        gateway.start()
        assert client.hello().epoch != old
        assert gateway.visit(event.visit_id)["missing"] == [name]
        assert isinstance(client.post([lost]).by_id[lost.id], Stored)


def test_restored_says_so_when_the_mark_came_from_the_backup_too(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    with gateway, gateway.client() as client:
        old = client.hello().epoch
        gateway.stop()
        gateway.start("--restored")
        fresh = client.hello().epoch
        assert fresh != old
        gateway.stop()
        gateway.start()
        assert client.hello().epoch == fresh


def test_a_backup_that_lacks_only_a_blob_is_noticed_too(tmp_path: Path) -> None:
    blob = b"page"
    event = intake(pages=[blob])
    gateway = Gateway(tmp_path)
    with gateway, gateway.client() as client:
        client.post([event])
        gateway.stop()
        backup = (tmp_path / "court.db").read_bytes()
        gateway.start()
        old = client.hello().epoch
        client.put_blob_chunk(sha256_hex(blob), 0, len(blob), blob)
        gateway.stop()
        (tmp_path / "court.db").write_bytes(backup)
        gateway.start()
        assert client.hello().epoch != old
        assert client.blob_offset(sha256_hex(blob)) == len(blob)
        assert gateway.visit(event.visit_id)["complete"]
