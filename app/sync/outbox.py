"""The desk's own outbox as the sender sees it: rows of the store, reached through the ``db`` lane."""

from __future__ import annotations

import io
from collections.abc import Sequence

from app.clock import Clock
from app.errors import StorageProblem
from app.lanes import Lanes
from app.storage import intakes, meta, pages
from app.storage.blobs import BlobTree
from app.storage.engine import Store
from app.sync.errors import BlobUnreadable
from app.sync.ports import Backlog, BlobDue
from app.sync.protocol import Event


class StoreOutbox:
    """Implements ``app.sync.ports.Outbox``. What the court asked to keep for later is only remembered here."""

    def __init__(self, store: Store, lanes: Lanes, clock: Clock, device: str) -> None:
        self._store = store
        self._lanes = lanes
        self._clock = clock
        self._device = device
        self._held: dict[str, float] = {}

    def due(self, limit: int) -> Sequence[Event]:
        now = self._clock.monotonic()
        self._held = {event_id: until for event_id, until in self._held.items() if until > now}
        held = frozenset(self._held)

        def read() -> Sequence[Event]:
            with self._store.transaction() as connection:
                rows = intakes.due(connection, limit, held)
            return [
                Event(r.id, self._device, r.seq, r.visit_id, r.kind, r.schema, r.body, r.sha256) for r in rows
            ]

        return self._lanes.on_db(read)

    def stored(self, id: str, receipt_no: str, epoch: str) -> None:  # noqa: A002
        self._answer(id, state="stored", receipt_no=receipt_no, epoch=epoch)

    def conflict(self, id: str) -> None:  # noqa: A002
        self._answer(id, state="conflict")

    def rejected(self, id: str, code: str, field: str) -> None:  # noqa: A002
        self._answer(id, state="rejected", code=code, field=field)

    def later(self, id: str, seconds: float) -> None:  # noqa: A002
        self._held[id] = self._clock.monotonic() + seconds

    def _answer(self, event_id: str, **values: str) -> None:
        def write() -> None:
            with self._store.transaction() as connection:
                intakes.answer(connection, event_id, at=self._clock.now(), **values)  # type: ignore[arg-type]

        self._lanes.on_db(write)

    def blobs_due(self, limit: int) -> Sequence[BlobDue]:
        def read() -> Sequence[BlobDue]:
            with self._store.transaction() as connection:
                return [BlobDue(sha256, size) for sha256, size in intakes.blobs_due(connection, limit)]

        return self._lanes.on_db(read)

    def blob_stored(self, sha256: str, epoch: str) -> None:
        def write() -> None:
            with self._store.transaction() as connection:
                intakes.blob_stored(connection, sha256, epoch, self._clock.now())

        self._lanes.on_db(write)

    def epoch(self) -> str | None:
        def read() -> str | None:
            with self._store.transaction() as connection:
                return meta.read(connection, meta.EPOCH)

        return self._lanes.on_db(read)

    def new_epoch(self, epoch: str) -> None:
        def write() -> None:
            with self._store.transaction() as connection:
                intakes.offer_again(connection, epoch)

        self._lanes.on_db(write)

    def backlog(self) -> Backlog:
        def read() -> Backlog:
            with self._store.transaction() as connection:
                events, blobs, oldest, _ = intakes.backlog(connection)
            age = (self._clock.now() - oldest).total_seconds() if oldest else None
            return Backlog(events, blobs, age)

        return self._lanes.on_db(read)


class StoredBlobs:
    """Implements ``app.sync.ports.BlobSource``: pages decrypted for sending."""

    def __init__(self, store: Store, lanes: Lanes, blobs: BlobTree) -> None:
        self._store = store
        self._lanes = lanes
        self._blobs = blobs

    def open(self, sha256: str) -> tuple[int, io.BytesIO]:
        def key() -> bytes | None:
            with self._store.transaction() as connection:
                record = pages.get_blob(connection, sha256)
            return record.key if record else None

        found = self._lanes.on_db(key)
        if found is None:
            raise BlobUnreadable(sha256)
        try:
            data = self._blobs.get(sha256, found)
        except StorageProblem as problem:
            raise BlobUnreadable(sha256) from problem
        return len(data), io.BytesIO(data)
