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


class Mark:
    """The file at `path`, and what it says about a database."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, epoch: str, count: int) -> None:
        """Note that `count` promises have been committed, the last of them under `epoch`."""
        fresh = self._path.with_suffix(".tmp")
        fresh.write_text(f"{epoch} {count}\n", "ascii")
        fresh.replace(self._path)

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
