"""An idle window calls by itself in a fair order, and who calls for help is heard until it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import BETWEEN, calls_in

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind
TWENTY = Promise(auto_call=timedelta(seconds=20))


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def event(
    kind: EventKind, seconds: float, window: int | None = None, number: str = "", **more: object
) -> HallEvent:
    return HallEvent(kind, number, at(seconds), window, **more)  # type: ignore[arg-type]


def hall(*more: HallEvent) -> HallState:
    """Three windows since 0, 10 and 20 seconds, and somebody who came at 30."""
    windows = [event(K.ENROLLED, 10.0 * n, n + 1) for n in range(3)]
    return fold([*windows, event(K.ISSUED, 30, number="A001"), *more])


def test_the_window_that_was_idle_longest_calls_first_and_the_others_leave_it_time() -> None:
    state = hall()
    assert [calls_in(state, w, at(30), TWENTY) for w in (1, 2, 3)] == [20, 20 + BETWEEN, 20 + 2 * BETWEEN]
    assert calls_in(state, 1, at(50), TWENTY) == 0
    assert calls_in(state, 2, at(50), TWENTY) == BETWEEN


def test_work_goes_round() -> None:
    state = hall(
        event(K.CALLED, 50, 1, "A001"), event(K.SERVED, 60, 1, "A001"), event(K.ISSUED, 61, number="A002")
    )
    assert [calls_in(state, w, at(90), TWENTY) for w in (2, 3, 1)] == [0, 0, 0]
    assert [calls_in(state, w, at(81), TWENTY) for w in (2, 3, 1)] == [0, BETWEEN, 2 * BETWEEN]


def test_who_is_busy_paused_retired_or_may_not_call_is_left_out() -> None:
    assert calls_in(hall(event(K.CALLED, 40, 1, "A001")), 1, at(99), TWENTY) is None
    assert calls_in(hall(event(K.PAUSED, 40, 1)), 1, at(99), TWENTY) is None
    assert calls_in(hall(event(K.PAUSED, 40, 1)), 2, at(50), TWENTY) == 0, "a pause leaves no time to anybody"
    assert calls_in(hall(event(K.RETIRED, 40, 1)), 2, at(50), TWENTY) == 0
    assert calls_in(hall(event(K.BOUND, 40, 3, "A001")), 3, at(50), TWENTY) == 0, "only window 3 may call"
    assert calls_in(hall(event(K.BOUND, 40, 3, "A001")), 1, at(99), TWENTY) is None
    resumed = hall(event(K.PAUSED, 40, 1), event(K.RESUMED, 45, 1))
    assert calls_in(resumed, 1, at(50), TWENTY) == 15 + 2 * BETWEEN, "after a pause one is the last"


def test_it_is_off_unless_the_hall_wants_it() -> None:
    assert calls_in(hall(), 1, at(999)) is None


def test_the_halls_own_word_goes_before_what_a_window_has_set() -> None:
    changed = hall(event(K.PROMISED, 40, limits=(10, 3, 10, 5, 0)))
    assert [calls_in(changed, w, at(30), TWENTY) for w in (1, 2, 3)] == [5, 5, 5], "all at once if it wants"
    assert calls_in(hall(event(K.PROMISED, 40, limits=(10, 3, 10, 0, 1))), 1, at(99), TWENTY) is None
    assert calls_in(hall(event(K.PROMISED, 40, limits=(10, 3, 10))), 1, at(99), TWENTY) is None


def test_a_promise_is_read_as_it_was_written() -> None:
    for promise in (TWENTY, Promise(timedelta(minutes=5), 1, timedelta(0), timedelta(0), in_turn=False)):
        assert Promise.of(promise.limits) == promise


def test_help_is_called_answered_and_over() -> None:
    calling = hall(event(K.ALARM, 40, 2))
    assert calling.alarms[2].at == at(40)
    answered = fold(
        [event(K.COMING, 45, 1, to=2), event(K.COMING, 46, 1, to=2), event(K.COMING, 47, 3, to=2)], calling
    )
    assert answered.alarms[2].coming == (1, 3)
    assert fold([event(K.COMING, 48, 3, to=1)], answered) == answered
    assert fold([event(K.CALM, 50, 2)], answered).alarms == {}
    assert fold([event(K.CALM, 50, 1)], answered).alarms == answered.alarms, "only who called ends it"
