"""The hall log when servers die, lines fall silent, answers are lost, disks lie."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from app.domain.hall_event import EventKind, HallEvent
from app.errors import HallProblem
from app.hall import nats_log, pages, refusals
from app.hall.log import LoggedEvent, counter_subject, ticket_subject
from app.hall.nats_log import NatsLog
from app.hall.pages import Pages
from app.hall.proving import prove_setting
from app.ids import new_id
from tests.helpers.nats import DEADLINE, Host, Line, until

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def issued(number: str) -> HallEvent:
    return HallEvent(EventKind.ISSUED, number, NOW)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Host(tmp_path / "hall") as one:
        yield one


def take(log: NatsLog, count: int, event_id: str | None = None) -> int | None:
    event = issued(f"A{count:03d}")
    return log.append(DAY, counter_subject("A"), count - 1, event_id or new_id(), event)


def test_a_claim_whose_answer_was_lost_stands_and_nobody_else_gets_it(host: Host) -> None:
    with Line(host.nodes[0].port) as line, ThreadPoolExecutor(1) as one:
        log = host.log("window-1", 10.0, line.port)
        other = host.log("window-2")
        assert take(log, 1) is not None
        line.swallow_answers = True
        asking = one.submit(take, log, 2)
        until(lambda: len(other.since(DAY, 0)) == 2)
        line.swallow_answers = False
        line.cut()
        seq = asking.result(DEADLINE)
        assert seq == other.since(DAY, 0)[-1].seq
        assert take(other, 2) is None
        assert len(other.since(DAY, 0)) == 2
        log.close()


def test_a_caller_who_gave_up_finds_the_event_it_stored(host: Host) -> None:
    """The patience ran out while the answer was lost: the same event id asked again is the same claim."""
    with Line(host.nodes[0].port) as line:
        log = host.log("window-1", 1.5, line.port)
        assert take(log, 1) is not None
        event_id = new_id()
        line.swallow_answers = True
        with pytest.raises(HallProblem, match="联系不上排队主机"):
            take(log, 2, event_id)
        line.swallow_answers = False
        line.cut()
        until(lambda: log.connected)
        again = take(log, 2, event_id)
        assert again == host.log("window-2").since(DAY, 0)[-1].seq
        log.close()


def test_a_window_that_starts_while_the_line_is_silent_is_there_once_it_speaks(host: Host) -> None:
    with Line(host.nodes[0].port) as line:
        line.silent = True
        log = host.log("window-1", 1.5, line.port)
        with pytest.raises(HallProblem, match="联系不上排队主机"):
            log.since(DAY, 0)
        line.cut()
        line.silent = False
        until(lambda: log.answering)
        assert take(log, 1) is not None
        log.close()


def test_a_log_closed_while_it_proves_its_servers_ends_quietly_and_tells_who_asked(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three nodes are said where one answers: the proof of their setting waits for the others."""
    proving = threading.Event()

    async def noted(*what: Any) -> None:
        proving.set()
        await prove_setting(*what)

    monkeypatch.setattr(nats_log, "prove_setting", noted)
    address = replace(host.member("window-1"), replicas=3)
    with ThreadPoolExecutor(1) as one:
        for _ in range(10):
            proving.clear()
            log = NatsLog(address, patience=10.0)
            asking = one.submit(log.ask, Client.flush)
            assert proving.wait(DEADLINE)
            log.close()
            with pytest.raises(HallProblem):
                asking.result(DEADLINE)


def test_a_silent_line_is_noticed_within_the_patience_and_comes_back_by_itself(host: Host) -> None:
    with Line(host.nodes[0].port) as line:
        log = host.log("window-1", 2.0, line.port)
        assert take(log, 1) is not None
        line.silent = True
        started = time.monotonic()
        with pytest.raises(HallProblem, match="联系不上排队主机"):
            take(log, 2)
        assert time.monotonic() - started < 12.0, "the patience, and what a busy machine adds"
        line.silent = False
        line.cut()
        until(lambda: log.connected)
        assert take(log, 2) is not None or take(log, 3) is not None
        log.close()


