"""When to try again: full jitter under a cap, above a floor, on a monotonic clock handed in.

Attempts are never counted out; only the wait is bounded. Full jitter keeps the desks of a province from
returning in one wave; the floor keeps a court that always says *later* from being hammered. Nothing here
is ever written to disk: a wall-clock deadline that survives a restart can be stuck for years.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from app.sync.ports import Clock

FLOOR: Final = 2.0
"""Seconds: the shortest wait after anything that did not help."""
CAP: Final = 60.0
"""Seconds: the longest wait."""
_MAX_DOUBLINGS: Final = 6


def jitter(rng: random.Random, attempt: int) -> float:
    """Return the seconds to wait after the `attempt`-th failure in a row (from 1): FLOOR to CAP."""
    ceiling = min(CAP, FLOOR * 2 ** min(attempt, _MAX_DOUBLINGS))
    return max(FLOOR, rng.uniform(0.0, ceiling))


def bounded(seconds: float) -> float:
    """Bring a wait somebody else asked for between FLOOR and CAP."""
    return min(CAP, max(FLOOR, seconds))


class Schedule:
    """The gate in front of the whole loop."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._open_at = clock()
        self._failures = 0

    def wait(self) -> float:
        """Return the seconds until the gate opens, 0.0 when it is open, never more than CAP."""
        return min(CAP, max(0.0, self._open_at - self._clock()))

    def failed(self, at_least: float = 0.0) -> float:
        """Close the gate after a failure and return for how many seconds."""
        self._failures += 1
        return self.hold(max(at_least, jitter(self._rng, self._failures)))

    def hold(self, seconds: float) -> float:
        """Close the gate for about `seconds` without counting a failure."""
        wait = bounded(seconds)
        self._open_at = self._clock() + wait
        return wait

    def reset(self) -> None:
        """Open the gate and forget the failures: something worked, or the link came up."""
        self._failures = 0
        self._open_at = self._clock()


@dataclass(slots=True)
class _Hold:
    count: int
    until: float


class Holds:
    """Single items that wait for themselves, each with its own growing delay, so that none blocks another."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._by_key: dict[str, _Hold] = {}

    def attempt(self, key: str) -> int:
        """Return the number the next hold of `key` will have, from 1."""
        found = self._by_key.get(key)
        return 1 if found is None else found.count + 1

    def draw(self, attempt: int, at_least: float = 0.0) -> float:
        """Return a delay in seconds that several items of one round share, so that they stay together."""
        return bounded(max(at_least, jitter(self._rng, attempt)))

    def hold(self, key: str, seconds: float) -> None:
        """Hold `key` back for `seconds`."""
        self._by_key[key] = _Hold(self.attempt(key), self._clock() + seconds)

    def held(self, key: str) -> bool:
        """Whether `key` still has to wait."""
        found = self._by_key.get(key)
        return found is not None and found.until > self._clock()

    def forget(self, key: str) -> None:
        """Drop what is known about `key`: it has its answer."""
        self._by_key.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        self._by_key.clear()

    def __len__(self) -> int:
        return len(self._by_key)

    def next_in(self) -> float | None:
        """Return the seconds until the next held item is due again, None when nothing is held."""
        if not self._by_key:
            return None
        return max(0.0, min(hold.until for hold in self._by_key.values()) - self._clock())
