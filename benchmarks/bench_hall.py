"""The hall log over the real protocol: `python -m benchmarks.bench_hall [--old N]` prints a table.

Real nats-server processes with TLS, a certificate a window, fsync on every event; one node, then three on
this machine. Every window is a process of its own with its own connection, as on a counter PC. The figures
are for docs/figures-hall.md.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from app.domain.hall_event import EventKind, HallEvent
from app.hall.address import HallAddress
from app.hall.isolated import Member
from app.hall.log import LoggedEvent, counter_subject, ticket_subject
from app.hall.nats_log import NatsLog
from app.ids import new_id
from tests.helpers.hall_window import Window
from tests.helpers.nats import Host

DAY = date(2026, 11, 23)
PATIENCE = 30.0
WINDOWS = 8
POINTS = 20
BOARDS = 40
SECONDS = 5.0


def event(kind: EventKind, number: str, window: int | None = None) -> HallEvent:
    return HallEvent(kind, number, datetime.now(UTC), window, "立案")


# ---- one process each -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """The credentials of a window that joined before."""

    address: HallAddress

    def member(self, name: str) -> HallAddress:
        assert name == self.address.member
        return self.address


def calling_window(
    address: HallAddress, window: int, folder: str, start: Barrier, pace: float, results: Any
) -> None:
    """Call, serve, call again for a while, as a desk does: with seat, lanes, and a journal in a store.

    Report milliseconds of each call and who was called.
    """
    desk = Window(Joined(address), Path(folder), window)
    pause = threading.Event()
    while not desk.tended():
        pause.wait(0.01)
    start.wait()
    times, called = [], []
    end = time.monotonic() + SECONDS
    pause.wait(pace * random.random())  # noqa: S311  # nor do they begin in step
    while time.monotonic() < end:
        began = time.perf_counter()
        number = desk.call()
        if number is not None:
            times.append((time.perf_counter() - began) * 1000)
            called.append(number)
            desk.do(partial(Member.close, kind=EventKind.SERVED, number=number, now=datetime.now(UTC)))
        at_work(desk, pace * random.uniform(0.5, 1.5))  # noqa: S311  # clerks do not act in step
    desk.close()
    results.put((times, called))


def at_work(desk: Window, seconds: float) -> None:
    """Let a desk pass the time between two acts: it looks after the hall whenever it hears of something."""
    end = time.monotonic() + seconds
    desk.tended()
    while (left := end - time.monotonic()) > 0 and desk.news.wait(left):
        desk.news.clear()
        desk.tended()


def issuing_points(address: HallAddress, clients: int, prefix: str, start: Barrier, results: Any) -> None:
    """``clients`` issuing points with a connection each take numbers of one prefix as fast as they can.

    Like a window each is told of every event of the hall.
    """
    logs = [NatsLog(address, PATIENCE) for _ in range(clients)]
    for log in logs:
        log.watch(lambda _event: None)
        log.since(DAY, 0)
    start.wait()
    end = time.monotonic() + SECONDS
    with ThreadPoolExecutor(clients) as threads:
        done = list(threads.map(lambda log: issue(log, prefix, end), logs))
    for log in logs:
        log.close()
    results.put(([t for times, _numbers in done for t in times], [n for _t, ns in done for n in ns]))


def issue(log: NatsLog, prefix: str, end: float) -> tuple[list[float], list[str]]:
    times, numbers = [], []
    while time.monotonic() < end:
        began = time.perf_counter()
        numbers.append(log.take(DAY, prefix, new_id(), event(EventKind.ISSUED, "")))
        times.append((time.perf_counter() - began) * 1000)
    return times, numbers


# ---- measurements -----------------------------------------------------------------------------------------


def together(jobs: list[tuple[Callable[..., None], tuple[Any, ...]]]) -> list[tuple[list[float], list[str]]]:
    """Run the jobs as processes that start at once; return what each reported."""
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(len(jobs)), context.Queue()
    processes = [
        context.Process(target=work, args=(*(start if a is START else a for a in words), results))
        for work, words in jobs
    ]
    for process in processes:
        process.start()
    reports = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(30)
    return reports


START = object()


def measure_calls(host: Host, tickets: int, pace: float) -> str:
    log = host.log("window-60", PATIENCE)
    for _ in range(tickets):
        log.take(DAY, "A", new_id(), event(EventKind.ISSUED, ""))
    folder = str(host.folder)
    windows = range(1, WINDOWS + 1)
    jobs = [(calling_window, (host.member(f"window-{w}"), w, folder, START, pace)) for w in windows]
    reports = together(jobs)
    times = [t for report in reports for t in report[0]]
    called = [n for report in reports for n in report[1]]
    assert len(called) == len(set(called)), "called twice"
    return (
        f"{len(called)} calls, p50 {at(times, 50):.1f}, p95 {at(times, 95):.1f}, p99 {at(times, 99):.1f} ms"
    )


def measure_issue(host: Host, prefixes: str) -> str:
    per = POINTS // 4
    jobs = [
        (issuing_points, (host.member(f"point-{p + 1}"), per, prefixes[p % len(prefixes)], START))
        for p in range(4)
    ]
    reports = together(jobs)
    times = [t for report in reports for t in report[0]]
    numbers = [n for report in reports for n in report[1]]
    assert len(numbers) == len(set(numbers)), "a number twice"
    return f"{len(numbers) / SECONDS:.0f}/s, p50 {at(times, 50):.0f}, p95 {at(times, 95):.0f} ms"


def measure_boards(host: Host) -> str:
    """One window writes at 20 events a second; every board notes when it is told."""
    told: dict[str, list[float]] = {}
    lock = threading.Lock()

    def note(logged: LoggedEvent | None) -> None:
        if logged is not None:
            with lock:
                told.setdefault(logged.event_id, []).append(time.perf_counter())

    boards = [host.log(f"board-{n}", PATIENCE) for n in range(1, BOARDS + 1)]
    for board in boards:
        board.watch(note)
        board.since(DAY, 0)
    log = host.log("window-61", PATIENCE)
    pause = threading.Event()
    sent = {}
    for n in range(1, 101):
        event_id = new_id()
        sent[event_id] = time.perf_counter()
        log.append(DAY, counter_subject("Z"), n - 1, event_id, event(EventKind.ISSUED, f"Z{n:03d}"))
        pause.wait(0.05)
    until = time.monotonic() + 10
    while sum(map(len, told.values())) < 100 * BOARDS and time.monotonic() < until:
        pause.wait(0.05)
    delays = [(t - sent[event_id]) * 1000 for event_id in sent for t in told.get(event_id, [])]
    for board in boards:
        board.close()
    return f"{len(delays)} of {100 * BOARDS} told, p50 {at(delays, 50):.1f}, p95 {at(delays, 95):.1f} ms"


def measure_failover(host: Host) -> str:
    """Kill the leader; how long until the next call is acknowledged, with no click in between."""
    waits = []
    log = host.log("window-62", PATIENCE)
    for n in range(1, 6):
        log.append(DAY, ticket_subject(f"Y{n:03d}"), 0, new_id(), event(EventKind.ISSUED, f"Y{n:03d}"))
        leader = host.leader()
        began = time.perf_counter()
        host.kill(leader)
        log.append(DAY, ticket_subject(f"Y{n:03d}"), 1, new_id(), event(EventKind.CALLED, f"Y{n:03d}", 62))
        waits.append(time.perf_counter() - began)
        host.start(leader)
        threading.Event().wait(3)
    return f"median {statistics.median(waits):.1f}, worst {max(waits):.1f} s of {len(waits)} kills"


def fill(host: Host, old: int) -> None:
    """Put old tickets of earlier days into the log, several at once."""
    logs = [host.log(f"window-{n}", PATIENCE) for n in range(50, 58)]

    def put(part: int) -> None:
        for n in range(part, old, len(logs)):
            day = date.fromordinal(DAY.toordinal() - 1 - n // 2000)
            number = f"A{n % 2000 + 1:03d}"
            logs[part].append(day, ticket_subject(number), 0, new_id(), event(EventKind.ISSUED, number))

    with ThreadPoolExecutor(len(logs)) as threads:
        list(threads.map(put, range(len(logs))))


def at(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", type=int, default=0, help="tickets of earlier days put in first")
    parser.add_argument("--nodes", type=int, choices=(1, 3), action="append")
    options = parser.parse_args()
    cpu = platform.processor() or platform.machine()
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores {cpu}, load {os.getloadavg()[0]:.1f}"
    )
    print(f"nats-server with TLS, sync_interval always, {options.old} old tickets\n")
    for nodes in options.nodes or (1, 3):
        with tempfile.TemporaryDirectory() as folder, Host(Path(folder) / "hall", nodes) as host:
            fill(host, options.old)
            rows = {
                f"call next, {WINDOWS} windows, 4 calls a second each": measure_calls(host, 300, 0.25),
                f"issue, {POINTS} clients, 4 prefixes": measure_issue(host, "BCDE"),
                f"issue, {POINTS} clients, 1 prefix": measure_issue(host, "F"),
                f"event on {BOARDS} boards, 20 events a second": measure_boards(host),
            }
            if nodes == 3:
                rows["leader killed, next call"] = measure_failover(host)
        for name, figure in rows.items():
            print(f"R{nodes} | {name} | {figure}", flush=True)


if __name__ == "__main__":
    main()
