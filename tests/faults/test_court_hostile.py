"""Senders that mean harm or do not know better: slow, endless, crooked, too many. The gateway goes on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.court.limits import Quotas
from app.court.settings import Limits
from app.sync.protocol import Stored, encode_batch
from tests.helpers.court import Gateway
from tests.helpers.outbox import FakeClock, intake

SLOW = ["--header-seconds", "1", "--body-seconds", "1"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court"), serve_options=SLOW) as running:
        yield running


def raw(gateway: Gateway, *pieces: bytes, end: bool = False) -> bytes:
    """Send bytes as they are; return everything that comes back until the gateway hangs up.

    With `end` this side says that nothing more will come; without it the gateway must hang up by itself.
    """
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as link:
        for piece in pieces:
            link.sendall(piece)
        if end:
            link.shutdown(socket.SHUT_WR)
        return until_closed(link)


def until_closed(link: socket.socket) -> bytes:
    found = b""
    try:
        while piece := link.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def head(gateway: Gateway, method: str, path: str, *fields: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: court", f"Authorization: Bearer {gateway.token}", *fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_a_connection_that_says_nothing_or_half_a_header_is_closed(gateway: Gateway) -> None:
    assert raw(gateway) == b""
    assert raw(gateway, b"GET /health HTTP/1.1\r\nHost: co") == b""


def test_a_second_request_that_never_ends_is_closed_too(gateway: Gateway) -> None:
    told = raw(gateway, b"GET /health HTTP/1.1\r\nHost: court\r\n\r\n", b"GET /hea")
    assert told.startswith(b"HTTP/1.1 200")
    assert told.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/events"), ("PATCH", "/v1/blobs/" + "a" * 64)])
def test_a_body_that_stops_coming_is_refused(gateway: Gateway, method: str, path: str) -> None:
    fields = ["Content-Length: 1000", "Upload-Offset: 0", "Upload-Length: 1000"]
    told = raw(gateway, head(gateway, method, path, *fields) + b"{")
    assert told.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in told


def test_a_body_that_drips_is_refused_although_it_never_stops(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as link:
        link.sendall(head(gateway, "POST", "/v1/events", "Content-Length: 100000"))
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.05):
                try:
                    link.sendall(b" ")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        told = until_closed(link)
        stop.set()
        thread.join()
    assert told.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/hello\r\nX: y\r\n\r\n",
        b"POST /v1/events HTTP/1.1\r\nHost: c\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /v1/events HTTP/1.1\r\nHost: c\r\nContent-Length: -5\r\n\r\nhello",
        b"POST /v1/events HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n",
        b"GET /v1/hello HTTP/1.1\r\nHost: c\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /v1/hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /" + b"a/" * 20_000 + b" HTTP/1.1\r\nHost: c\r\n\r\n",
        b"GET /v1/hello HTTP/1.1\r\nHost: c\r\nAuthorization: Bearer a\r\n b\r\n\r\n",
    ],
    ids=lambda value: repr(value[:30]),
)
def test_a_crooked_request_is_refused_and_never_a_fault_of_ours(gateway: Gateway, request_: bytes) -> None:
    told = raw(gateway, request_, end=True)
    assert told == b"" or told.split(b" ")[1][:1] == b"4"


def test_a_request_smuggled_in_the_body_of_a_refused_one_is_not_run(gateway: Gateway) -> None:
    inner = head(gateway, "POST", "/v1/events", "Content-Length: 0")
    outer = b"POST /v1/events HTTP/1.1\r\nHost: c\r\nContent-Length: %d\r\n\r\n" % len(inner)
    told = raw(gateway, outer + inner, end=True)
    assert told.count(b"HTTP/1.1") == 1
    assert told.startswith(b"HTTP/1.1 401")


def test_a_replayed_request_adds_nothing_and_an_altered_one_is_not_stored(gateway: Gateway) -> None:
    event = intake()
    with gateway.client() as client, gateway.http() as http:
        [first] = client.post([event]).by_id.values()
        content = encode_batch([event])
        for _ in range(3):
            told = http.post("/v1/events", content=content).json()["answers"]
            assert isinstance(first, Stored)
            assert told[0]["receipt_no"] == first.receipt_no
        altered = content.replace(b"R000001", b"R000009")
        assert http.post("/v1/events", content=altered).json()["answers"][0]["word"] == "later"
        cut = http.post("/v1/events", content=content[: len(content) // 2])
        assert (cut.status_code, cut.json()) == (400, {"code": "malformed"})
    assert len(gateway.visit(event.visit_id)["events"]) == 1


def test_headers_that_claim_another_address_or_user_change_nothing(gateway: Gateway) -> None:
    fields = {"X-Forwarded-For": "127.0.0.1", "X-Original-URL": "/v1/hello", "X-HTTP-Method-Override": "GET"}
    answer = httpx.get(gateway.url + "/v1/hello", headers=fields, trust_env=False)
    assert answer.status_code == 401


def test_whoever_guesses_is_slowed_down_and_a_good_token_is_not(tmp_path: Path) -> None:
    with Gateway(tmp_path) as gateway:
        with httpx.Client(base_url=gateway.url, trust_env=False) as stranger:
            seen = {stranger.get("/v1/hello").status_code for _ in range(130)}
            last = stranger.post("/v1/enrol", json={"code": "A" * 22})
        assert seen == {401, 429}
        assert last.status_code == 429
        assert int(last.headers["Retry-After"]) >= 1
        with gateway.client() as client:
            client.hello()


def test_a_window_beyond_its_rate_or_quota_is_told_so_and_nothing_of_it_is_stored(tmp_path: Path) -> None:
    words = ["--requests-per-second", "5", "--records-per-day", "3"]
    with Gateway(tmp_path, serve_options=words) as gateway, gateway.http() as http:
        assert http.post("/v1/events", content=encode_batch([intake(1), intake(2)])).status_code == 200
        refused = http.post("/v1/events", content=encode_batch([intake(3), intake(4)]))
        assert (refused.status_code, refused.json()) == (429, {"code": "quota"})
        assert http.post("/v1/events", content=encode_batch([intake(5)])).status_code == 200
        codes = [http.get("/v1/hello") for _ in range(40)]
        assert {one.status_code for one in codes} == {200, 429}
        limited = next(one for one in codes if one.status_code == 429)
        assert (limited.json(), limited.headers["Retry-After"]) == ({"code": "rate_limited"}, "1")


def test_counters_tell_what_happened_and_nothing_about_anybody(gateway: Gateway) -> None:
    event = intake(visitor={"name": "阿卜杜拉", "id_number": "110101199003077774"})
    with gateway.client() as client, gateway.http() as http:
        client.post([event])
        text = http.get("/metrics").text
    assert 'yichuang_court_events_total{word="stored"}' in text
    assert 'route="/v1/events"' in text
    for private in (event.id, event.visit_id, gateway.token, "desk-1", "阿卜杜拉", "110101199003077774"):
        assert private not in text
    names = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    assert all(name.startswith("yichuang_court_") for name in names)


def test_a_bucket_of_requests_fills_again_and_a_day_begins_anew() -> None:
    clock = FakeClock()
    quotas = Quotas(Limits(requests=2.0, burst=3, records=10, bytes=100), clock)
    assert [quotas.request("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert quotas.request("b") == 0.0
    clock.now += 0.5
    assert quotas.request("a") == 0.0
    assert quotas.take("a", records=10, size=100)
    assert not quotas.take("a", records=1)
    assert not quotas.take("a", size=1)
    clock.now += 86_400
    assert quotas.take("a", records=10)
