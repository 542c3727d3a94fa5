"""The desk's own outbox as the sender sees it: rows of the store."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from app.clock import Clock
from app.errors import StorageProblem
from app.storage import answers, intakes, meta, pages
from app.storage.access import StoreAccess
from app.storage.blobs import BlobTree
from app.storage.records import AnswerRecord, CourtWord
from app.sync.errors import BlobUnreadable
from app.sync.office import AnswerPage, OfficeAnswer
from app.sync.ports import Backlog, BlobDue
from app.sync.protocol import Conflict, Event, Rejected, Settled, Stored


class StoreOutbox:
    """Implements ``app.sync.ports.Outbox``; what the court asked to keep for later is only remembered."""

    def __init__(self, store: StoreAccess, clock: Clock, device: str) -> None:
        self._store = store
        self._clock = clock
        self._device = device
        self._held: dict[str, float] = {}

    def due(self, limit: int, under_way: frozenset[str] = frozenset()) -> Sequence[Event]:
        now = self._clock.monotonic()
        self._held = {event_id: until for event_id, until in self._held.items() if until > now}
        rows = self._store(intakes.due, limit, under_way.union(self._held))
        return [
            Event(r.id, self._device, r.seq, r.visit_id, r.kind, r.schema, r.body, r.sha256) for r in rows
        ]

    def settle(self, words: Mapping[str, Settled]) -> None:
        told = [court_word(event_id, word) for event_id, word in words.items()]
        self._store(intakes.answer, told, self._clock.now())

    def later(self, id: str, seconds: float) -> None:  # noqa: A002
        self._held[id] = self._clock.monotonic() + seconds

    def hold_nothing(self) -> None:
        self._held.clear()

    def blobs_due(self, limit: int) -> Sequence[BlobDue]:
        return [BlobDue(sha256, size) for sha256, size in self._store(intakes.blobs_due, limit)]

    def blob_stored(self, sha256: str, epoch: str) -> None:
        self._store(intakes.blob_stored, sha256, epoch, self._clock.now())

    def epoch(self) -> str | None:
        return self._store(meta.read, meta.EPOCH)

    def new_epoch(self, epoch: str) -> None:
        self._store(intakes.offer_again, epoch)

    def backlog(self) -> Backlog:
        events, blobs, oldest, _ = self._store(intakes.backlog)
        age = (self._clock.now() - oldest).total_seconds() if oldest else None
        return Backlog(events, blobs, age)


def court_word(event_id: str, word: Settled) -> CourtWord:
    """Return what the court said of an event as the store keeps it."""
    match word:
        case Stored(receipt_no, _, epoch):
            return CourtWord(event_id, "stored", receipt_no=receipt_no, epoch=epoch)
        case Rejected(code, field):
            return CourtWord(event_id, "rejected", code=code, field=field)
        case Conflict():
            return CourtWord(event_id, "conflict")


class StoreInbox:
    """Implements ``app.sync.ports.Inbox``: answers to visits of this desk, each once."""

    def __init__(self, store: StoreAccess, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def since(self, epoch: str) -> int:
        return self._store(answers.since, epoch)

    def keep(self, page: AnswerPage) -> int:
        now = self._clock.now()
        found = [AnswerRecord(**_fields(one), received_at=now, seen_at=None) for one in page.answers]
        return self._store(answers.keep, found, page.epoch, page.last)


def _fields(one: OfficeAnswer) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


class StoredBlobs:
    """Implements ``app.sync.ports.BlobSource``: pages decrypted for sending."""

    def __init__(self, store: StoreAccess, blobs: BlobTree) -> None:
        self._store = store
        self._blobs = blobs

    def open(self, sha256: str) -> tuple[int, io.BytesIO]:
        record = self._store(pages.get_blob, sha256)
        if record is None:
            raise BlobUnreadable(sha256)
        try:
            data = self._blobs.get(sha256, record.key)
        except StorageProblem as problem:
            raise BlobUnreadable(sha256) from problem
        return len(data), io.BytesIO(data)
