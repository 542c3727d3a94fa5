"""How much one caller may ask for: a bucket of requests, and records and bytes a day.

Kept in memory by each gateway: a limit protects this process and its disks, it is no bookkeeping. A restart
forgets, which harms nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.court.settings import Limits

_DAY: Final = 86_400
_MOST: Final = 10_000
"""Callers remembered; the longest silent is forgotten first."""

Monotonic = Callable[[], float]


@dataclass(slots=True)
class _Account:
    tokens: float
    at: float
    day: int = 0
    records: int = 0
    bytes: int = 0


class Quotas:
    """The accounts of all callers, by the hash of their credential. Safe to use from several threads."""

    def __init__(self, limits: Limits, now: Monotonic = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._lock = threading.Lock()
        self._accounts: dict[str, _Account] = {}

    def request(self, caller: str) -> float:
        """Count a request; return 0 when it may go on, else the seconds to wait."""
        rate, burst = self._limits.requests, self._limits.burst
        if not rate:
            return 0.0
        with self._lock:
            account = self._account(caller)
            now = self._now()
            account.tokens = min(burst, account.tokens + (now - account.at) * rate)
            account.at = now
            if account.tokens < 1:
                return (1 - account.tokens) / rate
            account.tokens -= 1
            return 0.0

    def take(self, caller: str, *, records: int = 0, size: int = 0) -> bool:
        """Count what a request brought; False, and nothing counted, when it is beyond the day's quota."""
        limits = self._limits
        with self._lock:
            account = self._account(caller)
            day = int(self._now() // _DAY)
            if day != account.day:
                account.day, account.records, account.bytes = day, 0, 0
            too_many = limits.records and account.records + records > limits.records
            too_much = limits.bytes and account.bytes + size > limits.bytes
            if too_many or too_much:
                return False
            account.records += records
            account.bytes += size
            return True

    def _account(self, caller: str) -> _Account:
        found = self._accounts.pop(caller, None)
        if found is None:
            if len(self._accounts) >= _MOST:
                self._accounts.pop(next(iter(self._accounts)))
            found = _Account(self._limits.burst, self._now())
        self._accounts[caller] = found  # the last is the youngest
        return found
