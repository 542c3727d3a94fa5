"""A high-water mark beside the database, by which a restored backup is recognised.

After each commit that promises a desk something, be it an event or a blob, the epoch and the count of such
commits are written to a small file. A database
that is older than its mark, of another epoch, or without a mark has been put back from somewhere: it gets a
new epoch, and the desks offer everything again. A false alarm costs a second, a missed restore costs
records. The mark is written after the commit and not synced, so it is never ahead of an honest database.
A backup of the whole folder takes the mark along; after restoring one, start once with `--restored`.
On PostgreSQL the name is the cluster's identity and the count its log position.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

_WIDTH: Final = 100


class Mark:
    """The file at `path`, and what it says about a database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def write(self, epoch: str, count: int) -> None:
        """Note that `count` promises have been committed, the last of them under `epoch`."""
        if self._file is None:
            self._file = self._path.open("w+b", buffering=0)
        self._file.seek(0)  # one short write in place: it is whole, or the machine stopped and it is an alarm
        self._file.write(f"{epoch} {count}".ljust(_WIDTH).encode("ascii") + b"\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def agrees(self, epoch: str, count: int) -> bool:
        """Whether a database at `epoch` with `count` promises can be the one the mark speaks of."""
        try:
            marked_epoch, marked = self._path.read_text("ascii").split()
            return marked_epoch == epoch and int(marked) <= count
        except (OSError, ValueError):
            return False

    def denies(self, name: str, count: int) -> bool:
        """Whether the mark speaks of the same database and says that it has been further."""
        try:
            marked_name, marked = self._path.read_text("ascii").split()
            return marked_name == name and int(marked) > count
        except (OSError, ValueError):
            return False
