"""What every hall log must do, whatever engine keeps it: one order, compare-and-set, the same answer twice.

A new log is one more function in ``LOGS``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain.hall import EventKind, HallEvent, fold
from app.domain.ticket import TicketState, format_number
from app.hall.follow import HallFollower
from app.hall.log import HallLog, counter_subject, decode, encode, ticket_subject
from app.hall.sqlite_log import SqliteLog
from app.ids import new_id
from app.lanes import DB, Lanes
from app.paths import Places
from app.storage.access import StoreAccess
from app.storage.opening import open_store
from tests.helpers.cases import MOMENT

DAY = date(2026, 11, 23)
ISSUED = HallEvent(EventKind.ISSUED, "A001", MOMENT, group="立案登记")
CALLED = HallEvent(EventKind.CALLED, "A001", MOMENT, 3)


@contextmanager
def sqlite_log(folder: Path) -> Iterator[HallLog]:
    lanes = Lanes()
    store = lanes.submit(DB, open_store, Places.under(folder), MOMENT).result()
    try:
        yield SqliteLog(StoreAccess(store, lanes))
    finally:
        assert lanes.close(last=(DB, store.close))


Open = Callable[[Path], AbstractContextManager[HallLog]]
LOGS: dict[str, Open] = {"sqlite": sqlite_log}


@pytest.fixture(params=sorted(LOGS))
def opener(request: pytest.FixtureRequest) -> Open:
    return LOGS[request.param]


@pytest.fixture
def log(opener: Open, tmp_path: Path) -> Iterator[HallLog]:
    with opener(tmp_path) as opened:
        yield opened


def put(log: HallLog, expected: int, event: HallEvent = ISSUED, subject: str = "ticket.A001") -> int | None:
    return log.append(DAY, subject, expected, new_id(), event)


def test_a_new_log_is_empty(log: HallLog) -> None:
    assert list(log.since(DAY, 0)) == []


def test_an_event_comes_back_as_it_was(log: HallLog) -> None:
    seq = put(log, 0)
    (logged,) = log.since(DAY, 0)
    assert (logged.seq, logged.subject, logged.subject_seq) == (seq, "ticket.A001", 1)
    assert logged.event == ISSUED


@pytest.mark.parametrize(
    "event",
    [
        ISSUED,
        CALLED,
        replace(ISSUED, green=True),
        replace(CALLED, kind=EventKind.SERVED, window=999),
        HallEvent(EventKind.RETURNED, "G001", MOMENT),
    ],
)
def test_every_field_of_an_event_survives(log: HallLog, event: HallEvent) -> None:
    assert decode(encode(event)) == event
    put(log, 0, event)
    assert [logged.event for logged in log.since(DAY, 0)] == [event]


def test_only_who_knows_the_newest_event_may_append(log: HallLog) -> None:
    assert put(log, 1) is None, "nothing is there yet"
    assert put(log, 0) is not None
    assert put(log, 0, CALLED) is None, "somebody was faster"
    assert put(log, 2, CALLED) is None, "from the future"
    assert put(log, 1, CALLED) is not None
    assert [logged.event.kind for logged in log.since(DAY, 0)] == [EventKind.ISSUED, EventKind.CALLED]


def test_a_refused_append_leaves_nothing_behind(log: HallLog) -> None:
    put(log, 0)
    before = list(log.since(DAY, 0))
    assert put(log, 0, CALLED) is None
    assert list(log.since(DAY, 0)) == before


def test_subjects_do_not_disturb_each_other(log: HallLog) -> None:
    assert put(log, 0, subject=ticket_subject("A001")) is not None
    assert put(log, 0, subject=ticket_subject("A002")) is not None
    assert put(log, 0, subject=counter_subject("A")) is not None
    assert put(log, 1, CALLED, subject=ticket_subject("A001")) is not None


def test_the_same_event_again_gets_the_same_answer_and_is_there_once(log: HallLog) -> None:
    """The answer to the first try was lost on the way; in between others went on."""
    event_id = new_id()
    first = log.append(DAY, "ticket.A001", 0, event_id, ISSUED)
    assert put(log, 1, CALLED) is not None
    assert first is not None
    for expected in (0, 1, 7):
        assert log.append(DAY, "ticket.A001", expected, event_id, ISSUED) == first
    assert len(log.since(DAY, 0)) == 2


def test_since_gives_what_is_later_in_one_rising_order(log: HallLog) -> None:
    seqs = [put(log, 0, subject=f"ticket.A{n:03d}") for n in range(1, 11)]
    assert seqs == sorted(seqs, key=lambda seq: seq or 0)
    assert None not in seqs
    for at, seq in enumerate(seqs):
        later = [logged.seq for logged in log.since(DAY, seq or 0)]
        assert later == seqs[at + 1 :]


def test_every_day_begins_anew(log: HallLog) -> None:
    tomorrow = DAY + timedelta(days=1)
    put(log, 0)
    assert list(log.since(tomorrow, 0)) == []
    assert log.append(tomorrow, "ticket.A001", 0, new_id(), ISSUED) is not None
    assert len(log.since(DAY, 0)) == 1
    assert len(log.since(tomorrow, 0)) == 1
    assert log.since(tomorrow, 0)[0].subject_seq == 1


def test_what_was_appended_is_there_after_a_restart(opener: Open, tmp_path: Path) -> None:
    with opener(tmp_path) as log:
        event_id = new_id()
        seq = log.append(DAY, "ticket.A001", 0, event_id, ISSUED)
    with opener(tmp_path) as log:
        assert [logged.seq for logged in log.since(DAY, 0)] == [seq]
        assert put(log, 0, CALLED) is None
        assert log.append(DAY, "ticket.A001", 0, event_id, ISSUED) == seq


WRITERS, NUMBERS = 4, 25


def test_writers_side_by_side_issue_no_number_twice(log: HallLog) -> None:
    together = threading.Barrier(WRITERS, timeout=30)
    issued: list[str] = []

    def work() -> None:
        follower = HallFollower(log)
        together.wait()
        for _ in range(NUMBERS):
            while True:
                follower.refresh(DAY)
                count = follower.expected(counter_subject("A"))
                number = format_number("A", count + 1)
                event = replace(ISSUED, number=number)
                if log.append(DAY, counter_subject("A"), count, new_id(), event) is not None:
                    break
            assert log.append(DAY, ticket_subject(number), 0, new_id(), event) is not None
            issued.append(number)

    _side_by_side(work)
    assert sorted(issued) == [format_number("A", n) for n in range(1, WRITERS * NUMBERS + 1)]


def test_windows_side_by_side_call_nobody_twice(log: HallLog) -> None:
    for n in range(1, 41):
        number = format_number("A", n)
        put(log, 0, replace(ISSUED, number=number), ticket_subject(number))
    together = threading.Barrier(WRITERS, timeout=30)
    called: list[str] = []

    def work() -> None:
        follower = HallFollower(log)
        window = threading.get_ident() % 900 + 1
        together.wait()
        while waiting := follower.refresh(DAY).waiting():
            ticket = waiting[0]
            subject = ticket_subject(ticket.number)
            event = replace(CALLED, number=ticket.number, window=window)
            if log.append(DAY, subject, follower.expected(subject), new_id(), event) is not None:
                called.append(ticket.number)

    _side_by_side(work)
    assert sorted(called) == [format_number("A", n) for n in range(1, 41)]
    state = fold(logged.event for logged in log.since(DAY, 0))
    assert {t.state for t in state.tickets.values()} == {TicketState.CALLED}
    assert {t.calls for t in state.tickets.values()} == {1}


def _side_by_side(work: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_follower_reads_only_what_is_new_and_starts_again_with_the_day(log: HallLog) -> None:
    follower = HallFollower(log)
    assert follower.refresh(DAY).tickets == {}
    put(log, 0)
    assert [t.number for t in follower.refresh(DAY).waiting()] == ["A001"]
    put(log, 1, CALLED)
    assert follower.expected("ticket.A001") == 1
    called = follower.refresh(DAY).called_by(3)
    assert called is not None
    assert follower.expected("ticket.A001") == 2
    assert follower.refresh(DAY + timedelta(days=1)).tickets == {}
    assert follower.expected("ticket.A001") == 0
