"""From the leader's end to the next call at a window, one press: ``python -m benchmarks.bench_failover``.

Three real servers (TLS, fsync on every event), windows with the product's seat and journal. Each time the
server that leads the hall's log is ended, and a window calls at that moment, exactly once; when nobody can
be called yet it waits as the desk does, until the call that was asked for is made by itself. Whoever waits is
bound to the window, to another one, or to nobody. Then two of three servers end and come back, and a window's
own server falls silent. The figures are for docs/figures-hall.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.domain.hall_event import EventKind
from app.domain.hall_next import next_ticket
from app.domain.ticket import Wanted
from app.hall.address import HallAddress
from app.services.rhythm import Rhythm
from tests.helpers.hall_window import Window
from tests.helpers.nats import Line, until
from tests.helpers.nats_parted import PartedHost

_LONGEST: Final = 60.0
_LOOK: Final = 0.1


class Caller(Window):
    """A window whose clerk presses the key once."""

    def call_once(self) -> tuple[str, float]:
        """Press once; return who came and after how many seconds."""
        began = time.monotonic()
        number = self.call()
        if number is None:
            self.seat.want_call()
        while number is None and time.monotonic() - began < _LONGEST:
            self.news.wait(_LOOK)
            self.news.clear()
            self.tended()
            if self.seat.call_is_due and next_ticket(self.state, datetime.now(UTC), window=self.seat.window):
                number = self.call()
        return number or "", time.monotonic() - began


@dataclass
class Others:
    """A window that only gives numbers, and one that may hold somebody."""

    issuing: Window
    holding: Window

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let both look after the hall between two acts, as their desks do."""
        ended = threading.Event()

        def tend(window: Window) -> None:
            while not ended.wait(Rhythm().hall):
                window.tended()

        threads = [threading.Thread(target=tend, args=(one,)) for one in (self.issuing, self.holding)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def measure(host: PartedHost, window: Caller, others: Others, *, held: str, in_order: bool) -> float:
    """End the leader, in order or by SIGKILL; return the seconds until somebody was called."""
    until(lambda: host.caught_up(1.0) and others.issuing.tended() and window.tended(), _LONGEST)
    number = others.issuing.do(lambda member: member.issue("A", Wanted("立案"), datetime.now(UTC)))
    if held == "here":
        until(lambda: window.tended() and window.seat.held > 0, _LONGEST)
    if held == "elsewhere":
        until(lambda: others.holding.tended() and others.holding.seat.held > 0, _LONGEST)
    until(lambda: window.do(lambda member: member.read()) and number in window.state.tickets, _LONGEST)
    assert (window.seat.held > 0) is (held == "here")
    leader = host.leader()
    ending = threading.Thread(target=host.children[leader - 1].stop) if in_order else None
    if ending is not None:
        ending.start()
    else:
        host.kill(leader)
    with others.at_work():
        called, seconds = window.call_once()
    assert called == number, (called, number)
    if ending is not None:
        ending.join()
    host.begin((leader,))
    until(window.tended, _LONGEST)
    window.do(lambda member: member.close(EventKind.SERVED, called, datetime.now(UTC)))
    return seconds


@dataclass
class Behind:
    """A hall whose servers are reached over lines that can fall silent."""

    host: PartedHost
    lines: tuple[Line, ...]

    def member(self, name: str) -> HallAddress:
        servers = tuple(f"127.0.0.1:{line.port}" for line in self.lines)
        return replace(self.host.member(name), servers=servers)


def measure_silent(behind: Behind, window: Caller, issuing: Window) -> float:
    """Let the server of a window that holds nobody fall silent for it; return the seconds until it calls."""
    until(lambda: window.tended() and issuing.tended(), _LONGEST)
    number = issuing.do(lambda member: member.issue("A", Wanted("立案"), datetime.now(UTC)))
    until(lambda: window.do(lambda member: member.read()) and number in window.state.tickets, _LONGEST)
    assert not window.seat.held
    (used,) = [line for line in behind.lines if line.used]
    used.silent = True
    called, seconds = window.call_once()
    assert called == number, (called, number)
    used.cut()
    used.silent = False
    until(window.tended, _LONGEST)
    window.do(lambda member: member.close(EventKind.SERVED, called, datetime.now(UTC)))
    return seconds


def measure_alone(host: PartedHost, window: Caller, others: Others) -> tuple[float, float]:
    """End two of three servers, the leader among them, and start them again.

    Return the seconds from the kill to the call of somebody who is held, and from when both servers let in
    again until what was done alone is in the log.
    """
    until(lambda: host.caught_up(1.0) and others.issuing.tended() and window.tended(), _LONGEST)
    number = others.issuing.do(lambda member: member.issue("A", Wanted("立案"), datetime.now(UTC)))
    until(lambda: window.tended() and window.seat.held > 0, _LONGEST)
    leader = host.leader()
    killed = (leader, leader % 3 + 1)
    for one in killed:
        host.kill(one)
    called, alone = window.call_once()
    assert called == number, (called, number)
    window.do(lambda member: member.close(EventKind.SERVED, called, datetime.now(UTC)))
    host.begin(killed)
    began = time.monotonic()
    until(window.tended, _LONGEST)
    return alone, time.monotonic() - began


def measure_leader(host: PartedHost, window: Caller, others: Others, times: int) -> None:
    for words, held, in_order in (
        ("leader killed (SIGKILL), somebody held", "here", False),
        ("leader killed (SIGKILL), somebody held by another window", "elsewhere", False),
        ("leader killed (SIGKILL), nobody held by any window", "", False),
        ("leader ended in order, nobody held", "", True),
    ):
        seconds = [measure(host, window, others, held=held, in_order=in_order) for _ in range(times)]
        say(f"{words}: {told(seconds)}")


def told(seconds: Sequence[float], wanted: float = 5) -> str:
    within = sum(one <= wanted for one in seconds)
    each = ", ".join(f"{one:.1f}" for one in sorted(seconds))
    median = statistics.median(seconds)
    return f"median {median:.1f} s, {within} of {len(seconds)} within {wanted:.0f} s ({each})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--without-leader", action="store_true", help="leave out the leader's four ends")
    options = parser.parse_args()
    times = options.times
    machine = f"{os.cpu_count()} cores {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}\n")
    with tempfile.TemporaryDirectory() as name, ExitStack() as open_things:
        folder = Path(name)
        host = open_things.enter_context(PartedHost(folder / "hall"))
        window = Caller(host, folder, 1)
        others = Others(Window(host, folder, 2, issues=True), Window(host, folder, 3))
        for one in (window, others.issuing, others.holding):
            open_things.callback(one.close)
            until(one.tended, _LONGEST)
        others.issuing.do(lambda member: member.pause("取号", datetime.now(UTC)))
        if not options.without_leader:
            measure_leader(host, window, others, times)
        both = [measure_alone(host, window, others) for _ in range(times)]
        say(f"two of three killed, somebody held: {told([alone for alone, _merged in both], 3)}")
        say(f"both let in again, merged: {told([merged for _alone, merged in both])}")
        behind = Behind(host, tuple(open_things.enter_context(Line(node.port)) for node in host.nodes))
        far = Caller(behind, folder, 4)
        open_things.callback(far.close)
        until(far.tended, _LONGEST)
        silent = [measure_silent(behind, far, others.issuing) for _ in range(times)]
        say(f"the window's server falls silent, nobody held: {told(silent, 8)}")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
