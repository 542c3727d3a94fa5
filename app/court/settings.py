"""What an operator may set at a court gateway; embedded defaults for everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from app.court.tables import HOME_COURT
from app.sync.protocol import MAX_BATCH_BYTES, MAX_BLOB_BYTES, MAX_CHUNK_BYTES

DEFAULT_HOST: Final = "127.0.0.1"
COURT_ZONE: Final = ZoneInfo("Asia/Shanghai")
_COURT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller may ask of this gateway; 0 means no limit.

    `requests` a second on average and `burst` at once; `records` and `bytes` a day (UTC); `connections` at
    the same time for the whole gateway. `header_seconds` is the longest wait for a request to be complete up
    to its body; `body_seconds` the longest pause in a body; below `body_rate` bytes a second, averaged after
    the first `body_seconds`, a sender is cut off.
    """

    requests: float = 500.0
    burst: int = 1_000
    records: int = 200_000
    bytes: int = 100 << 30
    connections: int = 512
    header_seconds: float = 20.0
    body_seconds: float = 20.0
    body_rate: int = 4_096


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes are bytes. `data` holds `court.db`, `blobs/`, `incoming/` and `window.token`.

    `court` is the court of the first window. `zone` decides to which court day a receipt number belongs.
    `key_file`, if given, holds the 64 hex digits of the key the SQLite file is encrypted with. `database` is
    a PostgreSQL address, "" for the SQLite file; `password_file` holds its password. `s3` is an address of
    an object store, "" for files; `s3_key_file` holds its access key and secret, one a line. `issuer` is the
    certificate and the key, in PEM, of the CA that signs the certificates of windows.
    """

    data: Path
    zone: ZoneInfo = COURT_ZONE
    key_file: Path | None = None
    max_batch_bytes: int = MAX_BATCH_BYTES
    max_chunk_bytes: int = MAX_CHUNK_BYTES
    max_blob_bytes: int = MAX_BLOB_BYTES
    court: str = HOME_COURT
    database: str = ""
    password_file: Path | None = None
    s3: str = ""
    s3_key_file: Path | None = None
    limits: Limits = field(default_factory=Limits)
    need_certificate: bool = False
    issuer: tuple[Path, Path] | None = None
    min_free_bytes: int = 1 << 30

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.data / "court.db"

    @property
    def token_file(self) -> Path:
        """Where the token of the first window is written, readable by the owner only."""
        return self.data / "window.token"


def is_court(name: str) -> bool:
    """Whether a court's name can stand in keys, folders and addresses."""
    return _COURT.fullmatch(name) is not None
