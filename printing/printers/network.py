"""A ticket printer behind a raw TCP port (9100), asked before and after each job.

One connection a job: preflight with DLE EOT 1, 2 and 4, the job, then the proof. Nothing is kept between
calls, so a printer that was switched off and on again needs no restart of ours. Every wait has a limit.

Answers (Epson ESC/POS; Chinese clones follow it): a real-time byte has bits 1 and 4 set and 0 and 7 clear;
the byte of GS r has bits 4 and 7 clear. That tells them apart, also from automatic status back (bits 0, 1
clear), which some printers push without being asked.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from escpos import constants

from printing.address import Address, Proof
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
_CHUNK = 4096

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


class _Line:
    """One open connection."""

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        self._connection = connection
        self._limits = limits
        self.sent = 0

    def answer(self, question: bytes, kind: tuple[int, int], limit: float) -> int | None:
        """Return the first byte of this kind after the question, None if none comes in time.

        Raises OSError, also when the printer closes the connection.
        """
        mask, value = kind
        deadline = time.monotonic() + limit
        self._connection.settimeout(limit)
        self._connection.sendall(question)
        while (left := deadline - time.monotonic()) > 0:
            self._connection.settimeout(left)
            try:
                received = self._connection.recv(64)
            except TimeoutError:
                return None
            if not received:
                raise ConnectionResetError("closed by the printer")
            for byte in received:
                if byte & mask == value:
                    return byte
        return None

    def status(self) -> PrinterStatus:
        """Ask the three questions; silence on any is UNKNOWN."""
        self._forget()
        answers: list[int] = []
        for question in (_PRINTER, _CAUSE, _PAPER):
            answer = self.answer(question, _REALTIME, self._limits.answer)
            if answer is None:
                return PrinterStatus.UNKNOWN
            answers.append(answer)
        return _meaning(*answers)

    def _forget(self) -> None:
        """Throw away answers to earlier questions; dots of a raster can look like a question too."""
        self._connection.setblocking(False)
        with suppress(BlockingIOError):
            while self._connection.recv(64):
                pass

    def finish(self) -> None:
        """Say that nothing more comes and read to the end, within the limit of an answer.

        Closing with unread bytes would reset the connection, and a printer may then drop what it has not
        printed yet.
        """
        self._connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + self._limits.answer
        while (left := deadline - time.monotonic()) > 0:
            self._connection.settimeout(left)
            try:
                if not self._connection.recv(64):
                    return
            except TimeoutError:
                return

    def send(self, payload: bytes) -> None:
        """Send everything, counting what the operating system takes."""
        view = memoryview(payload)
        self._connection.settimeout(self._limits.stall)
        while self.sent < len(payload):
            self.sent += self._connection.send(view[self.sent : self.sent + _CHUNK])


def _meaning(printer: int, cause: int, paper: int) -> PrinterStatus:
    if cause & _COVER:
        return PrinterStatus.COVER_OPEN
    if paper & _END or cause & _PAPER_STOP:
        return PrinterStatus.PAPER_OUT
    if cause & _ERROR or printer & _OFFLINE:
        return PrinterStatus.FAULT
    return PrinterStatus.NEAR_END if paper & _NEAR_END else PrinterStatus.READY


class NetworkPrinter:
    """ESC/POS over TCP."""

    def __init__(self, address: Address, limits: Limits | None = None) -> None:
        self._place = (address.host, address.port)
        self._proof = address.proof
        self._limits = limits or Limits()
        answers = address.proof is not Proof.NONE
        self.key = address.url
        self.title = f"小票机 {address.host}:{address.port}"
        self.capabilities = Capabilities(address.width, reports_status=answers, confirms=answers)

    def _connect(self) -> socket.socket:
        try:
            connection = socket.create_connection(self._place, self._limits.connect)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise PrinterOff(self.key, errno=error.errno or 0, error=reason) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def status(self) -> PrinterStatus:
        """Ask now; OFF if no connection can be made, UNKNOWN without an answer."""
        try:
            with self._connect() as connection:
                if self._proof is Proof.NONE:
                    return PrinterStatus.UNKNOWN
                return _Line(connection, self._limits).status()
        except PrinterOff:
            return PrinterStatus.OFF
        except OSError:
            return PrinterStatus.UNKNOWN

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Print one job: see :class:`printing.printers.base.Printer` for what is raised when."""
        check_job(payload, job_id)
        with self._connect() as connection:
            line = _Line(connection, self._limits)
            self._preflight(line)
            try:
                line.send(payload)
                outcome = self._prove(line)
                if outcome is Outcome.UNCONFIRMED:
                    line.finish()
            except OSError as error:
                raise self._interrupted(line, error) from error
        return outcome

    def _preflight(self, line: _Line) -> None:
        if self._proof is Proof.NONE:
            return
        try:
            status = line.status()
        except OSError as error:
            raise NotAnswering(self.key, error=error.strerror or type(error).__name__) from error
        if not status.can_print:
            raise _CONDITIONS[status](self.key, status=status.value)

    def _prove(self, line: _Line) -> Outcome:
        if self._proof is Proof.NONE:
            return Outcome.UNCONFIRMED
        if self._proof is Proof.BUFFERED and line.answer(_DONE, _BUFFERED, self._limits.finish) is None:
            return Outcome.UNCONFIRMED
        return Outcome.CONFIRMED if line.status().can_print else Outcome.UNCONFIRMED

    def _interrupted(self, line: _Line, error: OSError) -> PrinterError:
        reason = error.strerror or type(error).__name__
        if line.sent:
            return ConnectionCut(self.key, line.sent, error=reason)
        return NotAnswering(self.key, error=reason)
