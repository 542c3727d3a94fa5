"""Scanners that SANE drives, through the program ``scanimage`` in a process that can be ended.

``scanimage --batch --batch-print`` writes each page to a private folder and names it on stdout when it is
whole: pages arrive one by one while the next is being scanned. What went wrong is read from its stderr, which
has the fixed English words of SANE (sane_strstatus) under ``LC_ALL=C``.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from devices.address import parse_sane
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
    FeederJam,
    InUse,
    LibraryMissing,
    NoPermission,
    NotAnswering,
    NotSupported,
    ScannerBusy,
    ScannerCoverOpen,
    TransferCut,
    Unplugged,
)
from devices.lifecycle import Lifecycle
from devices.pictures import measure
from devices.traffic import TrafficLog
from devices.worker import Worker

PROGRAM = "scanimage"

_PAGE_NAME = "page%d.png"
_OUT_OF_PAPER = "Document feeder out of documents"
_LAST_WORDS = "Batch terminated"
"""Said when all pages are out; some backends then hang now and then while they let the device go."""
_WHILE_OPENING: tuple[tuple[str, type[DeviceError]], ...] = (
    ("Device busy", InUse),
    ("Access to resource has been denied", NoPermission),
    ("failed: Invalid argument", Unplugged),
    ("Error during device I/O", Unplugged),
    ("no SANE devices found", Unplugged),
)
_WHILE_SCANNING: tuple[tuple[str, type[DeviceError]], ...] = (
    ("Document feeder jammed", FeederJam),
    (_OUT_OF_PAPER, FeederEmpty),
    ("Scanner cover is open", ScannerCoverOpen),
    ("Device busy", ScannerBusy),
    ("Access to resource has been denied", NoPermission),
    ("Error during device I/O", TransferCut),
    ("End of file reached", TransferCut),
    ("Operation was cancel", Cancelled),
    ("Operation not supported", NotSupported),
    ("open of device", Unplugged),
)
_CHOICES = r"^\s+--{} ([^\[\n]+?)\s+\["
_FAILED = re.compile(r"sane_\w+: ")
_SPAN = re.compile(r"(\d+)(?:\.\d+)?\.\.(\d+)")
_FLATBED = re.compile(r"flat|platen|normal", re.IGNORECASE)
_FEEDER = re.compile(r"feeder|adf|automatic", re.IGNORECASE)
_MODES = {
    Colour.GRAY: re.compile(r"gr[ae]y", re.IGNORECASE),
    Colour.COLOUR: re.compile(r"colou?r", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class SaneLimits:
    """Seconds."""

    options: float = 30.0
    """For opening the device and listing its options; some warm their lamp up first."""
    page: float = 120.0
    """For one page, carriage return included."""
    ending: float = 3.0
    """From the last words of ``scanimage`` to its end."""


@dataclass(frozen=True, slots=True)
class _Options:
    """Words the device wants for what we want."""

    sources: dict[Source, str | None]
    modes: dict[Colour, str]
    resolutions: frozenset[int]
    has_area: bool


class SaneScanner(Lifecycle):
    """A :class:`~devices.base.Scanner` at ``sane:DEVICE``."""

    kind: Final = DeviceKind.SCANNER

    def __init__(self, url: str, limits: SaneLimits | None = None) -> None:
        """Raises BadAddress."""
        self._address = parse_sane(url)
        self.key = url
        self.title = f"{self._address.device} (SANE)"
        self.capabilities = ScannerCapabilities()
        self.traffic = TrafficLog()
        self._limits = limits or SaneLimits()
        self._options: _Options | None = None

    def available(self) -> str | None:
        """Say that ``scanimage`` is missing."""
        if sys.platform == "win32":
            return "SANE does not exist on Windows"
        if shutil.which(PROGRAM) is None:
            return f"the program {PROGRAM} is not installed (Debian: sane-utils)"
        return None

    def open(self) -> None:
        """List the options of the device.

        Raises LibraryMissing, Unplugged, InUse, NoPermission, NotAnswering, DriverFault.
        """
        if self._options is not None:
            return
        self._options = _parse_options(self._list_options(), self._address.feeder)
        self.capabilities = ScannerCapabilities(
            model=self._address.device,
            sources=frozenset(self._options.sources),
            resolutions=self._options.resolutions,
            colours=frozenset(self._options.modes),
        )

    def close(self) -> None:
        """Forget the options; between scans nothing is held open."""
        self._options = None

    def status(self) -> ScannerStatus:
        """Make sure that the device answers; SANE has no common way to ask the feeder."""
        if self._options is None:
            raise Unplugged(f"{self.key} is not open")
        self._list_options()
        has_feeder = Source.FEEDER in self.capabilities.sources
        return ScannerStatus(ScannerState.IDLE, FeederState.UNKNOWN if has_feeder else FeederState.ABSENT)

    def scan(
        self, settings: ScanSettings, cancelled: Callable[[], bool]
    ) -> Generator[ScannedPage, None, None]:
        """Yield the pages; see :meth:`devices.base.Scanner.scan`."""
        arguments = self._arguments(settings)
        with tempfile.TemporaryDirectory(prefix="yichuang-scan-") as name:
            folder = Path(name)
            with Worker([*self._command(), *arguments], folder=folder, environment=_environment()) as worker:
                pages = 0
                for index in count():
                    page = self._next_page(worker, cancelled)
                    if page is None:
                        break
                    pages += 1
                    yield self._page(index, folder / page, settings)
                self._check_end(worker, pages)

    # ---- one step each ---------------------------------------------------------------------------

    def _command(self) -> list[str]:
        program = shutil.which(PROGRAM)
        if program is None:
            raise LibraryMissing(str(self.available()))
        self.traffic.note("event", f"{PROGRAM} for {self._address.device}")
        return [program, f"--device-name={self._address.device}"]

    def _list_options(self) -> str:
        lines = []
        with Worker([*self._command(), "--all-options"], environment=_environment()) as worker:
            while (line := worker.next_line(self._limits.options, lambda: False)) is not None:
                lines.append(line)
            code, words = worker.exit_code(), worker.last_words()
        if code != 0:
            raise self._noted(_condition(_WHILE_OPENING, f"{self.key}: exit code {code}\n{words}"))
        return "\n".join(lines)

    def _arguments(self, settings: ScanSettings) -> list[str]:
        """Raises NotSupported when the device lacks what is asked for."""
        options = self._options
        if options is None:
            raise Unplugged(f"{self.key} is not open")
        if settings.source not in options.sources:
            raise NotSupported(f"{self.key} has no {settings.source.value}")
        if settings.colour not in options.modes:
            raise NotSupported(f"{self.key} does not scan in {settings.colour.value}")
        if options.resolutions and settings.dpi not in options.resolutions:
            raise NotSupported(f"{self.key} does {sorted(options.resolutions)} dpi, not {settings.dpi}")
        arguments = ["--format=png", f"--batch={_PAGE_NAME}", "--batch-print"]
        source = options.sources[settings.source]
        if source is not None:
            arguments.append(f"--source={source}")
        if settings.source is Source.FLATBED:
            arguments.append("--batch-count=1")
        arguments += [f"--mode={options.modes[settings.colour]}", f"--resolution={settings.dpi}"]
        if options.has_area:
            width, height = settings.paper.value
            arguments += ["-l", "0", "-t", "0", "-x", str(width), "-y", str(height)]
        return arguments + [f"--{name}={value}" for name, value in self._address.options.items()]

    def _next_page(self, worker: Worker, cancelled: Callable[[], bool]) -> str | None:
        """Return the name of the next whole page, None when there is no more. Raises as ``next_line``."""
        said_at: float | None = None

        def hangs() -> bool:
            nonlocal said_at
            if _LAST_WORDS not in worker.last_words():
                return False
            said_at = said_at or time.monotonic()
            return time.monotonic() - said_at > self._limits.ending

        try:
            return worker.next_line(self._limits.page, lambda: cancelled() or hangs())
        except Cancelled:
            if cancelled():
                raise
            return None

    def _page(self, index: int, path: Path, settings: ScanSettings) -> ScannedPage:
        try:
            data = path.read_bytes()
            path.unlink()
        except OSError as error:
            raise DriverFault(
                f"{self.key}: page {index + 1} was announced and is not there: {error}"
            ) from error
        picture = measure(data)
        return ScannedPage(index, data, picture.media_type, settings.dpi, picture.width, picture.height)

    def _check_end(self, worker: Worker, pages: int) -> None:
        ended, good = _ending(worker)
        words = worker.last_words()
        if pages and (good or _OUT_OF_PAPER in words):
            return
        facts = f"{self.key}: {ended}, {pages} pages\n{words}"
        raise self._noted(_condition(_WHILE_SCANNING, facts))

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error


def _ending(worker: Worker) -> tuple[str, bool]:
    """Say how the program ended and whether all went well. Raises NotAnswering when it stopped half-way."""
    try:
        code = worker.exit_code()
    except NotAnswering:
        words = worker.last_words()
        if _LAST_WORDS not in words:
            raise
        return "all said, but no end", _FAILED.search(words) is None
    return f"exit code {code}", code == 0


def _environment() -> dict[str, str]:
    return os.environ | {"LC_ALL": "C"}


def _condition(table: tuple[tuple[str, type[DeviceError]], ...], facts: str) -> DeviceError:
    return next((kind for words, kind in table if words in facts), DriverFault)(facts)


def _parse_options(text: str, feeder: str | None) -> _Options:
    """Read the listing of ``scanimage --all-options``."""
    sources: dict[Source, str | None] = {}
    names = _choices(text, "source")
    flatbed = next((name for name in names if _FLATBED.search(name)), None)
    # one-sided before duplex, as listed otherwise
    feeders = sorted((n for n in names if _FEEDER.search(n)), key=lambda name: "duplex" in name.lower())
    if flatbed is not None or not names:
        sources[Source.FLATBED] = flatbed
    if feeder is not None or feeders:
        sources[Source.FEEDER] = feeder or feeders[0]
    modes = {}
    for colour, pattern in _MODES.items():
        mode = next((name for name in _choices(text, "mode") if pattern.search(name)), None)
        if mode is not None:
            modes[colour] = mode
    return _Options(
        sources, modes, _resolutions(text), has_area=bool(re.search(r"^\s+-y ", text, re.MULTILINE))
    )


def _choices(text: str, option: str) -> list[str]:
    """Values of an option as listed: ``--source Flatbed|ADF [Flatbed]``."""
    found = re.search(_CHOICES.format(option), text, re.MULTILINE)
    return [name.strip() for name in found[1].split("|")] if found else []


def _resolutions(text: str) -> frozenset[int]:
    """Those of 100, 200 and 300 dpi the device has; empty when it does not say."""
    choices = _choices(text, "resolution")
    if not choices:
        return frozenset()
    span = _SPAN.match(choices[0])
    wanted = (100, 200, 300)
    if span:
        return frozenset(dpi for dpi in wanted if int(span[1]) <= dpi <= int(span[2]))
    listed = {re.sub(r"dpi.*", "", choice) for choice in choices}
    return frozenset(dpi for dpi in wanted if str(dpi) in listed)
