"""A server falls silent (power, cable), or the line ends for good: the window is at another server."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

from nats.aio.client import Client

from app.domain.hall_event import EventKind, HallEvent
from app.errors import HallProblem
from app.hall.log import LoggedEvent, ticket_subject
from app.hall.nats_log import NatsLog
from app.hall.wire import Names
from app.ids import new_id
from tests.helpers.nats import Host, Line, until

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
