"""Two of three servers are gone: a window that holds nobody is given people by others, nobody twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.hall_event import EventKind
from app.domain.ticket import TicketState, Wanted
from app.hall.giving import give
from app.hall.wire import Names
from tests.helpers.hall_window import Window
from tests.helpers.nats import Host, until

pytestmark = pytest.mark.slow

WANTED = Wanted("立案")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Host(tmp_path / "hall", 3) as one:
        yield one


@pytest.fixture
def windows(host: Host, tmp_path: Path) -> Iterator[tuple[Window, Window, Window]]:
    """Window 1 holds nobody, 2 holds two people, 3 only gives numbers; one server is left."""
    with ExitStack() as stack:
        one, two, three = (Window(host, tmp_path, n, issues=n == 3) for n in (1, 2, 3))
        for window in (one, two, three):
            stack.callback(window.close)
            until(window.tended)
        three.do(lambda member: member.pause("取号", now()))
        one.do(lambda member: member.pause("午休", now()))
        for _ in range(2):
            three.do(lambda member: member.issue("A", WANTED, now()))
        until(lambda: two.tended() and len(two.state.bound_to(2)) == 2)
        one.do(lambda member: member.resume(now()))
        until(lambda: one.do(lambda member: member.read()) and len(one.state.bound_to(2)) == 2)
        host.kill(3)
        host.kill(2)
        yield one, two, three


def test_whoever_holds_nobody_calls_whom_another_holds_and_who_took_a_number_since(
    host: Host, windows: tuple[Window, Window, Window]
) -> None:
    one, two, three = windows
    until(lambda: one.call() == "A001")
    one.do(lambda member: member.close(EventKind.SERVED, "A001", now()))
    assert two.call() == "A002"
    fresh = three.do(lambda member: member.issue("A", WANTED, now()))
    assert fresh.startswith("Z")
    until(lambda: one.call() == fresh)
    assert two.call() is None
    host.start(2)
    host.start(3)
    for window in (three, two, one):
        until(window.tended)
        assert window.do(lambda member: member.conflicts) == []
    until(lambda: two.tended() and two.state.tickets["A001"].state is TicketState.SERVED)
    until(lambda: one.tended() and two.tended() and one.state.tickets == two.state.tickets)
    assert [two.state.tickets[number].window for number in ("A001", "A002", fresh)] == [1, 2, 1]
    assert [two.state.tickets[number].calls for number in ("A001", "A002", fresh)] == [1, 1, 1]


def test_a_person_given_to_a_window_that_never_heard_is_its_own_and_given_again_when_it_asks(
    windows: tuple[Window, Window, Window],
) -> None:
    one, two, _three = windows
    given = two.do(lambda member: give(member, 1, "A001", now()))
    assert given is not None
    assert two.call() == "A002"
    assert two.call() is None, "whom it gave away it never calls"
    until(lambda: one.call() == "A001")
    (last, *_) = reversed(one.do(lambda member: member.about("A001")))
    released = one.do(lambda member: member.about("A001"))[-2]
    assert (last.kind, released.kind, released.to) == (EventKind.CALLED, EventKind.RELEASED, 1)
    assert sum(e.kind is EventKind.RELEASED for e in two.do(lambda member: member.about("A001"))) == 1


def test_a_dead_holder_gives_nobody_and_the_hall_goes_by_what_it_had_told(
    host: Host, windows: tuple[Window, Window, Window]
) -> None:
    """The holder gave, the asker called and told the hall first; the holder finds nothing left to say."""
    one, two, _three = windows
    until(lambda: one.call() == "A001")
    two.lanes.submit("hall", two.seat.close).result(60)
    assert one.call() is None
    host.start(2)
    host.start(3)
    until(one.tended)
    ticket = one.state.tickets["A001"]
    assert (ticket.state, ticket.window, ticket.calls) == (TicketState.CALLED, 1, 1)
    assert one.state.tickets["A002"].bound == 2


def test_no_window_asks_in_anothers_name_and_rubbish_is_answered_by_nobody(
    host: Host, windows: tuple[Window, Window, Window]
) -> None:
    one, two, _three = windows
    names = Names(host.member("window-1").hall)
    assert one.log.question(names.spare(2, 3), b'{"day": "2026-11-23", "number": "A001"}', 1.0) is None
    for rubbish in (b"rubbish", b"{}", b"[]", b'{"day": 1, "number": ""}', b'{"day": "x", "number": []}'):
        until(lambda said=rubbish: one.log.question(names.spare(2, 1), said, 2.0) == b"{}")  # type: ignore[misc]
    assert len(two.state.bound_to(2)) == 2