def test_a_call_whose_end_was_lost_is_over_all_the_same_and_is_not_asked_again(host: Host) -> None:
    """A library lost the cancellation and answered that nobody serves the hall: no reason to go on."""
    log = host.log("window-1", 0.5)
    log.ask(lambda client: client.flush())
    asked: list[int] = []
    swallowed = threading.Event()

    async def swallow(_client: Client) -> None:
        asked.append(1)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
            raise nats.errors.NoRespondersError from None

    with ThreadPoolExecutor(1) as thread, pytest.raises(HallProblem, match="联系不上排队主机"):
        thread.submit(log.ask, swallow).result(DEADLINE)
    assert swallowed.wait(DEADLINE)
    until(lambda: log.answering)
    assert (take(log, 1), len(asked)) == (1, 1)


@pytest.mark.logs("app.hall.server")
def test_a_killed_server_is_started_again_and_has_every_acknowledged_number(host: Host) -> None:
    log = host.log("window-1", 20.0)
    ending = threading.Event()
    acked = []
    with ThreadPoolExecutor(1) as one:
        tending = one.submit(host.children[0].tend, ending)
        try:
            for count in range(1, 31):
                if count % 10 == 0:
                    host.kill()
                assert take(log, count) is not None
                acked.append(count)
            stored = [e.subject_seq for e in log.since(DAY, 0)]
        finally:
            ending.set()
            tending.result(DEADLINE)
    assert stored == acked
    assert host.children[0].restarts == 3


def test_a_server_that_does_not_flush_every_write_is_refused(tmp_path: Path) -> None:
    host = Host(tmp_path / "hall")
    config = host.nodes[0].write_config()
    lax = config.read_text("utf-8").replace("sync_interval: always", 'sync_interval: "2m"')
    with host:
        host.children[0].stop()
        config.write_text(lax, "utf-8")
        host.start()
        log = host.log()
        with pytest.raises(HallProblem, match="没有设成每条记录立即写入磁盘"):
            take(log, 1)
        with pytest.raises(HallProblem, match="停电会丢号"):
            log.since(DAY, 0)


def test_a_log_restored_from_an_older_copy_is_refused_by_who_saw_more(host: Host, tmp_path: Path) -> None:
    log = host.log("window-1", 5.0)
    assert take(log, 1) is not None
    jetstream = host.nodes[0].folder / "jetstream"
    host.children[0].stop()
    shutil.copytree(jetstream, tmp_path / "backup")
    host.start()
    assert take(log, 2) is not None
    host.children[0].stop()
    shutil.rmtree(jetstream)
    shutil.copytree(tmp_path / "backup", jetstream)
    host.start()
    other = host.log("window-2")
    assert take(other, 2) is not None
    assert take(other, 3) is not None
    with pytest.raises(HallProblem, match="比本窗口见过的旧"):
        take(log, 4)
    log.accept_restored()
    assert take(log, 4) is not None


def test_a_window_to_which_the_hall_was_silent_while_an_older_copy_was_put_back_is_told_of_it(
    host: Host, tmp_path: Path
) -> None:
    log = host.log("window-1", 0.5)
    jetstream = host.nodes[0].folder / "jetstream"
    host.children[0].stop()
    shutil.copytree(jetstream, tmp_path / "older")
    host.start()
    until(lambda: log.connected)
    patient = host.log("window-2")
    assert take(patient, 1) is not None
    until(lambda: can_read(log, 1))
    host.children[0].stop()
    assert not can_read(log, 1)
    assert not log.answering
    shutil.rmtree(jetstream)
    shutil.copytree(tmp_path / "older", jetstream)
    host.start()
    until(lambda: log.answering)
    until(lambda: is_older(log))


def is_older(log: NatsLog) -> bool:
    try:
        log.since(DAY, 0)
    except refusals.OlderCopy:
        return True
    except HallProblem:
        return False
    return False


