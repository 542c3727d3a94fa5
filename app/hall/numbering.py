"""Which number a stored event gives: counted in the order of the log, so that every reader counts alike.

Nobody claims a number from a counter. Whoever needs one stores an event without it on the counter's subject;
its number is its place among that counter's events. So any number of issuing points can ask at once, no two
get the same number, and none is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import HIGHEST_COUNT, format_number, parse_number
from app.hall.log import FOREIGN, LoggedEvent, counter_subject, ticket_subject

_COUNTERS: Final = counter_subject("")
_COUNTED: Final = frozenset({EventKind.ISSUED, EventKind.BLOCK})


class Numbering:
    """Reads one day's events in their order, each as often as wanted. ``seq`` is how far it has come."""

    def __init__(self) -> None:
        self.seq = 0
        self._counts: dict[str, int] = {}
        self._given: dict[str, str] = {}

    def read(self, logged: LoggedEvent) -> LoggedEvent:
        """Return the event with its number, an ISSUED as its ticket's first event.

        An event that the log holds twice gives the same number again. Events after ``seq`` must come in
        order and without a gap.
        """
        new, self.seq = logged.seq > self.seq, max(self.seq, logged.seq)
        if not logged.subject.startswith(_COUNTERS) or logged.event.kind not in _COUNTED:
            return logged
        if logged.event.number:
            if new:
                self._go_on_after(logged)
            return logged
        number = self._given.get(logged.event_id) or self._give(logged)
        if not number:
            return replace(logged, event=FOREIGN)
        event = replace(logged.event, number=number)
        subject = ticket_subject(number) if event.kind is EventKind.ISSUED else logged.subject
        return replace(logged, subject=subject, subject_seq=0, event=event)

    def _give(self, logged: LoggedEvent) -> str:
        """Return the next number, "" when none is left."""
        prefix = logged.subject.removeprefix(_COUNTERS)
        count = self._counts.get(prefix, 0)
        if count + logged.event.span > HIGHEST_COUNT:
            return ""
        self._counts[prefix] = count + logged.event.span
        number = self._given[logged.event_id] = format_number(prefix, count + 1)
        return number

    def _go_on_after(self, logged: LoggedEvent) -> None:
        """Numbers that an event names itself are not given any more; what is no number counts nothing."""
        prefix, last = _last(logged.event)
        if logged.subject == counter_subject(prefix):
            self._counts[prefix] = max(last, self._counts.get(prefix, 0))


def skipping(prefix: str, count: int, now: datetime) -> HallEvent:
    """Return the event after which the numbers of the prefix go on after ``count``."""
    return HallEvent(EventKind.BLOCK, format_number(prefix, count), now)


def counted(events: Iterable[LoggedEvent]) -> dict[str, int]:
    """Return by prefix how far the counters have come, from events as ``Numbering`` or a store gives them.

    Numbers that were told again, torn from a roll or given alone did not come from a counter.
    """
    counts: dict[str, int] = {}
    for logged in events:
        if logged.event.kind in _COUNTED and (
            logged.subject_seq == 0 or logged.subject.startswith(_COUNTERS)
        ):
            prefix, last = _last(logged.event)
            counts[prefix] = max(last, counts.get(prefix, 0))
    counts.pop("", None)
    return counts


def _last(event: HallEvent) -> tuple[str, int]:
    try:
        prefix, first = parse_number(event.number)
    except ValueError:
        return "", 0
    return prefix, first + event.span - 1
