"""A server falls silent (power, cable), or the line ends for good: the window is at another server."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from nats.aio.client import Client

from app.domain.hall_event import EventKind, HallEvent
from app.errors import HallProblem
from app.hall.log import LoggedEvent, ticket_subject
from app.hall.nats_log import NatsLog
from app.hall.server import ensure_stream
from app.hall.wire import Names
from app.ids import new_id
from tests.helpers.nats import DEADLINE, Host, Line, until

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SOON = 8.0
"""Seconds until a window calls again; three of them are pings without an answer."""


def stored(log: NatsLog, number: str, event_id: str) -> bool:
    try:
        log.append(DAY, ticket_subject(number), 0, event_id, HallEvent(EventKind.ISSUED, number, NOW))
    except HallProblem:
        return False
    return True


def test_a_window_whose_server_falls_silent_is_at_another_one_and_asked_and_told_there(
    tmp_path: Path,
) -> None:
    with Host(tmp_path / "hall", 3) as host, ExitStack() as open_lines:
        lines = [open_lines.enter_context(Line(node.port)) for node in host.nodes]
        log = host.log("window-1", 3.0, *(line.port for line in lines))
        other = host.log("window-2")
        names, told = Names("hall-t"), list[LoggedEvent | None]()
        log.watch(told.append)
        log.serve(names.spare(1, "*"), lambda _subject, said: said)
        until(lambda: stored(log, "A001", "1"))
        (used,) = [line for line in lines if line.used]
        used.silent = True
        started = time.monotonic()
        event_id = new_id()
        until(lambda: stored(log, "A002", event_id))
        assert time.monotonic() - started < SOON
        assert other.question(names.spare(1, 2), b"still there", 3.0) == b"still there"
        until(lambda: stored(other, "A003", "3"))
        until(lambda: "3" in {one.event_id for one in told if one is not None})
        log.close()


def test_a_line_that_was_closed_for_good_is_replaced(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        log = host.log("window-1")
        log.ask(Client.close)
        until(lambda: log.connected)
        assert stored(log, "A001", "1")


def test_an_answer_that_does_not_come_delays_no_other_and_is_taken_back(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        log, other, names = host.log("window-1"), host.log("window-2"), Names("hall-t")
        until(lambda: log.connected and other.connected)
        stuck: Future[bytes] = Future()
        log.serve(names.spare(1, "*"), lambda _subject, said: stuck if said == b"stuck" else said)
        until(lambda: other.question(names.spare(1, 2), b"there", 1.0) == b"there")
        other.ask(lambda one: one.publish(names.spare(1, 2), b"stuck", names.inbox("window-2") + ".x"))
        assert other.question(names.spare(1, 2), b"next", 5.0) == b"next"
        until(stuck.cancelled)


def test_who_asks_while_the_log_is_closed_hears_nothing(tmp_path: Path) -> None:
    """No error of a library gets out to a desk that is being closed."""
    with Host(tmp_path / "hall") as host, ThreadPoolExecutor(1) as one:
        log, asked = host.log("window-1"), threading.Event()
        until(lambda: log.connected)

        async def never(_client: Client) -> None:
            asked.set()
            await asyncio.Event().wait()

        asking = one.submit(log.talk, never, DEADLINE)
        assert asked.wait(DEADLINE)
        log.close()
        assert asking.result(DEADLINE) is None


def test_servers_that_do_not_say_how_they_write_are_asked_again_until_they_do(tmp_path: Path) -> None:
    host = Host(tmp_path / "hall")
    config = host.nodes[0].write_config()
    whole = config.read_text("utf-8")
    with host:
        host.children[0].stop()
        config.write_text(whole.replace('to: "setting.hall-t"', 'to: "nowhere.hall-t"'), "utf-8")
        host.start()
        log = host.log("window-1", 1.0)
        assert not stored(log, "A001", "1")
        host.children[0].stop()
        config.write_text(whole, "utf-8")
        host.start()
        until(lambda: log.answering)
        assert stored(log, "A001", "1")


@pytest.mark.logs("app.hall.server")
def test_waiting_for_servers_that_are_not_there_ends_when_it_is_told_to(tmp_path: Path) -> None:
    host = Host(tmp_path / "hall")
    started = time.monotonic()
    ensure_stream(host.nodes[0], lambda: time.monotonic() < started + 0.5)
    assert time.monotonic() - started < DEADLINE
