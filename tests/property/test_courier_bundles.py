"""Whatever is on the stick: a file is whole and ours, or it is refused; nothing else ever happens."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.court.courier import CourierRefusal, Keys, take
from app.court.main import main as court_main
from app.court.settings import Settings
from app.sync import bundle
from app.sync.bundle import BundleRefused, Header, Reader, Writer
from app.sync.protocol import canonical, encode_batch
from tests.helpers.outbox import intake, new_id

COURT, DEVICE = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ID = new_id()


def made(frames: list[tuple[int, bytes]], receiver: str = "", device: str = ID) -> bytes:
    target = io.BytesIO()
    keys = DEVICE.public_key().public_bytes_raw().hex(), COURT.public_key().public_bytes_raw().hex()
    header = Header(bundle.BUNDLE, new_id(), device, "2026-11-22T00:00:00Z", keys[0], receiver or keys[1])
    writer = Writer(target, header, DEVICE)
    for kind, content in frames:
        writer.add_bytes(kind, content)
    writer.finish()
    return target.getvalue()


def read(content: bytes) -> list[tuple[int, bytes]]:
    return [(frame.kind, frame.read(frame.left)) for frame in Reader(io.BytesIO(content)).frames(COURT)]


FRAMES = st.lists(st.tuples(st.integers(1, 9), st.binary(max_size=200)), max_size=6)
GOOD = made([(1, b"x" * 3_000_000), (2, bytes(range(256)) * 20), (3, b"{}")])


@given(FRAMES)
def test_what_was_written_is_read(frames: list[tuple[int, bytes]]) -> None:
    assert read(made(frames)) == frames


def test_content_beyond_one_chunk_is_read_and_what_is_not_read_is_skipped() -> None:
    assert [len(content) for _kind, content in read(GOOD)] == [3_000_000, 5_120, 2]
    assert [frame.kind for frame in Reader(io.BytesIO(GOOD)).frames(COURT)] == [1, 2, 3]


@given(st.data())
def test_no_changed_byte_is_believed(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    bit = data.draw(st.integers(0, 7))
    with pytest.raises(BundleRefused):
        read(GOOD[:place] + bytes([GOOD[place] ^ 1 << bit]) + GOOD[place + 1 :])


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=30))
def test_no_part_of_a_file_and_nothing_behind_it_is_believed(size: int, tail: bytes) -> None:
    with pytest.raises(BundleRefused):
        read(GOOD[:size] + tail)
    if tail:
        with pytest.raises(BundleRefused):
            read(GOOD + tail)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(content: bytes) -> None:
    for start in (b"", bundle.MAGIC, GOOD[:300]):
        with pytest.raises(BundleRefused):
            read(start + content)


def test_two_files_cannot_be_mixed() -> None:
    other = made([(1, b"y" * 3_000_000)])
    for cut in range(len(bundle.MAGIC) + 100, len(other), 97):
        with pytest.raises(BundleRefused):
            read(GOOD[:cut] + other[cut:])


@pytest.mark.parametrize("point", ["00" * 32, "01" + "00" * 31])
def test_a_key_that_everybody_knows_is_no_key(point: str) -> None:
    with pytest.raises(ValueError, match="key"):
        made([], receiver=point)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=FRAMES)
def test_a_device_that_is_known_and_sends_nonsense_is_refused_or_taken_and_never_a_fault(
    tmp_path: Path, frames: list[tuple[int, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    key = DEVICE.public_key().public_bytes_raw().hex()
    place = ["courier", "allow", "--data", str(tmp_path / "court"), "--device", ID, "--key", key]
    assert court_main(place) == 0
    capsys.readouterr()
    court = Keys(tmp_path / "court").public()["read"]
    facts = {"reply_key": X25519PrivateKey.generate().public_key().public_bytes_raw().hex()}
    begin = (bundle.FACTS, canonical(facts | {"answers_since": 0, "epoch": ""}))
    foreign = (bundle.BATCH, encode_batch([intake()]))
    for tried in ([begin, *frames], frames, [begin, foreign], [(bundle.FACTS, canonical(facts))]):
        file = tmp_path / "a.bundle"
        file.write_bytes(made(tried, receiver=court))
        with suppress(CourierRefusal):
            take(Settings(tmp_path / "court", min_free_bytes=0), file, tmp_path)
