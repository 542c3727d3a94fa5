"""A content-addressed tree of files, filled by resumable appends.

A blob grows as `incoming/<sha256>.<total>.part`; when it has its length, the hash over the whole file
decides: right, and it is synced and renamed to `blobs/ab/cd/<sha256>` with every new folder synced; wrong,
and it starts again at 0. So a file under its final name is always whole. Names are validated hashes and
never anything a sender chose. Bytes are kept as they arrive, so a broken request still advances.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from app.court.errors import BlobTooLarge, ChunkDamaged, HashMismatch, OffsetMismatch
from app.sync.protocol import MAX_BLOB_BYTES, digest_field, is_sha256

_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """How much of a blob is here, in bytes; `complete` when the whole is verified and durable."""

    offset: int
    complete: bool


class Append(Protocol):
    """One PATCH under way."""

    def write(self, data: bytes) -> None:
        """Add bytes at the end. Raises `OffsetMismatch` when a younger PATCH took over, `BlobTooLarge`."""
        ...

    def finish(self, digest: str | None) -> Held:
        """Sync, and at full length verify and publish. `digest` is the Content-Digest the sender gave.

        Raises `HashMismatch` or `ChunkDamaged`.
        """
        ...

    def abandon(self) -> None:
        """Keep what has arrived; the sender went away."""
        ...


class Blobs(Protocol):
    """The seam for another store: a tree of files here, an object store elsewhere."""

    def held(self, sha256: str) -> Held | None:
        """Return how much of a blob is here, None for nothing."""
        ...

    def append(self, sha256: str, offset: int, total: int) -> Append:
        """Start a PATCH. Raises `OffsetMismatch`, `BlobTooLarge`."""
        ...


class BlobTree:
    """`Blobs` on a local disk. Safe to call from several threads."""

    def __init__(self, data: Path, max_bytes: int = MAX_BLOB_BYTES) -> None:
        """Use the folders `blobs` and `incoming` of `data`, which are made. Raises `OSError`."""
        self._tree = data / "blobs"
        self._incoming = data / "incoming"
        self._max_bytes = max_bytes
        self._locks = tuple(threading.RLock() for _ in range(256))
        self._newest: dict[str, _FileAppend] = {}
        for folder in (self._tree, self._incoming):
            folder.mkdir(parents=True, exist_ok=True)
        sync_folder(data)

    def held(self, sha256: str) -> Held | None:
        """Return how much of a blob is here, None for nothing; see `Blobs`."""
        with self.lock(sha256):
            whole = self.path(sha256)
            if whole.is_file():
                return Held(whole.stat().st_size, complete=True)
            for part, total in self._parts(sha256):
                size = part.stat().st_size
                if size < total:
                    return Held(size, complete=False)
                try:  # the process ended between the last byte and the verdict
                    return self.publish(sha256, part)
                except HashMismatch:
                    return None
            return None

    def append(self, sha256: str, offset: int, total: int) -> Append:
        """Start a PATCH; see `Blobs`. A part of another total is dropped when the sender starts at 0."""
        if not 0 < total <= self._max_bytes:
            raise BlobTooLarge
        with self.lock(sha256):
            held = self.held(sha256)
            if held is not None and held.complete:
                return _AlreadyHere(held)
            part = self._incoming / f"{sha256}.{total}.part"
            for other, _ in self._parts(sha256):
                if other != part and offset == 0:
                    other.unlink()
            here = part.stat().st_size if part.is_file() else 0
            if offset != here:
                raise OffsetMismatch(here)
            self._newest[sha256] = started = _FileAppend(self, sha256, part, offset, total)
            return started

    def path(self, sha256: str) -> Path:
        """Return where the whole blob is kept. Raises `ValueError` for anything but a hash."""
        if not is_sha256(sha256):
            raise ValueError("a blob is named by its SHA-256")
        return self._tree / sha256[:2] / sha256[2:4] / sha256

    def lock(self, sha256: str) -> threading.RLock:
        """Return the lock that guards a blob. Raises `ValueError` for anything but a hash."""
        if not is_sha256(sha256):
            raise ValueError("a blob is named by its SHA-256")
        return self._locks[int(sha256[:2], 16)]

    def is_newest(self, append: _FileAppend) -> bool:
        """Whether no younger PATCH took the blob over."""
        return self._newest.get(append.sha256) is append

    def forget(self, append: _FileAppend) -> None:
        """Drop a PATCH that has ended."""
        if self.is_newest(append):
            del self._newest[append.sha256]

    def publish(self, sha256: str, part: Path) -> Held:
        """Verify a part and give it its final name, durably. Raises `HashMismatch` and drops it."""
        with part.open("r+b") as file:
            digest = hashlib.sha256()
            while piece := file.read(_READ):
                digest.update(piece)
            size = file.tell()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            part.unlink()
            raise HashMismatch
        whole = self.path(sha256)
        _make_folders(whole.parent, self._tree)
        part.replace(whole)
        sync_folder(whole.parent)
        return Held(size, complete=True)

    def _parts(self, sha256: str) -> Iterator[tuple[Path, int]]:
        for part in self._incoming.glob(f"{sha256}.*.part"):
            total = part.name.split(".")[1]
            if total.isdigit():
                yield part, int(total)


class _AlreadyHere:
    """A PATCH for a blob that is complete: what arrives is not needed."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def write(self, data: bytes) -> None:
        """Let the bytes pass."""

    def finish(self, digest: str | None) -> Held:  # noqa: ARG002
        """Return the whole."""
        return self._held

    def abandon(self) -> None:
        """Nothing was begun."""


class _FileAppend:
    def __init__(self, tree: BlobTree, sha256: str, part: Path, offset: int, total: int) -> None:
        self.sha256 = sha256
        self._tree = tree
        self._part = part
        self._start = offset
        self._at = offset
        self._total = total
        self._digest = hashlib.sha256()
        # Unbuffered: a request that was overtaken must have nothing left to write when it is closed.
        self._file = part.open("r+b" if part.is_file() else "w+b", buffering=0)

    def write(self, data: bytes) -> None:
        with self._tree.lock(self.sha256):
            if not self._tree.is_newest(self):
                raise OffsetMismatch(self._at)
            if self._at + len(data) > self._total:
                raise BlobTooLarge(self._at)
            self._file.seek(self._at)
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
            self._at += len(data)
            self._digest.update(data)

    def finish(self, digest: str | None) -> Held:
        with self._tree.lock(self.sha256):
            if not self._tree.is_newest(self):
                self._file.close()
                raise OffsetMismatch(self._at)
            damaged = digest is not None and digest != digest_field(self._digest.digest())
            if damaged:
                self._file.truncate(self._start)
            self._close()
            if damaged:
                raise ChunkDamaged(self._start)
            if self._at < self._total:
                return Held(self._at, complete=False)
            return self._tree.publish(self.sha256, self._part)

    def abandon(self) -> None:
        with self._tree.lock(self.sha256):
            if not self._file.closed:
                self._close()

    def _close(self) -> None:
        try:
            os.fsync(self._file.fileno())
        finally:
            self._file.close()
            self._tree.forget(self)


def _make_folders(folder: Path, root: Path) -> None:
    """Make `folder` below `root`; a new folder is durable only when its parent is synced."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folders(folder.parent, root)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable. Windows has no such call and needs none for a rename."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
