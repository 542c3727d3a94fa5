"""The hall's client reads the headers of a message as nats-py does."""

from __future__ import annotations

import pytest
from nats.aio.client import Client

from app.hall.client import HallClient

_EVENT = (
    b"Nats-Msg-Id: 0190f6a2-7b1e\r\nHall-Count: 3\r\nNats-Subject: hall.h.2026-01-05.ticket.A017\r\n"
    b"Nats-Sequence: 1234\r\nNats-Time-Stamp: 2026-01-05T09:00:00.1Z\r\n\r\n"
)


@pytest.mark.parametrize(
    "raw",
    [
        _EVENT,
        b"",
        b"\r\n",
        b"no colon\r\nName:\tvalue \r\n",
        b"two words: x\r\n a : b : c\r\n",
        "名: x\r\nName: 值\r\n".encode(),
        b"Broken: \xff\xfe\r\nNa\xffme: x\r\n: nameless\r\n",
        b"Twice: 1\r\nTwice: 2\r\n",
    ],
)
def test_headers_are_read_as_the_library_reads_them(raw: bytes) -> None:
    assert HallClient._parse_header_lines(raw) == Client._parse_header_lines(raw)
