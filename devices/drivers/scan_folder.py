"""A watched folder as a scanner: what another program or a copier puts there is handed out page by page.

A file that has stopped growing is renamed into ``.taking``, read, handed out, and renamed into ``done``
once the caller asks for what comes next, or ends. After a crash in between the file is still in ``.taking``
and is handed out again: a page may come twice, none is ever lost. What is no whole JPEG or PNG goes to
``refused``. Nothing is ever deleted or overwritten. A folder belongs to one desk.

Names mean nothing: files are taken in the order of their last change, links and devices are never followed,
and no name is ever made part of a path other than its own.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from devices.address import parse_folder
from devices.base import (
    Colour,
    DeviceKind,
    FeederState,
    ScannedPage,
    ScannerCapabilities,
    ScannerState,
    ScannerStatus,
    ScanSettings,
    Source,
)
from devices.errors import (
    Cancelled,
    DeviceError,
    DriverFault,
    FeederEmpty,
    Garbled,
    NoPermission,
    TransferCut,
    Unplugged,
)
from devices.lifecycle import Lifecycle
from devices.pictures import density, measure
from devices.traffic import TrafficLog

TAKING, DONE, REFUSED = ".taking", "done", "refused"
PAGE_BYTES = 64 << 20
MOST_PAGES = 500

_LOOK_SECONDS = 0.1
_MOST_FILES = 10_000
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", "~")


@dataclass(frozen=True, slots=True)
class FolderLimits:
    """Seconds."""

    growing: float = 120.0
    """How long a file may go on growing before the scan ends without it."""
    torn: float = 15.0
    """A picture without its end is waited for so long after it stopped growing: networks stall."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was at the last look, and since when it has been so."""

    size: int
    changed: int
    since: float


