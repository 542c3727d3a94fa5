"""Asking the court what the back office answered: at the first contact, then from time to time.

Trouble with this question alone delays neither records nor blobs; it is asked again after a growing pause.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from app.sync.errors import CourtTrouble
from app.sync.ports import Clock, Court, Inbox
from app.sync.schedule import jitter

ASK_EVERY: Final = 30.0
"""Seconds between two questions; an answer of the same court counts as a sign of life."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The epoch the court told, and how many answers were new."""

    epoch: str
    new: int


class Question:
    """When to ask, and what for."""

    def __init__(self, inbox: Inbox, court: Court, clock: Clock, rng: random.Random) -> None:
        self._inbox = inbox
        self._court = court
        self._clock = clock
        self._rng = rng
        self._due_at = clock()
        self._failures = 0

    def next_in(self) -> float:
        """Return the seconds until it is time to ask, 0.0 for now."""
        return max(0.0, self._due_at - self._clock())

    def hurry(self) -> None:
        """Ask at the next occasion."""
        self._due_at = self._clock()

    def ask(self, epoch: str) -> Fetched | None:
        """Fetch one page; None when it is not time or the court has no good list now.

        `epoch` is the one the desk has recorded; a page of another is not kept but only tells of it.
        """
        if self.next_in() > 0.0:
            return None
        try:
            page = self._court.answers(self._inbox.since(epoch))
        except CourtTrouble:
            self._failures += 1
            self._due_at = self._clock() + max(ASK_EVERY, jitter(self._rng, self._failures))
            return None
        self._failures = 0
        if page.epoch != epoch:
            return Fetched(page.epoch, 0)
        self._due_at = self._clock() + (0.0 if page.more else ASK_EVERY)
        return Fetched(page.epoch, self._inbox.keep(page))
