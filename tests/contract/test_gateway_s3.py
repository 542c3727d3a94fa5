"""Blobs in an object store: what a gateway says at the start, and what it does when the store is not well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sync.errors import CourtTrouble
from app.sync.protocol import sha256_hex
from tests.contract.test_gateway_start import refusal
from tests.helpers.court import Gateway
from tests.helpers.outbox import intake, seeded
from tests.helpers.s3 import BUCKET, ObjectStore, running_store


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    yield from running_store()


def test_a_blob_lies_in_the_bucket_under_its_court_and_no_part_is_left_behind(
    store: ObjectStore, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    blob = seeded(6).randbytes(6 << 20)
    name = sha256_hex(blob)
    with (
        Gateway(tmp_path, [*store.options, "--court", "2400"]) as gateway,
        gateway.client() as client,
    ):
        assert "may acknowledge a write before it is on disk" in capfd.readouterr().err
        client.put_blob_chunk(name, 0, len(blob), blob[: 4 << 20])
        assert client.put_blob_chunk(name, 4 << 20, len(blob), blob[4 << 20 :]).complete
        assert client.blob_offset(name) == len(blob)
    reply = store.client.get_object(BUCKET, f"2400/{name[:2]}/{name[2:4]}/{name}")
    assert reply.read() == blob
    reply.close()
    assert not list((tmp_path / "incoming").iterdir())


def test_a_wrong_key_or_bucket_or_address_is_a_sentence(store: ObjectStore, tmp_path: Path) -> None:
    wrong = tmp_path / "keys"
    wrong.write_text("court\nnot-the-secret-at-all\n", "ascii")
    address = store.options[1]
    told = refusal(tmp_path, "--s3", address, "--s3-key-file", str(wrong))
    assert "cannot be used" in told
    assert "not-the-secret" not in told
    assert "no bucket" in refusal(tmp_path, "--s3", address + "-other", "--s3-key-file", str(store.keys))
    assert "http(s)://" in refusal(tmp_path, "--s3", "ftp://x/y", "--s3-key-file", str(store.keys))
    assert "key file" in refusal(tmp_path, "--s3", address)


def test_a_blob_the_store_lost_is_asked_for_again_after_a_start_with_restored(
    store: ObjectStore, tmp_path: Path
) -> None:
    kept, lost = b"kept page", b"lost page"
    event = intake(pages=[kept, lost])
    gateway = Gateway(tmp_path, store.options)
    with gateway, gateway.client() as client:
        client.post([event])
        for blob in (kept, lost):
            client.put_blob_chunk(sha256_hex(blob), 0, len(blob), blob)
        assert gateway.visit(event.visit_id)["complete"]
        epoch = client.hello().epoch
        gateway.stop()
        name = sha256_hex(lost)
        store.client.remove_object(BUCKET, f"home/{name[:2]}/{name[2:4]}/{name}")
        gateway.start("--restored")
        assert client.hello().epoch != epoch
        assert gateway.visit(event.visit_id)["missing"] == [name]


def test_while_the_store_is_away_a_blob_waits_on_this_machine(tmp_path: Path) -> None:
    blob = b"page" * 100
    name = sha256_hex(blob)
    running = running_store()
    store = next(running)
    with Gateway(tmp_path, store.options) as gateway, gateway.client() as client:
        client.put_blob_chunk(name, 0, len(blob), blob[:-1])
        running.close()
        with pytest.raises(CourtTrouble) as caught:
            client.put_blob_chunk(name, len(blob) - 1, len(blob), blob[-1:])
        assert (caught.value.status, caught.value.code) == (503, "storage")
        with gateway.http() as http:
            sick = http.get("/health")
        assert (sick.status_code, sick.json()["reasons"]) == (503, {"blobs": "not_answering"})
    [part] = (tmp_path / "incoming").iterdir()
    assert part.read_bytes() == blob[:-1]
