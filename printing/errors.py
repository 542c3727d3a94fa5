"""What can go wrong between a document and paper, one class a physical condition.

::

    PrintingError
    ├── BadAddress            the printer's URL cannot be understood
    ├── TextFileInvalid       a file of resources/documents does not say what a document needs
    ├── BadImage              a signature picture cannot be read
    └── PrinterError          something physical; ``diagnostics`` says what was seen
        ├── PrinterOff        no connection: switched off, unplugged, refused, name not found
        ├── PaperOut          the roll is finished or not seated
        ├── CoverOpen         the cover is open
        ├── PrinterFault      the printer reports an error it does not name (cutter, heat, offline)
        ├── NotAnswering      connected, but the status questions stay without an answer
        ├── ConnectionCut     the job was interrupted after its first byte: in doubt
        └── StorageError      a printer that is a file or a folder
            ├── FolderUnwritable
            └── DiskFull

Every :class:`PrinterError` except :class:`ConnectionCut` means that nothing of the job was printed.
"""

from __future__ import annotations

from pathlib import Path


class PrintingError(Exception):
    """Root of everything this package raises on purpose."""


class BadAddress(PrintingError):
    """The URL of a printer is wrong; ``url`` and ``reason`` say how."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url!r}: {reason}")
        self.url = url
        self.reason = reason


class TextFileInvalid(PrintingError):
    """A text file lacks a key, has one too many or a wrong value; ``file`` and ``key`` name it."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason


class BadImage(PrintingError):
    """A picture inside a document cannot be read or is absurdly large."""


class PrinterError(PrintingError):
    """A physical condition at the printer ``key``; ``diagnostics`` holds no content of a job."""

    def __init__(self, key: str, **diagnostics: str | int) -> None:
        details = ", ".join(f"{name}={value}" for name, value in diagnostics.items())
        super().__init__(f"{key}: {details}" if details else key)
        self.key = key
        self.diagnostics = diagnostics


class PrinterOff(PrinterError):
    """No connection could be made."""


class PaperOut(PrinterError):
    """The printer says that it has no paper."""


class CoverOpen(PrinterError):
    """The printer says that its cover is open."""


class PrinterFault(PrinterError):
    """The printer says that it is offline or in error, without a cause we know."""


class NotAnswering(PrinterError):
    """The printer took the connection but answered no status question within the time limit."""


class ConnectionCut(PrinterError):
    """The job was interrupted after its first byte: whether it is on paper, only a person can see.

    ``bytes_sent`` counts the bytes the operating system took, the most the printer can have received.
    """

    def __init__(self, key: str, bytes_sent: int, **diagnostics: str | int) -> None:
        super().__init__(key, bytes_sent=bytes_sent, **diagnostics)
        self.bytes_sent = bytes_sent


class StorageError(PrinterError):
    """A printer that is a file or a folder could not store the job."""


class FolderUnwritable(StorageError):
    """The folder is missing, read-only or not ours to write."""


class DiskFull(StorageError):
    """No space, no quota or a file-size limit; nothing of the job is left behind."""
