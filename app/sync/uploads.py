"""Blobs to the court: a few at once, in age order, resumed at the court's offset, a bounded part a step.

The offset check saves bytes; the final hash, which the court takes over the whole file, decides. A blob
that cannot be read or that the court will not have waits for itself and lets the next one pass. Of a blob
one chunk at most is under way, so a cut costs no more than that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.sync.errors import BlobRestart, BlobUnreadable, CourtTrouble, SyncTrouble, raise_worst
from app.sync.line import Calls, Pace
from app.sync.ports import BlobDue, BlobReader, BlobSource, Clock, Court, Outbox
from app.sync.protocol import CHUNK_BYTES, BlobProgress
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
    offset: int = 0


@dataclass(slots=True)
class Uploaded:
    """What a step moved: `bytes_sent`, `finished` blobs, and the court's `epoch` if it told another one.

    `wait` seconds until the cap lets more pass; `idle` when no blob could be offered.
    """

    bytes_sent: int = 0
    finished: int = 0
    epoch: str | None = None
    wait: float = 0.0
    idle: bool = False

    @property
    def full(self) -> bool:
        """Whether a step has done enough."""
        return self.bytes_sent >= CHUNKS_PER_STEP * CHUNK_BYTES or self.finished >= BLOBS_PER_STEP


class Uploads:
    """The blob half of the sender; raises the errors of `app.sync.errors` for the sender to time."""

    def __init__(
        self,
        outbox: Outbox,
        source: BlobSource,
        court: Court,
        clock: Clock,
        holds: Holds,
        calls: Calls,
        pace: Pace,
    ) -> None:
        self._outbox = outbox
        self._source = source
        self._court = court
        self._clock = clock
        self._holds = holds
        self._calls = calls
        self._pace = pace
        self._open: dict[str, _Upload] = {}
        self.unreadable: set[str] = set()

    def step(self, epoch: str) -> Uploaded:
        """Send the oldest blobs that are not held back: many small ones, or a few chunks of large ones."""
        started, done = self._clock(), Uploaded()
        try:
            while not done.full and done.epoch is None and self._clock() - started < SECONDS_PER_STEP:
                done.wait = self._pace.wait()
                if done.wait > 0.0:
                    break
                self._take_more()
                if not self._open:
                    done.idle = not (done.bytes_sent or done.finished)
                    break
                self._round(epoch, done)
        except BaseException:
            self.drop()
            raise
        return done

    def drop(self) -> None:
        """Close the blobs under way; the next step asks the court for their offsets again."""
        for sha256 in list(self._open):
            self._close(sha256)

    def _close(self, sha256: str) -> None:
        self._open.pop(sha256).reader.close()

    def _take_more(self) -> None:
        """Open the next blobs and ask the court, for all of them at once, how much it has."""
        missing = self._calls.at_once - len(self._open)
        if missing <= 0:
            return
        due = self._outbox.blobs_due(_LOOKAHEAD + len(self._holds) + len(self._open))
        free = [blob for blob in due if blob.sha256 not in self._open and not self._holds.held(blob.sha256)]
        begun = [upload for blob in free[:missing] if (upload := self._begin(blob)) is not None]
        found = list(self._calls([partial(self._court.blob_offset, upload.sha256) for upload in begun]))
        raised: list[SyncTrouble] = []
        for upload, offset in zip(begun, found, strict=True):
            if isinstance(offset, SyncTrouble):
                raised += self._refused(upload, offset)
                continue
            upload.offset = offset if offset is not None and offset <= upload.size else 0
            upload.reader.seek(upload.offset)
        raise_worst(raised)

    def _begin(self, blob: BlobDue) -> _Upload | None:
        try:
            size, reader = self._source.open(blob.sha256)
        except BlobUnreadable:
            self._unreadable(blob.sha256)
            return None
        self._open[blob.sha256] = upload = _Upload(blob.sha256, size, reader)
        return upload

    def _round(self, epoch: str, done: Uploaded) -> None:
        """Send one chunk of each open blob, side by side."""
        for upload in [one for one in self._open.values() if one.offset == one.size > 0]:
            self._finish(upload, epoch, done)  # its last chunk arrived and the answer was lost
        chunks = self._chunks()
        since = self._clock()
        puts = [partial(self._put, one, chunk) for one, chunk in chunks]
        found = list(self._calls(puts))
        self._pace.sent(sum(len(chunk) for _, chunk in chunks), since)
        raised: list[SyncTrouble] = []
        for (upload, chunk), told in zip(chunks, found, strict=True):
            if isinstance(told, SyncTrouble):
                raised += self._refused(upload, told)
            elif _fits(upload, chunk, told):
                self._advance(upload, told, epoch, done)
            else:
                raised += self._refused(upload, CourtTrouble(200, "nonsense"))
        raise_worst(raised)

    def _put(self, one: _Upload, chunk: bytes) -> BlobProgress:
        return self._court.put_blob_chunk(one.sha256, one.offset, one.size, chunk)

    def _chunks(self) -> list[tuple[_Upload, bytes]]:
        most = self._pace.chunk(max(1, len(self._open)))
        found: list[tuple[_Upload, bytes]] = []
        for upload in list(self._open.values()):
            try:
                found.append((upload, _read_exactly(upload, most)))
            except BlobUnreadable:
                self._unreadable(upload.sha256)
        return found

    def _advance(self, upload: _Upload, told: BlobProgress, epoch: str, done: Uploaded) -> None:
        done.bytes_sent += told.offset - upload.offset
        upload.offset = told.offset
        if told.epoch != epoch:
            done.epoch = told.epoch
        if told.complete:
            self._finish(upload, told.epoch, done)

    def _finish(self, upload: _Upload, epoch: str, done: Uploaded) -> None:
        self._close(upload.sha256)
        self._outbox.blob_stored(upload.sha256, epoch)
        self._holds.forget(upload.sha256)
        self.unreadable.discard(upload.sha256)
        done.finished += 1

    def _refused(self, upload: _Upload, trouble: SyncTrouble) -> list[SyncTrouble]:
        """Let the one blob wait that a trouble is about; return what is the affair of the whole way."""
        if isinstance(trouble, BlobRestart):
            self._restart(upload.sha256, trouble)
            return []
        if isinstance(trouble, CourtTrouble):
            self._hold(upload.sha256)
        return [trouble]

    def _unreadable(self, sha256: str) -> None:
        self.unreadable.add(sha256)
        self._hold(sha256)

    def _hold(self, sha256: str) -> None:
        if sha256 in self._open:
            self._close(sha256)
        self._holds.hold(sha256, self._holds.draw(self._holds.attempt(sha256)))

    def _restart(self, sha256: str, restart: BlobRestart) -> None:
        """Hold the blob back; after a wrong hash find out whether ours is the damaged copy."""
        self._hold(sha256)
        if restart.code != "hash_mismatch":
            return
        try:
            ours = self._hash(sha256)
        except BlobUnreadable:
            ours = ""
        if ours != sha256:
            self.unreadable.add(sha256)

    def _hash(self, sha256: str) -> str:
        _, reader = self._source.open(sha256)
        digest = hashlib.sha256()
        try:
            while piece := reader.read(CHUNK_BYTES):
                digest.update(piece)
        finally:
            reader.close()
        return digest.hexdigest()


def _fits(upload: _Upload, chunk: bytes, told: BlobProgress) -> bool:
    expected = upload.offset + len(chunk)
    return told.offset == expected and told.complete == (expected == upload.size)


def _read_exactly(upload: _Upload, most: int) -> bytes:
    wanted = min(most, upload.size - upload.offset)
    chunk = upload.reader.read(wanted)
    if len(chunk) != wanted:
        raise BlobUnreadable(upload.sha256)
    return chunk
