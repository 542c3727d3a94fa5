"""Why a gateway does not start, and what a single request can run into.

CourtRefusal                 the gateway does not start; `sentence` is for the operator
├── DataNotWritable
├── AlreadyRunning
├── PortTaken
├── TlsUnusable              a certificate, key or CA file cannot be read
├── SettingUnusable          a word of the command line makes no sense
├── DatabaseTooNew
├── DatabaseUnreadable       damaged, or the key does not fit
├── BlobStoreUnusable        the object store is not there, or does not let us in
├── DatabaseUnreachable      the server is not there, or does not let us in
└── DatabaseUnsafe           SQLite too old, or not durable as set
BlobRefusal                  one PATCH is refused; becomes an HTTP status and a code
├── OffsetMismatch           also when a younger request took the blob over
├── HashMismatch
├── ChunkDamaged
└── BlobTooLarge
"""

from __future__ import annotations

from typing import ClassVar


class CourtRefusal(Exception):
    """The gateway does not start. The message is one sentence in Chinese and one in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.sentence = f"{chinese} {english}"


class DataNotWritable(CourtRefusal):
    """The data folder cannot be made or written."""


class AlreadyRunning(CourtRefusal):
    """Another gateway serves this data folder."""


class PortTaken(CourtRefusal):
    """Something else listens there."""


class TlsUnusable(CourtRefusal):
    """A certificate, key, CA or revocation file cannot be used."""


class SettingUnusable(CourtRefusal):
    """A setting makes no sense."""


class DatabaseTooNew(CourtRefusal):
    """Written by a newer version of this program."""


class DatabaseUnreadable(CourtRefusal):
    """Not a database of ours under this key."""


class BlobStoreUnusable(CourtRefusal):
    """The object store is not there, does not let us in, or has no such bucket."""


class DatabaseUnreachable(CourtRefusal):
    """The database server is not there, does not let us in, or its address makes no sense."""


class DatabaseUnsafe(CourtRefusal):
    """An acknowledgement would not be durable."""


class BlobRefusal(Exception):
    """One PATCH is refused. `offset` is where the court wants to go on."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "damaged"

    def __init__(self, offset: int = 0) -> None:
        super().__init__(f"{self.code} at {offset}")
        self.offset = offset


class OffsetMismatch(BlobRefusal):
    """The chunk does not join on to what is here."""

    status = 409
    code = "offset_mismatch"


class HashMismatch(BlobRefusal):
    """The whole file does not have its hash; what was here is gone."""

    status = 422
    code = "hash_mismatch"


class ChunkDamaged(BlobRefusal):
    """The chunk does not have its digest, or not its length; the file is as before."""


class BlobTooLarge(BlobRefusal):
    """Beyond the size this court takes, or a chunk beyond the announced total."""

    status = 413
    code = "too_large"
