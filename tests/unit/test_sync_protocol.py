"""The wire words: one canonical form, strict reading, and answers that are not ours mean later."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sync.protocol import (
    Answers,
    Conflict,
    Later,
    NotOurProtocol,
    Rejected,
    Stored,
    canonical,
    content_digest,
    decode_answers,
    encode_answers,
    encode_batch,
    is_sha256,
    is_uuid7,
    parse_json,
)
from tests.helpers.outbox import intake

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc中", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_the_canonical_form_reads_back_and_is_its_own_canonical_form(value: object) -> None:
    data = canonical(value)
    assert parse_json(data) == value
    assert canonical(json.loads(data)) == data


def test_key_order_does_not_change_the_bytes() -> None:
    assert canonical({"b": 1, "a": "中"}) == canonical({"a": "中", "b": 1}) == '{"a":"中","b":1}'.encode()


@pytest.mark.parametrize("value", [1.0, {"fee": 10.5}, 2**53, {1: "a"}, ["\ud800"], b"x", {1, 2}])
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


@pytest.mark.parametrize("data", ["1.0", "NaN", '{"a":1,"a":1}', "[" * 100_000, "1e3", "", '{"a":-Infinity}'])
def test_json_that_two_readers_may_read_differently_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(data)


def test_answers_survive_the_wire() -> None:
    answers = Answers(
        "e",
        {
            "a": Stored("20261122-000001", "f" * 64, "e"),
            "b": Conflict(),
            "c": Rejected("x", "y"),
            "d": Later(5),
        },
    )
    assert decode_answers(encode_answers(answers)) == answers


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "a", "word": "stored"},
        {"id": "a", "word": "stored", "receipt_no": "", "sha256": "x", "epoch": "e"},
        {"id": "a", "word": "accepted"},
        {"id": "a", "word": "rejected", "code": 7, "field": "x"},
        {"id": "a", "word": "later", "seconds": -1},
        {"id": "a", "word": "later", "seconds": "soon"},
        {"word": "conflict"},
        "stored",
        None,
    ],
)
def test_an_answer_that_is_not_ours_is_left_out_and_so_means_later(answer: object) -> None:
    assert decode_answers(canonical({"v": 1, "epoch": "e", "answers": [answer]})).by_id == {}


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"[]", b"{}", b'{"answers":[]}', b'{"answers":[],"epoch":""}']
)
def test_a_reply_that_is_nonsense_is_not_our_protocol(data: bytes) -> None:
    with pytest.raises(NotOurProtocol):
        decode_answers(data)


def test_a_batch_beyond_its_limits_is_not_made() -> None:
    with pytest.raises(ValueError, match="500"):
        encode_batch([intake()] * 501)
    with pytest.raises(ValueError, match="1 MB"):
        encode_batch([intake(note="x" * 999_999)])


def test_ids_and_hashes_have_one_spelling() -> None:
    assert is_uuid7("01932f5e-7b1a-7c3d-9e4f-0123456789ab")
    assert not is_uuid7("01932f5e-7b1a-4c3d-9e4f-0123456789ab")
    assert not is_uuid7("01932F5E-7B1A-7C3D-9E4F-0123456789AB")
    assert not is_sha256("0" * 64 + "\n")
    assert content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
