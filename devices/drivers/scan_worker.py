"""Scanners through a worker: WIA on Windows with our own, TWAIN and others with a vendor's program.

TWAIN data sources are mostly 32-bit and draw windows of their own: they belong into another process. What a
worker is asked, as in ``devices.requests``:

    {"do": "open", "name": ""}   -> {"title": "...", "sources": ["flatbed", "feeder"]}
    {"do": "status"}             -> {"feeder": one of devices.base.FeederState}
    {"do": "page", "index": 0, "folder": "/private/folder", "source": "feeder", "dpi": 200, "colour": "gray"}
                                 -> {"file": "page.jpg"}, a whole JPEG or PNG of A4, or {"end": true}

``page`` from the feeder is asked, with ``index`` from 0, until it answers ``end``; a feeder without any paper
is the error ``feeder_empty``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

from devices.address import ProgramAddress, parse_named, parse_program, scheme_of
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
from devices.conversation import ROOT, Conversation, worker_command
from devices.errors import DeviceError, Garbled, LibraryMissing, NotSupported
from devices.lifecycle import Lifecycle
from devices.pictures import measure
from devices.requests import title
from devices.traffic import TrafficLog

LIBRARY = "win32com"
_MOST_PAGE_BYTES = 60 << 20
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class ScanWorkerLimits:
    """Seconds."""

    open: float = 30.0
    status: float = 10.0
    page: float = 90.0


class WorkerScanner(Lifecycle):
    """A :class:`~devices.base.Scanner` at ``wia:[NAME]`` or ``scan+worker:///path/program[?args=...]``."""

    kind: Final = DeviceKind.SCANNER

    def __init__(
        self,
        url: str,
        limits: ScanWorkerLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        library: str = LIBRARY,
    ) -> None:
        """Raises BadAddress."""
        self._address: str | ProgramAddress = (
            parse_named(url, "wia") if scheme_of(url) == "wia" else parse_program(url, "scan+worker")
        )
        self.key = url
        self.title = "扫描仪 (WIA)" if isinstance(self._address, str) else "扫描仪 (厂商驱动)"
        self.capabilities = ScannerCapabilities()
        self.traffic = TrafficLog()
        self._limits = limits or ScanWorkerLimits()
        self._library = library
        self._worker = Conversation(url, self.traffic, clock)

    def available(self) -> str | None:
        """Say what is missing: Windows and pywin32, or the vendor's program."""
        if isinstance(self._address, ProgramAddress):
            program = Path(self._address.program)
            there = program.is_file() and os.access(program, os.X_OK)
            return None if there else f"the scanner program {program} is not there"
        if sys.platform == "win32":
            there = importlib.util.find_spec(self._library) is not None
            return None if there else "the Python package pywin32 is not installed"
        return "WIA exists on Windows only"

    def open(self) -> None:
        """Start the worker and find the scanner. Raises LibraryMissing and what the worker says is wrong."""
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise LibraryMissing(reason)
        if isinstance(self._address, ProgramAddress):
            self._worker.start([self._address.program, *self._address.arguments])
        else:
            self._worker.start(worker_command("wia"), ROOT)
        name = self._address if isinstance(self._address, str) else ""
        try:
            found = self._worker.ask("open", self._limits.open, name=name)
            sources = _sources(found)
        except DeviceError:
            self.close()
            raise
        self.title = title(found) or self.title
        self.capabilities = ScannerCapabilities(
            self.title, "", sources, frozenset({100, 200, 300}), frozenset(Colour)
        )

    def close(self) -> None:
        """End the worker."""
        self._worker.stop()

    def status(self) -> ScannerStatus:
        """Ask the scanner how it is; see :meth:`devices.base.Scanner.status`."""
        found = self._worker.ask("status", self._limits.status).get("feeder")
        try:
            return ScannerStatus(ScannerState.IDLE, FeederState(found))
        except ValueError:
            raise self._noted(Garbled("status: no such state of a feeder")) from None

    def scan(
        self, settings: ScanSettings, cancelled: Callable[[], bool]
    ) -> Generator[ScannedPage, None, None]:
        """Yield the pages; see :meth:`devices.base.Scanner.scan`."""
        if self._worker.running and settings.source not in self.capabilities.sources:
            raise NotSupported(f"{self.key} has no {settings.source.value}")
        with tempfile.TemporaryDirectory(prefix="yichuang-scan-") as name:
            for index in count():
                page = self._page(index, Path(name), settings, cancelled)
                if page is None:
                    return
                yield page
                if settings.source is Source.FLATBED or index + 1 == _MOST_PAGES:
                    return

    def _page(
        self, index: int, folder: Path, settings: ScanSettings, cancelled: Callable[[], bool]
    ) -> ScannedPage | None:
        reply = self._worker.ask(
            "page",
            self._limits.page,
            cancelled,
            index=index,
            folder=str(folder),
            source=settings.source.value,
            dpi=settings.dpi,
            colour=settings.colour.value,
        )
        if reply.get("end") is True:
            return None
        try:
            data = _data(folder, reply)
            picture = measure(data)
        except DeviceError as error:
            raise self._noted(error) from None
        return ScannedPage(index, data, picture.media_type, settings.dpi, picture.width, picture.height)

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error


def _sources(reply: Mapping[str, Any]) -> frozenset[Source]:
    found = reply.get("sources")
    known = {source.value: source for source in Source}
    if not isinstance(found, list) or not found or not all(str(word) in known for word in found):
        raise Garbled("open: no sources")
    return frozenset(known[str(word)] for word in found)


def _data(folder: Path, reply: Mapping[str, Any]) -> bytes:
    file = reply.get("file")
    if not isinstance(file, str) or Path(file).name != file:
        raise Garbled("page: no file")
    path = folder / file
    try:
        if path.stat().st_size > _MOST_PAGE_BYTES:
            raise Garbled(f"page: more than {_MOST_PAGE_BYTES} bytes")
        data = path.read_bytes()
        path.unlink()
    except OSError as error:
        raise Garbled(f"page: errno {error.errno}") from error
    return data
