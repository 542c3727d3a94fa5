"""How the hall's events lie in JetStream: names of stream and subjects, headers, answers of the server.

Sources: NATS JetStream API reference (STREAM.MSG.GET, DIRECT.GET with ``batch``, ADR-31), error codes of
nats-server 2.15. Every message carries its event id (``Nats-Msg-Id``) and its place among the events of its
subject (``Hall-Count``), because JetStream counts messages of the whole stream only.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.domain.hall_event import HallEvent
from app.hall.log import FOREIGN, LoggedEvent, counter_subject, encode, read_event

EVENT_ID: Final = "Nats-Msg-Id"
EXPECTED: Final = "Nats-Expected-Last-Subject-Sequence"
COUNT: Final = "Hall-Count"
SEQUENCE: Final = "Nats-Sequence"
SUBJECT: Final = "Nats-Subject"
STREAM: Final = "Nats-Stream"
_SERVERS: Final = frozenset({STREAM, SUBJECT, SEQUENCE, "Nats-Time-Stamp", "Nats-Last-Sequence"})
"""What the server says of every message it repeats; in what is stored only if it is a copy of such a one."""
TWICE: Final = "Twice"
"""Said of headers that give a name twice."""
PENDING: Final = "Nats-Num-Pending"
STATUS: Final = "Status"

WRONG_LAST_SEQUENCE: Final = frozenset({10071, 10164})
"""Somebody else's event is there, or is being stored just now."""
IN_PROCESS: Final = 10158
"""The same event id is being stored just now."""
NOT_FOUND: Final = 10037

_HALL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


def is_hall_name(text: str) -> bool:
    """Say whether the text can name a hall: up to 32 letters, digits, ``-`` and ``_``."""
    return _HALL.fullmatch(text) is not None


@dataclass(frozen=True)
class Names:
    """Every name of one hall on the server."""

    hall: str

    @property
    def stream(self) -> str:
        return f"HALL_{self.hall}"

    @property
    def all_subjects(self) -> str:
        return f"hall.{self.hall}.>"

    @property
    def pushed(self) -> str:
        """Where the server repeats every event once it is stored."""
        return f"seen.{self.hall}.>"

    @property
    def setting(self) -> str:
        """Where every server of the hall answers with its JetStream settings."""
        return f"setting.{self.hall}"

    def speech(self, window: int | None = None) -> str:
        """Where a window asks whether it may speak; without one, where the hall listens."""
        return f"speak.{self.hall}.{'*' if window is None else window}"

    def spare(self, holder: int | str, asker: int | str) -> str:
        """Where a window asks a holder, or ``all`` of them, whom it could call instead."""
        return f"spare.{self.hall}.{holder}.{asker}"

    @property
    def get_message(self) -> str:
        return f"$JS.API.STREAM.MSG.GET.{self.stream}"

    @property
    def get_many(self) -> str:
        return f"$JS.API.DIRECT.GET.{self.stream}"

    @property
    def info(self) -> str:
        return f"$JS.API.STREAM.INFO.{self.stream}"

    @property
    def parcels(self) -> str:
        """The stream of papers on their way between windows."""
        return f"PARCELS_{self.hall}"

    @property
    def all_parcels(self) -> str:
        return f"parcels.{self.hall}.>"

    @property
    def parcel_message(self) -> str:
        return f"$JS.API.STREAM.MSG.GET.{self.parcels}"

    @property
    def parcel_many(self) -> str:
        return f"$JS.API.DIRECT.GET.{self.parcels}"

    @property
    def roll(self) -> str:
        """Where changes of the list of staff go."""
        return f"staff.{self.hall}"

    @property
    def roll_stream(self) -> str:
        return f"STAFF_{self.hall}"

    @property
    def roll_message(self) -> str:
        return f"$JS.API.STREAM.MSG.GET.{self.roll_stream}"

    def parcels_of(self, window: int) -> str:
        """What only this window writes."""
        return f"parcels.{self.hall}.{window}.>"

    def parcel_key(self, window: int) -> str:
        return f"parcels.{self.hall}.{window}.key"

    def parcel(self, giver: int, to: int, parcel: str) -> str:
        return f"parcels.{self.hall}.{giver}.to.{to}.{parcel}"

    def stored(self, pushed: str) -> str:
        """Return the subject of an event that was repeated on ``pushed``."""
        return f"hall.{pushed.removeprefix('seen.')}"

    def day(self, day: date) -> str:
        return f"hall.{self.hall}.{day.isoformat()}."

    def inbox(self, member: str) -> str:
        """Where answers to a member arrive; nobody else may listen there."""
        return f"_INBOX_{self.hall}_{member}"


@dataclass(frozen=True)
class Place:
    """A subject's newest event: its count there, its sequence in the log and its id."""

    count: int
    seq: int
    event_id: str


