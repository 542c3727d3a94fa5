"""Who may speak in a hall: one voice at a time, in the order in which the windows asked.

The protocol, for a hall of several windows. A window asks the hall ``ask(window, seconds)`` again and again,
at least every ``LAPSE`` seconds, until the answer is yes; then it speaks, for at most ``seconds``, and says
``done(window)``. A window that no longer asks loses its place, one that never says done loses the turn when
its seconds are over: nobody who died keeps a hall silent. The hall program holds one :class:`Turns`, and only
its clock counts. A window that cannot reach the hall uses :class:`LocalTurn`, which only it asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

LAPSE: Final = 1.0
"""Seconds after which a window that does not ask again loses its place."""
LONGEST: Final = 30.0
"""Seconds of the longest turn that is granted."""


class SpeechTurn(Protocol):
    """The hall's word on who speaks, as a window sees it; neither call may take longer than a second."""

    def ask(self, window: int, seconds: float) -> bool:
        """Say whether the window may speak now, for at most ``seconds``."""
        ...

    def done(self, window: int) -> None:
        """Give the turn back, or the place in the row; never raises."""
        ...


@dataclass
class Turns:
    """The state behind the protocol; ``now`` is any clock that only goes forward, in seconds."""

    _holder: int | None = None
    _until: float = 0.0
    _asked: dict[int, float] = field(default_factory=dict)

    def ask(self, window: int, seconds: float, now: float) -> bool:
        """See :class:`SpeechTurn`."""
        if self._holder is not None and now >= self._until:
            self._holder = None
        self._asked = {w: at for w, at in self._asked.items() if now - at <= LAPSE or w == window}
        self._asked[window] = now
        if self._holder is None and next(iter(self._asked)) == window:
            self._holder = window
        if self._holder != window:
            return False
        self._asked.pop(window, None)
        self._until = now + min(seconds, LONGEST)
        return True

    def done(self, window: int) -> None:
        """See :class:`SpeechTurn`."""
        self._asked.pop(window, None)
        if self._holder == window:
            self._holder = None


class LocalTurn:
    """A :class:`SpeechTurn` for windows of one process, and for a window alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._turns = Turns()

    def ask(self, window: int, seconds: float) -> bool:
        """See :class:`SpeechTurn`."""
        with self._lock:
            return self._turns.ask(window, seconds, self._clock())

    def done(self, window: int) -> None:
        """See :class:`SpeechTurn`."""
        with self._lock:
            self._turns.done(window)
