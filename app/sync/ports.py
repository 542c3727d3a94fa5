"""What the sender needs from the rest of the desk.

`Outbox` and `BlobSource` are implemented by `app.storage`; the sender calls them on the sync lane only.
Nothing here is deleted by sending: the outbox keeps rows after *stored* until retention says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.sync.office import AnswerPage
from app.sync.protocol import Answers, BlobProgress, CourtInfo, Event, Settled


@dataclass(frozen=True, slots=True)
class BlobDue:
    """A blob the court does not have yet: 64 hex digits and its size in bytes before encryption."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What still waits: events and blobs not yet acknowledged (parked ones excluded).

    `oldest_age` is the age in seconds of the oldest waiting event, None when nothing waits.
    """

    events: int
    blobs: int
    oldest_age: float | None


class Outbox(Protocol):
    """The durable queue. Every answer below is one small transaction and is safe to repeat."""

    def due(self, limit: int, under_way: frozenset[str] = frozenset()) -> Sequence[Event]:
        """Return up to `limit` unsent events, oldest first and in order within each visit.

        A visit whose earlier event is parked, waits because of `later`, or is among the ids `under_way` to
        the court, is skipped entirely.
        """
        ...

    def settle(self, words: Mapping[str, Settled]) -> None:
        """Record, in one transaction, what the court said of each event, by its id.

        *stored* may come again with another number after a new epoch; *conflict* and *rejected* park the
        event. A code starting with "local_" was found before sending.
        """
        ...

    def later(self, id: str, seconds: float) -> None:  # noqa: A002
        """Hold an event back by the monotonic clock, in memory only: after a restart all are due."""
        ...

    def hold_nothing(self) -> None:
        """Forget what `later` asked for: a person wants everything tried now."""
        ...

    def blobs_due(self, limit: int) -> Sequence[BlobDue]:
        """Return up to `limit` blobs not acknowledged, those of the oldest visit first."""
        ...

    def blob_stored(self, sha256: str, epoch: str) -> None:
        """Mark a blob acknowledged under `epoch`."""
        ...

    def epoch(self) -> str | None:
        """Return the court's epoch as last recorded, None before the first contact."""
        ...

    def new_epoch(self, epoch: str) -> None:
        """Record `epoch`; in the same transaction every retained event and blob becomes unsent.

        Parked events stay parked: a person decides about them.
        """
        ...

    def backlog(self) -> Backlog:
        """Count what waits, for the status bar."""
        ...


class Inbox(Protocol):
    """Where the answers of the back office are kept, each once."""

    def since(self, epoch: str) -> int:
        """Return the number of the last answer kept under `epoch`, 0 for none yet."""
        ...

    def keep(self, page: AnswerPage) -> int:
        """Keep what is new and how far it goes, in one transaction; return how many were new."""
        ...


class BlobReader(Protocol):
    """An open blob, decrypted; an `io.BytesIO` or an open binary file will do."""

    def seek(self, offset: int, /) -> int:
        """Move to `offset` bytes from the start."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; fewer only at the end."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class BlobSource(Protocol):
    """Where pages are read from."""

    def open(self, sha256: str) -> tuple[int, BlobReader]:
        """Return the size in bytes and a reader at offset 0.

        Raises `app.sync.errors.BlobUnreadable` when the file is missing or does not decrypt.
        """
        ...


class Court(Protocol):
    """The gateway as `app.sync.client.CourtClient` shows it; raises the errors of `app.sync.errors`."""

    def hello(self) -> CourtInfo:
        """Ask for the epoch and the time."""
        ...

    def post(self, events: Sequence[Event], epoch: str = "") -> Answers:
        """Offer a batch within the limits of `app.sync.protocol`, meant for `epoch`, "" for any.

        Under another epoch the court takes nothing: the answers are empty and name the new one.
        """
        ...

    def answers(self, since: int) -> AnswerPage:
        """Ask what the back office answered after number `since`."""
        ...

    def blob_offset(self, sha256: str) -> int | None:
        """Return the bytes the court has of a blob, None for nothing; the whole size means complete."""
        ...

    def put_blob_chunk(self, sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        """Append `chunk` at `offset` of a blob of `total` bytes."""
        ...


class Clock(Protocol):
    """A monotonic clock; the sender never asks for the time of day."""

    def __call__(self) -> float:
        """Return seconds from an arbitrary start, never going back."""
        ...
