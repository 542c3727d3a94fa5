"""A folder as a printer: one PDF a job, named by the job, never written twice.

Used to print later, for a page printer that watches a folder, and for demonstrations.
"""

from __future__ import annotations

import os
from pathlib import Path

from printing.address import Address
from printing.errors import FolderUnwritable
from printing.printers.base import Capabilities, Outcome, PrinterStatus, check_job
from printing.printers.storing import condition, store


class FolderPrinter:
    """Stores ``<job_id>.pdf``; the same job id a second time is CONFIRMED without writing."""

    def __init__(self, address: Address) -> None:
        self._folder: Path = address.path
        self.key = address.url
        self.title = f"文件夹 {address.path.name}"
        self.capabilities = Capabilities(width=0, reports_status=True, confirms=True)

    def status(self) -> PrinterStatus:
        """READY if the folder can be written, else OFF (missing) or FAULT."""
        if not self._folder.is_dir():
            return PrinterStatus.OFF
        return PrinterStatus.READY if os.access(self._folder, os.W_OK | os.X_OK) else PrinterStatus.FAULT

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Store one PDF durably. Raises FolderUnwritable or DiskFull; then nothing of it is left."""
        check_job(payload, job_id)
        target = self._folder / f"{job_id}.pdf"
        try:
            if not self._folder.is_dir():
                raise FolderUnwritable(self.key, error="no such folder")
            if not target.exists():
                store(target, (payload,))
        except OSError as error:
            raise condition(self.key, error) from error
        return Outcome.CONFIRMED
