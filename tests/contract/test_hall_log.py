"""The hall log: the same suite for the store of one window and for JetStream with one node and with three."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.domain.hall_event import EventKind, HallEvent
from app.errors import HallProblem
from app.hall import nats_log, wire
from app.hall.follow import HallFollower
from app.hall.log import HallLog, counter_subject, decode, encode, ticket_subject
from app.hall.sqlite_log import SqliteLog
from app.hall.transfer import import_day
from app.ids import new_id
from app.lanes import DB, Lanes
from app.paths import Places
from app.storage.access import StoreAccess
from app.storage.opening import open_store
from tests.helpers.nats import Host

DAY = date(2026, 11, 23)
NEXT_DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def issued(number: str) -> HallEvent:
    return HallEvent(EventKind.ISSUED, number, NOW, group="立案", green=number.startswith("G"))


def called(number: str, window: int) -> HallEvent:
    return HallEvent(EventKind.CALLED, number, NOW, window)


@pytest.fixture
def sqlite_log(tmp_path: Path) -> Iterator[HallLog]:
    lanes = Lanes()
    opened = lanes.submit(DB, open_store, Places.under(tmp_path / "desk"), NOW).result(60)
    store = StoreAccess(opened, lanes)
    yield SqliteLog(store)
    lanes.close(last=(DB, store.close))


@pytest.fixture(params=["sqlite", "one node", "three nodes"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HallLog]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_log")
        return
    with Host(tmp_path / "hall", 3 if request.param == "three nodes" else 1) as host:
        yield host.log()


def test_log(log: HallLog) -> None:
    """One long run, because starting three servers costs more than all the steps together."""
    an_empty_day_has_nothing(log)
    the_first_of_a_subject_is_stored_and_read_back(log)
    the_wrong_expectation_stores_nothing(log)
    the_same_event_again_is_the_same_sequence(log)
    an_event_is_known_again_after_others_went_on(log)
    days_do_not_mix(log)
    many_at_once_get_each_number_once(log)
    a_number_is_taken_once_under_one_id(log)
    numbers_go_on_where_they_are_told_to(log)
    of_many_claims_on_one_subject_one_wins_each_time(log)
    a_long_day_is_read_in_order(log)


def an_empty_day_has_nothing(log: HallLog) -> None:
    assert list(log.since(DAY, 0)) == []


def the_first_of_a_subject_is_stored_and_read_back(log: HallLog) -> None:
    event_id = new_id()
    seq = log.append(DAY, ticket_subject("A001"), 0, event_id, issued("A001"))
    assert seq is not None
    (logged,) = log.since(DAY, 0)
    assert logged.event == issued("A001")
    assert (logged.seq, logged.subject, logged.subject_seq) == (seq, "ticket.A001", 1)
    assert logged.event_id == event_id
    assert list(log.since(DAY, seq)) == []


def the_wrong_expectation_stores_nothing(log: HallLog) -> None:
    subject = ticket_subject("A001")
    assert log.append(DAY, subject, 0, new_id(), called("A001", 1)) is None
    assert log.append(DAY, subject, 2, new_id(), called("A001", 1)) is None
    assert log.append(DAY, ticket_subject("A099"), 1, new_id(), called("A099", 1)) is None
    assert len(log.since(DAY, 0)) == 1


def the_same_event_again_is_the_same_sequence(log: HallLog) -> None:
    event_id = new_id()
    first = log.append(DAY, ticket_subject("A001"), 1, event_id, called("A001", 2))
    assert first is not None
    assert log.append(DAY, ticket_subject("A001"), 1, event_id, called("A001", 2)) == first
    assert len(log.since(DAY, 0)) == 2


def an_event_is_known_again_after_others_went_on(log: HallLog) -> None:
    subject = counter_subject("G")
    ids = [new_id() for _ in range(3)]
    seqs = [log.append(DAY, subject, n, ids[n], issued(f"G{n + 1:03d}")) for n in range(3)]
    again = [log.append(DAY, subject, n, ids[n], issued(f"G{n + 1:03d}")) for n in range(3)]
    assert None not in seqs
    assert again == seqs


def days_do_not_mix(log: HallLog) -> None:
    before = len(log.since(DAY, 0))
    assert log.append(NEXT_DAY, ticket_subject("A001"), 0, new_id(), issued("A001")) is not None
    assert len(log.since(DAY, 0)) == before
    assert [e.event.number for e in log.since(NEXT_DAY, 0)] == ["A001"]


def many_at_once_get_each_number_once(log: HallLog) -> None:
    """Six issuing points take ten numbers each; every number is taken once and none is left out."""
    together = threading.Barrier(6)

    def take(_point: int) -> list[str]:
        together.wait(10)
        return [log.take(DAY, "B", new_id(), issued("")) for _ in range(10)]

    with ThreadPoolExecutor(6) as points:
        taken = [number for mine in points.map(take, range(6)) for number in mine]
    assert sorted(taken) == [f"B{count:03d}" for count in range(1, 61)]
    tickets = HallFollower(log).refresh(DAY).tickets
    assert {number for number in tickets if number.startswith("B")} == set(taken)


def a_number_is_taken_once_under_one_id(log: HallLog) -> None:
    event_id = new_id()
    number = log.take(DAY, "D", event_id, issued(""))
    assert number == "D001"
    assert log.take(DAY, "D", new_id(), issued("")) == "D002"
    assert log.take(DAY, "D", event_id, issued("")) == number
    (ticket,) = (e for e in log.since(DAY, 0) if e.subject == ticket_subject("D001"))
    assert (ticket.event, ticket.event_id) == (issued("D001"), event_id)
    follower = HallFollower(log)
    follower.refresh(DAY)
    expected = follower.expected(ticket_subject("D001"))
    assert log.append(DAY, ticket_subject("D001"), expected, new_id(), called("D001", 1)) is not None
    assert log.append(DAY, ticket_subject("D001"), expected, new_id(), called("D001", 2)) is None


def numbers_go_on_where_they_are_told_to(log: HallLog) -> None:
    log.skip_to(DAY, "D", 1000, new_id(), NOW)
    assert log.take(DAY, "D", new_id(), issued("")) == "D1001"
    log.skip_to(DAY, "D", 500, new_id(), NOW)
    assert log.take(DAY, "D", new_id(), issued("")) == "D1002"


def of_many_claims_on_one_subject_one_wins_each_time(log: HallLog) -> None:
    together = threading.Barrier(6)
    subject = ticket_subject("E001")

    def claim(window: int) -> int:
        follower = HallFollower(log)
        together.wait(10)
        won = 0
        while won < 5:
            follower.refresh(DAY)
            expected = follower.expected(subject)
            won += log.append(DAY, subject, expected, new_id(), called("E001", window)) is not None
        return won

    with ThreadPoolExecutor(6) as windows:
        assert sum(windows.map(claim, range(6))) == 30
    assert [e.subject_seq for e in log.since(DAY, 0) if e.subject == subject] == list(range(1, 31))


def a_long_day_is_read_in_order(log: HallLog) -> None:
    before = [e.seq for e in log.since(DAY, 0)]
    for n in range(1, 601):
        assert log.append(DAY, counter_subject("C"), n - 1, new_id(), issued(f"C{n:03d}")) is not None
    events = log.since(DAY, before[-1])
    assert [e.subject_seq for e in events] == list(range(1, 601))
    assert [e.seq for e in events] == sorted(e.seq for e in events)


def test_the_running_day_moves_from_one_window_to_many_and_again_changes_nothing(
    sqlite_log: HallLog, tmp_path: Path
) -> None:
    for n in range(1, 6):
        assert sqlite_log.take(DAY, "A", new_id(), issued("")) == f"A{n:03d}"
    sqlite_log.append(DAY, ticket_subject("A001"), 1, new_id(), called("A001", 1))
    with Host(tmp_path / "hall") as host:
        hall = host.log()
        assert import_day(sqlite_log, hall, DAY, NOW) == 6
        assert import_day(sqlite_log, hall, DAY, NOW) == 6
        here, there = HallFollower(sqlite_log), HallFollower(hall)
        assert there.refresh(DAY) == here.refresh(DAY)
        assert hall.take(DAY, "A", new_id(), issued("")) == "A006"
        hall.append(DAY, ticket_subject("A002"), 1, new_id(), called("A002", 2))
        sqlite_log.append(DAY, ticket_subject("A002"), 1, new_id(), called("A002", 1))
        with pytest.raises(HallProblem, match="已有不同的记录"):
            import_day(sqlite_log, hall, DAY, NOW)
        assert sqlite_log.take(DAY, "A", new_id(), issued("")) == "A006"
        with pytest.raises(HallProblem, match="已有不同的记录"):
            import_day(sqlite_log, hall, DAY, NOW)


def test_a_block_takes_its_numbers_from_the_counter(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        log = host.log()
        block = HallEvent(EventKind.BLOCK, "", NOW, 3, span=60)
        assert log.take(DAY, "A", new_id(), block) == "A001"
        assert log.take(DAY, "A", new_id(), issued("")) == "A061"
        state = HallFollower(log).refresh(DAY)
        assert [(b.window, b.first, b.last) for b in state.blocks] == [(3, 1, 60)]
        assert list(state.tickets) == ["A061"]


def test_the_first_claim_on_a_counted_ticket_is_not_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message that gave the number lies on the counter's subject: nothing is on the ticket's yet."""
    answers: list[int | None] = []

    def noted(answer: bytes) -> int | None:
        answers.append(wire.published(answer))
        return answers[-1]

    monkeypatch.setattr(nats_log, "published", noted)
    with Host(tmp_path / "hall") as host:
        log = host.log()
        assert log.take(DAY, "A", new_id(), issued("")) == "A001"
        assert log.append(DAY, ticket_subject("A001"), 0, new_id(), called("A001", 1)) is not None
    assert len(answers) == 2
    assert None not in answers


def test_a_one_window_log_grants_no_blocks(sqlite_log: HallLog) -> None:
    block = HallEvent(EventKind.BLOCK, "", NOW, 3, span=9)
    with pytest.raises(ValueError, match="no blocks"):
        sqlite_log.take(DAY, "A", new_id(), block)
    with pytest.raises(ValueError, match="no blocks"):
        sqlite_log.append(DAY, "counter.A", 0, new_id(), replace(block, number="A001"))


@pytest.mark.parametrize(
    "event",
    [
        issued("G001"),
        called("A001", 3),
        HallEvent(EventKind.BLOCK, "A001", NOW, 3, span=60),
        HallEvent(EventKind.EPOCH, "", NOW, windows=(1, 2)),
        HallEvent(EventKind.CALLED, "A001", NOW, 3, report=True),
    ],
)
def test_an_event_is_read_as_it_was_written(event: HallEvent) -> None:
    assert decode(encode(event)) == event
