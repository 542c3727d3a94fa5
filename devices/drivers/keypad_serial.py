"""Rating keypads 评价器 on a serial port, described by a table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from devices.address import parse_serial
from devices.base import DeviceKind, KeypadCapabilities
from devices.errors import Cancelled, DeviceError, Garbled
from devices.keypad import KeypadFrames, keypad_table
from devices.line import ByteLine, PortFacts
from devices.serial_device import SerialDevice
from devices.tables import load
from devices.traffic import NoMask

MOST_NOISE = 16384
"""Bytes without one good frame in them after which a keypad is broken."""

_CLEAR_SECONDS = 0.2


class SerialKeypad(SerialDevice):
    """A :class:`~devices.base.RatingKeypad` at ``keypad+serial:///dev/ttyUSB1?table=NAME``."""

    kind: Final = DeviceKind.RATING_KEYPAD

    def __init__(
        self,
        url: str,
        tables: Path,
        clock: Callable[[], float] = time.monotonic,
        ports: Callable[[], Iterable[PortFacts]] | None = None,
    ) -> None:
        """``tables``: the folder with the folder ``keypads``. Raises BadAddress and BadTable."""
        name = parse_serial(url, "keypad+serial", table=True)[1]
        self._table = keypad_table(load(tables / "keypads", name))
        super().__init__(
            url, parse_serial(url, "keypad+serial", self._table.baud, table=True)[0], NoMask(), ports
        )
        self.title = self._table.title
        scores = tuple(sorted(set(self._table.keys.values()), reverse=True))
        self.capabilities = KeypadCapabilities(scores, prompts=bool(self._table.prompt))
        self._clock = clock

    def open(self) -> None:
        """Open the port. Raises as :meth:`SerialDevice.open`, and Garbled for a keypad that babbles."""
        if self._line is not None:
            return
        super().open()
        try:
            self._calm()
        except DeviceError:
            self.close()
            raise

    def ask(self, seconds: float, cancelled: Callable[[], bool]) -> int | None:
        """Wait for one score; see :meth:`devices.base.RatingKeypad.ask`."""
        with self._conversation() as line:
            self._clear(line)
            if self._table.prompt:
                line.write(self._table.prompt)
            frames = KeypadFrames(self._table)
            end = self._clock() + seconds
            while self._clock() < end:
                if cancelled():
                    raise Cancelled("nobody waits for the rating any more")
                scores = frames.feed(line.read())
                if scores:
                    return scores[0]
                if frames.dropped > MOST_NOISE:
                    raise Garbled(f"{frames.dropped} bytes and no frame of this keypad among them")
        return None

    def _clear(self, line: ByteLine) -> None:
        """Throw away keys pressed before the question: they belong to nobody. Bounded."""
        end = self._clock() + _CLEAR_SECONDS
        while line.drain() and self._clock() < end:
            pass
