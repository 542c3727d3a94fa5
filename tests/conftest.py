"""What every test is held to: nothing left behind, no unexpected word in the log, no shared state."""

from __future__ import annotations

import gc
import logging
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psutil
import pytest
from argon2 import PasswordHasher

from app.hall import person_key
from tests.helpers import moment
from tests.helpers.jitter import Jitter
from tests.helpers.read_once import read_once

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PATIENCE = 20.0


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("races")
    group.addoption(
        "--jitter", type=float, default=0.0, metavar="SECONDS", help="let lanes and threads be late"
    )
    group.addoption("--jitter-seed", type=int, default=None, help="the number an earlier run has printed")
    group.addoption(
        "--at", default="", metavar="MOMENT", help="let the clock of the program show this moment"
    )
    group.addoption("--backwards", action="store_true", help="run the tests in the opposite order")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs(name): the test expects WARNING or worse from this logger")
    config.addinivalue_line("markers", "real_pins: PINs cost what they cost at a window")
    if config.option.jitter and config.option.jitter_seed is None:
        config.option.jitter_seed = random.SystemRandom().randrange(1_000_000)
    moment.move(moment.shift(config.option.at, datetime.now(UTC)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    option = config.option
    if option.jitter:
        terminalreporter.write_line(
            f"again with: --jitter {option.jitter} --jitter-seed {option.jitter_seed}"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the slow files, then those with many tests: all workers shall end at about the same time."""
    tests = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))
    if config.option.backwards:
        items.reverse()


@pytest.fixture(autouse=True)
def _jitter(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let what runs beside the test be late, if asked to; the moments do not depend on the tests before."""
    if not request.config.option.jitter:
        yield
        return
    jitter = Jitter(
        request.config.option.jitter, f"{request.config.option.jitter_seed} {request.node.nodeid}"
    )
    with pytest.MonkeyPatch.context() as patch:
        jitter.apply(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def _law_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        read_once(patch)
        yield


@pytest.fixture(autouse=True)
def _cheap_pins(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second for every PIN adds up; what a guess really costs has a test of its own."""
    if request.node.get_closest_marker("real_pins") is None:
        monkeypatch.setattr(person_key, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    with nothing_left_behind():
        yield


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Fail when a thread, child process, window or running timer outlives the test, or all that share one."""
    threads = set(threading.enumerate())
    children = {child.pid for child in psutil.Process().children()}
    widgets = _widgets()
    timers = set(_running_timers())
    yield
    left = _wait_until_gone(lambda: [t.name for t in threading.enumerate() if t not in threads])
    assert not left, f"threads left behind: {left}"
    orphans = _wait_until_gone(
        lambda: [c.name() for c in psutil.Process().children() if c.pid not in children and _alive(c)]
    )
    assert not orphans, f"child processes left behind: {orphans}"
    strays = _wait_until_gone(lambda: [type(w).__name__ for w in _widgets() - widgets])
    assert not strays, f"widgets left behind: {strays}"
    running = _wait_until_gone(lambda: [t for at, t in _running_timers().items() if at not in timers])
    assert not running, f"timers still run: {running}"


def _alive(child: psutil.Process) -> bool:
    try:
        return bool(child.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _wait_until_gone(left):  # type: ignore[no-untyped-def]
    """Give what is ending a bounded moment; a joined thread or a reaped child needs none."""
    until, pause = time.monotonic() + _PATIENCE, threading.Event()
    found = left()
    while found and time.monotonic() < until:
        gc.collect()
        _deliver_deletions()
        pause.wait(0.01)
        found = left()
    return found


def _application():  # type: ignore[no-untyped-def]
    import sys

    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _widgets() -> set[object]:
    application = _application()
    return set(application.topLevelWidgets()) if application else set()


def _running_timers() -> dict[int, str]:
    """Return every timer that runs, whoever holds it, by its address.

    A timer under a deleted widget is gone. One without a parent, or under the application, is not.
    """
    application = _application()
    if application is None:
        return {}
    import shiboken6
    from PySide6.QtCore import QTimer

    held = (one for one in shiboken6.getAllValidWrappers() if isinstance(one, QTimer))
    return {
        shiboken6.getCppPointer(timer)[0]: f"{timer.interval()} ms under {timer.parent()!r}"
        for timer in (*held, *application.findChildren(QTimer))
        if timer.isActive()
    }


def _deliver_deletions() -> None:
    application = _application()
    if application:
        from PySide6.QtCore import QEvent

        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


_LEFT_BY_NATS = ("SSL connection is closed", "coro=<Subscription._wait_for_msgs() done")
"""What asyncio says of nats-py when servers are killed: subscriptions told to a server that died meanwhile,
and the task of a subscription whose client is gone."""


@pytest.fixture(autouse=True)
def _no_unexpected_logs(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on a record of WARNING or worse unless the test is marked ``logs`` with the logger's name."""
    expected = {mark.args[0] for mark in request.node.iter_markers("logs")}
    yield
    records = [r for when in ("setup", "call") for r in caplog.get_records(when)]
    unexpected = [
        f"{r.name}: {r.getMessage()}"
        for r in records
        if r.levelno >= logging.WARNING
        and not any(r.name.startswith(name) for name in expected)
        and not (r.name == "asyncio" and any(words in r.getMessage() for words in _LEFT_BY_NATS))
    ]
    assert not unexpected, f"unexpected log records: {unexpected}"
