"""Counters for Prometheus in its text form. Labels are routes, codes and words, never a name or number."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of request durations, in seconds."""
_HELP: Final[Mapping[str, tuple[str, str]]] = {
    "requests_total": ("counter", "Requests by route, method and status."),
    "events_total": ("counter", "Answers to events by word."),
    "received_bytes_total": ("counter", "Bytes of request content."),
    "blobs_total": ("counter", "Blobs verified and durable."),
    "refused_total": ("counter", "Requests refused before the router, by code."),
    "storage_errors_total": ("counter", "Requests that failed because storage did."),
    "answers_total": ("counter", "Answers of the back office by word."),
}
_PREFIX: Final = "yichuang_court_"

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """What one gateway process has counted since it started. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Labels], float] = defaultdict(float)
        self._durations = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._started = time.time()
        self.under_way = 0

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Count; `name` is one of the published ones."""
        key = name, tuple(sorted(labels.items()))
        with self._lock:
            self._counts[key] += amount

    def took(self, seconds: float) -> None:
        """Note how long a request took."""
        place = next((n for n, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))
        with self._lock:
            self._durations[place] += 1
            self._seconds += seconds

    def text(self) -> str:
        """Return everything in the text exposition format, version 0.0.4."""
        with self._lock:
            counts, durations = dict(self._counts), list(self._durations)
            seconds = self._seconds
        lines = []
        for name, (kind, help_) in _HELP.items():
            lines += [f"# HELP {_PREFIX}{name} {help_}", f"# TYPE {_PREFIX}{name} {kind}"]
            found = sorted((labels, value) for (one, labels), value in counts.items() if one == name)
            lines += [f"{_PREFIX}{name}{_shown(labels)} {value:g}" for labels, value in found]
        lines += _histogram(durations, seconds)
        lines += [
            f"# TYPE {_PREFIX}requests_under_way gauge",
            f"{_PREFIX}requests_under_way {self.under_way}",
            f"# TYPE {_PREFIX}start_time_seconds gauge",
            f"{_PREFIX}start_time_seconds {self._started:.3f}",
        ]
        return "\n".join(lines) + "\n"


def _histogram(durations: list[int], seconds: float) -> list[str]:
    name = f"{_PREFIX}request_seconds"
    lines = [f"# HELP {name} Duration of requests.", f"# TYPE {name} histogram"]
    total = 0
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), durations, strict=True):
        total += count
        lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
    return [*lines, f"{name}_sum {seconds:.6f}", f"{name}_count {total}"]


def _shown(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
