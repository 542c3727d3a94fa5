"""What every printer can be asked, whatever it is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from printing.layout import Paper

_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class PrinterStatus(Enum):
    """What a printer says of itself. UNKNOWN means no answer, and is never taken for READY."""

    READY = "ready"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFF = "off"
    FAULT = "fault"
    UNKNOWN = "unknown"

    @property
    def can_print(self) -> bool:
        return self in (PrinterStatus.READY, PrinterStatus.NEAR_END)


class Outcome(Enum):
    """How a job ended that was sent whole.

    CONFIRMED: asked again after the job, the printer says that it is done and nothing is wrong.
    UNCONFIRMED: sent, without that proof; a person has to look at the paper.
    """

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a printer takes and what it can prove.

    ``width``: dots of ESC/POS raster, 0 = it takes PDF. ``reports_status``: False means that status is
    always UNKNOWN. ``confirms``: whether CONFIRMED is possible at all. ``mixed``: it gets Chinese text as
    text and only the rest as dots, ``native_qr``: and it draws QR codes itself.
    """

    width: int
    reports_status: bool
    confirms: bool
    mixed: bool = False
    native_qr: bool = False

    @property
    def takes_pdf(self) -> bool:
        return self.width == 0

    @property
    def paper(self) -> Paper:
        """The paper to arrange a document for."""
        return {0: Paper.A4, 384: Paper.ROLL_58}.get(self.width, Paper.ROLL_80)


class Printer(Protocol):
    """One printer, used by one thread at a time; it holds no connection between calls.

    ``key`` is its URL, the same over restarts; ``title`` is short and for people.
    """

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def status(self) -> PrinterStatus:
        """Ask now, within the time limits. Advice, never proof. Raises nothing physical."""

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Print one rendered job.

        Raises a PrinterError if nothing was printed, ConnectionCut if it is in doubt, ValueError for an
        empty payload or a bad job id.
        """


def check_job(payload: bytes, job_id: str) -> None:
    """Refuse what no caller may send: nothing, or an id that could be a path."""
    if not payload:
        raise ValueError("an empty job")
    if not _JOB_ID.fullmatch(job_id):
        raise ValueError(f"{job_id!r} is no job id: letters, digits, dot, hyphen and underscore")
