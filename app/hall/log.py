"""The hall log: what every window needs of it, whatever engine keeps it.

One subject a ticket; every append carries the subject's expected newest sequence, so that no person can be
called twice. Numbers are counted in the order of the log, so that none can be issued twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

from app.clock import moment, stamp
from app.domain.hall import Promise
from app.domain.hall_asks import ABOUT_STAFF
from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import HIGHEST_COUNT, format_number, parse_number


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
    """Read what ``encode`` wrote. Raises ValueError for anything else: types and limits are checked."""
    try:
        raw = json.loads(body)
        kind, number, at = EventKind(raw["kind"]), raw["number"], _moment(raw["at"])
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no event: {error}") from error
    if not _is_text(number):
        raise ValueError("no number")
    more: dict[str, Any] = {}
    for name in _MORE.keys() & raw.keys():
        value = raw[name]
        if not _TYPES[name](value):
            raise ValueError(f"not as {name} is written")
        more[name] = tuple(value) if isinstance(value, list) else value
    event = HallEvent(kind, number, at, **more)
    if not _SPANS[kind is EventKind.BLOCK](event.span):
        raise ValueError("not as many numbers")
    if kind is EventKind.PROMISED:
        _promise(event)
    return event


def _promise(event: HallEvent) -> Promise:
    try:
        return Promise.of(event.limits)
    except TypeError as error:
        raise ValueError("not as a promise is written") from error


def read_event(subject: str, body: bytes) -> HallEvent:
    """Return the event, FOREIGN when it cannot be read or does not belong on its subject."""
    try:
        event = decode(body.decode("utf-8"))
        return event if belongs(subject, event) else FOREIGN
    except ValueError:
        return FOREIGN


def belongs(subject: str, event: HallEvent) -> bool:
    """Say whether the event may be on this subject: the server vouches for who writes where, not for more.

    Raises ValueError where a number is none.
    """
    family, _, name = subject.partition(".")
    match family:
        case "ticket":
            known = event.kind is EventKind.ISSUED or (event.kind in _OF_TICKETS and event.window is not None)
            return known and event.number == name and bool(parse_number(name))
        case "counter":
            own = not event.number or parse_number(event.number)[0] == name
            return event.kind in _OF_COUNTERS and own and bool(parse_number(format_number(name, 0)))
        case "window":
            return event.kind in _OF_WINDOWS and name == str(event.window)
        case _:
            return event.kind in _OF_THE_HALL.get(subject, ())


FOREIGN: Final = HallEvent(EventKind.FOREIGN, "", datetime(1970, 1, 1, tzinfo=UTC))
"""In place of what is in the log but has no effect."""
_OF_COUNTERS: Final = frozenset({EventKind.ISSUED, EventKind.BLOCK})
_OF_TICKETS: Final = frozenset(  # besides ISSUED
    {
        EventKind.CALLED,
        EventKind.RECALLED,
        EventKind.RETURNED,
        EventKind.NO_SHOW,
        EventKind.SERVED,
        EventKind.PARKED,
        EventKind.TRANSFERRED,
        EventKind.UNDONE,
        EventKind.BOUND,
        EventKind.ASKED,
        EventKind.RELEASED,
        EventKind.FREED,
    }
)
_OF_WINDOWS: Final = ABOUT_STAFF | {
    EventKind.UNANSWERED,
    EventKind.ENROLLED,
    EventKind.PAUSED,
    EventKind.RESUMED,
    EventKind.REPORTED,
    EventKind.WANTED,
    EventKind.GIVEN,
    EventKind.TAKEN,
    EventKind.ALARM,
    EventKind.COMING,
    EventKind.CALM,
}
_OF_THE_HALL: Final = {
    EPOCH_SUBJECT: (EventKind.EPOCH, EventKind.RETIRED),
    RULES_SUBJECT: (EventKind.PROMISED,),
}

_MOST: Final = 99_999
_YEARS: Final = range(2000, 2200)
_SPANS: Final = {False: lambda span: span == 1, True: lambda span: 1 <= span <= HIGHEST_COUNT}


def _moment(text: str) -> datetime:
    at = moment(text)
    if at.tzinfo is None or at.year not in _YEARS:
        raise ValueError("no moment")
    return at


def _is_text(value: object) -> bool:
    """Lone surrogates are no text: nothing could store or show them."""
    return isinstance(value, str) and (value.isascii() or not _SURROGATES.search(value))


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _are(one: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(one, value))


_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_MORE: Final = {f.name: f.default for f in fields(HallEvent) if f.default is not MISSING}
_CHECKS: Final[dict[str, Callable[[object], bool]]] = {
    "str": _is_text,
    "int": _is_count,
    "bool": lambda value: isinstance(value, bool),
    "int | None": lambda value: value is None or _is_count(value),
    "tuple[int, ...]": _are(_is_count),
    "tuple[str, ...]": _are(_is_text),
}
_TYPES: Final = {f.name: _CHECKS[str(f.type)] for f in fields(HallEvent) if f.name in _MORE}
