"""Who may speak in a hall: one voice at a time, in the order in which the windows asked.

The protocol, for a hall of several windows. A window asks the hall ``ask(window, seconds)`` again and again,
at least every ``LAPSE`` seconds, until the answer is yes; then it speaks, for at most ``seconds``, and says
``done(window)``. A window that no longer asks loses its place, one that never says done loses the turn when
its seconds are over: nobody who died keeps a hall silent. The hall program of the first host holds one
:class:`Turns`, and only its clock counts. A window that cannot reach
the hall uses :class:`LocalTurn`, which only it asks.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

LAPSE: Final = 1.0
"""Seconds after which a window that does not ask again loses its place."""
LONGEST: Final = 30.0
"""Seconds of the longest turn that is granted."""
YES: Final = b"yes"
NO: Final = b"no"
DONE: Final = b"done"
_ASK: Final = re.compile(rb"ask (\d{1,3}(?:\.\d{1,3})?)")
_PATIENCE: Final = 0.8
_MISSES: Final = 3
"""As many questions without an answer make a window alone: one lost answer must not make two voices."""


class SpeechTurn(Protocol):
    """The hall's word on who speaks, as a window sees it; neither call may take longer than a second."""

    def ask(self, window: int, seconds: float) -> bool:
        """Say whether the window may speak now, for at most ``seconds``."""
        ...

    def done(self, window: int) -> None:
        """Give the turn back, or the place in the row; never raises."""
        ...


class Asked(Protocol):
    """The way to the hall."""

    @property
    def connected(self) -> bool: ...

    def question(self, subject: str, data: bytes, seconds: float) -> bytes | None:
        """Return the answer; None when nobody answers in time."""
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


class HallTurn:
    """A :class:`SpeechTurn` of a window in a hall; while the hall does not answer, the window is alone."""

    def __init__(self, hall: Asked, subject: str, clock: Callable[[], float] = time.monotonic) -> None:
        """``subject`` is this window's own; the hall takes its number from there."""
        self._hall = hall
        self._subject = subject
        self._alone = LocalTurn(clock)
        self._missed = 0

    def ask(self, window: int, seconds: float) -> bool:
        """See :class:`SpeechTurn`."""
        if self._hall.connected and self._missed < _MISSES:
            question = f"ask {min(seconds, LONGEST):.1f}".encode("ascii")
            answer = self._hall.question(self._subject, question, _PATIENCE)
            self._missed = 0 if answer is not None else self._missed + 1
            if answer is not None or self._missed < _MISSES:
                return answer == YES
        return self._alone.ask(window, seconds)

    def done(self, window: int) -> None:
        """See :class:`SpeechTurn`; the next call asks the hall again."""
        self._missed = 0
        self._hall.question(self._subject, DONE, _PATIENCE)
        self._alone.done(window)


def asked_seconds(said: bytes) -> float | None:
    """Return for how long a window asks to speak; None for what is no such question."""
    found = _ASK.fullmatch(said)
    return float(found[1]) if found is not None else None
