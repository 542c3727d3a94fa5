"""What a day's log proves about the promise: who got less, at which call, and what explains it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_promise import Reason, Side, proved

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind
WINDOWS = (
    HallEvent(K.PROMISED, "", NINE, limits=(10, 1, 10)),
    HallEvent(K.ENROLLED, "", NINE, 1),
    HallEvent(K.ENROLLED, "", NINE, 2),
)


def event(kind: EventKind, number: str, minute: float, window: int | None = 1, **more: object) -> HallEvent:
    return HallEvent(kind, number, NINE + timedelta(minutes=minute), window, **more)  # type: ignore[arg-type]


def issued(number: str, minute: float, **more: object) -> HallEvent:
    return event(K.ISSUED, number, minute, None, **more)


def called(number: str, minute: float, window: int = 1, **more: object) -> HallEvent:
    return event(K.CALLED, number, minute, window, **{"rule": "green", **more})


OVERTAKEN = (
    *WINDOWS,
    issued("A001", 0),
    issued("G001", 1, green=True),
    issued("G002", 2, green=True),
    called("G001", 3),
    event(K.SERVED, "G001", 4),
)
"""A001 was overtaken once, which is all that was promised."""


def test_what_was_promised_is_no_less() -> None:
    kept = proved([*OVERTAKEN, called("A001", 5)])
    assert (kept.less, kept.most, kept.ordinary, kept.limits) == ((), 1, 1, (10, 1))
    assert (kept.green, kept.longest, kept.late) == (1, 2, ())


def test_a_call_past_somebody_who_could_have_been_called_breaks_the_promise_and_names_both() -> None:
    (less,) = proved([*OVERTAKEN, called("G002", 5)]).broken
    assert (less.side, less.number, less.by, less.window, less.much) == (Side.ORDINARY, "A001", "G002", 1, 2)


HELD = (*OVERTAKEN, event(K.BOUND, "A001", 4, 2))
ASKED = (*HELD, event(K.ASKED, "A001", 4.5, 1))
FENCE = event(K.EPOCH, "", 4, None, windows=(7,))


@pytest.mark.parametrize(
    ("before", "call", "reason"),
    [
        (OVERTAKEN, called("G002", 5, alone=True), Reason.ALONE),
        (OVERTAKEN, called("G002", 5, rule="chosen"), Reason.CHOSEN),
        (OVERTAKEN, called("G002", 5, report=True), Reason.TOLD),
        ((*OVERTAKEN, FENCE, event(K.ISSUED, "Z001", 5, green=True)), called("Z001", 6), Reason.FENCED),
        (ASKED, called("G002", 5), Reason.HELD),
        (HELD, called("G002", 5), None),
        (ASKED, called("G002", 5, window=2), None),
    ],
)
def test_only_what_could_not_be_otherwise_explains_a_call(
    before: tuple[HallEvent, ...], call: HallEvent, reason: Reason | None
) -> None:
    less = [one for one in proved([*before, call]).less if one.number == "A001"]
    assert [one.reason for one in less] == [reason]


def test_whoever_is_sent_to_another_window_or_needs_one_is_passed_by_nobody() -> None:
    sent = (*OVERTAKEN, called("A001", 4), event(K.TRANSFERRED, "A001", 4, to=2))
    assert proved([*sent, called("G002", 5)]).less == ()
    needs = event(K.ENROLLED, "", 0, 2, tags=("sign",))
    other = [issued("A001", 0, needs=("sign",)), *OVERTAKEN[3:]]
    assert proved([*WINDOWS, needs, *other, called("G002", 5)]).less == ()


def test_a_call_that_is_taken_back_passed_nobody() -> None:
    back = [*OVERTAKEN, called("G002", 5), event(K.UNDONE, "G002", 5), called("A001", 5)]
    assert proved(back).less == ()
    assert proved(back).most == 1


LATE = (*WINDOWS, issued("G001", 0, green=True), issued("G002", 1, green=True), issued("A001", 2))


def test_after_the_promised_minutes_only_who_has_more_right_goes_before_a_green_one() -> None:
    kept = proved([*LATE, called("G001", 14)])
    assert (kept.broken, kept.late, kept.longest) == ((), (("G001", 14),), 14)
    (first, second) = proved([*LATE, called("A001", 14)]).broken
    assert (first.side, first.number, first.much) == (Side.GREEN, "G001", 14)
    assert second.number == "G002"
    (later,) = proved([*LATE, called("G002", 14)]).broken
    assert later.number == "G001"
    assert proved([*LATE, called("A001", 9)]).less == ()


def test_a_green_person_does_not_pass_who_was_overtaken_as_often_as_promised() -> None:
    tired = [*OVERTAKEN, called("A001", 30)]
    assert proved(tired).less == (), "G002 waits 28 minutes, but A001 has the older right"


def test_a_call_whose_answer_was_lost_counts_as_made_alone_once_its_window_says_so() -> None:
    late = called("G002", 5)
    assert [less.reason for less in proved([*OVERTAKEN, late]).less] == [None]
    said = event(K.UNANSWERED, "", 5, about="G002")
    assert [less.reason for less in proved([*OVERTAKEN, late, said]).less] == [Reason.ALONE]
    for other in (replace(said, window=2), replace(said, about="G001"), replace(said, at=NINE)):
        assert [less.reason for less in proved([*OVERTAKEN, late, other]).less] == [None]
