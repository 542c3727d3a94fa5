"""Talking with an ESC/POS printer over any line that carries bytes both ways.

A job: preflight with DLE EOT 1, 2 and 4, the bytes, then the proof. Nothing is kept between calls, so a
printer that was switched off and on again needs no restart of ours. Every wait has a limit.

Answers (Epson ESC/POS; Chinese clones follow it): a real-time byte has bits 1 and 4 set and 0 and 7 clear;
the byte of GS r has bits 4 and 7 clear. That tells them apart, also from automatic status back (bits 0, 1
clear), which some printers push without being asked.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from escpos import constants

from printing.address import Proof
from printing.errors import (
    ConnectionCut,
    CoverOpen,
    NotAnswering,
    PaperOut,
    PrinterError,
    PrinterFault,
    PrinterOff,
)
from printing.printers.base import Capabilities, Outcome, PrinterStatus, check_job

_PRINTER: bytes = constants.RT_STATUS_ONLINE  # DLE EOT 1
_CAUSE: bytes = constants.RT_STATUS + b"\x02"
_PAPER: bytes = constants.RT_STATUS_PAPER  # DLE EOT 4
_DONE: bytes = constants.GS + b"r\x01"  # answered in the order of the data

_REALTIME = (0x93, 0x12)  # mask and value of a real-time answer
_BUFFERED = (0x90, 0x00)  # of an answer to GS r

_OFFLINE, _COVER, _PAPER_STOP, _ERROR = 0x08, 0x04, 0x20, 0x40
_NEAR_END, _END = 0x0C, 0x60

_CONDITIONS: dict[PrinterStatus, type[PrinterError]] = {
    PrinterStatus.PAPER_OUT: PaperOut,
    PrinterStatus.COVER_OPEN: CoverOpen,
    PrinterStatus.FAULT: PrinterFault,
    PrinterStatus.UNKNOWN: NotAnswering,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to wait for a connection, for one answer, for room to send more, for the end of the job."""

    connect: float = 2.0
    answer: float = 1.0
    stall: float = 10.0
    finish: float = 15.0


class Channel(Protocol):
    """An open line. Every method raises OSError when the line is gone, and nothing else physical.

    ``doubtful`` counts the bytes of a failed ``send`` that may have left all the same.
    """

    doubtful: int

    def send(self, data: memoryview, limit: float) -> int:
        """Send some of ``data``; return how many bytes left. Raises TimeoutError after ``limit`` seconds."""

    def receive(self, limit: float) -> bytes:
        """Return what comes within ``limit`` seconds, b"" if nothing does; 0 asks for what is there."""

    def finish(self, limit: float) -> None:
        """Say that nothing more comes and let the printer take the rest, within ``limit`` seconds."""


class Talk:
    """One conversation over an open channel; ``sent`` counts the bytes of the job that left."""

    def __init__(self, channel: Channel, limits: Limits) -> None:
        self._channel = channel
        self._limits = limits
        self.sent = 0

    def answer(self, question: bytes, kind: tuple[int, int], limit: float) -> int | None:
        """Return the first byte of this kind after the question, None if none comes in time."""
        mask, value = kind
        deadline = time.monotonic() + limit
        self._say(question, limit)
        while (left := deadline - time.monotonic()) > 0:
            for byte in self._channel.receive(left):
                if byte & mask == value:
                    return byte
        return None

    def _say(self, data: bytes, limit: float) -> None:
        view = memoryview(data)
        while view:
            view = view[self._channel.send(view, limit) :]

    def status(self) -> PrinterStatus:
        """Ask the three questions; silence on any is UNKNOWN."""
        # answers to earlier questions; dots of a raster can look like a question too; some printers babble
        end = time.monotonic() + self._limits.answer
        while self._channel.receive(0) and time.monotonic() < end:
            pass
        answers: list[int] = []
        for question in (_PRINTER, _CAUSE, _PAPER):
            answer = self.answer(question, _REALTIME, self._limits.answer)
            if answer is None:
                return PrinterStatus.UNKNOWN
            answers.append(answer)
        return _meaning(*answers)

    def send(self, payload: bytes) -> None:
        """Send everything, counting what the operating system takes."""
        view = memoryview(payload)
        while self.sent < len(payload):
            self.sent += self._channel.send(view[self.sent :], self._limits.stall)

    def prove(self, proof: Proof) -> Outcome:
        """Ask after the job, as far as this printer answers."""
        if proof is Proof.NONE:
            return Outcome.UNCONFIRMED
        if proof is Proof.BUFFERED and self.answer(_DONE, _BUFFERED, self._limits.finish) is None:
            return Outcome.UNCONFIRMED
        return Outcome.CONFIRMED if self.status().can_print else Outcome.UNCONFIRMED

    @property
    def left(self) -> int:
        """The most bytes of the job that can have left, a write that failed half-way included."""
        return self.sent + self._channel.doubtful

    def finish(self) -> None:
        self._channel.finish(self._limits.answer)


def _meaning(printer: int, cause: int, paper: int) -> PrinterStatus:
    if cause & _COVER:
        return PrinterStatus.COVER_OPEN
    if paper & _END or cause & _PAPER_STOP:
        return PrinterStatus.PAPER_OUT
    if cause & _ERROR or printer & _OFFLINE:
        return PrinterStatus.FAULT
    return PrinterStatus.NEAR_END if paper & _NEAR_END else PrinterStatus.READY


class Connect(Protocol):
    """Open the line; the context closes it. Raises PrinterOff."""

    def __call__(self) -> AbstractContextManager[Channel]: ...


def reason(error: OSError) -> str:
    """Return what the operating system says, without content of a job."""
    return error.strerror or type(error).__name__


class TalkingPrinter:
    """ESC/POS over a line; the lines differ, what is asked and proved does not."""

    def __init__(
        self, key: str, title: str, takes: Capabilities, connect: Connect, proof: Proof, limits: Limits
    ) -> None:
        self.key = key
        self.title = title
        self.capabilities = takes
        self._connect = connect
        self._proof = proof
        self._limits = limits

    def status(self) -> PrinterStatus:
        """Ask now; OFF if no connection can be made, UNKNOWN without an answer."""
        try:
            with self._connect() as channel:
                if self._proof is Proof.NONE:
                    return PrinterStatus.UNKNOWN
                return Talk(channel, self._limits).status()
        except PrinterOff:
            return PrinterStatus.OFF
        except OSError:
            return PrinterStatus.UNKNOWN

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Print one job: see :class:`printing.printers.base.Printer` for what is raised when."""
        check_job(payload, job_id)
        with self._connect() as channel:
            talk = Talk(channel, self._limits)
            self._preflight(talk)
            try:
                talk.send(payload)
                outcome = talk.prove(self._proof)
                if outcome is Outcome.UNCONFIRMED:
                    talk.finish()
            except OSError as error:
                raise self._interrupted(talk, error) from error
        return outcome

    def _preflight(self, talk: Talk) -> None:
        if self._proof is Proof.NONE:
            return
        try:
            status = talk.status()
        except OSError as error:
            raise NotAnswering(self.key, error=reason(error)) from error
        if not status.can_print:
            raise _CONDITIONS[status](self.key, status=status.value)

    def _interrupted(self, talk: Talk, error: OSError) -> PrinterError:
        if talk.left:
            return ConnectionCut(self.key, talk.left, error=reason(error))
        return NotAnswering(self.key, error=reason(error))