@dataclass(frozen=True)
class Stored:
    """One message of the stream. ``count`` is the subject's newest count after it."""

    seq: int
    subject: str
    count: int
    event_id: str
    body: bytes

    def logged(self) -> LoggedEvent:
        """Return the event under its subject without hall and day, FOREIGN when it is none of ours."""
        *_hall, subject = self.subject.split(".", 3)
        return LoggedEvent(
            seq=self.seq,
            subject=subject,
            subject_seq=self.count,
            event=read_event(subject, self.body) if self.event_id else FOREIGN,
            event_id=self.event_id,
            day=self.day,
        )

    @property
    def day(self) -> str:
        return self.subject.split(".")[2]

    @classmethod
    def of(cls, subject: str, seq: int, headers: Mapping[str, str], body: bytes) -> Stored:
        """Read a message with whatever headers its writer gave it.

        A count that is none is its sequence: every reader says the same, and a claim can come after it.
        """
        count = headers.get(COUNT, "")
        counted = _COUNTED.fullmatch(count) is not None and (count != "0" or _TAKES_NUMBERS in subject)
        return cls(seq, subject, int(count) if counted else seq, headers.get(EVENT_ID, ""), body)


_COUNTED: Final = re.compile(r"0|[1-9][0-9]{0,14}")
_TAKES_NUMBERS: Final = f".{counter_subject('')}"


def to_send(event: HallEvent, event_id: str, expected: int, last: int) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a publish after ``expected`` events, the newest at sequence ``last``."""
    headers = {EVENT_ID: event_id, EXPECTED: str(last), COUNT: str(expected + event.span)}
    return encode(event).encode("utf-8"), headers


def to_count(event: HallEvent, event_id: str) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of what is stored after whatever is there: its place gives its number."""
    return encode(event).encode("utf-8"), {EVENT_ID: event_id, COUNT: "0"}


def from_headers(headers: Mapping[str, str], body: bytes) -> Stored:
    """Read a message as direct get and republish give it. Raises KeyError, ValueError when it is none.

    The server puts its own headers last. Where the writer's do not end as headers do, the first of the
    server's is lost; where a name is there twice, somebody had the server send an answer of its own to a
    subject of the log. Nothing the writer says counts then.
    """
    regular = headers if STREAM in headers and TWICE not in headers else {}
    return Stored.of(headers[SUBJECT], int(headers[SEQUENCE]), regular, body)


def from_answer(answer: bytes) -> Stored | None:
    """Read the answer of STREAM.MSG.GET; None when there is no such message. Raises Unavailable."""
    found = _told(answer)
    refused = found.get("error")
    if refused is not None:
        if refused.get("err_code") == NOT_FOUND:
            return None
        raise Unavailable(str(refused.get("description", "")))
    message = found["message"]
    headers = _headers(base64.b64decode(message.get("hdrs", "")))
    body = base64.b64decode(message.get("data", ""))
    return Stored.of(message["subject"], int(message["seq"]), headers, body)


def _headers(block: bytes) -> dict[str, str]:
    """Read headers as the server repeats them: it puts its own in place of the last two bytes."""
    lines = block[:-2].decode("utf-8", "replace").split("\r\n")[1:]
    pairs = [line.split(":", 1) for line in lines if ":" in line]
    found = {name.strip(): value.strip() for name, value in pairs}
    return {} if found.keys() & _SERVERS or is_twice([name for name, _value in pairs]) else found


def is_twice(names: Iterable[str]) -> bool:
    """Say whether a header is there twice; of one of the server's it is not the same in all its answers."""
    known = [name.strip() for name in names if name.strip() != PENDING]
    return len(set(known)) < len(known)


def _told(answer: bytes) -> dict[str, Any]:
    """Read what a server says. Raises Unavailable when it is nothing: nobody is there."""
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise Unavailable("no answer") from error
    if not isinstance(found, dict):
        raise Unavailable("no answer")
    return found


class Unavailable(Exception):
    """The server answered, but cannot serve just now: no leader, no quorum."""


class Refused(Exception):
    """The server will not store the event: disk full, not permitted, foreign stream."""


def published(answer: bytes) -> int | None:
    """Return the sequence a publish got, None when the expected one was wrong.

    Raises Unavailable (try again) or Refused (trying again does not help).
    """
    found = _told(answer)
    error = found.get("error")
    if error is None and "seq" in found:
        return int(found["seq"])
    if error is None:
        raise Unavailable("no acknowledgement")
    if error.get("err_code") in WRONG_LAST_SEQUENCE:
        return None
    if error.get("code") in {500, 503} or error.get("err_code") == IN_PROCESS:
        raise Unavailable(str(error.get("description", "")))
    raise Refused(str(error.get("description", "")))
