"""Write a file so that it is there whole or not at all, also after a power cut."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from printing.errors import DiskFull, FolderUnwritable, StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def condition(key: str, error: OSError) -> StorageError:
    """Return the physical condition behind an error of the operating system."""
    kind = DiskFull if error.errno in _FULL else FolderUnwritable
    return kind(key, errno=error.errno or 0, error=error.strerror or type(error).__name__)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there; NTFS journals the rename itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store(path: Path, parts: Iterable[bytes]) -> None:
    """Put ``parts`` into ``path``: temporary file, fsync, rename, fsync of the folder.

    Raises OSError; then ``path`` is as it was and no temporary file is left.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)
