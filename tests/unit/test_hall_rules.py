"""Events of one day folded into a state, and the rule that says who is next and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import next_ticket
from app.domain.ticket import TicketState, format_number, parse_number
from app.domain.ticket_moves import fits

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


def issued(number: str, minute: float, *, green: bool = False, back: bool = False) -> HallEvent:
    return HallEvent(K.ISSUED, number, at(minute), group="立案", green=green, back=back)


def event(kind: EventKind, number: str, minute: float, window: int | None = 1) -> HallEvent:
    return HallEvent(kind, number, at(minute), window)


def state(*events: HallEvent) -> HallState:
    return fold(events)


THREE = (issued("A001", 0), issued("A002", 1), issued("A003", 2))


def test_issued_tickets_wait_in_order_of_arrival() -> None:
    assert [t.number for t in state(*THREE).waiting()] == ["A001", "A002", "A003"]
    assert state(*THREE).people_ahead("A003") == 2


def test_the_same_number_issued_again_changes_nothing() -> None:
    again = state(*THREE, issued("A001", 9, green=True))
    assert again.tickets["A001"].arrived_at == at(0)
    assert not again.tickets["A001"].green


def by_card(number: str, minute: float, *, window: int | None = None) -> HallEvent:
    return replace(issued(number, minute), person="f" * 32, window=window)


def test_of_two_numbers_for_one_card_the_first_in_the_log_counts() -> None:
    both = state(by_card("A001", 0), by_card("A002", 0))
    assert list(both.tickets) == ["A001"]
    served = state(
        by_card("A001", 0), event(K.CALLED, "A001", 1), event(K.SERVED, "A001", 2), by_card("A002", 3)
    )
    assert list(served.tickets) == ["A001", "A002"], "who is done may take another number"
    alone = state(by_card("A001", 0), by_card("Z001", 0, window=4))
    assert list(alone.tickets) == ["A001", "Z001"], "what was printed alone is not taken back"


def test_a_call_takes_the_ticket_to_its_window_and_counts() -> None:
    called = state(*THREE, event(K.CALLED, "A001", 3, 2))
    ticket = called.tickets["A001"]
    assert (ticket.state, ticket.window, ticket.called_at, ticket.calls) == (TicketState.CALLED, 2, at(3), 1)
    assert called.called_by(2) == ticket
    assert called.called_by(1) is None


def test_a_recall_counts_and_keeps_everything_else() -> None:
    ticket = state(*THREE, event(K.CALLED, "A001", 3), event(K.RECALLED, "A001", 4)).tickets["A001"]
    assert (ticket.state, ticket.calls, ticket.called_at) == (TicketState.CALLED, 2, at(3))


def test_a_missed_number_comes_back_at_its_place_by_arrival() -> None:
    back = state(
        *THREE, event(K.CALLED, "A001", 3), event(K.NO_SHOW, "A001", 4), event(K.RETURNED, "A001", 5, 7)
    )
    ticket = back.tickets["A001"]
    assert (ticket.state, ticket.window, ticket.closed_at) == (TicketState.WAITING, None, None)
    choice = next_ticket(back, at(6))
    assert choice is not None
    assert choice.ticket.number == "A001"


def test_folding_in_two_parts_gives_the_same_as_folding_at_once() -> None:
    events = [*THREE, event(K.CALLED, "A002", 3), event(K.SERVED, "A002", 9), event(K.CALLED, "A001", 10)]
    for cut in range(len(events) + 1):
        assert fold(events[cut:], fold(events[:cut])) == fold(events)


def test_folding_leaves_the_state_before_as_it_was() -> None:
    before = state(*THREE)
    fold([event(K.CALLED, "A001", 3)], before)
    assert before.tickets["A001"].state is TicketState.WAITING


ALLOWED = {
    TicketState.WAITING: {K.CALLED, K.BOUND},
    TicketState.CALLED: {K.RECALLED, K.RETURNED, K.NO_SHOW, K.SERVED, K.FREED},
    TicketState.NO_SHOW: {K.RETURNED},
    TicketState.SERVED: set(),
}
NOT_ABOUT_A_TICKET = {K.BLOCK, K.ENROLLED, K.EPOCH, K.REPORTED, K.RETIRED}
PATHS = {
    TicketState.WAITING: (),
    TicketState.CALLED: (K.CALLED,),
    TicketState.NO_SHOW: (K.CALLED, K.NO_SHOW),
    TicketState.SERVED: (K.CALLED, K.SERVED),
}


@pytest.mark.parametrize("where", list(PATHS))
@pytest.mark.parametrize("kind", [K.ISSUED, K.CALLED, K.RECALLED, K.RETURNED, K.NO_SHOW, K.SERVED])
def test_an_event_fits_exactly_where_the_drawing_of_states_says(where: TicketState, kind: EventKind) -> None:
    path = [event(k, "A001", n) for n, k in enumerate(PATHS[where], 1)]
    before = state(issued("A001", 0), *path)
    ticket = before.tickets["A001"]
    assert ticket.state is where
    new = event(kind, "A001", 9)
    assert fits(ticket, new) == (kind in ALLOWED[where])
    assert (fold([new], before) != before) == (kind in ALLOWED[where])


@pytest.mark.parametrize("kind", [K.RECALLED, K.NO_SHOW, K.SERVED, K.RETURNED])
def test_another_window_cannot_act_on_a_called_ticket(kind: EventKind) -> None:
    called = state(*THREE, event(K.CALLED, "A001", 3, 1))
    assert not fits(called.tickets["A001"], event(kind, "A001", 4, 2))


def test_an_event_about_an_unknown_number_changes_nothing() -> None:
    assert state(*THREE, event(K.CALLED, "A099", 3)) == state(*THREE)


def test_nobody_waiting_means_nobody_is_next() -> None:
    assert next_ticket(HallState(), NINE) is None


def test_without_green_tickets_the_first_to_arrive_is_next() -> None:
    choice = next_ticket(state(*THREE), at(5))
    assert choice is not None
    assert (choice.ticket.number, choice.rule, choice.otherwise) == ("A001", "arrival", None)
    assert choice.reason


def test_a_green_ticket_goes_first_and_the_reason_tells_wait_and_promise() -> None:
    choice = next_ticket(state(*THREE, issued("G001", 3, green=True)), at(7.5))
    assert choice is not None
    assert (choice.ticket.number, choice.rule, choice.otherwise) == ("G001", "green", "A001")
    assert "已等 4 分钟" in choice.reason
    assert "不超过 10 分钟" in choice.reason


def test_a_clock_set_back_shows_no_negative_wait() -> None:
    choice = next_ticket(state(issued("A001", 0), issued("G001", 3, green=True)), at(-60))
    assert choice is not None
    assert "已等 0 分钟" in choice.reason


def test_a_green_ticket_that_was_first_anyway_is_called_by_arrival() -> None:
    choice = next_ticket(state(issued("G001", 0, green=True), issued("A001", 1)), at(5))
    assert choice is not None
    assert (choice.ticket.number, choice.rule, choice.otherwise) == ("G001", "arrival", None)


def test_an_ordinary_ticket_is_overtaken_at_most_as_often_as_promised() -> None:
    """Green people keep arriving; the ordinary one is called after exactly the promised number."""
    promise = Promise(overtakes=3)
    hall = state(issued("A001", 0))
    called = []
    for n in range(1, 8):
        hall = fold([issued(f"G{n:03d}", n, green=True)], hall)
        choice = next_ticket(hall, at(n), promise)
        assert choice is not None
        called.append((choice.ticket.number, choice.rule))
        number = choice.ticket.number
        hall = fold([event(K.CALLED, number, n), event(K.SERVED, number, n + 0.5)], hall)
    assert [number for number, _rule in called[:4]] == ["G001", "G002", "G003", "A001"]
    assert called[3] == ("A001", "overtakes")


def test_the_reason_of_the_cap_names_the_count_and_who_would_be_next_otherwise() -> None:
    greens = [issued(f"G{n:03d}", n, green=True) for n in range(1, 5)]
    calls = [
        e for n in range(1, 4) for e in (event(K.CALLED, f"G{n:03d}", 5), event(K.SERVED, f"G{n:03d}", 6))
    ]
    choice = next_ticket(state(issued("A001", 0), *greens, *calls), at(7))
    assert choice is not None
    assert (choice.ticket.number, choice.rule, choice.otherwise) == ("A001", "overtakes", "G004")
    assert "已让过 3 人" in choice.reason


def test_only_who_arrived_earlier_and_still_waits_is_overtaken() -> None:
    hall = state(*THREE, event(K.CALLED, "A002", 3))
    assert {n: t.overtaken for n, t in hall.tickets.items()} == {"A001": 1, "A002": 0, "A003": 0}


@pytest.mark.parametrize(("count", "number"), [(1, "A001"), (17, "A017"), (999, "A999"), (1000, "A1000")])
def test_a_number_is_printed_with_three_digits_or_as_many_as_it_needs(count: int, number: str) -> None:
    assert format_number("A", count) == number
    assert parse_number(number) == ("A", count)


@pytest.mark.parametrize("text", ["", "A", "A01", "a001", "A00001", "001", "A001 ", "甲001"])
def test_anything_else_is_no_ticket_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a ticket number"):
        parse_number(text)


def test_who_comes_back_with_missing_papers_does_not_wait_anew_and_the_rule_says_so() -> None:
    choice = next_ticket(state(*THREE, issued("A004", 30, back=True)), at(31))
    assert choice is not None
    assert (choice.ticket.number, choice.rule, choice.otherwise) == ("A004", "back", "A001")
    assert "上次已等过" in choice.reason


def test_those_who_come_back_overtake_nobody_more_often_than_promised() -> None:
    waiting = state(*THREE, *(issued(f"A{n:03d}", n, back=True) for n in range(10, 16)))
    called = []
    for minute in range(20, 29):
        choice = next_ticket(waiting, at(minute), Promise(overtakes=2))
        assert choice is not None
        called.append(choice.ticket.number)
        number = choice.ticket.number
        waiting = fold([event(K.CALLED, number, minute), event(K.SERVED, number, minute)], waiting)
    assert called[:3] == ["A010", "A011", "A001"]
    assert called.index("A003") < 6


def test_green_and_back_go_by_arrival_and_a_limit_that_ends_goes_before_both() -> None:
    both = state(*THREE, issued("A004", 4, back=True), issued("G001", 5, green=True))
    first = next_ticket(both, at(6))
    assert first is not None
    assert first.ticket.number == "A004"
    urgent = HallEvent(K.ISSUED, "A005", at(6), group="立案", urgent=True)
    before = next_ticket(fold([urgent], both), at(7))
    assert before is not None
    assert before.ticket.number == "A005"


def test_a_moved_ticket_is_another_one_and_has_no_field_of_its_own() -> None:
    ticket = state(*THREE).tickets["A001"]
    assert ticket.moved(overtaken=2) == replace(ticket, overtaken=2) != ticket
    with pytest.raises(TypeError, match="'overtakne'"):
        ticket.moved(overtakne=2)


def test_who_comes_back_is_among_those_who_wait_where_the_number_was_given() -> None:
    day = (
        *THREE,
        event(K.CALLED, "A001", 3),
        event(K.NO_SHOW, "A001", 4),
        event(K.CALLED, "A002", 5),
        event(K.SERVED, "A002", 6),
        event(K.RETURNED, "A001", 7),
    )
    step_by_step = HallState()
    for one in day:
        step_by_step = fold([one], step_by_step)
        looked_for = replace(step_by_step)
        assert list(step_by_step.unfinished) == list(looked_for.unfinished), one
        assert step_by_step.waiting() == looked_for.waiting()
    assert list(step_by_step.unfinished) == ["A001", "A003"]
    assert step_by_step == state(*day)
