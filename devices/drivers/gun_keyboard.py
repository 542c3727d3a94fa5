"""Scan guns that type: the window tells their bursts from typing and hands them over here.

Whoever owns the keyboard calls :meth:`KeyboardGun.heard`; the desk asks :meth:`KeyboardGun.next_scan` as it
asks a gun on a serial line.
"""

from __future__ import annotations

import queue
from typing import Final

from devices.address import parse_named
from devices.base import DeviceKind, GunCapabilities
from devices.errors import BadAddress, Unplugged
from devices.lifecycle import Lifecycle
from devices.traffic import LengthMask, TrafficLog

_HELD = 16
SCHEME: Final = "gun+keyboard"


def prefix_of(url: str) -> str:
    """Return the sign a gun sends before each code, "" for none.

    Raises BadAddress for one that people type: it has to be one printable ASCII sign, no letter and no digit.
    """
    sign = parse_named(url, SCHEME)
    if sign and (len(sign) != 1 or not sign.isascii() or not sign.isprintable() or sign.isalnum()):
        raise BadAddress(f"{url!r}: before a code comes one sign that is no letter and no digit")
    return sign


class KeyboardGun(Lifecycle):
    """A :class:`~devices.base.ScanGun` at ``gun+keyboard:`` or, with the sign it sends before each code,
    ``gun+keyboard:~``; whether it is plugged in nobody can know.
    """

    kind: Final = DeviceKind.SCAN_GUN
    title = "扫码枪 (键盘口)"
    capabilities = GunCapabilities()

    def __init__(self, url: str) -> None:
        """Raises BadAddress."""
        self.key = url
        self.prefix = prefix_of(url)
        self.traffic = TrafficLog()
        self._mask = LengthMask()
        self._heard: queue.Queue[str] = queue.Queue(_HELD)
        self._open = False

    def available(self) -> str | None:
        """Always None: every window has a keyboard."""
        return None

    def open(self) -> None:
        """Take what is scanned from now on."""
        self._open = True

    def close(self) -> None:
        """Drop what nobody asked for."""
        self._open = False
        while not self._heard.empty():
            self._heard.get_nowait()

    def heard(self, text: str) -> None:
        """Take a code; any thread may call. More than anybody asks for is dropped."""
        self.traffic.note("got", self._mask.received(text.encode()))
        if self._open and not self._heard.full():
            self._heard.put(text)

    def next_scan(self, seconds: float) -> str | None:
        """Return the next code; see :meth:`devices.base.ScanGun.next_scan`."""
        if not self._open:
            raise Unplugged(f"{self.key} is not open")
        try:
            return self._heard.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None
