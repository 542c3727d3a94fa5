"""How the way to the court is shared: calls side by side, and what the blobs may take of it.

Records share the line with the blobs and must not wait for them, so no call carries more than the line moves
in about a second. A cap, where a court sets one, holds on the average of a few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from app.sync.errors import SyncTrouble
from app.sync.ports import Clock
from app.sync.protocol import CHUNK_BYTES

SMALLEST_CHUNK: Final = 64 << 10
_FIRST_SPEED: Final = 1 << 20
"""Bytes a second a line is believed to have before anything was sent."""

T = TypeVar("T")


class Calls(Protocol):
    """Makes several calls of the court at once."""

    @property
    def at_once(self) -> int:
        """How many calls it makes at once."""
        ...

    def __call__(self, calls: Sequence[Callable[[], T]]) -> Iterator[T | SyncTrouble]:
        """Give, in order, what each call returned or, of the errors of `app.sync.errors`, raised."""
        ...

    def start(self, call: Callable[[], T]) -> Callable[[], T | SyncTrouble]:
        """Begin one call and return at once what waits for its outcome."""
        ...

    def close(self) -> None:
        """Give the threads back."""
        ...


def _outcome(call: Callable[[], T]) -> T | SyncTrouble:
    try:
        return call()
    except SyncTrouble as trouble:
        return trouble


class InTurn:
    """`Calls` without threads: one after the other."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once = at_once

    def __call__(self, calls: Sequence[Callable[[], T]]) -> Iterator[T | SyncTrouble]:
        """See `Calls`."""
        return map(_outcome, calls)

    def start(self, call: Callable[[], T]) -> Callable[[], T | SyncTrouble]:
        """See `Calls`; the call is over when this returns."""
        outcome = _outcome(call)
        return lambda: outcome

    def close(self) -> None:
        """There is nothing to give back."""


class SideBySide:
    """`Calls` on threads of its own; they touch nothing but the court's client."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="upload")

    def __call__(self, calls: Sequence[Callable[[], T]]) -> Iterator[T | SyncTrouble]:
        """See `Calls`; the first is given while the others are still under way."""
        if len(calls) == 1:
            return iter([_outcome(calls[0])])
        return self._threads.map(_outcome, calls)

    def start(self, call: Callable[[], T]) -> Callable[[], T | SyncTrouble]:
        """See `Calls`."""
        return self._threads.submit(_outcome, call).result

    def close(self) -> None:
        """Wait for calls under way and end the threads."""
        self._threads.shutdown()


class Pace:
    """Says how long to wait before the next bytes, and how many to put into one call."""

    def __init__(self, clock: Clock, bytes_per_second: int = 0) -> None:
        """`bytes_per_second` of all blobs together, 0 for as much as the line takes."""
        self._clock = clock
        self._cap = bytes_per_second
        self._free_at = clock()
        self._speed = float(_FIRST_SPEED)

    def wait(self) -> float:
        """Return the seconds until blobs may use the line again."""
        return max(0.0, self._free_at - self._clock())

    def chunk(self, calls: int) -> int:
        """Return the bytes one of `calls` at once should carry, so that all end within about a second."""
        speed = min(self._speed, self._cap) if self._cap else self._speed
        return max(SMALLEST_CHUNK, min(CHUNK_BYTES, int(speed / calls)))

    def sent(self, size: int, since: float) -> None:
        """Note `size` bytes that were under way from the moment `since` until now."""
        if not size:
            return
        if self._cap:
            self._free_at = max(self._free_at, since) + size / self._cap
        spent = self._clock() - since
        self._speed = min(2 * self._speed, size / spent) if spent > 0.0 else 2 * self._speed
