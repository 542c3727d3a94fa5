"""One window's picture of the hall: the day's log folded as far as it was read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date

from app.domain.hall import HallState, fold
from app.hall.log import HallLog, LoggedEvent, is_claim


class HallFollower:
    """Folds the log into a state and remembers each subject's newest sequence for the next claim.

    Belongs to one thread, the ``hall`` lane; only what ``follow`` was given is called on a thread of the log.
    """

    def __init__(self, log: HallLog) -> None:
        self.log = log
        self.day: date | None = None
        self.state = HallState()
        self._seq = 0
        self._subjects: dict[str, int] = {}
        self._pushed: deque[LoggedEvent | None] = deque()

    def refresh(self, day: date) -> HallState:
        """Read what is new; a new business day starts an empty state. Raises what the log raises."""
        if day != self.day:
            self.day, self.state, self._seq, self._subjects = day, HallState(), 0, {}
        self._apply(self.log.since(day, self._seq))
        return self.state

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Let the log tell what is new; return the call that ends it.

        ``changed`` is called on a thread of the log, must not block, and should bring a ``catch_up`` onto
        this follower's own thread.
        """

        def told(event: LoggedEvent | None) -> None:
            self._pushed.append(event)
            changed()

        return self.log.watch(told)

    def catch_up(self, day: date) -> HallState:
        """Apply what the log has told; the log itself is read only when something was missed.

        A claim needs no more than this: it carries what it expects. Raises what the log raises.
        """
        whole = day == self.day
        while self._pushed:
            told = self._pushed.popleft()
            if told is None:
                whole = False
            elif whole and told.day == day.isoformat() and told.seq > self._seq:
                whole = told.seq == self._seq + 1
                if whole:
                    self._apply([told])
        return self.state if whole else self.refresh(day)

    def expected(self, subject: str) -> int:
        """Return the subject's newest known sequence, 0 when it has none."""
        return self._subjects.get(subject, 0)

    def _apply(self, news: Sequence[LoggedEvent]) -> None:
        if news:
            self.state = fold((logged.event for logged in news if not is_claim(logged)), self.state)
            self._seq = news[-1].seq
            self._subjects.update((one.subject, one.subject_seq) for one in news if one.subject_seq)
