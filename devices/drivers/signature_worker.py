"""Signature pads behind their vendor's program."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from devices import signature
from devices.address import parse_program
from devices.base import DeviceKind, PadCapabilities
from devices.conversation import Conversation
from devices.errors import DeviceError, Garbled, LibraryMissing
from devices.lifecycle import Lifecycle
from devices.requests import title
from devices.signature import MOST_POINTS, Point, Signature
from devices.traffic import TrafficLog

_OPEN_SECONDS, _ASK_SECONDS = 15.0, 3.0


class WorkerPad(Lifecycle):
    """A :class:`~devices.signature.SignaturePad` at ``signature+worker:///path/program[?args=...]``."""

    kind: Final = DeviceKind.SIGNATURE_PAD

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises BadAddress."""
        self._address = parse_program(url, "signature+worker")
        self.key = url
        self.title = "签名板 (厂商驱动)"
        self.capabilities = PadCapabilities()
        self.traffic = TrafficLog()
        self._clock = clock
        self._worker = Conversation(url, self.traffic, clock)

    def available(self) -> str | None:
        """Say that the vendor's program is missing."""
        program = Path(self._address.program)
        there = program.is_file() and os.access(program, os.X_OK)
        return None if there else f"the signature pad's program {program} is not there"

    def open(self) -> None:
        """Start the program. Raises LibraryMissing, Unplugged, NotAnswering, Garbled, DriverFault."""
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise LibraryMissing(reason)
        self._worker.start([self._address.program, *self._address.arguments])
        try:
            found = self._worker.ask("open", _OPEN_SECONDS)
            self.capabilities = signature.capabilities(found)
        except DeviceError:
            self.close()
            raise
        self.title = title(found) or self.title

    def close(self) -> None:
        """End the program."""
        self._worker.stop()

    def capture(
        self, seconds: float, cancelled: Callable[[], bool], drawn: Callable[[Sequence[Point]], None]
    ) -> Signature | None:
        """Let somebody sign; see :meth:`devices.signature.SignaturePad.capture`."""
        self._worker.ask("begin", _ASK_SECONDS, cancelled)
        end = self._clock() + seconds
        strokes: dict[int, list[Point]] = {}
        count, state = 0, "writing"
        while state == "writing" and self._clock() < end:
            reply = self._worker.ask("points", _ASK_SECONDS, cancelled, after=count)
            try:
                points, state = signature.new_points(reply)
            except Garbled as error:
                self.traffic.error(error)
                raise
            count += len(points)
            if count > MOST_POINTS:
                raise Garbled(f"more than {MOST_POINTS} points")
            for stroke, point in points:
                strokes.setdefault(stroke, []).append(point)
            if points:
                drawn([point for _, point in points])
        self._worker.ask("end", _ASK_SECONDS)
        if state != "done" or not strokes:
            return None
        aspect = self.capabilities.width / self.capabilities.height
        return Signature(tuple(tuple(strokes[number]) for number in sorted(strokes)), aspect)
