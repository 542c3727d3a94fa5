"""Whom a window gives another, and what it takes on another's word: hostile words are nobody's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.hall import fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import to_give
from app.domain.ticket_moves import fits
from app.hall.giving_line import read_offer
from app.hall.log import encode

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=30)


def held(*numbers: str, window: int = 2, **more: object) -> list[HallEvent]:
    """Return people who came one after the other and are bound to the window."""
    came = [
        HallEvent(EventKind.ISSUED, number, EARLIER + timedelta(seconds=place), **more)  # type: ignore[arg-type]
        for place, number in enumerate(numbers)
    ]
    return [*came, *(HallEvent(EventKind.BOUND, number, NOW, window) for number in numbers)]


def enrolled(*windows: int, tags: tuple[str, ...] = ()) -> list[HallEvent]:
    return [HallEvent(EventKind.ENROLLED, "", EARLIER, window, tags=tags) for window in windows]


def test_whoever_is_next_by_the_rule_is_given_and_only_their_window_may_call_then() -> None:
    state = fold([*enrolled(1, 2), *held("A001", "A002"), *held("G003", green=True)])
    given = to_give(state, 2, 1, NOW)
    assert given is not None
    assert given.number == "G003", "green, and waiting for longer than was promised"
    after = fold([HallEvent(EventKind.RELEASED, "G003", NOW, 2, to=1)], state)
    assert after.tickets["G003"].bound == 1
    assert not fits(after.tickets["G003"], HallEvent(EventKind.CALLED, "G003", NOW, 2))
    assert fits(after.tickets["G003"], HallEvent(EventKind.CALLED, "G003", NOW, 1))


def test_nobody_is_given_who_needs_another_window_or_was_sent_to_this_one() -> None:
    needy = fold([*enrolled(1), *enrolled(2, tags=("sign",)), *held("A001", needs=("sign",))])
    assert to_give(needy, 2, 1, NOW) is None
    sent = [
        HallEvent(EventKind.ISSUED, "A001", EARLIER),
        HallEvent(EventKind.CALLED, "A001", NOW, 3),
        HallEvent(EventKind.TRANSFERRED, "A001", NOW, 3, to=2),
    ]
    assert to_give(fold([*enrolled(1, 2, 3), *sent]), 2, 1, NOW) is None


def said(**changed: object) -> bytes:
    event = encode(HallEvent(EventKind.ISSUED, "A001", NOW))
    word = {"holder": 2, "number": "A001", "facts": [["0190", event]]}
    return json.dumps(word | changed).encode()


def test_a_word_is_read_as_it_was_said() -> None:
    offer = read_offer(said())
    assert offer is not None
    assert (offer.holder, offer.number, offer.facts[0].subject) == (2, "A001", "ticket.A001")


@pytest.mark.parametrize(
    "word",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"1" * 100_000,
        b"[" * 60_000,
        said(facts=[]),
        said(facts=[["0190"]]),
        said(facts=[["0190", "{}"]]),
        said(facts=[["0190", encode(HallEvent(EventKind.ISSUED, "A002", NOW))]]),
        said(facts=[["0190", encode(HallEvent(EventKind.PROMISED, "A001", NOW, limits=(0, 0, 0)))]]),
        said(facts=[["0190", encode(HallEvent(EventKind.EPOCH, "A001", NOW, 2))]]),
        said(holder="x"),
        said(holder=None),
    ],
)
def test_what_is_no_word_about_one_ticket_is_nobody(word: bytes) -> None:
    assert read_offer(word) is None
