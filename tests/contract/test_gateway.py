"""What every court gateway promises, asked over the wire of the real one in its own process."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import zstandard

from app.sync.client import CourtClient
from app.sync.errors import BlobRestart, CourtRefused, CourtTrouble
from app.sync.protocol import (
    MAX_BATCH_BYTES,
    Conflict,
    Event,
    Later,
    Rejected,
    Stored,
    content_digest,
    encode_batch,
    sha256_hex,
)
from tests.helpers.court import Gateway
from tests.helpers.outbox import intake, new_id, with_body
from tests.helpers.postgres import Cluster, running_cluster
from tests.helpers.s3 import ObjectStore, running_store

HASH = "0" * 64


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    yield from running_cluster()


@pytest.fixture(scope="module")
def object_store() -> Iterator[ObjectStore]:
    yield from running_store()


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "s3"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    options = []
    if request.param == "postgresql":
        options = request.getfixturevalue("cluster").database()
    elif request.param == "s3":
        options = request.getfixturevalue("object_store").options
    with Gateway(tmp_path_factory.mktemp("court"), options) as running:
        yield running


@pytest.fixture
def court(gateway: Gateway) -> Iterator[CourtClient]:
    with gateway.client() as client:
        yield client


@pytest.fixture
def http(gateway: Gateway) -> Iterator[httpx.Client]:
    with gateway.http() as client:
        yield client


def post_one(court: CourtClient, event: Event) -> Any:
    return court.post([event]).by_id.get(event.id)


def test_hello_tells_the_epoch_and_the_time_in_utc(court: CourtClient) -> None:
    info = court.hello()
    assert info.epoch == court.hello().epoch
    assert info.time.endswith("+00:00")


def test_a_good_event_is_stored_with_receipt_hash_and_epoch(court: CourtClient) -> None:
    event = intake()
    answer = post_one(court, event)
    assert isinstance(answer, Stored)
    assert (answer.sha256, answer.epoch) == (event.sha256, court.hello().epoch)
    assert answer.receipt_no


def test_a_repeat_gets_the_same_answer_and_no_second_number(court: CourtClient) -> None:
    event = intake()
    first = post_one(court, event)
    assert post_one(court, event) == first
    assert court.post([event, event]).by_id == {event.id: first}


def test_receipt_numbers_of_a_day_have_no_gap_even_with_rejected_ones_between(court: CourtClient) -> None:
    events = [intake(1), with_body(intake(2), b"[]"), intake(3), intake(4)]
    answers = court.post(events).by_id
    numbers = [int(a.receipt_no.split("-")[1]) for a in answers.values() if isinstance(a, Stored)]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_a_batch_meant_for_another_epoch_is_left_and_told_the_one_of_now(court: CourtClient) -> None:
    event, epoch = intake(), court.hello().epoch
    told = court.post([event], "e" * 32)
    assert (told.epoch, told.by_id) == (epoch, {})
    assert court.event_hash(event.id) is None
    assert isinstance(court.post([event], epoch).by_id[event.id], Stored)


@pytest.mark.parametrize("nonsense", ["e1", '"', '""', '"e1", "e2"', 'W/"e1"', f'"{"e" * 65}"'])
def test_an_epoch_that_is_no_name_in_quotes_is_refused(http: httpx.Client, nonsense: str) -> None:
    answer = http.post("/v1/events", content=encode_batch([intake()]), headers={"If-Match": nonsense})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")


def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(court: CourtClient) -> None:
    event = intake()
    first = post_one(court, event)
    assert post_one(court, with_body(event, event.body.replace(b"R000001", b"R000002"))) == Conflict()
    assert post_one(court, event) == first


@pytest.mark.parametrize("change", [{"visit_id": new_id()}, {"seq": 77}, {"device": "desk-2"}])
def test_the_same_id_and_hash_in_another_envelope_is_a_conflict(
    court: CourtClient, change: dict[str, Any]
) -> None:
    event = intake()
    post_one(court, event)
    assert post_one(court, replace(event, **change)) == Conflict()


def test_a_body_that_does_not_match_its_hash_means_later_and_leaves_no_trace(court: CourtClient) -> None:
    event = intake()
    assert isinstance(post_one(court, replace(event, sha256=HASH)), Later)
    assert isinstance(post_one(court, event), Stored)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"matters": None}, "missing", "matters"),
        ({"matters": []}, "missing", "matters"),
        ({"receipt_no": "  "}, "missing", "receipt_no"),
        ({"receipt_no": "x" * 65}, "too_long", "receipt_no"),
        ({"receipt_no": "a\x1bb"}, "bad_value", "receipt_no"),
        ({"finished_at": "2026-11-22T10:00:00+08:00"}, "bad_value", "finished_at"),
        ({"blobs": [{"sha256": "../../etc/passwd", "size": 1}]}, "bad_value", "blobs"),
        ({"blobs": [{"sha256": HASH, "size": 0}]}, "bad_value", "blobs"),
        ({"parties": "nobody"}, "wrong_type", "parties"),
        ({"note": "x" * 20_001}, "too_long", "note"),
        ({"<script>": "x" * 20_001}, "too_long", "body"),
    ],
)
def test_a_broken_rule_is_rejected_with_code_and_field(
    court: CourtClient, more: dict[str, Any], code: str, field: str
) -> None:
    assert post_one(court, intake(**more)) == Rejected(code, field)


BLOB = {"sha256": HASH, "size": 9}
ADDED = {"number": "20261122-01-0001-G1", "pages": [BLOB], "dossier": BLOB}


@pytest.mark.parametrize(
    ("additions", "code"),
    [
        (None, "missing"),
        ([], "missing"),
        ({}, "wrong_type"),
        ([ADDED] * 101, "too_long"),
        ([{**ADDED, "pages": []}], "bad_value"),
        ([{**ADDED, "pages": [{"sha256": "../x", "size": 1}]}], "bad_value"),
        ([{**ADDED, "dossier": None}], "bad_value"),
        ([{**ADDED, "number": "a\x1bb"}], "bad_value"),
        (["<script>"], "bad_value"),
        ([{**ADDED, "pages": [{"sha256": "f" * 64, "size": 9}]}], "mismatch"),
        ([{**ADDED, "dossier": {"sha256": HASH, "size": 8}}], "mismatch"),
    ],
)
def test_papers_added_after_the_end_are_named_by_hash_and_among_the_files(
    court: CourtClient, additions: Any, code: str
) -> None:
    more = {
        "corrects": new_id(), "reason": "漏扫", "amended_by": "其木格", "amended_at": "2026-11-22T02:00:00Z",
        "changes": [], "blobs": [BLOB],
    }  # fmt: skip
    good = replace(intake(**more, additions=[ADDED]), kind="amendment", schema=2)
    assert isinstance(post_one(court, good), Stored)
    bad = replace(intake(**more, additions=additions), kind="amendment", schema=2)
    assert post_one(court, bad) == Rejected(code, "additions")


def test_a_body_that_names_another_visit_than_its_envelope_is_rejected(court: CourtClient) -> None:
    event = replace(intake(), visit_id=new_id())
    assert post_one(court, event) == Rejected("mismatch", "visit_id")


@pytest.mark.parametrize(
    "body", [b"not json", b'{"a":1.5}', b'{"a":1,"a":2}', b"[" * 5000, b"{}", b'{"a":NaN}']
)
def test_a_body_that_is_no_strict_json_object_is_rejected(court: CourtClient, body: bytes) -> None:
    assert isinstance(post_one(court, with_body(intake(), body)), Rejected)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"schema": 99}, "schema"),
        ({"seq": 0}, "seq"),
        ({"device": "a/../b"}, "device"),
        ({"id": "x'); DROP TABLE event;--"}, "id"),
        ({"id": "../../../etc/passwd"}, "id"),
        ({"visit_id": "' OR 1=1 --"}, "visit_id"),
    ],
)
def test_a_strange_envelope_is_rejected_alone(court: CourtClient, change: dict[str, Any], field: str) -> None:
    bad, good = replace(intake(1), **change), intake(2)
    answers = court.post([bad, good]).by_id
    answer = answers[bad.id]
    assert isinstance(answer, Rejected)
    assert answer.field == field
    assert isinstance(answers[good.id], Stored)


def test_a_rejected_verdict_is_remembered_and_the_corrected_event_has_a_new_id(court: CourtClient) -> None:
    bad = intake(matters=[])
    verdict = post_one(court, bad)
    assert isinstance(verdict, Rejected)
    assert post_one(court, bad) == verdict
    fixed = intake(visit_id=bad.visit_id)
    assert post_one(court, replace(fixed, id=bad.id)) == Conflict()
    assert isinstance(post_one(court, fixed), Stored)


def test_unknown_fields_and_names_of_every_kind_are_kept_as_bytes(
    court: CourtClient, gateway: Gateway
) -> None:
    event = intake(future={"a": [1, None, True]}, name="\u0000𠮷\u202e 'x\"\\")
    assert isinstance(post_one(court, event), Stored)
    with gateway.http() as http:
        assert http.get(f"/v1/events/{event.id}").json()["sha256"] == event.sha256


def test_identity_coding_is_taken_too(http: httpx.Client) -> None:
    event = intake()
    reply = http.post("/v1/events", content=encode_batch([event]))
    assert reply.json()["answers"][0]["word"] == "stored"


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", {}, 400, "malformed"),
        (b"[]", {}, 400, "malformed"),
        (b'{"v":2,"events":[]}', {}, 400, "upgrade_required"),
        (b'{"v":1,"events":[{"id":7}]}', {}, 400, "malformed"),
        (b'{"v":1,"events":[' + b",".join([b'{"id":"a"}'] * 501) + b"]}", {}, 413, "too_many"),
        (b"x" * (MAX_BATCH_BYTES + 1), {}, 413, "too_large"),
        (zstandard.compress(b" " * (MAX_BATCH_BYTES + 1)), {"Content-Encoding": "zstd"}, 413, "too_large"),
        (b"not zstd", {"Content-Encoding": "zstd"}, 400, "damaged"),
        (b"{}", {"Content-Encoding": "br"}, 415, "unknown_coding"),
        (b'{"v":1,"events":[]}', {"Content-Digest": content_digest(b"else")}, 400, "damaged"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_request_that_is_no_batch_is_refused_with_a_code(
    http: httpx.Client, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    reply = http.post("/v1/events", content=content, headers=headers)
    assert (reply.status_code, reply.json()) == (status, {"code": code})


def test_an_event_of_the_wrong_types_is_rejected_and_its_neighbours_are_not(http: httpx.Client) -> None:
    good = intake()
    batch = json.loads(encode_batch([good, intake()]))
    batch["events"][1]["seq"] = "1; DROP TABLE event"
    words = {a["id"]: a for a in http.post("/v1/events", json=batch).json()["answers"]}
    assert words[good.id]["word"] == "stored"
    assert words[batch["events"][1]["id"]] | {"word": "rejected", "field": "seq"} in words.values()


def test_a_blob_goes_up_in_chunks_and_completes_its_visit(court: CourtClient, gateway: Gateway) -> None:
    blob = b"page" * 1000
    name = sha256_hex(blob)
    event = intake(pages=[blob])
    post_one(court, event)
    assert gateway.visit(event.visit_id)["missing"] == [name]
    assert court.blob_offset(name) is None
    assert not court.put_blob_chunk(name, 0, len(blob), blob[:1500]).complete
    assert court.blob_offset(name) == 1500
    told = court.put_blob_chunk(name, 1500, len(blob), blob[1500:])
    assert (told.offset, told.complete, told.epoch) == (len(blob), True, court.hello().epoch)
    assert court.blob_offset(name) == len(blob)
    visit = gateway.visit(event.visit_id)
    assert (visit["complete"], visit["missing"], visit["blobs"]) == (True, [], {"named": 1, "present": 1})
    assert court.put_blob_chunk(name, 1500, len(blob), blob[1500:]).complete  # a duplicate harms nobody


def test_a_visit_without_blobs_is_complete_and_one_with_rejected_events_only_is_not(
    court: CourtClient, gateway: Gateway
) -> None:
    good, bad = intake(), intake(matters=[])
    court.post([good, bad])
    visit = gateway.visit(good.visit_id)
    assert visit["complete"]
    assert visit["receipt_nos"] == [visit["events"][0]["receipt_no"]]
    assert not gateway.visit(bad.visit_id)["complete"]


def test_a_chunk_at_another_offset_is_told_where_to_go_on(court: CourtClient) -> None:
    blob = b"0123456789" * 50
    name = sha256_hex(blob)
    court.put_blob_chunk(name, 0, 500, blob[:100])
    with pytest.raises(BlobRestart) as caught:
        court.put_blob_chunk(name, 0, 500, blob[:100])
    assert (caught.value.code, caught.value.offset) == ("offset_mismatch", 100)


def test_a_blob_with_a_wrong_hash_starts_again_at_nothing(court: CourtClient) -> None:
    blob = b"right" * 10
    name = sha256_hex(blob)
    with pytest.raises(BlobRestart) as caught:
        court.put_blob_chunk(name, 0, 50, b"wrong" * 10)
    assert (caught.value.code, caught.value.offset) == ("hash_mismatch", 0)
    assert court.blob_offset(name) is None
    assert court.put_blob_chunk(name, 0, 50, blob).complete


def test_a_chunk_damaged_on_the_way_leaves_the_file_as_it_was(court: CourtClient, http: httpx.Client) -> None:
    blob = b"z" * 90
    name = sha256_hex(blob)
    headers = {"Upload-Offset": "0", "Upload-Length": "90", "Content-Digest": content_digest(b"other")}
    reply = http.patch(f"/v1/blobs/{name}", content=blob[:40], headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "damaged")
    assert court.blob_offset(name) == 0


@pytest.mark.parametrize(
    ("offset", "length", "content", "status", "code"),
    [
        ("0", "10", b"x" * 11, 413, "too_large"),
        ("0", str(1 << 40), b"x", 413, "too_large"),
        ("0", "0", b"", 413, "too_large"),
        ("-1", "10", b"x", 400, "bad_header"),
        ("", "10", b"x", 400, "bad_header"),
        ("0", "9" * 30, b"x", 400, "bad_header"),
        ("5", "10", b"x", 409, "offset_mismatch"),
    ],
)
def test_a_chunk_beyond_its_bounds_is_refused(
    http: httpx.Client, offset: str, length: str, content: bytes, status: int, code: str
) -> None:
    headers = {"Upload-Offset": offset, "Upload-Length": length}
    reply = http.patch(f"/v1/blobs/{sha256_hex(offset.encode())}", content=content, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_a_sender_that_announces_another_length_can_start_over(court: CourtClient) -> None:
    blob = b"k" * 64
    name = sha256_hex(blob)
    court.put_blob_chunk(name, 0, 1000, blob[:10])
    assert court.put_blob_chunk(name, 0, 64, blob).complete


@pytest.mark.parametrize(
    "path",
    [
        "/v1/blobs/..%2f..%2fwindow.token",
        "/v1/blobs/%2e%2e/%2e%2e/court.db",
        f"/v1/blobs/{'A' * 64}",
        f"/v1/blobs/{HASH}%00",
        f"/v1/blobs/{HASH}/../../court.db",
        "/v1/events/..%2f..%2fetc",
        "/v1/events/' OR '1'='1",
        "/v1/visits/1;DROP TABLE event",
        "/court.db",
        "/static/../window.token",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
def test_no_path_leads_anywhere_else(http: httpx.Client, gateway: Gateway, path: str, method: str) -> None:
    reply = http.request(method, path, headers={"Upload-Offset": "0", "Upload-Length": "1"})
    assert reply.status_code in {400, 404, 405}
    assert gateway.token.encode() not in reply.content


def test_what_is_not_known_is_404_with_a_code(http: httpx.Client) -> None:
    for path, code in [
        (f"/v1/events/{new_id()}", "unknown_event"),
        (f"/v1/visits/{new_id()}", "unknown_visit"),
        ("/nothing", "http_404"),
    ]:
        reply = http.get(path)
        assert (reply.status_code, reply.json()) == (404, {"code": code})


@pytest.mark.parametrize(
    "path", ["/v1/hello", "/docs", "/nothing", f"/v1/events/{HASH}", "/redoc", "/HEALTH"]
)
@pytest.mark.parametrize(
    "field", ["", "Bearer", "Bearer wrong-token-wrong-token", "Basic x", "Bearer " + "x" * 999]
)
def test_without_a_known_token_nothing_is_told(gateway: Gateway, path: str, field: str) -> None:
    headers = {"Authorization": field} if field else {}
    reply = httpx.get(gateway.url + path, headers=headers, trust_env=False)
    assert reply.status_code == 401
    assert set(reply.json()) == {"code"}


def test_the_client_says_refused_for_a_wrong_token(gateway: Gateway) -> None:
    with CourtClient(gateway.url, "another-token-of-length") as client, pytest.raises(CourtRefused) as caught:
        client.hello()
    assert (caught.value.status, caught.value.code) == (401, "token_unknown")


def test_health_and_the_api_document_are_open_and_the_page_loads_nothing(
    gateway: Gateway, http: httpx.Client
) -> None:
    assert httpx.get(gateway.url + "/health", trust_env=False).json() == {"ok": True}
    document = httpx.get(gateway.url + "/openapi.json", trust_env=False).json()
    assert set(document["paths"]) >= {
        "/v1/hello",
        "/v1/events",
        "/v1/blobs/{sha256}",
        "/v1/visits/{visit_id}",
    }
    assert document["x-event-rules"]["bodies"][0]["kind"] == "intake"
    page = http.get("/docs")
    assert page.headers["Content-Security-Policy"] == "default-src 'none'"
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text


def test_the_token_file_is_for_its_owner_only_and_the_database_has_but_the_hash(gateway: Gateway) -> None:
    path = gateway.data / "window.token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for file in gateway.data.glob("court.db*"):
        assert gateway.token.encode() not in file.read_bytes()


def test_the_client_will_not_read_a_reply_that_is_too_large_or_not_ours() -> None:
    def big(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(b"x" * 20_000))

    def elsewhere(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            302, headers={"Location": "http://example.invalid/"}, stream=httpx.ByteStream(b"")
        )

    for handler, code in [(big, "answer_too_large"), (elsewhere, "http_302")]:
        client = CourtClient("http://court.test", "t" * 20, transport=httpx.MockTransport(handler))
        with client, pytest.raises(CourtTrouble) as caught:
            client.hello()
        assert caught.value.code == code
