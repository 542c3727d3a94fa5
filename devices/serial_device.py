"""What the drivers of small devices on a serial port share: open, close, and how a conversation ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from devices.address import SerialPort
from devices.errors import DeviceError, Garbled, Unplugged
from devices.lifecycle import Lifecycle
from devices.line import ByteLine, PortFacts, open_line
from devices.traffic import Mask, RecordedLine, TrafficLog

_CALM_SLICES = 3
_MOST_AT_REST = 64
"""Bytes in a tenth of a second that a device at rest may say: some keys pressed, not a stream."""


class SerialDevice(Lifecycle):
    """A device on a serial port that says nothing by itself when it is opened."""

    def __init__(
        self,
        url: str,
        port: SerialPort,
        mask: Mask,
        ports: Callable[[], Iterable[PortFacts]] | None = None,
    ) -> None:
        """``ports`` lists the serial ports of this PC, pyserial's list when left out."""
        self.key = url
        self.traffic = TrafficLog()
        self._port = port
        self._mask = mask
        self._ports = ports
        self._line: ByteLine | None = None

    def available(self) -> str | None:
        """Always None: pyserial is part of the program."""
        return None

    def open(self) -> None:
        """Open the port. Raises Unplugged, InUse, NoPermission, NotAnswering, BadAddress."""
        if self._line is not None:
            return
        try:
            self._line = RecordedLine(open_line(self._port, self._ports), self.traffic, self._mask)
        except DeviceError as error:
            self.traffic.error(error)
            raise

    def close(self) -> None:
        """Let the port go."""
        if self._line is not None:
            self._line.close()
        self._line = None

    @contextmanager
    def _conversation(self) -> Iterator[ByteLine]:
        """The open line; what goes wrong is noted, and the device is closed when it is gone."""
        if self._line is None:
            raise Unplugged(f"{self.key} is not open")
        try:
            yield self._line
        except DeviceError as error:
            self.traffic.error(error)
            if isinstance(error, Unplugged):
                self.close()
            raise

    def _calm(self) -> None:
        """Listen whether the device is at rest. Raises Garbled for one that babbles, Unplugged."""
        with self._conversation() as line:
            heard = 0
            for _ in range(_CALM_SLICES):
                heard += len(line.read())
            if heard > _MOST_AT_REST:
                raise Garbled(f"{heard} bytes at once that nobody asked for")
