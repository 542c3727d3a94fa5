"""A file as a ticket printer: each job is appended whole or not at all.

The jobs before are copied into the new file, so that a reader (and a power cut) never sees half a job.
"""

from __future__ import annotations

import os
from pathlib import Path

from printing.address import Address
from printing.errors import FolderUnwritable
from printing.printers.base import Capabilities, Outcome, PrinterStatus, check_job
from printing.printers.storing import condition, store


class FilePrinter:
    """Appends ESC/POS jobs to one regular file."""

    def __init__(self, address: Address) -> None:
        self._path: Path = address.path
        self.key = address.url
        self.title = f"文件 {address.path.name}"
        self.capabilities = Capabilities(width=address.width, reports_status=True, confirms=True)

    def status(self) -> PrinterStatus:
        """READY if a job could be appended, OFF if the folder is missing, else FAULT."""
        folder = self._path.parent
        if not folder.is_dir():
            return PrinterStatus.OFF
        fits = not self._path.exists() or self._path.is_file()
        return PrinterStatus.READY if fits and os.access(folder, os.W_OK | os.X_OK) else PrinterStatus.FAULT

    def send(self, payload: bytes, job_id: str) -> Outcome:
        """Append one job durably. Raises FolderUnwritable or DiskFull; then the file is as it was."""
        check_job(payload, job_id)
        try:
            if self._path.exists() and not self._path.is_file():
                raise FolderUnwritable(self.key, error="not a regular file")
            before = self._path.read_bytes() if self._path.exists() else b""
            store(self._path, (before, payload))
        except OSError as error:
            raise condition(self.key, error) from error
        return Outcome.CONFIRMED
