"""Papers between windows: only the window they are for can open them, and only as they were sealed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.hall_event import EventKind, HallEvent
from app.domain.handover import Fate, fate
from app.hall import certs
from app.hall.sealing import PART, Address, Identity, NotGenuine, parts_of, seal, unseal

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ADDRESS = Address("0193-parcel", 1, 2)
HALL = certs.new_authority("hall-t")


def window(number: int, authority: certs.Authority = HALL, hall: str = "hall-t", days: int = 400) -> Identity:
    key = certs.new_key()
    name = f"window-{number}-1.{hall}"
    signed = certs.sign(authority, certs.new_request(key), name, server=False, now=NOW, days=days)
    return Identity(hall, number, key, signed, authority.certificate)


ONE, TWO, THREE = window(1), window(2), window(3)


def sealed(data: bytes = b"papers") -> tuple[bytes, list[bytes]]:
    return seal(ONE, ADDRESS, TWO.certificate, data, NOW)


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3))
def test_what_was_sealed_comes_out_whatever_its_length(data: bytes, times: int) -> None:
    whole = data + b"x" * (PART * times)
    envelope, parts = sealed(whole)
    assert parts_of(envelope) == len(parts)
    assert unseal(TWO, ADDRESS, envelope, parts, NOW) == whole


def test_no_word_of_it_can_be_read_on_the_way() -> None:
    envelope, parts = sealed("张𬭎".encode() * 50)
    assert "张𬭎".encode() not in envelope + b"".join(parts)


def test_another_window_another_parcel_or_another_giver_opens_nothing() -> None:
    envelope, parts = sealed()
    for identity, address in (
        (THREE, ADDRESS),
        (THREE, replace(ADDRESS, to=3)),
        (TWO, replace(ADDRESS, parcel="0193-other")),
        (TWO, replace(ADDRESS, giver=3)),
    ):
        with pytest.raises(NotGenuine):
            unseal(identity, address, envelope, parts, NOW)


def test_a_changed_missing_doubled_or_swapped_part_is_refused() -> None:
    envelope, parts = sealed(b"y" * (PART * 2 + 5))
    flipped = bytes([parts[0][0] ^ 1]) + parts[0][1:]
    for wrong in ([flipped, *parts[1:]], parts[:-1], [*parts, parts[-1]], [parts[1], parts[0], parts[2]]):
        with pytest.raises(NotGenuine):
            unseal(TWO, ADDRESS, envelope, wrong, NOW)


@pytest.mark.parametrize("name", ["parcel", "giver", "to", "parts", "ephemeral", "sha256", "certificate"])
def test_every_word_of_the_envelope_is_signed(name: str) -> None:
    envelope, parts = sealed()
    body = json.loads(envelope)
    body[name] = 9 if isinstance(body[name], int) else body[name][:-2] + "AA"
    with pytest.raises(NotGenuine):
        unseal(TWO, ADDRESS, json.dumps(body).encode(), parts, NOW)


@pytest.mark.parametrize("envelope", [b"", b"{}", b"[]", b"null", b'{"signature": 3}', b"\xff"])
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(NotGenuine):
        unseal(TWO, ADDRESS, envelope, [], NOW)


def test_nothing_is_sealed_for_a_certificate_that_is_not_the_windows_own() -> None:
    stranger = window(2, certs.new_authority("hall-t"))
    elsewhere = window(2, HALL, "hall-x")
    old = window(2, days=1)
    for wrong in (THREE, stranger, elsewhere):
        with pytest.raises(NotGenuine):
            seal(ONE, ADDRESS, wrong.certificate, b"", NOW)
    with pytest.raises(NotGenuine, match="over"):
        seal(ONE, ADDRESS, old.certificate, b"", NOW + timedelta(days=2))


# ---- whose they are -------------------------------------------------------------------------------------


def happened(*words: str) -> list[HallEvent]:
    """Read events as ``kind:window`` and ``give:window:to``."""
    events = []
    for word in words:
        kind, window_, *to = word.split(":")
        if kind == "give":
            event = HallEvent(EventKind.TRANSFERRED, "A001", NOW, int(window_), to=int(to[0]), parcel="p")
        else:
            event = HallEvent(EventKind(kind), "A001", NOW, int(window_))
        events.append(event)
    return events


@pytest.mark.parametrize(
    ("events", "whose"),
    [
        ((), Fate.UNSAID),
        (("called:1",), Fate.UNSAID),
        (("called:1", "give:1:2"), Fate.PENDING),
        (("called:1", "give:1:2", "called:2"), Fate.TAKEN),
        (("called:1", "give:1:2", "called:2", "returned:2", "called:1"), Fate.TAKEN),
        (("called:1", "give:1:2", "returned:2"), Fate.BACK),
        (("called:1", "give:1:2", "freed:2", "called:3"), Fate.BACK),
        (("called:1", "give:1:2", "called:3"), Fate.BACK),
    ],
)
def test_the_events_of_a_number_say_whose_its_papers_are(events: tuple[str, ...], whose: Fate) -> None:
    assert fate(happened(*events), "p") is whose
    assert fate(happened(*events), "another") is Fate.UNSAID
