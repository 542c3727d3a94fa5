"""Is this gateway well? Asked by anybody, so answered from memory for a moment, and in codes only."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from app.court.opening import Court

_FRESH: Final = 2.0
"""Seconds an answer is good for, so that asking often costs nothing."""
_PROBE: Final = "0" * 64


class Health:
    """Looks at the database, the disk and the blobs."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._lock = threading.Lock()
        self._until = 0.0
        self._found: Mapping[str, str] = {}

    def reasons(self) -> Mapping[str, str]:
        """Return what is not well: the part and a code. Empty when all is well."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = {part: code for part, code in self._looks() if code}
                self._until = time.monotonic() + _FRESH
            return self._found

    def _looks(self) -> list[tuple[str, str]]:
        return [("database", self._database()), ("disk", self._disk()), ("blobs", self._blobs())]

    def _database(self) -> str:
        try:
            self._court.store.alive()
        except (SQLAlchemyError, OSError):
            return "not_answering"
        return ""

    def _disk(self) -> str:
        try:
            free = shutil.disk_usage(self._court.settings.data).free
        except OSError:
            return "not_readable"
        return "nearly_full" if free < self._court.settings.min_free_bytes else ""

    def _blobs(self) -> str:
        try:
            self._court.blobs(self._court.settings.court).whole(_PROBE)
        except OSError:
            return "not_answering"
        return ""
