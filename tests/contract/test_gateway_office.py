"""The back office: who comes in, what is shown, how a visit is answered, and how a desk hears of it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.sync.protocol import Event, encode_batch, sha256_hex
from tests.helpers.court import Gateway, command
from tests.helpers.outbox import intake, new_id
from tests.helpers.postgres import Cluster, running_cluster

PDF = b"%PDF-1.7 a dossier"
NUMBER = "（2026）内0423民初12号"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    yield from running_cluster()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    options = request.getfixturevalue("cluster").database() if request.param == "postgresql" else []
    with Gateway(tmp_path_factory.mktemp("court"), options) as running:
        yield running


@pytest.fixture(scope="module")
def office_token(gateway: Gateway) -> str:
    return enrolled(gateway, "office")


@pytest.fixture
def browser(gateway: Gateway, office_token: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as client:
        answer = client.post("/office/login", data={"token": office_token})
        assert answer.status_code == 303
        assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["Set-Cookie"].split("; "))
        yield client


def enrolled(gateway: Gateway, role: str, *more: str) -> str:
    """Let somebody in with a code; return the token."""
    code = json.loads(command(gateway, "enrol", "--name", f"{role}-1", "--role", role, *more))["code"]
    told = httpx.post(gateway.url + "/v1/enrol", json={"code": code}, trust_env=False)
    assert told.status_code == 200
    return str(told.json()["token"])


def arrived(gateway: Gateway, **more: object) -> Event:
    """Return a visit with a dossier that is at the court."""
    name = sha256_hex(PDF)
    event = intake(pages=[PDF], dossier={"sha256": name, "size": len(PDF)}, **more)
    with gateway.client() as client:
        client.post([event])
        client.put_blob_chunk(name, 0, len(PDF), PDF)
    return event


def form_of(browser: httpx.Client, visit_id: str) -> dict[str, str]:
    page = browser.get(f"/office/visits/{visit_id}").text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', page))


def answer(browser: httpx.Client, visit_id: str, form: dict[str, str], **more: str) -> httpx.Response:
    return browser.post(f"/office/visits/{visit_id}/answers", data={**form, **more})


def fetched(gateway: Gateway, visit_id: str) -> list[dict[str, Any]]:
    with gateway.http() as http:
        told = http.get("/v1/answers").json()
    return [one for one in told["answers"] if one["visit_id"] == visit_id]


def test_strangers_windows_and_wrong_tokens_do_not_come_in(gateway: Gateway) -> None:
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        assert client.get("/office").headers["Location"] == "/office/login"
        assert client.post("/office/logout").status_code == 401
        for token in ("", "wrong", gateway.token):
            assert client.post("/office/login", data={"token": token}).status_code == 403
        assert (
            client.get("/office", headers={"Cookie": f"yichuang_session={gateway.token}"}).status_code == 303
        )


def test_the_office_is_no_window_and_a_window_is_no_office(gateway: Gateway, office_token: str) -> None:
    with gateway.http(office_token) as http:
        assert http.get("/v1/answers").json() == {"code": "wrong_role"}
        assert http.post("/v1/events", content=b"{}").status_code == 403
        assert http.get("/v1/hello").status_code == 200


def test_the_list_and_the_visit_are_shown_and_what_a_party_is_called_stays_text(
    gateway: Gateway, browser: httpx.Client
) -> None:
    event = arrived(gateway, parties=[{"name": "<script>alert(1)</script>欧阳\u0000", "id_number": "11"}])
    page = browser.get("/office")
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    visit = browser.get(f"/office/visits/{event.visit_id}").text
    assert "卷宗 PDF" in visit
    assert "<script" not in visit
    assert "src=" not in visit
    file = browser.get(f"/office/visits/{event.visit_id}/blobs/{sha256_hex(PDF)}")
    assert (file.content, file.headers["Content-Type"]) == (PDF, "application/pdf")


def test_a_body_with_half_characters_is_shown_and_exported_all_the_same(
    gateway: Gateway, browser: httpx.Client
) -> None:
    event = arrived(gateway)
    body = event.body.replace(b'"matters"', b'"note":"\\ud800\\u0007","matters"')
    odd = Event(new_id(), "desk-1", 5, event.visit_id, "intake", 1, body, sha256_hex(body))
    with gateway.client() as client:
        client.post([odd])
    for name in ("", "/package.json", "/summary.csv", "/package.zip"):
        assert browser.get(f"/office/visits/{event.visit_id}{name}").status_code == 200


def test_an_acceptance_with_a_case_number_reaches_the_desk_once(
    gateway: Gateway, browser: httpx.Client
) -> None:
    event = arrived(gateway)
    form = form_of(browser, event.visit_id)
    for _ in range(2):  # the button pressed twice
        assert (
            answer(
                browser, event.visit_id, form, word="accepted", case_number=" (2026)内0423民初12号 "
            ).status_code
            == 303
        )
    [told] = fetched(gateway, event.visit_id)
    assert (told["word"], told["case_number"], told["device"]) == ("accepted", NUMBER, "desk-1")
    assert NUMBER in browser.get(f"/office/visits/{event.visit_id}").text
    assert answer(browser, event.visit_id, form, word="declined", reason="x").status_code == 409


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"word": "accepted", "case_number": "12号"}, "案号格式"),
        ({"word": "accepted"}, "案号格式"),
        ({"word": "declined", "reason": "  "}, "请写明理由"),
        ({"word": "supplement", "reason": "x" * 2001}, "理由最多"),
        ({"word": "supplement", "reason": "a\x1bb"}, "理由最多"),
        ({"word": "whatever", "reason": "x"}, "表单不完整"),
        ({"word": "declined", "reason": "x", "id": "1"}, "表单不完整"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_explained_and_not_kept(
    gateway: Gateway, browser: httpx.Client, fields: dict[str, str], word: str
) -> None:
    event = arrived(gateway)
    reply = answer(browser, event.visit_id, form_of(browser, event.visit_id), **fields)
    assert reply.status_code == 422
    assert word in reply.text
    assert fetched(gateway, event.visit_id) == []


def test_a_supplement_may_be_followed_by_a_decision_and_a_decision_only_by_a_correction(
    gateway: Gateway, browser: httpx.Client
) -> None:
    event = arrived(gateway)
    visit = event.visit_id
    assert (
        answer(browser, visit, form_of(browser, visit), word="supplement", reason="缺身份证明").status_code
        == 303
    )
    assert (
        answer(browser, visit, form_of(browser, visit), word="declined", reason="不属于").status_code == 303
    )
    again = {"word": "accepted", "case_number": NUMBER}
    refused = answer(browser, visit, form_of(browser, visit), **again)
    assert (refused.status_code, "更正上一答复" in refused.text) == (409, True)
    last = fetched(gateway, visit)[-1]["id"]
    assert answer(browser, visit, form_of(browser, visit), **again, corrects=last).status_code == 303
    assert [one["word"] for one in fetched(gateway, visit)] == ["supplement", "declined", "accepted"]


def test_since_goes_on_where_it_ended_and_a_bound_window_hears_of_its_own_device_only(
    gateway: Gateway, browser: httpx.Client
) -> None:
    for _ in range(3):
        visit = arrived(gateway).visit_id
        answer(browser, visit, form_of(browser, visit), word="supplement", reason="缺")
    seen: list[int] = []
    with gateway.http() as http:
        told = {"more": True, "next": 0}
        while told["more"]:
            told = http.get("/v1/answers", params={"since": told["next"], "limit": 2}).json()
            seen += [one["no"] for one in told["answers"]]
        assert seen == list(range(1, len(seen) + 1))
        for bad in ("x", "-1", "1" * 16, "1 OR 1=1"):
            assert http.get("/v1/answers", params={"since": bad}).json() == {"code": "bad_query"}
    bound = enrolled(gateway, "window", "--device", "desk-9")
    with gateway.http(bound) as http:
        assert http.get("/v1/answers").json()["answers"] == []
        batch = {"v": 1, "events": []}
        assert http.post("/v1/events", json=batch).status_code == 200
    with gateway.http(bound) as http:
        reply = http.post("/v1/events", content=encode_batch([intake()]))
        assert (reply.status_code, reply.json()) == (403, {"code": "wrong_device"})


def test_a_form_from_elsewhere_or_for_another_visit_does_nothing(
    gateway: Gateway, browser: httpx.Client
) -> None:
    event = arrived(gateway)
    form = form_of(browser, event.visit_id)
    for change in ({"csrf": "0" * 64}, {"csrf": ""}):
        assert (
            answer(browser, event.visit_id, {**form, **change}, word="declined", reason="x").status_code
            == 403
        )
    assert answer(browser, new_id(), form, word="declined", reason="x").status_code == 404
    reply = browser.post(f"/office/visits/{event.visit_id}/answers", content=b"x" * 70_000)
    assert reply.status_code == 403
    assert fetched(gateway, event.visit_id) == []


def test_the_package_has_the_exact_bodies_the_files_and_cells_that_are_no_formulas(
    gateway: Gateway, browser: httpx.Client
) -> None:
    event = arrived(gateway, claims="=HYPERLINK(1)")
    here = f"/office/visits/{event.visit_id}"
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{here}/package.zip").content)) as archive:
        assert archive.read("dossier.pdf") == PDF
        [name] = [name for name in archive.namelist() if name.startswith("events/")]
        assert archive.read(name) == event.body
        assert json.loads(archive.read("package.json"))["visit_id"] == event.visit_id
    rows = list(csv.reader(io.StringIO(browser.get(f"{here}/summary.csv").text)))
    assert [row[2] for row in rows if row[1] == "claims"] == ["'=HYPERLINK(1)"]
    assert browser.get(f"{here}/package.json").json()["blobs"][0]["here"] is True
    assert browser.get(f"/office/visits/{new_id()}/package.zip").status_code == 404
    other = "0" * 64
    assert browser.get(f"{here}/blobs/{other}").status_code == 404


def test_a_session_ends_with_the_logout_and_with_its_token(gateway: Gateway) -> None:
    token = enrolled(gateway, "office")
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        client.post("/office/login", data={"token": token})
        csrf = re.findall(r'name="csrf" value="(\w+)"', client.get("/office").text)[0]
        kept = client.cookies["yichuang_session"]
        assert client.post("/office/logout", data={"csrf": csrf}).status_code == 303
        ends(client, kept)
        client.post("/office/login", data={"token": token})
        hashed = sha256_hex(token.encode())
        assert json.loads(command(gateway, "revoke", "--who", hashed[:16])) == {"revoked": 1}
        ends(client, client.cookies["yichuang_session"])
        assert client.post("/office/login", data={"token": token}).status_code == 403


def ends(client: httpx.Client, secret: str) -> None:
    """A revocation is felt within a second."""
    for _ in range(2_000):
        if client.get("/office", headers={"Cookie": f"yichuang_session={secret}"}).status_code == 303:
            return
    raise AssertionError("the session goes on")
