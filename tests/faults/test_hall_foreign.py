"""A certificate of the hall, and what no window writes: nothing of it stops or moves anybody."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from nats.aio.client import Client

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import TicketState, Wanted
from app.hall.address import HallAddress
from app.hall.follow import HallFollower
from app.hall.isolated import Member
from app.hall.log import encode
from app.hall.wire import Names
from tests.helpers.hall_window import Memory
from tests.helpers.nats import Host, until

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
GOOD = b"NATS/1.0\r\nHall-Count: 1\r\nNats-Msg-Id: %d\r\n\r\n"
HEADERS = [
    b"",
    b"NATS/1.0\r\n\r\n",
    b"NATS/1.0\r\nNats-Sequence: 999\r\nNats-Subject: hall.x\r\nHall-Count: 0\r\nNats-Msg-Id: s%d\r\n\r\n",
    b"NATS/1.0\r\nStatus: 404\r\nNats-Num-Pending: 77\r\n\r\n",
    b"NATS/1.0\r\nStatus: 503\r\n\r\n",
    b"NATS/1.0 404 nothing\r\n\r\n",
    b"NATS/1.0 \xff\xff\xff \xff\r\n\r\n",
    b"NATS/1.0\r\n\xff\xfe: \xff\r\n\r\n",
    b"NATS/1.0\r\nA: b\r\n c: d\r\nno colon\r\n\r\n",
    b"\x00\x01garbage, no header at all",
    b"NATS/1.0\r\nHall-Count: " + b"9" * 5000 + b"\r\n\r\n",
    b"NATS/1.0\r\nHall-Count: 1\r\nNats-Num-Pending: 5\r\n\r\n",
    b"NATS/1.0\r\nHall-Count: 1\r\nHall-Count: 2\r\n\r\n",
    b"NATS/1.0\r\nHall-Count: 1\r\nNats-Msg-Id: not closed %d",
    b"NATS/1.0\r\nHall-Count: 1\r\nNats-Msg-Id: closed by what is cut off %d\r\nXY",
]


def said(kind: EventKind, **more: object) -> bytes:
    event = HallEvent(kind, "A001", NOW, **more)  # type: ignore[arg-type]
    return encode(event).encode()


BODIES = [
    b"[]",
    b"[" * 9000,
    b"\xff\xfe",
    said(EventKind.ISSUED).replace(b"issued", b"of the next version"),
    said(EventKind.PROMISED, limits=(0, 9, 9)),
    said(EventKind.EPOCH, windows=(1, 2, 63)),
    said(EventKind.ALARM, window=2),
    said(EventKind.RETIRED, window=2),
    said(EventKind.BLOCK, window=1, span=9),
    said(EventKind.CALLED, window=2).replace(b'"window":2', b'"window":"2"'),
    said(EventKind.TRANSFERRED, window=2).replace(b'"window":2', b'"needs":7,"window":2'),
]


async def connected(address: HallAddress) -> Client:
    client = Client()
    await client.connect(
        address.urls,
        tls=address.tls(),
        tls_hostname=address.server_name,
        tls_handshake_first=True,
        inbox_prefix=Names(address.hall).inbox(address.member),
        allow_reconnect=False,
    )
    return client


async def write(address: HallAddress, puts: list[tuple[str, bytes, bytes]]) -> None:
    """Store (subject, headers, body) as any client of NATS could, and wait until each is stored."""
    client, inbox = await connected(address), Names(address.hall).inbox(address.member)
    reply = await client.subscribe(f"{inbox}.stored")
    for count, (subject, headers, body) in enumerate(puts):
        headers = headers.replace(b"%d", b"%d" % count)
        sizes = f"{len(headers)} {len(headers) + len(body)}" if headers else f"{len(body)}"
        word = "HPUB" if headers else "PUB"
        line = f"{word} {subject} {reply.subject} {sizes}\r\n".encode()
        await client._send_command(line + headers + body + b"\r\n")
        await client.flush()
        assert json.loads((await reply.next_msg(10)).data).get("seq"), (subject, headers, body)
    await client.close()


@pytest.mark.logs("app.hall.nats_log")
def test_what_a_point_writes_that_no_window_writes_has_no_effect_and_stops_nobody(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        log = host.log("window-1")
        one, two = Member(log, Memory(), 1, DAY), Member(host.log("window-2"), Memory(), 2, DAY)
        told = HallFollower(host.log("board-1"))
        told.follow(lambda: None)
        until(lambda: one.settle(NOW) and two.settle(NOW))
        one.prepare(NOW)
        two.prepare(NOW)
        assert one.issue("A", Wanted("立案"), NOW) == "A001"
        told.refresh(DAY)
        before = one.state
        day = Names("hall-t").day(DAY)
        puts = [(f"{day}{on}", head, b"{}") for on in ("ticket.A001", "counter.A") for head in HEADERS]
        puts += [(f"{day}ticket.A001", GOOD, body) for body in BODIES]
        puts += [
            (f"{day}{on}", GOOD, said(EventKind.CALLED, window=2)) for on in ("ticket.A002", "counter.A")
        ]
        asyncio.run(write(host.member("point-1"), puts))
        window = [(f"{day}window.3", GOOD, said(EventKind.ALARM, window=2))]
        asyncio.run(write(host.member("window-3"), window))
        assert one.read()
        assert two.read()
        assert one.state == two.state == before
        log.ask(Client.close)  # the next line begins with the proof that what was read is there
        until(lambda: one.settle(NOW))
        assert one.call("A001", NOW, "")
        one.close(EventKind.SERVED, "A001", NOW)
        assert two.issue("A", Wanted("立案"), NOW) == "A002"
        assert two.call("A002", NOW, "")
        assert one.read()
        assert two.read()
        until(lambda: told.catch_up(DAY) == two.state)
        assert one.state == two.state
        assert one.state.tickets["A001"].state is TicketState.SERVED


async def have_answered(address: HallAddress, asked: list[tuple[str, dict[str, object], str]]) -> None:
    """Ask the servers so that the answer goes to a subject of the log."""
    client = await connected(address)
    for subject, question, reply in asked:
        await client.publish(subject, json.dumps(question).encode(), reply=reply)
    await client.close()


@pytest.mark.logs("app.hall.nats_log")
def test_what_a_board_has_the_server_answer_into_the_log_is_no_event(tmp_path: Path) -> None:
    """The copy of a stored message is byte for byte the event; the server's marks are there twice."""
    with Host(tmp_path / "hall") as host:
        names = Names("hall-t")
        day = names.day(DAY)
        made = said(EventKind.EPOCH, windows=(1, 2))
        log, first = host.log("window-1"), b"NATS/1.0\r\nHall-Count: 7\r\n\r\n"
        asyncio.run(write(host.member("point-1"), [(f"{day}ticket.A001", first, made)]))
        asked: list[tuple[str, dict[str, object], str]] = [
            (names.get_many, {"seq": 1}, f"{day}epoch"),
            (names.get_many, {"seq": 1, "batch": 1}, f"{day}rules"),
            (names.get_message, {"seq": 1}, f"{day}window.3"),
            (names.info, {}, f"{day}window.4"),
            (names.setting, {}, f"{day}window.5"),
            (names.get_many, {"seq": 1}, names.pushed.replace(">", "2026-11-23.epoch")),
        ]
        asyncio.run(have_answered(host.member("board-1"), asked))
        landed = ["ticket.A001", "epoch", "rules", "window.3", "window.4", "window.5"]
        until(lambda: {e.subject for e in log.since(DAY, 0)} == set(landed))
        told = {e.subject: e for e in log.since(DAY, 0)}
        assert {e.event.kind for e in told.values()} == {EventKind.FOREIGN}
        assert told["ticket.A001"].subject_seq == 7
        assert [told[on].subject_seq for on in landed[1:]] == [told[on].seq for on in landed[1:]]
