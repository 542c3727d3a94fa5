"""A disk that forgets: `python -m benchmarks.dropping_disk IMAGE MOUNT OUT` serves a file `MOUNT/disk`.

Speaks the kernel's FUSE protocol (linux/fuse.h, 7.31) on /dev/fuse itself; nothing but the kernel is needed.
Writes are kept in memory and count as durable only after an fsync, sector by sector. SIGUSR1 cuts the power:
what was not durable is dropped, SIGUSR2 keeps a random half of it, as a disk does that reorders and tears.
Then OUT holds what a disk would hold and every request fails. Needs root.
"""

from __future__ import annotations

import ctypes
import errno
import os
import random
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SECTOR: Final = 512
_HEADER: Final = struct.Struct("<IIQQIIIHH")
_ANSWER: Final = struct.Struct("<IiQ")
_DIRECT_IO: Final = 1
_ROOT, _DISK = 1, 2
_LOOKUP, _FORGET, _GETATTR, _SETATTR, _OPEN, _READ, _WRITE = 1, 2, 3, 4, 14, 15, 16
_RELEASE, _FSYNC, _FLUSH, _INIT, _OPENDIR, _READDIR, _RELEASEDIR = 18, 20, 25, 26, 27, 28, 29
_INTERRUPT, _DESTROY, _BATCH_FORGET = 36, 38, 42
_SILENT: Final = {_FORGET, _BATCH_FORGET, _INTERRUPT}
_MOST_WRITE: Final = 128 << 10


class Disk:
    """The content as the file system sees it, and as it would be after a power cut."""

    def __init__(self, image: bytes, seed: int) -> None:
        self.seen = bytearray(image)
        self.durable = bytearray(image)
        self.dirty: set[int] = set()
        self.cut = False
        self._chance = random.Random(seed)  # noqa: S311 - chooses sectors

    def write(self, offset: int, data: bytes) -> None:
        self.seen[offset : offset + len(data)] = data
        self.dirty.update(range(offset // SECTOR, (offset + len(data) + SECTOR - 1) // SECTOR))

    def sync(self) -> None:
        self._keep(self.dirty)
        self.dirty.clear()

    def lose_power(self, *, keep_half: bool) -> None:
        if keep_half:
            self._keep({sector for sector in self.dirty if self._chance.random() < 0.5})
        self.cut = True

    def _keep(self, sectors: set[int]) -> None:
        for sector in sectors:
            place = slice(sector * SECTOR, (sector + 1) * SECTOR)
            self.durable[place] = self.seen[place]


class _Power:
    """Cuts the power between two requests only: what is answered has either been kept or been refused."""

    def __init__(self, disk: Disk, out: Path) -> None:
        self._disk = disk
        self._out = out
        self._answering = False
        self._asked = 0

    def wanted(self, number: int, _frame: object) -> None:
        self._asked = number
        if not self._answering:
            self._cut()

    @contextmanager
    def on(self) -> Iterator[None]:
        self._answering = True
        yield
        self._answering = False
        if self._asked:
            self._cut()

    def _cut(self) -> None:
        keep_half, self._asked = self._asked == signal.SIGUSR2, 0
        self._disk.lose_power(keep_half=keep_half)
        self._out.write_bytes(self._disk.durable)
        print("cut", flush=True)


def serve(disk: Disk, mount: Path, out: Path) -> None:
    """Mount and answer until the kernel lets go."""
    handle = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={handle},rootmode=40000,user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"dropping", str(mount).encode(), b"fuse", 0, options.encode()):
        raise OSError(ctypes.get_errno(), "mount")

    power = _Power(disk, out)
    signal.signal(signal.SIGUSR1, power.wanted)
    signal.signal(signal.SIGUSR2, power.wanted)
    print("ready", flush=True)
    while True:
        try:
            request = os.read(handle, _MOST_WRITE + 4096)
        except OSError as error:
            if error.errno in (errno.ENODEV, errno.EBADF):
                return
            raise
        length, operation, unique, node, *_rest = _HEADER.unpack_from(request)
        with power.on():
            code, body = _answer(disk, operation, node, request[_HEADER.size : length])
            if operation not in _SILENT:
                os.write(handle, _ANSWER.pack(_ANSWER.size + len(body), -code, unique) + body)
        if operation == _DESTROY:
            return


def _answer(disk: Disk, operation: int, node: int, body: bytes) -> tuple[int, bytes]:
    if operation == _INIT:
        return 0, struct.pack("<IIIIHHIIHHI7I", 7, 31, 1 << 17, 0, 12, 9, _MOST_WRITE, 1, 0, 0, 0, *([0] * 7))
    if operation == _LOOKUP:
        if body.rstrip(b"\0") != b"disk":
            return errno.ENOENT, b""
        return 0, struct.pack("<QQQQII", _DISK, 0, 60, 60, 0, 0) + _attributes(disk, _DISK)
    if operation in (_GETATTR, _SETATTR):
        return 0, struct.pack("<QII", 60, 0, 0) + _attributes(disk, node)
    if operation == _OPEN:
        return 0, struct.pack("<QII", 0, _DIRECT_IO, 0)
    if operation == _OPENDIR:
        return 0, struct.pack("<QII", 0, 0, 0)
    if operation in (_READDIR, _RELEASE, _RELEASEDIR, _DESTROY, *_SILENT):
        return 0, b""
    return _io(disk, operation, body)


def _io(disk: Disk, operation: int, body: bytes) -> tuple[int, bytes]:
    if disk.cut:
        return errno.EIO, b""
    if operation == _READ:
        _handle, offset, size = struct.unpack_from("<QQI", body)
        return 0, bytes(disk.seen[offset : offset + size])
    if operation == _WRITE:
        _handle, offset, size = struct.unpack_from("<QQI", body)
        disk.write(offset, body[40 : 40 + size])
        return 0, struct.pack("<II", size, 0)
    if operation in (_FSYNC, _FLUSH):
        disk.sync()
        return 0, b""
    return errno.ENOSYS, b""


def _attributes(disk: Disk, node: int) -> bytes:
    is_disk = node == _DISK
    size = len(disk.seen) if is_disk else 0
    mode = 0o100600 if is_disk else 0o40700
    return struct.pack("<6Q10I", node, size, size // SECTOR, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


if __name__ == "__main__":
    image, mounted, result, seed = sys.argv[1:5]
    serve(Disk(Path(image).read_bytes(), int(seed)), Path(mounted), Path(result))
