"""LED strips 条屏 on a serial port, described by a table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from devices.address import parse_serial
from devices.base import DeviceKind, StripCapabilities
from devices.errors import DeviceError, Garbled, NotAnswering
from devices.line import ByteLine, PortFacts
from devices.serial_device import SerialDevice
from devices.strip import strip_table
from devices.tables import load
from devices.traffic import LengthMask

_CLEAR_SECONDS = 0.2
_MOST_NOISE = 4096


class SerialLedStrip(SerialDevice):
    """A :class:`~devices.base.LedStrip` at ``led+serial:///dev/ttyUSB2?table=NAME``."""

    kind: Final = DeviceKind.LED_STRIP

    def __init__(
        self,
        url: str,
        tables: Path,
        clock: Callable[[], float] = time.monotonic,
        ports: Callable[[], Iterable[PortFacts]] | None = None,
    ) -> None:
        """``tables``: the folder with the folder ``strips``. Raises BadAddress and BadTable."""
        name = parse_serial(url, "led+serial", table=True)[1]
        self._table = strip_table(load(tables / "strips", name))
        port = parse_serial(url, "led+serial", self._table.baud, table=True)[0]
        super().__init__(url, port, LengthMask(), ports)
        self.title = self._table.title
        self.capabilities = StripCapabilities(self._table.most_bytes, confirms=bool(self._table.reply))
        self._clock = clock
        self._shown: bytes | None = None
        self._wanted: bytes | None = None

    def open(self) -> None:
        """Open the port, and show again what was shown last: that alone proves that a strip is back.

        Raises as :meth:`SerialDevice.open`, and Garbled, NotAnswering.
        """
        if self._line is not None:
            return
        super().open()
        try:
            self._calm()
            if self._wanted is not None:
                self._send(self._wanted)
        except DeviceError:
            self.close()
            raise

    def close(self) -> None:
        """Let the port go. What the strip shows is unknown from now on: it may lose its power."""
        self._shown = None
        super().close()

    def show(self, text: str) -> bool:
        """Show a text unless it stands there; see :meth:`devices.base.LedStrip.show`."""
        frame = self._wanted = self._table.frame(text)
        if frame == self._shown:
            with self._conversation() as line:
                line.drain()  # notices a pulled cable
            return False
        self._send(frame)
        return True

    def _send(self, frame: bytes) -> None:
        with self._conversation() as line:
            self._shown = None
            self._clear(line)
            line.write(frame)
            if self._table.reply:
                self._await_reply(line)
            self._shown = frame

    def _clear(self, line: ByteLine) -> None:
        end = self._clock() + _CLEAR_SECONDS
        while line.drain() and self._clock() < end:
            pass

    def _await_reply(self, line: ByteLine) -> None:
        end = self._clock() + self._table.reply_seconds
        held = b""
        while self._table.reply not in held:
            if self._clock() >= end:
                kind = Garbled if held else NotAnswering
                raise kind(f"no acknowledgement in {self._table.reply_seconds} s, {len(held)} other bytes")
            held = (held + line.read())[-_MOST_NOISE:]
