"""Isolated mode over the real protocol: real servers die, a window goes on alone, and comes back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.hall_event import EventKind
from app.domain.ticket import TicketState, Wanted
from app.errors import HallProblem
from app.hall.freeing import free
from app.hall.isolated import Member
from app.hall.journal import Journal, StoreJournal
from app.hall.log import ticket_subject
from app.hall.restored import raise_epoch
from app.lanes import DB, Lanes
from app.paths import Places
from app.storage.access import StoreAccess
from app.storage.opening import open_store
from tests.helpers.hall_window import Memory
from tests.helpers.nats import Host, until

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SLACK = 9.0
"""Seconds a busy machine may add; six calls that waited for the network would take twelve."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    lanes = Lanes()
    opened = lanes.submit(DB, open_store, Places.under(tmp_path / "desk"), NOW).result(60)
    store = StoreAccess(opened, lanes)
    yield StoreJournal(store)
    lanes.close(last=(DB, store.close))


def member(host: Host, window: int, journal: Journal | None = None, patience: float = 2.0) -> Member:
    name = f"window-{window}"
    return Member(host.log(name, patience), journal or Memory(), window, DAY, block=20)


def ready(one: Member) -> None:
    until(lambda: one.settle(NOW))
    for _ in range(4):
        one.prepare(NOW, ("A",))


def called(one: Member) -> str | None:
    choice = one.call_next(NOW + timedelta(minutes=1))
    return choice.ticket.number if choice else None


def test_without_the_hall_a_window_goes_on_alone_and_merges_on_return(
    tmp_path: Path, journal: Journal
) -> None:
    with Host(tmp_path / "hall") as host:
        one, two = member(host, 1, journal), member(host, 2)
        ready(one)
        ready(two)
        numbers = [one.issue("A", Wanted("立案", False), NOW) for _ in range(4)]
        ready(one)
        ready(two)
        host.kill()
        started = time.monotonic()
        alone = called(one)
        assert time.monotonic() - started < 3.0 + SLACK
        assert alone == numbers[0]
        started = time.monotonic()
        one.close(EventKind.SERVED, numbers[0], NOW)
        assert called(one) == numbers[1]
        fresh = one.issue("A", Wanted("立案", True), NOW)
        assert fresh not in numbers
        assert called(one) == fresh
        assert called(one) is None
        assert time.monotonic() - started < SLACK, "alone, nothing waits for the network"
        assert {called(two), called(two)} == set(numbers[2:])

        again = Member(one.log, journal, 1, DAY, block=20)
        assert again.state.tickets[fresh].state is TicketState.CALLED, "a restart alone knows its day"
        host.start()
        started = time.monotonic()
        until(lambda: again.settle(NOW))
        until(lambda: two.settle(NOW))
        assert time.monotonic() - started < 5.0 + SLACK
        assert two.read()
        assert again.read()
        assert again.state == two.state
        assert all(two.state.tickets[n].state is not TicketState.WAITING for n in (*numbers, fresh))
        assert again.conflicts == two.conflicts == []


def test_the_leader_of_three_is_killed_and_the_next_person_is_called(
    tmp_path: Path,
) -> None:
    with Host(tmp_path / "hall", 3) as host:
        one, unready = member(host, 1), member(host, 2)
        ready(one)
        numbers = [one.issue("A", Wanted("立案", False), NOW) for _ in range(3)]
        ready(one)
        until(lambda: unready.settle(NOW))
        host.kill(host.leader())
        started = time.monotonic()
        assert called(one) == numbers[0]
        assert time.monotonic() - started < 5.0 + SLACK
        # Nobody is bound to the other: it waits for the new leader, which may be there already.
        found = called(unready)
        until(lambda: one.settle(NOW))
        assert one.state.tickets[numbers[0]].state is TicketState.CALLED
        if found is None:
            until(lambda: unready.settle(NOW) and called(unready) == numbers[2])
        else:
            assert found == numbers[2]


def test_an_idle_window_is_given_what_another_holds_when_it_asks(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        one, two = member(host, 1), member(host, 2)
        ready(one)
        number = one.issue("A", Wanted("立案", False), NOW)
        ready(one)
        ready(two)
        assert called(two) is None
        one.settle(NOW)
        one.prepare(NOW)
        until(lambda: called(two) == number)
        assert called(one) is None


def test_what_a_dead_window_holds_is_freed_by_a_supervisor_only(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        one, two = member(host, 1), member(host, 2)
        ready(one)
        number = one.issue("A", Wanted("立案", False), NOW)
        assert called(one) == number
        ready(two)
        assert called(two) is None
        expected = max(e.subject_seq for e in two.log.since(DAY, 0) if e.subject == ticket_subject(number))
        assert free(two.log, DAY, 1, number, NOW, expected) is not None
        assert called(two) == number
        one.close(EventKind.SERVED, number, NOW)
        assert one.read()
        assert one.state.tickets[number].window == 2


def test_what_only_a_retired_window_could_do_nobody_waits_for_until_it_is_back(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        one = member(host, 1)
        dead = Member(host.log("window-2"), Memory(), 2, DAY, tags=frozenset({"sign"}))
        ready(one)
        ready(dead)
        number = one.issue("A", Wanted("立案", False, needs=("sign",)), NOW)
        assert called(one) is None
        assert one.retire(2, NOW)
        assert called(one) == number
        until(lambda: dead.settle(NOW))
        dead.prepare(NOW)
        assert one.read()
        assert one.state.tags[2] == {"sign"}, "switched on again it is a window like the others"


def test_a_restored_log_is_fenced_until_its_windows_have_reported(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        one, two = member(host, 1, patience=5.0), member(host, 2, patience=5.0)
        ready(one)
        ready(two)
        host.children[0].stop()
        jetstream = host.nodes[0].folder / "jetstream"
        shutil.copytree(jetstream, tmp_path / "backup")
        host.start()
        until(lambda: one.settle(NOW))
        number = one.issue("A", Wanted("立案", False), NOW)
        assert called(one) == number
        host.children[0].stop()
        shutil.rmtree(jetstream)
        shutil.copytree(tmp_path / "backup", jetstream)
        host.start()
        raise_epoch(host.nodes[0], DAY)
        late = member(host, 3, patience=5.0)
        until(lambda: late.settle(NOW))
        with pytest.raises(HallProblem, match="还在等 1、2 号窗口补报"):
            late.issue("A", Wanted("立案", False), NOW)
        until(lambda: one.settle(NOW))
        until(lambda: two.settle(NOW))
        until(lambda: late.settle(NOW))
        assert late.state.tickets[number].window == 1
        assert called(late) is None
        assert late.issue("A", Wanted("立案", False), NOW) == "A1001"
