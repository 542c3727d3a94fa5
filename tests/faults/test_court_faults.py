"""Networks and courts that fail: afterwards every event is at the court once, with the hash it had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.sync.errors import CourtUnreachable
from app.sync.line import SideBySide
from app.sync.protocol import BlobProgress, Event, sha256_hex
from app.sync.sender import Did
from tests.helpers.court import Desk, Fault, FaultProxy, Gateway
from tests.helpers.outbox import intake, seeded

CHUNK = 1 << 20


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def proxy(gateway: Gateway) -> Iterator[FaultProxy]:
    with FaultProxy(gateway) as running:
        yield running


@pytest.fixture
def desk(gateway: Gateway, proxy: FaultProxy) -> Iterator[Desk]:
    found = Desk(gateway.client(proxy.url))
    yield found
    found.close()


def assert_all_there(gateway: Gateway, desk: Desk) -> None:
    """Every event stored under the receipt number the desk noted, every blob there, every visit complete."""
    with gateway.http() as http:
        for row in desk.outbox.rows.values():
            told = http.get(f"/v1/events/{row.event.id}").json()
            assert (told["word"], told["sha256"]) == ("stored", row.event.sha256)
            assert (told["receipt_no"], told["epoch"]) == (row.receipt_no, row.epoch)
            assert http.get(f"/v1/visits/{row.event.visit_id}").json()["complete"]


def fill(desk: Desk, count: int, *, page_bytes: int = 0) -> list[Event]:
    rng = seeded(count)
    found = []
    for n in range(1, count + 1):
        pages = [rng.randbytes(page_bytes)] if page_bytes else []
        desk.blobs.by_hash |= {sha256_hex(page): page for page in pages}
        found.append(desk.outbox.add(intake(n, pages=pages), pages))
    return found


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PATCH"])
def test_a_fault_at_any_call_loses_nothing_and_doubles_nothing(
    gateway: Gateway, proxy: FaultProxy, desk: Desk, fault: Fault, method: str
) -> None:
    fill(desk, 3, page_bytes=1000)
    proxy.only = method
    proxy.script.extend([fault] * 2)
    desk.settle()
    assert_all_there(gateway, desk)


def test_an_answer_lost_after_the_commit_is_answered_again_with_the_same_number(
    gateway: Gateway, proxy: FaultProxy, desk: Desk
) -> None:
    [event] = fill(desk, 1)
    proxy.only = "POST"
    proxy.script.append(Fault.CUT_AFTER)
    assert desk.step() is Did.TROUBLE
    assert desk.outbox.states() == ["waiting"]
    with gateway.http() as http:
        number = http.get(f"/v1/events/{event.id}").json()["receipt_no"]
    desk.settle()
    assert desk.outbox.rows[event.id].receipt_no == number


def test_a_court_that_is_away_touches_no_row_and_is_found_again(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    with gateway:
        desk = Desk(gateway.client())
        fill(desk, 5)
        gateway.kill()
        for _ in range(20):
            desk.step()
        assert set(desk.outbox.states()) == {"waiting"}
        assert desk.sender.state().trouble == "unreachable"
        gateway.start()
        desk.sender.link_up()
        desk.settle()
        assert_all_there(gateway, desk)
        desk.close()


def test_a_refused_desk_touches_no_row(proxy: FaultProxy, desk: Desk) -> None:
    fill(desk, 2)
    proxy.default = Fault.REFUSE
    assert desk.step() is Did.BLOCKED
    assert all(not row.history for row in desk.outbox.rows.values())
    proxy.default = Fault.NONE
    desk.settle()


def test_a_broken_chunk_still_advances_and_is_resumed(
    gateway: Gateway, proxy: FaultProxy, desk: Desk
) -> None:
    page = seeded(3).randbytes(2 * CHUNK)
    desk.blobs.by_hash[sha256_hex(page)] = page
    desk.outbox.add(intake(1, pages=[page]), [page])
    proxy.only = "PATCH"
    proxy.script.append(Fault.CUT_HALFWAY)
    while desk.step() is not Did.TROUBLE:
        pass
    with gateway.client() as client:
        half = client.blob_offset(sha256_hex(page))
    assert half is not None
    assert 0 < half < CHUNK
    proxy.calls.clear()
    desk.settle()
    assert sum(call.startswith("PATCH") for call in proxy.calls) == 2
    assert_all_there(gateway, desk)


def test_a_dossier_of_50_mb_beside_others_is_cut_again_and_again_and_repeats_one_chunk_a_cut(
    gateway: Gateway, proxy: FaultProxy
) -> None:
    rng, client, sent = seeded(50), gateway.client(proxy.url), Counter[str]()
    pages = [rng.randbytes(size) for size in (50_000_000, 3_000_000, 3_000_000)]
    desk = Desk(client, *pages, calls=SideBySide(3))
    desk.outbox.add(intake(1, pages=pages), pages)
    real = client.put_blob_chunk

    def counted(sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        sent[sha256] += len(chunk)
        return real(sha256, offset, total, chunk)

    client.put_blob_chunk = counted  # type: ignore[method-assign]
    proxy.only = "PATCH"
    cuts = (Fault.CUT_HALFWAY, Fault.CUT_BEFORE, Fault.CUT_AFTER)
    for fault in cuts:
        proxy.script.extend([Fault.NONE] * 13 + [fault])
    desk.settle()
    assert not proxy.script
    for page in pages:
        assert sent[sha256_hex(page)] <= len(page) + len(cuts) * CHUNK
    assert sum(sent.values()) <= sum(map(len, pages)) + len(cuts) * CHUNK
    assert_all_there(gateway, desk)
    desk.close()


@pytest.mark.slow
def test_a_gateway_killed_again_and_again_stores_every_event_once(tmp_path: Path) -> None:
    """SIGKILL in the middle of a request, or between the commit and the answer."""
    rng = seeded(20261122)
    gateway = Gateway(tmp_path)
    kills: list[str] = []
    with gateway, FaultProxy(gateway) as proxy:
        desk = Desk(gateway.client(proxy.url))
        fill(desk, 12, page_bytes=CHUNK + 5)

        def kill_before_the_answer() -> None:
            verb = proxy.calls[-1].split()[0]
            first = verb in {"POST", "PATCH"} - set(kills)
            if len(kills) < 8 and (first or rng.random() < 0.2):
                kills.append(verb)
                gateway.kill()
                gateway.start()
                raise ConnectionResetError

        proxy.before_answer = kill_before_the_answer
        proxy.script.extend(rng.choice([Fault.NONE, Fault.CUT_HALFWAY, Fault.CUT_AFTER]) for _ in range(30))
        desk.settle(2000)
        proxy.before_answer = lambda: None
        assert len(kills) == 8
        assert {"POST", "PATCH"} <= set(kills)
        assert_all_there(gateway, desk)
        desk.close()
        gateway.stop()
    raw = dbapi2.connect(str(tmp_path / "court.db"))
    try:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        numbers = [row[0] for row in raw.execute("SELECT receipt_no FROM event ORDER BY receipt_no")]
    finally:
        raw.close()
    assert len(numbers) == 12
    by_day: dict[str, list[int]] = {}
    for number in numbers:
        day, count = number.split("-")
        by_day.setdefault(day, []).append(int(count))
    assert all(counts == list(range(1, len(counts) + 1)) for counts in by_day.values())


def test_a_part_whose_last_byte_came_just_before_the_end_is_finished_at_the_next_look(tmp_path: Path) -> None:
    page, wrong = b"whole page", b"other page"
    gateway = Gateway(tmp_path)
    with gateway, gateway.client() as client:
        for name in (sha256_hex(page), sha256_hex(wrong)):
            (tmp_path / "incoming" / f"{name}.{len(page)}.part").write_bytes(page)
        assert client.blob_offset(sha256_hex(page)) == len(page)
        assert client.blob_offset(sha256_hex(wrong)) is None


def test_nobody_listening_is_unreachable(gateway: Gateway) -> None:
    with gateway.client("http://127.0.0.1:1") as client, pytest.raises(CourtUnreachable):
        client.hello()
