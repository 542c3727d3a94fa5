"""What the hall told of its own accord: the newest events in a row, so that they need not be asked for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from app.hall.log import LoggedEvent, counter_subject
from app.hall.numbering import Numbering
from app.hall.within import within

_MOST: Final = 2048
_LISTEN: Final = 0.02
"""Seconds the hall is given to tell by itself what it would otherwise be asked for."""


class Heard:
    """Events as they were pushed, as far back as none is missing between them.

    Belongs to the log's thread. ``listening`` says whether anything is pushed at all.
    """

    def __init__(self, most: int = _MOST) -> None:
        self.listening = False
        self._row: deque[LoggedEvent] = deque(maxlen=most)
        self._newest: dict[tuple[str, str], LoggedEvent] = {}
        self._numbers: dict[str, Numbering] = {}
        self._come = asyncio.Event()

    def add(self, event: LoggedEvent) -> LoggedEvent | None:
        """Take in an event and return it with its number; None when what was before has to be read first.

        After a gap the row begins anew. One heard before changes nothing.
        """
        newest = self._row[-1].seq if self._row else 0
        if event.seq > newest + 1:
            self.forget()
        if event.seq > newest:
            self._row.append(event)
            self._newest[event.day, event.subject] = event
        self._come.set()
        numbered = self.since(event.day, event.seq - 1)
        if numbered:
            return numbered[0]
        return None if event.subject.startswith(counter_subject("")) else event

    def forget(self) -> None:
        """The connection broke, so something may be missing."""
        self._row.clear()
        self._newest.clear()

    def begin_anew(self) -> None:
        """The log may be another copy."""
        self.forget()
        self._numbers.clear()

    def numbering(self, day: str) -> Numbering:
        return self._numbers.setdefault(day, Numbering())

    async def after(self, day: str, subject: str, last: int) -> LoggedEvent | None:
        """Wait a moment for what was stored on the subject after ``last``; return its newest event."""
        await self._soon(lambda: self._later(day, subject, last) is not None)
        return self._later(day, subject, last)

    async def reaches(self, seq: int) -> bool:
        """Wait a moment until everything up to ``seq`` was heard."""
        return await self._soon(lambda: bool(self._row) and self._row[-1].seq >= seq)

    def since(self, day: str, seq: int) -> list[LoggedEvent] | None:
        """Return the day's events after ``seq`` with their numbers; None when not all of them were heard."""
        numbers = self.numbering(day)
        start = min(seq, numbers.seq)
        if not self._row or self._row[0].seq > start + 1:
            return None
        later: list[LoggedEvent] = []
        for event in reversed(self._row):
            if event.seq <= start:
                break
            if event.day == day:
                later.append(event)
        return [event for event in map(numbers.read, reversed(later)) if event.seq > seq]

    def _later(self, day: str, subject: str, last: int) -> LoggedEvent | None:
        event = self._newest.get((day, subject))
        return event if event is not None and event.seq > last else None

    async def _soon(self, come: Callable[[], bool]) -> bool:
        until = time.monotonic() + _LISTEN
        while self.listening and not come():
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._come.clear()
            with contextlib.suppress(TimeoutError):
                await within(left, self._come.wait())
        return self.listening
