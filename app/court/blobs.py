"""Content-addressed blobs, filled by resumable appends: a folder of parts, and a shelf for what is whole.

A blob grows as `incoming/<sha256>.<total>.part`; when it has its length, the hash over the whole file
decides: right, and it is synced and put on the shelf, `blobs/ab/cd/<sha256>` with every folder synced; wrong,
and it starts again at 0. So what stands on the shelf is always whole. Names are validated hashes and
never anything a sender chose. Bytes are kept as they arrive, so a broken request still advances.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
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
    """The blobs of one court."""

    def held(self, sha256: str) -> Held | None:
        """Return how much of a blob is here, None for nothing."""
        ...

    def append(self, sha256: str, offset: int, total: int) -> Append:
        """Start a PATCH. Raises `OffsetMismatch`, `BlobTooLarge`."""
        ...

    def whole(self, sha256: str) -> int | None:
        """Return the size in bytes of a verified blob, None when it is not here."""
        ...

    def read(self, sha256: str) -> Iterator[bytes]:
        """Return a verified blob piece by piece. Raises `OSError` when it is not here."""
        ...


BlobsOf = Callable[[str], Blobs]
"""The blobs of a court by its name; courts share nothing, so a hash opens no other court's file."""


class Shelf(Protocol):
    """The seam for another store of whole blobs: a tree of files, an object store. All by hash.

    Every call may raise `OSError`; what it raises else is a fault of the program.
    """

    def put(self, sha256: str, part: Path) -> None:
        """Take over a verified file, durably; it is gone from where it was. Safe to repeat."""
        ...

    def size(self, sha256: str) -> int | None:
        """Return the size in bytes, None for a blob that is not here."""
        ...

    def read(self, sha256: str) -> Iterator[bytes]:
        """Return a blob piece by piece."""
        ...


class TreeShelf:
    """`Shelf` in a folder: `ab/cd/<sha256>`, every new folder synced."""

    def __init__(self, root: Path) -> None:
        """Use `root`, which is made. Raises `OSError`."""
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        sync_folder(root.parent)

    def put(self, sha256: str, part: Path) -> None:
        """See `Shelf`; `part` is on the same disk and already synced."""
        whole = self.path(sha256)
        _make_folders(whole.parent, self._root)
        part.replace(whole)
        sync_folder(whole.parent)

    def size(self, sha256: str) -> int | None:
        """See `Shelf`."""
        whole = self.path(sha256)
        return whole.stat().st_size if whole.is_file() else None

    def read(self, sha256: str) -> Iterator[bytes]:
        """See `Shelf`."""
        with self.path(sha256).open("rb") as file:
            while piece := file.read(_READ):
                yield piece

    def path(self, sha256: str) -> Path:
        """Return where a whole blob is kept. Raises `ValueError` for anything but a hash."""
        if not is_sha256(sha256):
            raise ValueError("a blob is named by its SHA-256")
        return self._root / sha256[:2] / sha256[2:4] / sha256


class BlobStore:
    """`Blobs`: parts grow in a folder of this machine, whole ones go to the shelf. Safe to call from threads.

    A part is on one machine only: with several gateways, one upload goes to one of them (by hash).
    """

    def __init__(self, incoming: Path, shelf: Shelf, max_bytes: int = MAX_BLOB_BYTES) -> None:
        """Use the folder `incoming`, which is made. Raises `OSError`."""
        self._shelf = shelf
        self._incoming = incoming
        self._max_bytes = max_bytes
        self._locks = tuple(threading.RLock() for _ in range(256))
        self._newest: dict[str, _FileAppend] = {}
        incoming.mkdir(parents=True, exist_ok=True)
        sync_folder(incoming.parent)

    def whole(self, sha256: str) -> int | None:
        """See `Blobs`."""
        return self._shelf.size(sha256)

    def read(self, sha256: str) -> Iterator[bytes]:
        """See `Blobs`."""
        return self._shelf.read(sha256)

    def held(self, sha256: str) -> Held | None:
        """Return how much of a blob is here, None for nothing; see `Blobs`."""
        with self.lock(sha256):
            whole = self._shelf.size(sha256)
            if whole is not None:
                return Held(whole, complete=True)
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
        self._shelf.put(sha256, part)
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
    def __init__(self, tree: BlobStore, sha256: str, part: Path, offset: int, total: int) -> None:
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


def blobs_of(
    data: Path,
    home: str,
    max_bytes: int,
    shelf_of: Callable[[str, Path], Shelf],
    incoming: str = "incoming",
) -> BlobsOf:
    """Return the blobs by court. The home court's parts are in the data folder itself, others' beside it.

    A second process beside the gateway uses another folder `incoming`: parts have one writer.
    """
    found: dict[str, Blobs] = {}
    lock = threading.Lock()

    def of(court: str) -> Blobs:
        with lock:
            if court not in found:
                folder = data if court == home else data / "courts" / court
                folder.mkdir(parents=True, exist_ok=True)
                found[court] = BlobStore(folder / incoming, shelf_of(court, folder), max_bytes)
            return found[court]

    of(home)  # so that a folder that cannot be written is told at the start
    return of


def tree_of(data: Path, home: str, max_bytes: int = MAX_BLOB_BYTES, incoming: str = "incoming") -> BlobsOf:
    """Return the blobs by court, on this machine's disk."""
    return blobs_of(data, home, max_bytes, lambda _, folder: TreeShelf(folder / "blobs"), incoming)


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
