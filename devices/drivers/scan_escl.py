"""Network scanners that speak eSCL (AirScan), without any vendor driver.

A job is posted, its pages are fetched one by one until the scanner answers 404, and a job that does not come
to its end is deleted. The place of the job (``Location``) is only believed as a path on the scanner's own
host: a scanner that names another host is never followed there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from typing import Final, NoReturn
from urllib.parse import urlsplit

from devices.address import parse_escl
from devices.base import (
    DeviceKind,
    FeederState,
    ScannedPage,
    ScannerCapabilities,
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
    InternalFault,
    NotSupported,
    ScannerBusy,
    ScannerCoverOpen,
    TransferCut,
    Unplugged,
)
from devices.escl import messages
from devices.escl.http import Answer, ScannerHttp
from devices.lifecycle import Lifecycle
from devices.pictures import measure
from devices.traffic import TrafficLog

PAGE_BYTES = 64 << 20
MOST_PAGES = 500
_NAP_SECONDS = 0.1
_DELETE_SECONDS = 3.0
_CREATED, _OK, _NOT_FOUND, _GONE, _UNAVAILABLE = 201, 200, 404, 410, 503
_SERVER_ERROR = 500
_CONDITIONS: dict[FeederState, type[DeviceError]] = {
    FeederState.JAMMED: FeederJam,
    FeederState.COVER_OPEN: ScannerCoverOpen,
    FeederState.EMPTY: FeederEmpty,
}


@dataclass(frozen=True, slots=True)
class EsclLimits:
    """Seconds."""

    answer: float = 10.0
    """For capabilities, status and posting a job."""
    page: float = 90.0
    """For one page: a slow scanner at 300 dpi in colour, and the scanner saying 503 in between."""
    busy: float = 15.0
    """How long a job is offered again to a scanner that says 503."""
    longest_pause: float = 5.0
    """A ``Retry-After`` above this is not obeyed."""


class EsclScanner(Lifecycle):
    """A :class:`~devices.base.Scanner` at ``escl+http://host:port/eSCL``."""

    kind: Final = DeviceKind.SCANNER

    def __init__(self, url: str, limits: EsclLimits | None = None) -> None:
        """Raises BadAddress."""
        self._address = parse_escl(url)
        self.key = url
        self.capabilities = ScannerCapabilities()
        self.traffic = TrafficLog()
        self._limits = limits or EsclLimits()
        self._http: ScannerHttp | None = None
        self._known: messages.Capabilities | None = None

    @property
    def title(self) -> str:
        """The model once it is known."""
        return self.capabilities.model or "网络扫描仪 (eSCL)"

    def available(self) -> str | None:
        """Always None: the HTTP client is part of the program."""
        return None

    def open(self) -> None:
        """Fetch the capabilities. Raises Unplugged, NotAnswering, Garbled, ScannerBusy, DriverFault."""
        if self._http is not None:
            return
        base = self._address.base
        self._http = ScannerHttp(base.removesuffix(urlsplit(base).path))
        try:
            self._known = self._fetch_capabilities()
        except BaseException:
            self.close()
            raise
        inputs = self._known.inputs
        self.capabilities = ScannerCapabilities(
            model=self._known.model,
            serial=self._known.serial,
            sources=frozenset(inputs),
            resolutions=frozenset().union(*(caps.resolutions for caps in inputs.values())),
            colours=frozenset().union(*(caps.colours for caps in inputs.values())),
        )

    def close(self) -> None:
        """Close all connections."""
        if self._http is not None:
            self._http.close()
        self._http = None

    def status(self) -> ScannerStatus:
        """Ask the scanner; see :meth:`devices.base.Scanner.status`."""
        answer = self._get("/ScannerStatus")
        has_feeder = Source.FEEDER in self.capabilities.sources
        return messages.parse_status(answer.body, has_feeder)

    def scan(
        self, settings: ScanSettings, cancelled: Callable[[], bool]
    ) -> Generator[ScannedPage, None, None]:
        """Yield the pages; see :meth:`devices.base.Scanner.scan`."""
        known = self._accept(settings)
        if settings.source is Source.FEEDER:
            self._refuse_feeder(self.status(), also_empty=True)
        job = self._start(messages.job(settings, known), cancelled)
        most = 1 if settings.source is Source.FLATBED else MOST_PAGES
        finished = False
        try:
            for index in count():
                if cancelled():
                    raise Cancelled("cancelled between pages")
                data = self._next_page(job, cancelled)
                if data is None:
                    self._check_end(settings, index)
                    finished = True
                    return
                if index == most:
                    raise DriverFault(
                        f"{self.key} sends more than {most} pages from the {settings.source.value}"
                    )
                picture = measure(data)
                yield ScannedPage(
                    index, data, picture.media_type, settings.dpi, picture.width, picture.height
                )
        finally:
            if not finished:
                self._delete(job)

    # ---- one step each ---------------------------------------------------------------------------

    def _fetch_capabilities(self) -> messages.Capabilities:
        return messages.parse_capabilities(self._get("/ScannerCapabilities").body)

    def _accept(self, settings: ScanSettings) -> messages.Capabilities:
        """Raises NotSupported when the scanner said that it cannot do this."""
        if self._known is None or self._http is None:
            raise Unplugged(f"{self.key} is not open")
        caps = self._known.inputs.get(settings.source)
        if caps is None:
            raise NotSupported(f"{self.key} has no {settings.source.value}")
        if caps.resolutions and settings.dpi not in caps.resolutions:
            raise NotSupported(f"{self.key} does {sorted(caps.resolutions)} dpi, not {settings.dpi}")
        if caps.colours and settings.colour not in caps.colours:
            raise NotSupported(f"{self.key} does not scan in {settings.colour.value}")
        return self._known

    def _start(self, job: bytes, cancelled: Callable[[], bool]) -> str:
        """Post the job and return its path; offer it again while the scanner is busy."""
        path = f"{self._root}/ScanJobs"
        answer = self._patiently(
            lambda seconds: self._exchange("POST", path, min(seconds, self._limits.answer), content=job),
            self._limits.busy,
            cancelled,
        )
        if answer.status != _CREATED:
            self._explain(answer, "POST ScanJobs")
        place = urlsplit(answer.headers.get("location", "")).path.rstrip("/")
        if not place.startswith("/") or not place.isprintable():
            raise DriverFault("the scanner took a job and did not say where it is")
        return place

    def _next_page(self, job: str, cancelled: Callable[[], bool]) -> bytes | None:
        """Return the bytes of the next page, None when the job has no more."""
        path = f"{job}/NextDocument"
        answer = self._patiently(
            lambda seconds: self._exchange("GET", path, seconds, cancelled, most_bytes=PAGE_BYTES),
            self._limits.page,
            cancelled,
        )
        if answer.status in {_NOT_FOUND, _GONE}:
            return None
        if answer.status != _OK:
            self._explain(answer, "GET NextDocument")
        if not answer.body:
            raise TransferCut("a page of no bytes")
        return answer.body

    def _patiently(
        self, ask: Callable[[float], Answer], patience: float, cancelled: Callable[[], bool]
    ) -> Answer:
        """Ask again while the scanner answers 503, as often as ``patience`` seconds allow.

        Raises ScannerBusy when they are over, Cancelled.
        """
        end = time.monotonic() + patience
        while True:
            answer = ask(max(1.0, end - time.monotonic()))
            if answer.status != _UNAVAILABLE:
                return answer
            again = time.monotonic() + self._pause(answer)
            if again > end:
                raise ScannerBusy(f"{self.key} answered 503 for {patience:.0f} s")
            while time.monotonic() < again:
                if cancelled():
                    raise Cancelled("cancelled while the scanner was busy")
                time.sleep(min(_NAP_SECONDS, max(0.0, again - time.monotonic())))

    def _pause(self, answer: Answer) -> float:
        text = answer.headers.get("retry-after", "")
        seconds = float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1.0
        return min(max(seconds, _NAP_SECONDS), self._limits.longest_pause)

    def _check_end(self, settings: ScanSettings, pages: int) -> None:
        """Believe the end only with a clean feeder: some scanners also answer 404 when paper got stuck."""
        if settings.source is Source.FEEDER:
            self._refuse_feeder(self.status(), also_empty=False)
        if pages == 0:
            empty = FeederEmpty if settings.source is Source.FEEDER else DriverFault
            raise empty(f"{self.key} ended the job without a page")

    def _explain(self, answer: Answer, what: str) -> NoReturn:
        """Ask the scanner why it refused, and raise that."""
        facts = f"{self.key}: {what} answered {answer.status}"
        try:
            status = self.status()
        except DeviceError as error:
            kind = InternalFault if answer.status >= _SERVER_ERROR else DriverFault
            raise kind(f"{facts}; then {type(error).__name__}: {error.diagnostics}") from error
        self._refuse_feeder(status, also_empty=False)
        raise DriverFault(f"{facts}; {status.diagnostics}")

    def _refuse_feeder(self, status: ScannerStatus, also_empty: bool) -> None:
        self.traffic.note("event", status.diagnostics)
        condition = _CONDITIONS.get(status.feeder)
        if condition is not None and (also_empty or condition is not FeederEmpty):
            raise condition(f"{self.key}: {status.diagnostics}")

    def _delete(self, job: str) -> None:
        """Take the job back as well as that goes: the reason for it is already on its way to the caller."""
        try:
            self._exchange("DELETE", job, _DELETE_SECONDS)
        except DeviceError:
            return

    # ---- HTTP ------------------------------------------------------------------------------------

    @property
    def _root(self) -> str:
        return urlsplit(self._address.base).path

    def _get(self, name: str) -> Answer:
        """Fetch one of the XML documents; 503 is answered with patience, everything but 200 is a fault."""
        answer = self._patiently(
            lambda seconds: self._exchange("GET", self._root + name, min(seconds, self._limits.answer)),
            self._limits.busy,
            lambda: False,
        )
        if answer.status != _OK:
            kind = InternalFault if answer.status >= _SERVER_ERROR else DriverFault
            raise kind(f"{self.key}: GET {name} answered {answer.status}")
        return answer

    def _exchange(
        self,
        method: str,
        path: str,
        seconds: float,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        content: bytes | None = None,
        most_bytes: int = messages.XML_BYTES,
    ) -> Answer:
        if self._http is None:
            raise Unplugged(f"{self.key} is not open")
        self.traffic.note("sent", f"{method} {path}")
        try:
            answer = self._http.exchange(
                method, path, seconds=seconds, most_bytes=most_bytes, cancelled=cancelled, content=content
            )
        except DeviceError as error:
            self.traffic.error(error)
            raise
        self.traffic.note("got", f"{answer.status}, {len(answer.body)} bytes")
        return answer
