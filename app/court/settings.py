"""What an operator may set at a court gateway; embedded defaults for everything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from app.sync.protocol import MAX_BATCH_BYTES, MAX_BLOB_BYTES, MAX_CHUNK_BYTES

DEFAULT_HOST: Final = "127.0.0.1"
COURT_ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes are bytes. `data` holds `court.db`, `blobs/`, `incoming/` and `window.token`.

    `zone` decides to which court day a receipt number belongs. `key_file`, if given, holds the 64 hex
    digits of the key the database is encrypted with.
    """

    data: Path
    zone: ZoneInfo = COURT_ZONE
    key_file: Path | None = None
    max_batch_bytes: int = MAX_BATCH_BYTES
    max_chunk_bytes: int = MAX_CHUNK_BYTES
    max_blob_bytes: int = MAX_BLOB_BYTES

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "court.db"

    @property
    def token_file(self) -> Path:
        """Where the token of the first window is written, readable by the owner only."""
        return self.data / "window.token"
