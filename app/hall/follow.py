"""One window's picture of the hall: the day's log folded as far as it was read."""

from __future__ import annotations

from datetime import date

from app.domain.hall import EventKind, HallState, fold
from app.hall.log import HallLog, LoggedEvent


class HallFollower:
    """Folds the log into a state and remembers each subject's newest sequence for the next claim."""

    def __init__(self, log: HallLog) -> None:
        self.log = log
        self.day: date | None = None
        self.state = HallState()
        self._seq = 0
        self._subjects: dict[str, int] = {}

    def refresh(self, day: date) -> HallState:
        """Read what is new; a new business day starts an empty state."""
        if day != self.day:
            self.day, self.state, self._seq, self._subjects = day, HallState(), 0, {}
        news = self.log.since(day, self._seq)
        if news:
            self.state = fold((logged.event for logged in news if not _is_claim(logged)), self.state)
            self._seq = news[-1].seq
            self._subjects.update((logged.subject, logged.subject_seq) for logged in news)
        return self.state

    def expected(self, subject: str) -> int:
        """Return the subject's newest known sequence, 0 when it has none."""
        return self._subjects.get(subject, 0)


def _is_claim(logged: LoggedEvent) -> bool:
    """A number taken from the counter; the ticket itself is on its own subject."""
    return logged.event.kind is EventKind.ISSUED and logged.subject.startswith("counter.")
