"""The hall log: what every window needs of it, whatever engine keeps it.

One subject a ticket; every append carries the subject's expected newest sequence, so that no person can be
called twice. Numbers are counted in the order of the log, so that none can be issued twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from typing import Final, Protocol

from app.clock import moment, stamp
from app.domain.hall_event import EventKind, HallEvent


@dataclass(frozen=True)
class LoggedEvent:
    """An event with its place in the log."""

    seq: int
    subject: str
    subject_seq: int
    event: HallEvent
    event_id: str = ""
    day: str = ""


class HallLog(Protocol):
    """An append-only log with compare-and-set. Calls block; they belong to the ``hall`` lane."""

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        """Append and return the log sequence, or None when somebody else was faster.

        ``expected`` is the newest ``subject_seq`` of the subject; the event's is ``expected + event.span``.
        The same ``event_id`` again returns the same sequence. Raises HallProblem or StorageProblem when
        the log cannot be reached or written.
        """

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        """Append an ISSUED or a BLOCK that has no number yet; return the (first) number it got.

        A BLOCK that has one is told again, keeps it, and no counter gives any of its numbers from then on.
        Nobody can be faster. The same ``event_id`` again returns the same number. An ISSUED is then read as
        the first event of its ticket's subject. Raises as ``append``; the number may then be taken.
        """

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        """Let the numbers of the prefix go on after ``count`` unless they are there. Raises as ``append``."""

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        """Return the day's events after ``seq``, in order; what this log appended is among them."""

    def watch(self, told: Callable[[LoggedEvent | None], None]) -> Callable[[], None]:
        """Call back on a thread of the log for every stored event; return the call that ends it.

        None means that something may have been missed: read the log.
        """


class RestorableLog(HallLog, Protocol):
    """A log that can turn out to be an older copy; ``since`` and ``append`` then raise OlderCopy."""

    def accept_restored(self) -> None:
        """Use the older copy from now on; what this member knows is reported to it."""

    def remember(self, seq: int, event_id: str) -> None:
        """Refuse the log when it does not hold this event at this sequence."""


def ticket_subject(number: str) -> str:
    return f"ticket.{number}"


def counter_subject(prefix: str) -> str:
    return f"counter.{prefix}"


def window_subject(window: int) -> str:
    return f"window.{window}"


def is_claim(logged: LoggedEvent) -> bool:
    """Say whether this only moves a store's counter: the ticket itself is on its own subject."""
    return logged.event.kind is EventKind.ISSUED and logged.subject.startswith("counter.")


EPOCH_SUBJECT: Final = "epoch"
"""What concerns the whole hall: a restored log, a window out of service."""
RULES_SUBJECT: Final = "rules"
"""What the hall promises today."""


def encode(event: HallEvent) -> str:
    """Return the event as canonical JSON, what is as by default left out; no personal data is in it."""
    body: dict[str, object] = {"kind": event.kind.value, "number": event.number, "at": stamp(event.at)}
    for name, default in _MORE.items():
        value = getattr(event, name)
        if value != default:
            body[name] = list(value) if isinstance(value, tuple) else value
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(body: str) -> HallEvent:
    """Read what ``encode`` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    raw = json.loads(body)
    more = {name: raw[name] for name in _MORE.keys() & raw.keys()}
    more |= {name: tuple(value) for name, value in more.items() if isinstance(value, list)}
    return HallEvent(EventKind(raw["kind"]), raw["number"], moment(raw["at"]), **more)


_MORE: Final = {f.name: f.default for f in fields(HallEvent) if f.default is not MISSING}
