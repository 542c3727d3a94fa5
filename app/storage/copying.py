"""Copying a file that must not change meanwhile, piece by piece, with its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from app.errors import Cancelled, StorageProblem
from app.texts import _

_PIECE: Final = 1 << 22


def copy(source: BinaryIO, target: Path, cancelled: Callable[[], bool]) -> str:
    """Write ``source`` into a new file, durable; return the SHA-256 of what was written as hex.

    Raises OSError, Cancelled, and StorageProblem when the source was written to meanwhile.
    """
    digest = hashlib.sha256()
    before = _state(source)
    source.seek(0)
    with target.open("xb") as file:
        while piece := source.read(_PIECE):
            if cancelled():
                raise Cancelled
            digest.update(piece)
            file.write(piece)
            _let_go(file)
        file.flush()
        os.fsync(file.fileno())
        _let_go(file)
    if _state(source) != before:
        raise StorageProblem(
            _("做备份时本机数据文件被改动了，没有保留。"),
            safe=_("已存的内容都在，以前的备份都在。"),
            next_step=_("请再备份一次；仍不行请检查是否有别的程序打开了数据文件夹。"),
        )
    return digest.hexdigest()


def _state(source: BinaryIO) -> tuple[int, int]:
    now = os.fstat(source.fileno())
    return now.st_size, now.st_mtime_ns


def _let_go(file: BinaryIO) -> None:
    """Have what was written go to the disk at once and out of memory.

    Gigabytes of it would keep the next save waiting for its own fsync, push the working set out of memory,
    and leave the proof reading memory instead of the disk.
    """
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
