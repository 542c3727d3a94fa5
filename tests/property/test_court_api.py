"""Every operation of the OpenAPI document under made-up requests: no 5xx, nothing told, nothing stored.

The document says which operations there are; what to send is made up around what each takes, from the right
to the absurd. Requests go over a real socket to the real gateway.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sync.protocol import encode_batch, sha256_hex
from tests.contract.test_gateway_office import enrolled
from tests.helpers.court import Gateway
from tests.helpers.outbox import intake, new_id

TRICKS = [
    "../../window.token",
    "..%2f..%2fcourt.db",
    "' OR '1'='1",
    "1; DROP TABLE event",
    "%00",
    "\u202e\U0001f4a5",
    "${jndi:ldap://x}",
    "<script>",
    "0" * 64,
    "",
]
HEADERS = [
    "Upload-Offset",
    "Upload-Length",
    "Content-Encoding",
    "Content-Digest",
    "Range",
    "Cookie",
    "Origin",
]
VISIBLE = st.text(st.sampled_from(string.printable[:94]), max_size=30)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court"), serve_options=["--requests-per-second", "0"]) as running:
        yield running


@pytest.fixture(scope="module")
def office(gateway: Gateway) -> str:
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        client.post("/office/login", data={"token": enrolled(gateway, "office")})
        return client.cookies["yichuang_session"]


@pytest.fixture(scope="module")
def operations(gateway: Gateway) -> list[tuple[str, str]]:
    document = httpx.get(gateway.url + "/openapi.json", trust_env=False).json()
    found = [(method.upper(), path) for path, item in document["paths"].items() for method in item]
    assert len(found) >= 16
    return found


def receipts(gateway: Gateway) -> str:
    """Store one event; its number shows how many were stored before."""
    with gateway.client() as client:
        [answer] = client.post([intake()]).by_id.values()
    return str(getattr(answer, "receipt_no", ""))


@st.composite
def almost_batches(draw: st.DrawFn) -> bytes:
    """Return a batch in which one field of one event is anything at all; never one that would be stored."""
    batch = json.loads(encode_batch([intake()]))
    one = batch["events"][0]
    name = draw(st.sampled_from([*one, "v", "events"]))
    value = draw(json_values.filter(lambda v: v != 1 and v is not True))
    if name in one:
        one[name] = value
        if name != "body":  # the id, the device or the number may well be good: then the hash is not
            one["body"] += " "
    else:
        batch[name] = value
    return json.dumps(batch).encode("utf-8", "surrogatepass")


contents = st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()) | almost_batches()
places = st.sampled_from([*TRICKS, new_id(), sha256_hex(b"x")]) | st.text(max_size=20)


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_breaks_the_gateway_and_none_that_is_not_right_is_stored(
    gateway: Gateway, office: str, operations: list[tuple[str, str]], data: st.DataObject
) -> None:
    method, path = data.draw(st.sampled_from(operations))
    method = data.draw(st.sampled_from([method, method, method, "GET", "PUT", "DELETE"]))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + quote(data.draw(places).encode("utf-8", "replace")) + rest.partition("}")[2]
    fields = data.draw(
        st.dictionaries(st.sampled_from(HEADERS), VISIBLE | st.sampled_from(TRICKS[:4]), max_size=3)
    )
    headers = [(name, value) for name, value in fields.items() if value.isascii()]
    headers.append(("Authorization", f"Bearer {gateway.token}"))
    if path.startswith("/office"):
        headers = [h for h in headers if h[0] != "Cookie"] + [("Cookie", f"yichuang_session={office}")]
    query = data.draw(
        st.dictionaries(st.sampled_from(["since", "limit", "before", "x"]), st.text(max_size=12))
    )
    query = {name: text.encode("utf-8", "replace").decode() for name, text in query.items()}
    content = b"" if method in {"GET", "HEAD"} else data.draw(contents)
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as http:
        answer = http.request(method, path, params=query, headers=headers, content=content)
    assert answer.status_code < 500
    assert answer.status_code != 200 or method in {"GET", "HEAD", "POST"}
    assert gateway.token not in answer.text
    assert "Traceback" not in answer.text
    assert "SELECT" not in answer.text
    if method == "POST" and path == "/v1/events" and answer.status_code == 200:
        assert all(one["word"] != "stored" for one in answer.json()["answers"])


def test_after_all_that_numbers_still_have_no_gap(gateway: Gateway) -> None:
    first, second = receipts(gateway), receipts(gateway)
    assert int(second.split("-")[1]) == int(first.split("-")[1]) + 1
    assert int(first.split("-")[1]) == 1


@given(operation=st.integers(0, 40), field=VISIBLE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_without_a_credential_no_operation_says_anything(
    gateway: Gateway, operations: list[tuple[str, str]], operation: int, field: str
) -> None:
    method, path = operations[operation % len(operations)]
    if path in {"/health", "/v1/enrol", "/office/login", "/verify", "/v1/receipt-keys"}:
        return
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as http:
        answer = http.request(
            method, path.replace("{", "").replace("}", ""), headers={"Authorization": field}
        )
    assert answer.status_code in {303, 401, 429}
    assert answer.status_code == 303 or method == "HEAD" or set(answer.json()) == {"code"}
