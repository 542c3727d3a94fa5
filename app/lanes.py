"""Lanes: one thread each for the store, the hall, the sender, every device and every printer.

The GUI thread waits for no lane; ``db`` waits for no lane; the others may wait for ``db`` only.
That rule, checked here, is why no two of them can wait for each other.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Concatenate, Final, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")

DB: Final = "db"
HALL: Final = "hall"
SYNC: Final = "sync"
READER: Final = "id_reader"
SCANNER: Final = "scanner"
SPEAKER: Final = "speaker"
TICKET_PRINTER: Final = "ticket_printer"
RECEIPT_PRINTER: Final = "receipt_printer"
A4_PRINTER: Final = "a4_printer"
PAPERS: Final = "papers"
UPKEEP: Final = "upkeep"
SEARCH: Final = "search"
STAFF: Final = "staff"
SCAN_GUN: Final = "scan_gun"
KEYPAD: Final = "rating_keypad"
LED_STRIP: Final = "led_strip"
CAMERA: Final = "camera"
SIGNATURE_PAD: Final = "signature_pad"
CHIP_READER: Final = "chip_reader"
RECOGNITION: Final = "recognition"
PROBE: Final = "probe"

_PREFIX: Final = "lane-"
_TURN_SECONDS: Final = 0.0005
_log = logging.getLogger(__name__)


@contextmanager
def short_turns() -> Iterator[None]:
    """Let a lane that computes hand the interpreter on every 0.5 ms while somebody waits for it.

    Qt lets go of Python's lock dozens of times while a view is drawn. With Python's own 5 ms a turn and two
    lanes computing (a paper drawn, a view worked out) the GUI thread stood still for up to 40 ms in which it
    worked 12: measured by ``bench_gaps``, at 3 % more processor time.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class WrongLane(AssertionError):
    """A blocking call was made on a thread that must not make it: a bug."""


def current() -> str | None:
    """Return the name of the lane this thread belongs to, or None."""
    name = threading.current_thread().name
    return name[len(_PREFIX) :].rsplit("_", 1)[0] if name.startswith(_PREFIX) else None


def assert_on(lane: str) -> None:
    """Raise WrongLane unless this thread is the named lane's."""
    if current() != lane:
        raise WrongLane(f"must run on lane {lane}, runs on {current() or threading.current_thread().name}")


class Act(Generic[C, P, R]):
    """A service function together with the lane it must run on; its first argument is the desk."""

    def __init__(self, lane: str, function: Callable[Concatenate[C, P], R]) -> None:
        self.lane = lane
        self.function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__

    def __call__(self, desk: C, *args: P.args, **kwargs: P.kwargs) -> R:
        assert_on(self.lane)
        return self.function(desk, *args, **kwargs)


def on(lane: str) -> Callable[[Callable[Concatenate[C, P], R]], Act[C, P, R]]:
    """Mark a service function with the lane it runs on."""

    def mark(function: Callable[Concatenate[C, P], R]) -> Act[C, P, R]:
        return Act(lane, function)

    return mark


class Lanes:
    """All lanes of one desk. ``close`` refuses new work, lets running work end, and joins the threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executors: dict[str, ThreadPoolExecutor] = {}
        self._running: dict[Future[object], str] = {}
        self._closed = False
        self._gui_thread: threading.Thread | None = None

    def submit(self, lane: str, function: Callable[..., R], *args: object, **kwargs: object) -> Future[R]:
        """Queue a call on the lane; raises RuntimeError once closed, but work under way may still store."""
        with self._lock:
            if self._closed and lane != DB:
                raise RuntimeError("the lanes are closed")
            executor = self._executors.get(lane)
            if executor is None:
                executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=_PREFIX + lane)
                self._executors[lane] = executor
            future = executor.submit(function, *args, **kwargs)
            self._running[future] = lane  # type: ignore[index]
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: Future[R]) -> None:
        with self._lock:
            self._running.pop(future, None)  # type: ignore[arg-type]

    def on_db(self, function: Callable[..., R], *args: object, **kwargs: object) -> R:
        """Run a call on the ``db`` lane and wait for its result; from any lane but the GUI thread."""
        here = current()
        if here == DB:
            return function(*args, **kwargs)
        if here is None and self._gui_thread is threading.current_thread():
            raise WrongLane("the GUI thread waits for no lane")
        return self.submit(DB, function, *args, **kwargs).result()

    def this_is_the_gui_thread(self) -> None:
        """From now on the calling thread may not wait for a lane; command-line tools never say this."""
        self._gui_thread = threading.current_thread()

    def close(
        self,
        seconds: float = 5.0,
        last: tuple[str, Callable[[], None]] | None = None,
        kept: Collection[Future[None]] = (),
    ) -> bool:
        """Stop all lanes; return False when some work did not end within the time.

        What is queued is cancelled, but not what is ``kept``: a device has to be let go, however long the
        call before takes. ``last`` is a lane and the call that ends it, made after all others have stopped.
        """
        with self._lock:
            self._closed = True
            ending = last[0] if last else None
            others = [executor for name, executor in self._executors.items() if name != ending]
            queued = [future for future, lane in self._running.items() if lane != ending]
        for future in queued:
            if future not in kept:
                future.cancel()
        for executor in others:
            executor.shutdown(wait=False)
        with self._lock:
            running = dict(self._running)  # what was only queued is cancelled and has left by itself
        stuck = {running[future] for future in wait(running, timeout=seconds).not_done}
        if last is not None:
            final = self._executors[last[0]]
            if wait({final.submit(last[1])}, timeout=seconds).not_done:
                stuck.add(last[0])
            final.shutdown(wait=False)
        if stuck:
            _log.error("calls on %s did not end within %.0f s", ", ".join(sorted(stuck)), seconds)
            return False
        for executor in self._executors.values():
            executor.shutdown(wait=True)
        return True
