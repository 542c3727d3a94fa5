"""Papers on their way lie in the hall's JetStream: who may write and read them, and what is left of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import nats.errors
import pytest
from nats.aio.client import Client

from app.errors import HallProblem
from app.hall.parcels import MOST_BYTES, NatsParcels
from app.hall.sealing import PART
from tests.helpers.nats import Host

PARCEL = "0193f000-parcel"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("hall")) as one:
        yield one


@pytest.fixture(scope="module")
def three(host: Host) -> tuple[NatsParcels, ...]:
    made = tuple(NatsParcels(host.log(f"window-{n}"), host.member(f"window-{n}")) for n in (1, 2, 3))
    for one in made:
        one.announce()
    return made


def test_papers_of_any_size_arrive_whole_and_only_where_they_are_for(three: tuple[NatsParcels, ...]) -> None:
    one, two, third = three
    papers = bytes(range(256)) * (PART // 64)
    one.send(2, PARCEL, papers)
    assert two.fetch(1, PARCEL) == papers
    assert third.fetch(1, PARCEL) is None
    assert two.fetch(3, PARCEL) is None


def test_sent_again_they_are_the_newer_ones_and_cleared_they_are_gone(three: tuple[NatsParcels, ...]) -> None:
    one, two, _third = three
    for papers in (b"first" * PART, b"second"):
        one.send(2, PARCEL, papers)
    assert two.fetch(1, PARCEL) == b"second"
    one.clear(2, PARCEL)
    assert two.fetch(1, PARCEL) is None


def test_a_window_that_never_showed_itself_is_given_nothing(three: tuple[NatsParcels, ...]) -> None:
    with pytest.raises(HallProblem, match="今天没有连上大厅"):
        three[0].send(9, PARCEL, b"papers")


def test_what_is_too_large_stays_where_it_is(
    three: tuple[NatsParcels, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.hall.parcels.MOST_BYTES", 10)
    assert MOST_BYTES > 10
    with pytest.raises(HallProblem, match="材料太大"):
        three[0].send(2, PARCEL, b"eleven bytes")


@pytest.mark.parametrize("member", ["board-1", "point-1", "window-3"])
def test_nobody_writes_in_a_windows_name_and_boards_read_nothing(
    host: Host, three: tuple[NatsParcels, ...], member: str
) -> None:
    three[0].send(2, PARCEL, b"papers")
    names = host.nodes[0].names
    asked = asyncio.run(_refusals(host, member, names.parcel(1, 2, PARCEL), names.parcel_message))
    assert asked["write"] == "refused"
    assert asked["read"] == ("refused" if not member.startswith("window") else "answered")
    assert three[1].fetch(1, PARCEL) == b"papers"
    roll = asyncio.run(_refusals(host, member, names.roll, names.roll_message))
    assert set(roll.values()) == {"answered" if member.startswith("window") else "refused"}, (
        "the list of staff"
    )


async def _refusals(host: Host, member: str, write: str, read: str) -> dict[str, str]:
    address = host.member(member)
    errors: list[str] = []

    async def failed(error: Exception) -> None:
        errors.append(str(error))

    client = Client()
    await client.connect(
        address.urls,
        tls=address.tls(),
        tls_hostname=address.server_name,
        tls_handshake_first=True,
        inbox_prefix=host.nodes[0].names.inbox(member),
        error_cb=failed,
    )
    found = {}
    for what, subject, body in (("write", write, b"x"), ("read", read, b'{"last_by_subj": "x"}')):
        errors.clear()
        answered = False
        with contextlib.suppress(nats.errors.Error, TimeoutError):
            await client.request(subject, body, timeout=0.3)
            answered = True
        found[what] = "answered" if answered else "refused" if "permissions" in str(errors) else "silent"
    await client.close()
    return found


def test_the_server_keeps_sealed_bytes_only(host: Host, three: tuple[NatsParcels, ...]) -> None:
    three[0].send(2, PARCEL, "身份证号".encode() * 1000)
    stored = b"".join(path.read_bytes() for path in _files(host.folder / "1" / "jetstream"))
    assert PARCEL.encode() in stored
    assert "身份证号".encode() not in stored


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.rglob("*.blk") if path.is_file())