class FolderScanner(Lifecycle):
    """A :class:`~devices.base.Scanner` at ``folder:///path?settle=1.0``."""

    kind: Final = DeviceKind.SCANNER
    title = "扫描文件夹"

    def __init__(
        self, url: str, limits: FolderLimits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises BadAddress."""
        address = parse_folder(url)
        self.key = url
        self.capabilities = ScannerCapabilities()
        self.traffic = TrafficLog()
        self._folder = Path(address.folder)
        self._settle = address.settle
        self._limits = limits or FolderLimits()
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._open = False

    def available(self) -> str | None:
        """Always None: nothing is needed."""
        return None

    def open(self) -> None:
        """Make the folders inside, and put back what a crash left. Raises Unplugged, NoPermission."""
        if self._open:
            return
        with self._conditions():
            if not self._folder.is_dir():
                raise Unplugged(f"{self._folder} is no folder that can be reached")
            for name in (TAKING, DONE, REFUSED):
                (self._folder / name).mkdir(exist_ok=True)
                if (self._folder / name).is_symlink():
                    raise NoPermission(f"{self._folder / name} is a link")
            for left in sorted(path.name for path in (self._folder / TAKING).iterdir()):
                self._move(TAKING, left, "")
        self._open = True
        self.capabilities = ScannerCapabilities(
            model=self._folder.name,
            sources=frozenset(Source),
            resolutions=frozenset({100, 200, 300}),
            colours=frozenset(Colour),
        )

    def close(self) -> None:
        """Stop watching."""
        self._open = False
        self._seen.clear()

    def status(self) -> ScannerStatus:
        """Say whether there is anything in the folder."""
        self._look()
        feeder = FeederState.LOADED if self._seen else FeederState.EMPTY
        return ScannerStatus(ScannerState.IDLE, feeder, f"{len(self._seen)} files")

    def scan(
        self, settings: ScanSettings, cancelled: Callable[[], bool]
    ) -> Generator[ScannedPage, None, None]:
        """Hand out what is in the folder: the oldest page from the "flatbed", all from the "feeder".

        Resolution and colour are those of the files; ``dpi`` of a page is what the file says, else what was
        asked for. Files that others still write are waited for.
        """
        self._look()
        most = 1 if settings.source is Source.FLATBED else MOST_PAGES
        pages, refused = 0, ""
        while pages < most:
            taken = self._take(cancelled)
            if taken is None:
                break
            name, data = taken
            try:
                picture = measure(data)
            except DeviceError as error:
                refused = self._noted(error).diagnostics
                self._move(TAKING, name, REFUSED)
                continue
            dpi = density(data) or settings.dpi
            try:
                yield ScannedPage(pages, data, picture.media_type, dpi, picture.width, picture.height)
            finally:
                self._move(TAKING, name, DONE)
            pages += 1
        if refused:
            raise Garbled(f"moved to {REFUSED}: {refused}")
        if pages == 0:
            raise self._noted(FeederEmpty(f"nothing in {self._folder.name}"))

    # ---- one step each ---------------------------------------------------------------------------

    def _take(self, cancelled: Callable[[], bool]) -> tuple[str, bytes] | None:
        """Wait for the next file that is whole and take it; None when there is none to wait for."""
        end = self._clock() + self._limits.growing
        while True:
            if cancelled():
                raise Cancelled("cancelled between files")
            self._look()
            if not self._seen:
                return None
            for name in self._settled():
                data = self._claim(name)
                if data is not None:
                    return name, data
            if self._clock() >= end:
                raise self._noted(TransferCut(f"{len(self._seen)} files go on growing"))
            time.sleep(min(_LOOK_SECONDS, self._settle / 4))

    def _look(self) -> None:
        """See which files are there, and which have changed since the last look."""
        if not self._open:
            raise Unplugged(f"{self.key} is not open")
        now = self._clock()
        found: dict[str, _Seen] = {}
        with self._conditions():
            for name, facts in self._files():
                before = self._seen.get(name)
                size, changed = facts.st_size, facts.st_mtime_ns
                if before is None or (before.size, before.changed) != (size, changed):
                    before = _Seen(size, changed, now)
                found[name] = before
        self._seen = found

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        with os.scandir(self._folder) as entries:
            for number, entry in enumerate(entries):
                if number == _MOST_FILES:
                    return
                if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                    continue
                with contextlib.suppress(FileNotFoundError):  # taken away between two looks
                    facts = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(facts.st_mode):
                        yield entry.name, facts

    def _settled(self) -> list[str]:
        """Names of the files that have stopped growing, the oldest first."""
        now = self._clock()
        whole = [n for n, seen in self._seen.items() if seen.size and now - seen.since >= self._settle]
        return sorted(whole, key=lambda name: (self._seen[name].changed, name))

    def _claim(self, name: str) -> bytes | None:
        """Move a file into ``.taking`` and read it; None when it is not whole yet, or was taken by others."""
        seen = self._seen[name]
        with self._conditions():
            if seen.size <= PAGE_BYTES and self._is_torn(name) and not self._is_stale(seen):
                return None
            if os.path.lexists(self._folder / TAKING / name):
                return None
            try:
                (self._folder / name).rename(self._folder / TAKING / name)
            except FileNotFoundError:
                return None
            except PermissionError:
                if os.name == "nt":  # another program still has it open
                    return None
                raise
            del self._seen[name]
            return b"" if seen.size > PAGE_BYTES else self._read(self._folder / TAKING / name)

    def _is_torn(self, name: str) -> bool:
        """Say whether a picture lacks its end."""
        try:
            measure(self._read(self._folder / name))
        except TransferCut:
            return True
        except (DeviceError, FileNotFoundError):
            return False
        return False

    def _is_stale(self, seen: _Seen) -> bool:
        return self._clock() - seen.since >= self._settle + self._limits.torn

    def _read(self, path: Path) -> bytes:
        """Read a regular file; what has become a link or a pipe meanwhile is refused by the system."""
        flags = os.O_RDONLY
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
            flags |= getattr(os, name, 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return b""
            return file.read(PAGE_BYTES + 1)

    def _move(self, source: str, name: str, target: str) -> None:
        """Rename into another folder under a name that is free there."""
        with self._conditions(), contextlib.suppress(FileNotFoundError):
            for number in count():
                free = name if number == 0 else f"{number}-{name[-60:]}"
                path = self._folder / target / free
                if not os.path.lexists(path):
                    (self._folder / source / name).rename(path)
                    return

    @contextlib.contextmanager
    def _conditions(self) -> Iterator[None]:
        """What the system says of the folder, as a condition of the scanner."""
        try:
            yield
        except PermissionError as error:
            raise self._noted(NoPermission(_facts(error))) from error
        except (FileNotFoundError, NotADirectoryError, TimeoutError) as error:
            self.close()
            raise self._noted(Unplugged(_facts(error))) from error
        except OSError as error:
            raise self._noted(DriverFault(_facts(error))) from error

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error


def _facts(error: OSError) -> str:
    """The error without the name of a file, which may name a person."""
    return f"{type(error).__name__}: {error.strerror}"
