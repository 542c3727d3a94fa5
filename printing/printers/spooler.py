"""A page printer behind CUPS, through ``lp`` and ``lpstat``: every Linux desk has them, no binding is needed.

"Accepted" by the spooler is not "printed": after submitting, the job is asked for until CUPS calls it
completed, which it does when the backend has handed over the last byte. That is CONFIRMED; anything else
within the limit is UNCONFIRMED and a person looks at the paper. A job CUPS aborted or a person cancelled is
in doubt too: pages may lie in the tray. The state comes from :mod:`printing.printers.ipp`.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from printing.address import Address
from printing.errors import ConnectionCut, NotAnswering, PrinterFault, PrinterOff
from printing.printers.base import Capabilities, Outcome, PrinterStatus, check_job
from printing.printers.ipp import IppJobState, job_state

_REQUEST = re.compile(r"request id is (\S+-\d+)")
_ALERTS = re.compile(r"^\s*Alerts: (.*)$", re.MULTILINE)
_POLL = 0.2  # seconds between two questions about a job
_SOCKET, _IPP_PORT = "/run/cups/cups.sock", 631


class JobState(Enum):
    """Where a job of the spooler is. LOST: the spooler does not know it any more, or does not answer."""

    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SpoolerLimits:
    """Seconds to wait for one program of the spooler and for a submitted job to be completed."""

    program: float = 5.0
    finish: float = 60.0


_JOB_STATES = {
    IppJobState.COMPLETED: JobState.COMPLETED,
    IppJobState.CANCELED: JobState.FAILED,
    IppJobState.ABORTED: JobState.FAILED,
}
_STATES = (
    ("cover-open", PrinterStatus.COVER_OPEN),
    ("door-open", PrinterStatus.COVER_OPEN),
    ("media-empty", PrinterStatus.PAPER_OUT),
    ("media-needed", PrinterStatus.PAPER_OUT),
    ("offline", PrinterStatus.OFF),
    ("connecting-to-device", PrinterStatus.OFF),
    ("media-jam", PrinterStatus.FAULT),
    ("-error", PrinterStatus.FAULT),
    ("media-low", PrinterStatus.NEAR_END),
)


class SpoolerPrinter:
    """One CUPS queue. ``environment`` is added to that of the programs, such as CUPS_SERVER."""

    def __init__(
        self,
        address: Address,
        limits: SpoolerLimits | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._queue = address.name
        self._host, self._port = address.host, address.port
        self._server = (f"-h{address.host}:{address.port}",) if address.host else ()
        self._limits = limits or SpoolerLimits()
        self._environment = {**os.environ, **(environment or {}), "LC_ALL": "C", "LANG": "C"}
        self.key = address.url
        self.title = f"打印机 {address.name}"
        self.capabilities = Capabilities(width=0, reports_status=True, confirms=True)

    def _run(self, program: str, arguments: Sequence[str], data: bytes = b"") -> str:
        """Return what a program says. Raises OSError, TimeoutError and ChildProcessError for its refusal."""
        try:
            done = subprocess.run(
                (program, *self._server, *arguments),
                input=data,
                capture_output=True,
                timeout=self._limits.program,
                env=self._environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{program} did not end") from error
        if done.returncode:
            raise ChildProcessError(done.stderr.decode(errors="replace").strip()[:200] or program)
        return done.stdout.decode(errors="replace")

    def status(self) -> PrinterStatus:
        """What CUPS last heard of the queue; OFF if no scheduler or queue is there."""
        try:
            said = self._run("lpstat", ("-l", "-p", self._queue))
        except ChildProcessError:
            return PrinterStatus.OFF
        except (TimeoutError, OSError):
            return PrinterStatus.UNKNOWN
        found = _ALERTS.search(said)
        alerts = found[1] if found else ""
        for word, status in _STATES:
            if word in alerts:
                return status
        first = said.splitlines()[0] if said else ""
        if " disabled " in first:
            return PrinterStatus.FAULT
        return PrinterStatus.READY if " is idle" in first or "printing" in first else PrinterStatus.UNKNOWN

    def submit(self, payload: bytes, job_id: str) -> str:
        """Hand one PDF to the spooler under the title ``job_id``; return the spooler's name of the job.

        Raises PrinterOff (no spooler, no queue), PrinterFault (the queue refuses) or NotAnswering; then
        nothing was accepted. ConnectionCut if that is not known.
        """
        check_job(payload, job_id)
        try:
            self._run("lpstat", ("-p", self._queue))
        except TimeoutError as error:
            raise NotAnswering(self.key, error=str(error)) from error
        except OSError as error:  # a refusal or no such program
            raise PrinterOff(self.key, error=str(error)[:200]) from error
        try:
            said = self._run("lp", ("-d", self._queue, "-t", job_id, "-o", "job-sheets=none"), payload)
        except ChildProcessError as error:
            raise PrinterFault(self.key, error=str(error)) from error
        except OSError as error:
            raise ConnectionCut(self.key, len(payload), error=str(error)) from error
        request = _REQUEST.search(said)
        if request is None:
            raise ConnectionCut(self.key, len(payload), error="the spooler named no job")
        return request[1]

    def state(self, request: str) -> JobState:
        """Ask where a job is."""
        number = int(request.rpartition("-")[2])
        try:
            state = job_state(*self._scheduler(), number, self._limits.program)
        except OSError:
            return JobState.LOST
        return _JOB_STATES.get(state, JobState.WAITING) if state else JobState.LOST

    def _scheduler(self) -> tuple[str, int]:
        """Return where the scheduler listens, found as the programs find it."""
        if self._host:
            return self._host, self._port
        server = self._environment.get("CUPS_SERVER", "")
        if server.startswith("/"):
            return server, 0
        if server:
            host, _, port = server.partition(":")
            return host, int(port) if port.isdecimal() else _IPP_PORT
        return (_SOCKET, 0) if Path(_SOCKET).exists() else ("localhost", _IPP_PORT)

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Print one PDF; CONFIRMED only when CUPS says that the job is completed."""
        request = self.submit(payload, job_id)
        deadline = time.monotonic() + self._limits.finish
        pause = threading.Event()
        while (state := self.state(request)) is JobState.WAITING and time.monotonic() < deadline:
            pause.wait(_POLL)
        if state is JobState.FAILED:
            raise ConnectionCut(self.key, len(payload), error="aborted or cancelled", request=request)
        return Outcome.CONFIRMED if state is JobState.COMPLETED else Outcome.UNCONFIRMED