def can_read(log: NatsLog, events: int) -> bool:
    try:
        return len(log.since(DAY, 0)) == events
    except HallProblem:
        return False


def test_a_day_that_takes_longer_to_read_than_a_call_waits_is_read_at_last(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the server falls silent after one page; begun anew, the day would never be read."""
    first = host.log("window-1")
    written = [first.append(DAY, ticket_subject("A001"), n, new_id(), issued("A001")) for n in range(8)]
    ask, asked = Pages._ask, [0]

    async def silent_after_one(reading: Pages, *question: Any) -> list[Msg]:
        asked[0] += 1
        if asked[0] % 2 == 0:
            raise nats.errors.TimeoutError
        return await ask(reading, *question)

    monkeypatch.setattr(pages, "_PAGE", 2)
    monkeypatch.setattr(Pages, "_ask", silent_after_one)
    assert [event.seq for event in host.log("window-2").since(DAY, 0)] == written
    assert asked[0] == 7


def test_part_of_a_day_is_not_gone_on_with_in_an_older_copy(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.children[0].stop()
    shutil.copytree(host.nodes[0].folder / "jetstream", tmp_path / "older")
    host.start()
    first = host.log("window-1")
    for number in range(1, 5):
        assert take(first, number) is not None
    ask, read = Pages._ask, list[Msg]()

    async def only_one(reading: Pages, *question: Any) -> list[Msg]:
        if read:
            raise nats.errors.TimeoutError
        read.extend(await ask(reading, *question))
        return list(read)

    late = host.log("window-2", 1.0)
    with monkeypatch.context() as patched:
        patched.setattr(pages, "_PAGE", 2)
        patched.setattr(Pages, "_ask", only_one)
        with pytest.raises(HallProblem, match="联系不上排队主机"):
            late.since(DAY, 0)
    host.children[0].stop()
    until(lambda: not late.connected)
    shutil.rmtree(host.nodes[0].folder / "jetstream")
    shutil.copytree(tmp_path / "older", host.nodes[0].folder / "jetstream")
    host.start()
    until(lambda: late.connected)
    until(lambda: is_older(late))
    late.accept_restored()
    until(lambda: can_read(late, 0))


def test_every_stored_event_is_told_and_a_break_is_told_too(host: Host) -> None:
    with Line(host.nodes[0].port) as line:
        told: list[LoggedEvent | None] = []
        log = host.log("board-1", 3.0, line.port)
        stop = log.watch(told.append)
        log.since(DAY, 0)
        writer = host.log("window-1")
        assert take(writer, 1) is not None
        assert take(writer, 1) is None
        until(lambda: any(told))
        seen = [event for event in told if event]
        assert [(e.subject, e.subject_seq, e.event.number) for e in seen] == [("counter.A", 1, "A001")]
        told.clear()
        line.cut()
        until(lambda: None in told)
        stop()
        log.close()


def test_three_nodes_go_on_after_the_leader_is_killed(tmp_path: Path) -> None:
    with Host(tmp_path / "hall", 3) as host:
        log = host.log("window-1", 20.0)
        for count in range(1, 6):
            assert take(log, count) is not None
        leader = host.leader()
        host.kill(leader)
        assert take(log, 6) is not None
        assert log.append(DAY, ticket_subject("A001"), 0, new_id(), issued("A001")) is not None
        host.start(leader)
        assert len(log.since(DAY, 0)) == 7
        others = [n for n in (1, 2, 3) if n != leader]
        for number in others:
            host.pause(number)
        quick = host.log("window-2", 2.0, host.nodes[leader - 1].port)
        started = time.monotonic()
        with pytest.raises(HallProblem, match="联系不上排队主机"):
            take(quick, 7)
        assert time.monotonic() - started < 12.0, "the patience, and what a busy machine adds"
        for number in others:
            host.go_on(number)
        assert take(log, 7) is not None or take(log, 8) is not None
