"""Whom a window asks others to let go before it calls, and for whom it waited in vain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.hall import HallState, Promise
from app.domain.hall_next import next_ticket, overdue_elsewhere, to_ask
from app.domain.ticket import Ticket


class Asking:
    """Belongs to one member; a window that did not let somebody go is not waited for again."""

    def __init__(self, window: int, promise: Promise | None) -> None:
        self._window = window
        self._promise = promise
        self._awaited: frozenset[str] = frozenset()
        self._in_vain: set[tuple[str, int | None]] = set()

    def wanted(self, state: HallState, now: datetime) -> list[Ticket]:
        """Return whom a wait may bring: who must not be passed, or, with nobody else to call, anybody."""
        due = overdue_elsewhere(state, self._window, now, self._promise)
        wanted = [t for t in due if (t.number, t.bound) not in self._in_vain]
        if not wanted and next_ticket(state, now, self._promise, self._window) is None:
            asked = (t for t in self._elsewhere(state) if t.asked == self._window)
            anybody = to_ask(state, self._window) or next(asked, None)
            wanted = [anybody] if anybody else []
        self._awaited = frozenset(t.number for t in wanted)
        return wanted

    def still_held(self, state: HallState) -> list[Ticket]:
        """Return the wanted whom another window has not let go."""
        return [t for t in self._elsewhere(state) if t.number in self._awaited]

    def unanswered(self, state: HallState) -> list[Ticket]:
        """Return who is still held by a window that let us wait for them in vain."""
        return [t for t in self._elsewhere(state) if (t.number, t.bound) in self._in_vain]

    def give_up(self, state: HallState) -> None:
        """Go on without whom others have not let go."""
        self._in_vain |= {(t.number, t.bound) for t in self.still_held(state)}

    def _elsewhere(self, state: HallState) -> Iterator[Ticket]:
        return (t for t in state.waiting() if t.bound not in (None, self._window))
