"""Monitors of a virtual X server, plugged in and pulled out while the program runs (RandR 1.5)."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

import pytest

WIDTH, HEIGHT = 1366, 768
NO_XVFB: Final = pytest.mark.skipif(
    sys.platform != "linux"
    or shutil.which("Xvfb") is None
    or not all(map(ctypes.util.find_library, ("X11", "Xrandr", "xcb-cursor"))),
    reason="needs Xvfb, libXrandr and libxcb-cursor",
)


@contextmanager
def virtual_display(monitors: int) -> Iterator[str]:
    """A display with room for so many monitors side by side; its name."""
    ready, said = os.pipe()
    size = f"{WIDTH * monitors}x{HEIGHT}x24"
    command = ["Xvfb", "-displayfd", str(said), "-screen", "0", size, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[said], stderr=subprocess.DEVNULL)
    os.close(said)
    try:
        with os.fdopen(ready) as line:
            yield f":{line.readline().strip()}"
    finally:
        server.terminate()
        server.wait(30)


class _Monitor(ctypes.Structure):
    """XRRMonitorInfo."""

    _fields_: ClassVar = [
        ("name", ctypes.c_ulong),
        ("primary", ctypes.c_int),
        ("automatic", ctypes.c_int),
        ("outputs_count", ctypes.c_int),
        *((word, ctypes.c_int) for word in ("x", "y", "width", "height", "width_mm", "height_mm")),
        ("outputs", ctypes.POINTER(ctypes.c_ulong)),
    ]


class Monitors:
    """The monitors of the display this process draws on, numbered from 1 from left to right."""

    def __init__(self) -> None:
        """The first takes over the server's only output, so that the others can come and go."""
        x11, randr = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXrandr.so.2")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XDefaultRootWindow.restype = x11.XInternAtom.restype = ctypes.c_ulong
        randr.XRRAllocateMonitor.restype = randr.XRRGetMonitors.restype = ctypes.POINTER(_Monitor)
        self._x11, self._randr = x11, randr
        self._display = ctypes.c_void_p(x11.XOpenDisplay(None))
        self._root = ctypes.c_ulong(x11.XDefaultRootWindow(self._display))
        count = ctypes.c_int()
        whole = randr.XRRGetMonitors(self._display, self._root, 1, ctypes.byref(count))
        self._set(1, whole[0].outputs[0])

    def plug(self, number: int) -> None:
        self._set(number)

    def pull(self, number: int) -> None:
        self._randr.XRRDeleteMonitor(self._display, self._root, self._name(number))
        self._x11.XSync(self._display, 0)

    def _set(self, number: int, output: int | None = None) -> None:
        info = self._randr.XRRAllocateMonitor(self._display, 0 if output is None else 1)
        monitor = info[0]
        monitor.name = self._name(number).value
        monitor.x, monitor.width, monitor.height = WIDTH * (number - 1), WIDTH, HEIGHT
        monitor.width_mm, monitor.height_mm = 344, 194
        if output is not None:
            monitor.outputs[0] = output
        self._randr.XRRSetMonitor(self._display, self._root, info)
        self._x11.XSync(self._display, 0)

    def _name(self, number: int) -> ctypes.c_ulong:
        return ctypes.c_ulong(self._x11.XInternAtom(self._display, b"MONITOR-%d" % number, 0))
