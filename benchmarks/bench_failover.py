"""From the leader's end to the next call at a window, one press: ``python -m benchmarks.bench_failover``.

Three real servers (TLS, fsync on every event), windows with the product's seat and journal. Each time the
server that leads the hall's log is ended, and a window calls at that moment, exactly once; when nobody can
be called yet it waits as the desk does, until the call that was asked for is made by itself. Held: somebody
is bound to the window. Not held: whoever waits is bound to nobody. The figures are for docs/figures-hall.md.
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
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from app.clock import SystemClock
from app.domain.hall import Promise
from app.domain.hall_event import EventKind
from app.domain.hall_next import next_ticket
from app.domain.ticket import Wanted
from app.hall.journal import StoreJournal
from app.hall.nats_log import NatsLog
from app.hall.seat import Seat, Terms
from app.lanes import DB, Lanes
from app.paths import Places
from app.storage.access import StoreAccess
from app.storage.opening import open_store
from tests.helpers.nats import until
from tests.helpers.nats_parted import PartedHost

_DAY: Final = date(2026, 11, 23)
_LONGEST: Final = 60.0
_LOOK: Final = 0.1


class Window:
    """A window of the hall as the desk runs it, without its screens."""

    def __init__(self, host: PartedHost, folder: Path, number: int, *, issues: bool = False) -> None:
        self.lanes = Lanes()
        places = Places.under(folder / f"desk-{number}")
        self.store = StoreAccess(
            self.lanes.submit(DB, open_store, places, datetime.now(UTC)).result(), self.lanes
        )
        log = NatsLog(host.member(f"window-{number}"))
        terms = Terms(number, promise=Promise(), issues=issues)
        self.news = threading.Event()
        self.seat = Seat(log, StoreJournal(self.store), terms, SystemClock(), shared=log)
        self.seat.follow(self.news.set)

    def close(self) -> None:
        self.seat.close()
        self.lanes.close(last=(DB, self.store.close))

    def tended(self) -> bool:
        """Do what the desk does between two acts; say whether the window is in touch."""
        self.seat.tend(_DAY)
        return not self.seat.member(_DAY).cut_off

    def call(self) -> str | None:
        self.seat.ask_around(_DAY)
        choice = self.seat.member(_DAY).call_next(datetime.now(UTC))
        return choice.ticket.number if choice else None

    def call_once(self) -> tuple[str, float]:
        """Press once; return who came and after how many seconds."""
        began = time.monotonic()
        number = self.call()
        if number is None:
            self.seat.want_call()
        while number is None and time.monotonic() - began < _LONGEST:
            self.news.wait(_LOOK)
            self.news.clear()
            self.seat.tend(_DAY)
            if self.seat.call_is_due and next_ticket(
                self.seat.state, datetime.now(UTC), window=self.seat.window
            ):
                number = self.call()
        return number or "", time.monotonic() - began


def measure(host: PartedHost, window: Window, desk: Window, *, held: bool, in_order: bool) -> float:
    """End the leader, in order or by SIGKILL; return the seconds until somebody was called."""
    until(lambda: host.caught_up(1.0) and desk.tended() and window.tended(), _LONGEST)
    number = desk.seat.member(_DAY).issue("A", Wanted("立案"), datetime.now(UTC))
    if held:
        until(lambda: window.tended() and window.seat.held > 0, _LONGEST)
    else:
        until(lambda: number in window.seat.refresh(_DAY).tickets, _LONGEST)
        assert window.seat.held == 0
    leader = host.leader()
    ending = threading.Thread(target=host.children[leader - 1].stop) if in_order else None
    if ending is not None:
        ending.start()
    else:
        host.kill(leader)
    called, seconds = window.call_once()
    assert called == number, (called, number)
    if ending is not None:
        ending.join()
    host.begin((leader,))
    until(window.tended, _LONGEST)
    window.seat.member(_DAY).close(EventKind.SERVED, called, datetime.now(UTC))
    return seconds


def told(seconds: Sequence[float]) -> str:
    within = sum(one <= 5 for one in seconds)
    each = ", ".join(f"{one:.1f}" for one in sorted(seconds))
    return f"median {statistics.median(seconds):.1f} s, {within} of {len(seconds)} within 5 s ({each})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    times = parser.parse_args().times
    machine = f"{os.cpu_count()} cores {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}\n")
    with tempfile.TemporaryDirectory() as name, ExitStack() as open_things:
        folder = Path(name)
        host = open_things.enter_context(PartedHost(folder / "hall"))
        window, desk = Window(host, folder, 1), Window(host, folder, 2, issues=True)
        open_things.callback(window.close)
        open_things.callback(desk.close)
        desk.seat.member(_DAY).pause("取号", datetime.now(UTC))
        for words, held, in_order in (
            ("leader killed (SIGKILL), somebody held", True, False),
            ("leader killed (SIGKILL), nobody held", False, False),
            ("leader ended in order, nobody held", False, True),
        ):
            seconds = [measure(host, window, desk, held=held, in_order=in_order) for _ in range(times)]
            sys.stdout.write(f"{words}: {told(seconds)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
