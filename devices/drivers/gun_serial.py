"""Scan guns in serial (CDC) mode: the only mode in which a code with Chinese in it arrives whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from devices.address import parse_serial
from devices.base import DeviceKind, GunCapabilities
from devices.errors import Garbled
from devices.line import PortFacts
from devices.serial_device import SerialDevice
from devices.traffic import LengthMask

MOST_BYTES = 8192
"""The largest QR code holds 2,953 bytes."""
QUIET_SECONDS = 0.15
"""A code without an end is whole when the gun has been silent for so long."""

_DEFAULT_BAUD = 9600


class SerialScanGun(SerialDevice):
    """A :class:`~devices.base.ScanGun` at ``gun+serial:///dev/ttyACM0[?baud=9600&usb=VID:PID]``."""

    kind: Final = DeviceKind.SCAN_GUN
    title = "扫码枪 (串口)"
    capabilities = GunCapabilities()

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        ports: Callable[[], Iterable[PortFacts]] | None = None,
    ) -> None:
        """Raises BadAddress."""
        super().__init__(url, parse_serial(url, "gun+serial", _DEFAULT_BAUD)[0], LengthMask(), ports)
        self._clock = clock
        self._heard = 0.0
        self._held = b""

    def close(self) -> None:
        """Let the port go, and what was half scanned."""
        self._held = b""
        super().close()

    def next_scan(self, seconds: float) -> str | None:
        """Return the next code; see :meth:`devices.base.ScanGun.next_scan`."""
        end = self._clock() + seconds
        with self._conversation() as line:
            while True:
                text = self._whole()
                if text:
                    return text
                data = line.read()
                now = self._clock()
                if data:
                    self._held += data
                    self._heard = now
                elif self._held and now - self._heard >= QUIET_SECONDS:
                    self._held += b"\r"
                elif now >= end:
                    return None
                if len(self._held) > MOST_BYTES and not _has_end(self._held):
                    self._held = b""
                    raise Garbled(f"more than {MOST_BYTES} bytes without an end")
                if now >= end + 2.0 and not _has_end(self._held):
                    return None

    def _whole(self) -> str:
        """Take the next whole line that holds anything; "" when there is none."""
        while _has_end(self._held):
            line, _, self._held = self._held.replace(b"\n", b"\r").partition(b"\r")
            text = _decoded(line[:MOST_BYTES])
            if text:
                return text
        return ""


def _has_end(data: bytes) -> bool:
    return b"\r" in data or b"\n" in data


def _decoded(data: bytes) -> str:
    """Guns send UTF-8 or GB18030, whichever they are set to; control characters are no part of a code."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    return "".join(c for c in text if c.isprintable()).strip()
