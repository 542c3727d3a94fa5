"""The verdict of the long runs finds what must not happen, also where the log hides it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.hall_event import EventKind, HallEvent
from benchmarks.soak_hall_proof import Said, doubles, judge, kind_of

K = EventKind
NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def event(kind: EventKind, number: str, second: int, window: int | None = None, **more: Any) -> HallEvent:
    return HallEvent(kind, number, NINE + timedelta(seconds=second), window, **more)


def said(window: int, what: str, number: str = "A001", **more: Any) -> Said:
    return {"at": 0, "window": window, "what": what, "number": number, "alone": False, **more}


LOG = [event(K.ISSUED, "A001", 0), event(K.CALLED, "A001", 1, 1), event(K.SERVED, "A001", 2, 1)]
PRINTED, CALLED = said(33, "issued"), said(1, "called")
LEAVES, SERVED = said(1, "leaves", kind="served"), said(1, "left", kind="served")
DAY = [PRINTED, CALLED, LEAVES, SERVED]


def found(lines: list[Said], log: list[HallEvent] | None = None) -> list[str]:
    return judge(LOG if log is None else log, lines).wrong


def test_a_day_on_which_everybody_was_served_once_has_nothing_wrong() -> None:
    verdict = judge(LOG, DAY)
    assert (verdict.wrong, verdict.broken) == ([], [])
    assert (verdict.counts["issued"], verdict.counts["served"], verdict.counts["open"]) == (1, 1, 0)


def test_a_broken_promise_is_told_with_what_became_of_both() -> None:
    log = [event(K.ISSUED, f"A00{n}", n) for n in range(1, 6)]
    log += [event(K.CALLED, f"A00{n}", 10 + n, n) for n in range(2, 6)]
    [words] = judge(log, []).broken
    assert words.endswith("past A001, ordinary 4; issued@None; A005: issued@None called@5")


@pytest.mark.parametrize(
    ("lines", "words", "kind"),
    [
        ([PRINTED, PRINTED, *DAY[1:]], "printed twice", "printed"),
        ([*DAY, said(2, "called")], "told to come to 2 after they were served at 1", "called"),
        ([*DAY[:2], said(2, "called"), *DAY[2:]], "told to come to 2 while they were at 1", "called"),
        ([*DAY[:3], said(2, "called"), SERVED], "told to come to 2 after they were served at 1", "called"),
        ([*DAY[:2], CALLED, *DAY[2:]], "told to come to 1 while they were at 1", "called"),
        ([*DAY[:2], said(2, "found"), *DAY[2:]], "told to come to 2 while they were at 1", "called"),
        ([PRINTED], "served in the log, and nobody called them", ""),
        ([*DAY, said(33, "issued", "A002")], "printed, and the hall knows nothing of it", ""),
    ],
)
def test_what_people_were_told_is_held_against_a_log_that_looks_well(
    lines: list[Said], words: str, kind: str
) -> None:
    first = found(lines)[0]
    assert words in first
    assert kind_of(first) == kind


def test_whoever_was_missed_or_found_again_after_a_kill_may_be_called_once_more() -> None:
    missed = [CALLED, said(1, "leaves", kind="no_show"), said(1, "left", kind="no_show")]
    assert not list(doubles([*missed, said(2, "called")]))
    assert not list(doubles([*missed[:2], said(2, "called")]))  # killed right after it told the hall
    assert not list(doubles([CALLED, LEAVES, said(1, "found"), LEAVES, SERVED]))  # killed right before
    kept = [CALLED, said(1, "leaves", kind="undone"), said(1, "stays")]
    assert list(doubles([*kept, said(2, "called")]))


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (LOG[:2], "A001: forgotten"),
        ([*LOG[:2], event(K.CALLED, "A001", 2, 2), *LOG[2:]], "in the log called at 1 and at 2"),
        ([*LOG, event(K.CALLED, "A001", 3, 2)], "in the log called at 2 after they were served"),
    ],
)
def test_the_log_itself_is_held_against_the_rules(log: list[HallEvent], words: str) -> None:
    assert any(words in one for one in found(DAY, log))
    told_again = event(K.CALLED, "A001", 3, 2, report=True)
    assert not found(DAY, [*LOG, told_again])
