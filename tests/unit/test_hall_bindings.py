"""Bindings, number blocks and epochs: the pure rules of going on alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.hall import Block, HallState, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import next_in_block, next_ticket, to_ask, to_bind, to_release
from app.domain.ticket import TicketState

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind


def event(kind: EventKind, number: str = "", window: int | None = None, **more: object) -> HallEvent:
    return HallEvent(kind, number, NINE, window, **more)  # type: ignore[arg-type]


def issued(number: str, minute: int = 0, **more: object) -> HallEvent:
    return HallEvent(K.ISSUED, number, NINE + timedelta(minutes=minute), **more)  # type: ignore[arg-type]


def next_of(state: HallState, window: int | None = None) -> str | None:
    choice = next_ticket(state, NINE, window=window)
    return choice.ticket.number if choice else None


TWO = (issued("A001"), issued("A002", 1))


def test_a_bound_ticket_is_called_by_its_window_alone() -> None:
    state = fold([*TWO, event(K.BOUND, "A001", 3)])
    assert (next_of(state, 3), next_of(state, 4), next_of(state)) == ("A001", "A002", "A002")
    assert fold([event(K.CALLED, "A001", 4)], state) == state
    called = fold([event(K.CALLED, "A001", 3)], state).tickets["A001"]
    assert (called.state, called.window, called.bound) == (TicketState.CALLED, 3, None)


def test_a_binding_ends_by_release_or_a_supervisor_never_by_another_window() -> None:
    state = fold([*TWO, event(K.BOUND, "A001", 3)])
    for kind in (K.BOUND, K.RELEASED, K.RETURNED, K.FREED):
        assert fold([event(kind, "A001", 4)], state) == state
    for kind in (K.RELEASED, K.RETURNED, K.FREED):
        assert fold([event(kind, "A001", 3)], state).tickets["A001"].bound is None


def test_a_called_ticket_is_freed_from_the_window_named_and_waits_at_its_place() -> None:
    state = fold([*TWO, event(K.CALLED, "A001", 3)])
    assert fold([event(K.FREED, "A001", 4)], state) == state
    assert next_of(fold([event(K.FREED, "A001", 3)], state), 4) == "A001"


def test_nobody_takes_a_second_person_while_another_window_has_none() -> None:
    enrolled = [event(K.ENROLLED, "", window) for window in (3, 4, 5)]
    three = [*enrolled, *TWO, issued("A003", 2), event(K.BOUND, "A001", 3)]
    assert to_bind(fold(three), 3, NINE, 2) is None
    first = to_bind(fold(three), 4, NINE, 2)
    assert first is not None
    assert first.number == "A002"
    enough = (
        [issued("A004", 3)],
        [event(K.BOUND, "A002", 4), issued("A004", 3)],
        [event(K.PAUSED, "", 4)],
        [event(K.RETIRED, "", 5)],
    )
    for more in enough:
        assert to_bind(fold([*three, *more]), 3, NINE, 2) is not None


def test_a_window_that_could_call_nobody_who_waits_is_not_waited_for() -> None:
    tags = [event(K.ENROLLED, "", 3, tags=("sign",)), event(K.ENROLLED, "", 4)]
    need = [replace(one, needs=("sign",)) for one in TWO]
    state = fold([*tags, *need, event(K.BOUND, "A001", 3)])
    second = to_bind(state, 3, NINE, 2)
    assert second is not None
    assert second.number == "A002"


def test_a_window_fills_its_reserve_and_no_more() -> None:
    state = fold(TWO)
    first = to_bind(state, 3, NINE, 1)
    assert first is not None
    assert first.number == "A001"
    assert to_bind(fold([event(K.BOUND, "A001", 3)], state), 3, NINE, 1) is None


def test_who_holds_is_asked_once_and_lets_go() -> None:
    state = fold([issued("A001"), event(K.BOUND, "A001", 3)])
    wanted = to_ask(state, 4)
    assert wanted is not None
    state = fold([event(K.ASKED, "A001", 4)], state)
    assert to_ask(state, 5) is None
    assert [t.number for t in to_release(state, 3)] == ["A001"]
    assert to_release(state, 4) == []
    assert to_ask(fold([event(K.BOUND, "A002", 4)], fold(TWO)), 4) is None


def test_a_block_gives_each_number_once_and_a_second_block_follows_the_first() -> None:
    grants = [event(K.BLOCK, "A011", 3, span=2), event(K.BLOCK, "A021", 4, span=2)]
    state = fold([*grants, event(K.BLOCK, "A031", 3, span=2), event(K.BLOCK, "A050", span=900)])
    assert state.blocks == (Block(3, "A", 11, 12), Block(4, "A", 21, 22), Block(3, "A", 31, 32))
    used, numbers = 0, []
    while (number := next_in_block(state, 3, "A", used)) is not None:
        numbers.append(number)
        used = number
    assert numbers == [11, 12, 31, 32]
    assert next_in_block(state, 3, "G", 0) is None


def fenced() -> HallState:
    return fold([*TWO, event(K.ENROLLED, window=1), event(K.EPOCH, windows=(2,))])


def test_a_missed_number_is_not_brought_back_while_a_report_may_say_more_of_it() -> None:
    missed = fold([*TWO, event(K.CALLED, "A001", 1), event(K.NO_SHOW, "A001", 1)])
    fenced = fold([event(K.EPOCH, windows=(1,))], missed)
    assert fold([event(K.RETURNED, "A001", 2)], fenced) == fenced
    reported = fold([event(K.REPORTED, window=1), event(K.RETURNED, "A001", 2)], fenced)
    assert reported.tickets["A001"].state is TicketState.WAITING


def test_after_a_restore_old_tickets_stand_still_until_every_window_has_spoken() -> None:
    state = fenced()
    assert state.owed == {1, 2}
    assert next_of(state, 1) is None
    assert fold([event(K.CALLED, "A001", 1)], state).tickets == state.tickets
    state = fold([event(K.REPORTED, window=1)], state)
    assert next_of(state, 1) is None
    assert next_of(fold([event(K.REPORTED, window=2)], state), 1) == "A001"
    assert next_of(fold([event(K.RETIRED, window=2)], state), 1) == "A001"


def test_what_is_reported_counts_while_the_hall_stands_still() -> None:
    state = fold(
        [
            event(K.CALLED, "A001", 2, report=True),
            issued("A003", 2, report=True),
            event(K.CALLED, "A003", 1, report=True),
        ],
        fenced(),
    )
    assert state.tickets["A001"].window == 2
    assert state.tickets["A003"].window == 1


def test_a_reported_call_counts_although_the_release_before_it_was_lost() -> None:
    bound = fold([issued("A001"), event(K.BOUND, "A001", 3), event(K.EPOCH, windows=(4,))])
    assert fold([event(K.CALLED, "A001", 4, report=True)], bound).tickets["A001"].window == 4


def test_meanwhile_only_numbers_of_a_block_are_new() -> None:
    state = fold([issued("A900"), issued("A061", window=2)], fenced())
    assert "A900" not in state.tickets
    assert next_of(state, 1) == "A061"


def test_a_bound_ticket_does_not_stand_still_for_its_window() -> None:
    state = fold([issued("A001"), event(K.BOUND, "A001", 3), event(K.EPOCH, windows=(4,))])
    assert (next_of(state, 3), next_of(state, 4)) == ("A001", None)


def test_people_ahead_are_counted_by_arrival_also_when_a_number_came_late_to_the_log() -> None:
    state = fold([issued("A002", 5), issued("A061", 1, window=3)])
    assert (state.people_ahead("A061"), state.people_ahead("A002")) == (0, 1)


def test_a_number_given_alone_is_bound_by_the_very_event_that_tells_of_it() -> None:
    """Told in two events, somebody could call it in between, while its window has called it long ago."""
    state = fold([issued("Z301", window=2, to=2)])
    assert (next_of(state, 4), next_of(state, 2)) == (None, "Z301")
    assert fold([event(K.CALLED, "Z301", 4)], state) == state
    assert fold([event(K.CALLED, "Z301", 2)], state).tickets["Z301"].window == 2
