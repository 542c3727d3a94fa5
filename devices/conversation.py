"""Asking a worker program: one request, one reply, within a time; and what is left when it breaks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from devices import requests
from devices.errors import DeviceError, DriverDied, Garbled, Unplugged
from devices.traffic import TrafficLog, mask_text
from devices.worker import Worker

FROZEN_ARGUMENT = "device-worker"
ROOT = Path(__file__).resolve().parents[1]
"""Where workers of our own start."""
_MOST_STRAYS = 500


def worker_command(name: str, *arguments: str) -> list[str]:
    """Return the command of the worker ``devices.workers.NAME``; a frozen program plays it itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FROZEN_ARGUMENT, name, *arguments]
    return [sys.executable, "-m", f"devices.workers.{name}", *arguments]


class Conversation:
    """A worker that is asked. After anything but an answer nobody knows what it says next: it is killed."""

    def __init__(self, key: str, traffic: TrafficLog, clock: Callable[[], float] = time.monotonic) -> None:
        """``key``: the address of the device, for diagnostics."""
        self._key = key
        self._traffic = traffic
        self._clock = clock
        self._worker: Worker | None = None
        self._number = 0

    @property
    def running(self) -> bool:
        """Whether there is a worker; it may have died since."""
        return self._worker is not None

    def start(self, command: Sequence[str], folder: Path | None = None) -> None:
        """Start the worker, in ``folder`` if given. Raises LibraryMissing."""
        self._worker = Worker(command, folder=folder, listens=True)

    def stop(self, mercy: float = 2.0) -> None:
        """End the worker; it gets ``mercy`` seconds to let its device go."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end(mercy)

    def ask(
        self, do: str, seconds: float, cancelled: Callable[[], bool] = lambda: False, **data: object
    ) -> Mapping[str, Any]:
        """Return what the worker answers under ``ok``.

        Raises the error it names, Unplugged when there is none, NotAnswering, Garbled, DriverDied,
        DriverFault, Cancelled.
        """
        worker = self._worker
        if worker is None:
            raise Unplugged(f"{self._key} is not open")
        self._number += 1
        self._traffic.note("sent", f"{self._number} {do}")
        broken = True
        try:
            worker.say(requests.request(self._number, do, **data))
            line = self._reply(worker, seconds, cancelled)
            broken = False
            found = requests.answer(line, self._number)
        except DeviceError as error:
            self._traffic.error(error)
            if broken or isinstance(error, Unplugged):
                self.stop(mercy=0.0)
            raise
        self._traffic.note("got", f"{self._number} {len(line)} characters")
        return found

    def _reply(self, worker: Worker, seconds: float, cancelled: Callable[[], bool]) -> str:
        """Return the line that answers the last request; late answers to earlier ones are thrown away."""
        end = self._clock() + seconds
        for _ in range(_MOST_STRAYS):
            line = worker.next_line(max(0.0, end - self._clock()), cancelled)
            if line is None:
                raise DriverDied(f"the worker ended, exit code {worker.exit_code()}; {_end_of(worker)}")
            if requests.answers(line, self._number):
                return line
            self._traffic.note("got", f"{len(line)} characters that answer nothing")
        raise Garbled(f"{_MOST_STRAYS} lines that answer nothing")


def _end_of(worker: Worker) -> str:
    return mask_text(worker.last_words()[-300:])
