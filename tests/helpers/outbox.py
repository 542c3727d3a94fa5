"""An outbox, blobs and a clock in memory, and a maker of events, for tests of the sender and the court."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import uuid_utils

from app.sync.errors import BlobUnreadable
from app.sync.office import AnswerPage, OfficeAnswer
from app.sync.ports import Backlog, BlobDue
from app.sync.protocol import Event, Rejected, Settled, Stored, canonical, sha256_hex


def new_id() -> str:
    """Return a fresh UUIDv7."""
    return str(uuid_utils.uuid7())


def seeded(seed: int) -> random.Random:
    """Return a generator whose run can be repeated."""
    return random.Random(seed)  # noqa: S311


def intake(seq: int = 1, visit_id: str | None = None, pages: Sequence[bytes] = (), **more: object) -> Event:
    """Return an intake event that keeps every published rule."""
    visit_id = visit_id or new_id()
    body = {
        "visit_id": visit_id,
        "receipt_no": f"R{seq:06d}",
        "finished_at": "2026-11-22T02:03:04Z",
        "matters": [{"code": "civil_filing"}],
        "parties": [{"name": "欧阳娜娜·阿卜杜拉"}],
        "blobs": [{"sha256": sha256_hex(blob), "size": len(blob)} for blob in pages],
    } | more
    return with_body(
        Event(new_id(), "desk-1", seq, visit_id, "intake", 1, b"", ""),
        canonical({name: value for name, value in body.items() if value is not None}),
    )


def with_body(event: Event, body: bytes) -> Event:
    """Return `event` with another body and the hash that fits it."""
    return replace(event, body=body, sha256=sha256_hex(body))


class FakeClock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Row:
    event: Event
    state: str = "waiting"
    receipt_no: str = ""
    code: str = ""
    epoch: str = ""
    not_before: float = 0.0
    history: list[str] = field(default_factory=list)


class MemoryOutbox:
    """`app.sync.ports.Outbox` in a dictionary, in the order of `add`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.rows: dict[str, Row] = {}
        self.blobs: dict[str, tuple[int, str]] = {}
        self.known_epoch: str | None = None

    def add(self, event: Event, blobs: Sequence[bytes] = ()) -> Event:
        self.rows[event.id] = Row(event)
        for blob in blobs:
            self.blobs.setdefault(sha256_hex(blob), (len(blob), ""))
        return event

    def states(self) -> list[str]:
        return [row.state for row in self.rows.values()]

    def due(self, limit: int, under_way: frozenset[str] = frozenset()) -> Sequence[Event]:
        found: list[Event] = []
        closed: set[str] = set()
        for row in self.rows.values():
            visit = row.event.visit_id
            if row.state == "stored" or visit in closed:
                continue
            held = row.not_before > self.clock() or row.event.id in under_way
            if row.state != "waiting" or held:
                closed.add(visit)
            elif len(found) < limit:
                found.append(row.event)
        return found

    def settle(self, words: Mapping[str, Settled]) -> None:
        for event_id, word in words.items():
            row = self.rows[event_id]
            row.state = type(word).__name__.lower()
            row.history.append(row.state)
            if isinstance(word, Stored):
                row.receipt_no, row.epoch = word.receipt_no, word.epoch
            elif isinstance(word, Rejected):
                row.code = f"{word.code}:{word.field}"

    def later(self, id: str, seconds: float) -> None:  # noqa: A002
        self.rows[id].not_before = self.clock() + seconds

    def restart(self) -> None:
        """Forget what is only in memory, as a new process would."""
        for row in self.rows.values():
            row.not_before = 0.0

    def hold_nothing(self) -> None:
        self.restart()

    def blobs_due(self, limit: int) -> Sequence[BlobDue]:
        return [BlobDue(sha, size) for sha, (size, epoch) in self.blobs.items() if not epoch][:limit]

    def blob_stored(self, sha256: str, epoch: str) -> None:
        self.blobs[sha256] = (self.blobs[sha256][0], epoch)

    def epoch(self) -> str | None:
        return self.known_epoch

    def new_epoch(self, epoch: str) -> None:
        self.known_epoch = epoch
        for row in self.rows.values():
            if row.state == "stored":
                row.state = "waiting"
        self.blobs = {sha: (size, "") for sha, (size, _) in self.blobs.items()}

    def backlog(self) -> Backlog:
        waiting = sum(row.state == "waiting" for row in self.rows.values())
        blobs = sum(not epoch for _, epoch in self.blobs.values())
        return Backlog(waiting, blobs, 60.0 if waiting else None)


class MemoryInbox:
    """`app.sync.ports.Inbox` in a dictionary."""

    def __init__(self) -> None:
        self.answers: dict[str, OfficeAnswer] = {}
        self.cursor = ("", 0)

    def since(self, epoch: str) -> int:
        return self.cursor[1] if self.cursor[0] == epoch else 0

    def keep(self, page: AnswerPage) -> int:
        known = len(self.answers)
        for one in page.answers:
            self.answers.setdefault(one.id, one)
        self.cursor = (page.epoch, page.last)
        return len(self.answers) - known


class MemoryBlobs:
    """`app.sync.ports.BlobSource` over bytes."""

    def __init__(self, *blobs: bytes) -> None:
        self.by_hash = {sha256_hex(blob): blob for blob in blobs}

    def open(self, sha256: str) -> tuple[int, io.BytesIO]:
        if sha256 not in self.by_hash:
            raise BlobUnreadable(sha256)
        data = self.by_hash[sha256]
        return len(data), io.BytesIO(data)
