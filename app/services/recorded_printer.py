"""A printer whose conversation is written down for whoever finds a fault: never what is on the paper."""

from __future__ import annotations

from devices.traffic import TrafficLog, mask_text
from printing.errors import PrintingError
from printing.printers.base import Capabilities, Outcome, Printer, PrinterStatus


class RecordedPrinter:
    """A :class:`printing.printers.base.Printer` that notes lengths, states and errors.

    Looks that find nothing new are noted once.
    """

    def __init__(self, printer: Printer, log: TrafficLog) -> None:
        self._printer = printer
        self._log = log
        self._last: PrinterStatus | None = None

    @property
    def key(self) -> str:
        return self._printer.key

    @property
    def title(self) -> str:
        return self._printer.title

    @property
    def capabilities(self) -> Capabilities:
        return self._printer.capabilities

    def status(self) -> PrinterStatus:
        """See :meth:`printing.printers.base.Printer.status`."""
        found = self._printer.status()
        if found is not self._last:
            self._last = found
            self._log.note("got", f"status {found.value}")
        return found

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """See :meth:`printing.printers.base.Printer.send`."""
        self._log.note("sent", f"job of {len(payload)} bytes")
        try:
            outcome = self._printer.send(payload, job_id)
        except PrintingError as error:
            self._log.note("event", f"{type(error).__name__}: {mask_text(str(error))}")
            raise
        self._log.note("got", f"job {outcome.value}")
        return outcome
