"""Blobs to the court: one at a time, in age order, resumed at the court's offset, a bounded part a step.

The offset check saves bytes; the final hash, which the court takes over the whole file, decides. A blob
that cannot be read or that the court will not have waits for itself and lets the next one pass.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from app.sync.errors import BlobRestart, BlobUnreadable, CourtTrouble
from app.sync.ports import BlobDue, BlobReader, BlobSource, Clock, Court, Outbox
from app.sync.protocol import CHUNK_BYTES
from app.sync.schedule import Holds

CHUNKS_PER_STEP: Final = 4
BLOBS_PER_STEP: Final = 64
SECONDS_PER_STEP: Final = 2.0
"""A step starts no further chunk after this long, so that a new record waits little on a slow line."""
_LOOKAHEAD: Final = 8


@dataclass(slots=True)
class _Upload:
    sha256: str
    size: int
    reader: BlobReader
    offset: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What a step moved: `bytes_sent`, `finished` blobs, and the court's `epoch` if it told one.

    `idle` when no blob could be offered.
    """

    bytes_sent: int = 0
    finished: int = 0
    epoch: str | None = None
    idle: bool = False


class Uploads:
    """The blob half of the sender; raises the errors of `app.sync.errors` for the sender to time."""

    def __init__(self, outbox: Outbox, source: BlobSource, court: Court, clock: Clock, holds: Holds) -> None:
        self._outbox = outbox
        self._source = source
        self._court = court
        self._clock = clock
        self._holds = holds
        self._current: _Upload | None = None
        self.unreadable: set[str] = set()

    def step(self, epoch: str) -> Uploaded:
        """Send the oldest blobs that are not held back: many small ones, or a few chunks of a large one."""
        started, sent, finished = self._clock(), 0, 0
        while True:
            moved = self._one(epoch)
            sent, finished = sent + moved.bytes_sent, finished + moved.finished
            spent = self._clock() - started
            full = sent >= CHUNKS_PER_STEP * CHUNK_BYTES or finished >= BLOBS_PER_STEP
            other = moved.epoch is not None and moved.epoch != epoch
            if not moved.finished or full or other or spent >= SECONDS_PER_STEP:
                return Uploaded(sent, finished, moved.epoch, idle=moved.idle and not finished)

    def _one(self, epoch: str) -> Uploaded:
        blob = self._next()
        if blob is None:
            return Uploaded(idle=True)
        try:
            return self._advance(blob, epoch)
        except BlobUnreadable:
            self.unreadable.add(blob.sha256)
            self._hold(blob.sha256)
            return Uploaded()
        except BlobRestart as restart:
            self._restart(blob, restart)
            return Uploaded()
        except CourtTrouble:
            self._hold(blob.sha256)
            raise
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Close the blob under way; the next step asks the court for its offset again."""
        if self._current is not None:
            self._current.reader.close()
            self._current = None

    def _next(self) -> BlobDue | None:
        for blob in self._outbox.blobs_due(_LOOKAHEAD + len(self._holds)):
            if not self._holds.held(blob.sha256):
                return blob
        return None

    def _advance(self, blob: BlobDue, epoch: str) -> Uploaded:
        upload = self._open(blob)
        if upload.offset == upload.size and upload.size > 0:
            return self._finish(upload, epoch, 0)
        sent, started = 0, self._clock()
        for _ in range(CHUNKS_PER_STEP):
            chunk = _read_exactly(upload)
            told = self._court.put_blob_chunk(upload.sha256, upload.offset, upload.size, chunk)
            expected = upload.offset + len(chunk)
            if told.offset != expected or told.complete != (expected == upload.size):
                raise CourtTrouble(200, "nonsense")
            upload.offset = expected
            sent += len(chunk)
            if told.complete:
                return self._finish(upload, told.epoch, sent)
            if told.epoch != epoch or self._clock() - started >= SECONDS_PER_STEP:
                return Uploaded(bytes_sent=sent, epoch=told.epoch)
        return Uploaded(bytes_sent=sent)

    def _open(self, blob: BlobDue) -> _Upload:
        if self._current is not None and self._current.sha256 == blob.sha256:
            return self._current
        self.drop()
        size, reader = self._source.open(blob.sha256)
        self._current = upload = _Upload(blob.sha256, size, reader, 0)
        offset = self._court.blob_offset(blob.sha256) or 0
        upload.offset = offset if offset <= size else 0
        reader.seek(upload.offset)
        return upload

    def _finish(self, upload: _Upload, epoch: str, sent: int) -> Uploaded:
        self.drop()
        self._outbox.blob_stored(upload.sha256, epoch)
        self._holds.forget(upload.sha256)
        self.unreadable.discard(upload.sha256)
        return Uploaded(bytes_sent=sent, finished=1, epoch=epoch)

    def _hold(self, sha256: str) -> None:
        self.drop()
        self._holds.hold(sha256, self._holds.draw(self._holds.attempt(sha256)))

    def _restart(self, blob: BlobDue, restart: BlobRestart) -> None:
        """Hold the blob back; after a wrong hash find out whether ours is the damaged copy."""
        self._hold(blob.sha256)
        if restart.code != "hash_mismatch":
            return
        try:
            ours = self._hash(blob.sha256)
        except BlobUnreadable:
            ours = ""
        if ours != blob.sha256:
            self.unreadable.add(blob.sha256)

    def _hash(self, sha256: str) -> str:
        _, reader = self._source.open(sha256)
        digest = hashlib.sha256()
        try:
            while piece := reader.read(CHUNK_BYTES):
                digest.update(piece)
        finally:
            reader.close()
        return digest.hexdigest()


def _read_exactly(upload: _Upload) -> bytes:
    wanted = min(CHUNK_BYTES, upload.size - upload.offset)
    chunk = upload.reader.read(wanted)
    if len(chunk) != wanted:
        raise BlobUnreadable(upload.sha256)
    return chunk
