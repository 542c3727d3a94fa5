"""What is plugged in: candidates for the address of a device. Slow; nothing found is no error.

A serial port says who made its USB bridge, not what hangs behind it, so every port is offered for every
serial device; a try tells.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import usb.core
from serial.tools.list_ports import comports

from devices.base import DeviceKind

_SANE_SECONDS: Final = 15.0
_SDT_USB: Final = {(0x0400, 0xC35A): "身份证阅读器 (USB)"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be right, and what the system says of the thing behind it."""

    url: str
    title: str


def candidates(kind: DeviceKind) -> tuple[Candidate, ...]:
    """Return what could be a device of this kind; takes up to a quarter of a minute."""
    return tuple(_FIND[kind]()) if kind in _FIND else ()


def serial_ports(scheme: str, options: str = "") -> Iterator[Candidate]:
    """Every serial port of this PC; one at USB is named by its numbers, so that it is found again."""
    for port in comports():
        known = [options] if options else []
        if port.vid is not None and port.pid is not None:
            serial = f":{quote(port.serial_number, safe='')}" if port.serial_number else ""
            known.append(f"usb={port.vid:04X}:{port.pid:04X}{serial}")
        url = f"{scheme}://{port.device}"  # /dev/ttyS0 gives three slashes, COM3 two
        yield Candidate(f"{url}?{'&'.join(known)}" if known else url, f"{port.device} {port.description}")


def _readers() -> Iterator[Candidate]:
    yield from serial_ports("sdt+serial", "baud=115200")
    for (vendor, product), title in _SDT_USB.items():
        if _at_usb(vendor, product):
            yield Candidate(f"sdt+usb://{vendor:04X}:{product:04X}", title)


def _at_usb(vendor: int, product: int) -> bool:
    try:
        return usb.core.find(idVendor=vendor, idProduct=product) is not None
    except (usb.core.NoBackendError, usb.core.USBError):
        return False


def _scanners() -> Iterator[Candidate]:
    program = shutil.which("scanimage")
    if program is None:
        return
    try:
        listed = subprocess.run(
            [program, "-f", "%d%n%v %m%n"], capture_output=True, text=True, timeout=_SANE_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return
    lines = listed.splitlines()
    for device, model in zip(lines[::2], lines[1::2], strict=False):
        yield Candidate(f"sane:{quote(device, safe=':/')}", model)


def _guns() -> Iterator[Candidate]:
    yield Candidate("gun+keyboard:", "键盘口的扫码枪")
    yield from serial_ports("gun+serial", "baud=9600")


def _cameras() -> Iterator[Candidate]:
    """Cameras by number: named on Linux; elsewhere the first two, a try tells."""
    known = sorted(Path("/sys/class/video4linux").glob("video*/name"))
    for file in known:
        number = file.parent.name.removeprefix("video")
        with contextlib.suppress(OSError):
            yield Candidate(f"camera:{number}", file.read_text("utf-8", "replace").strip())
    if sys.platform != "linux":
        yield from (Candidate(f"camera:{number}", f"第 {number + 1} 个摄像头") for number in range(2))


def _chip_readers() -> Iterator[Candidate]:
    if importlib.util.find_spec("smartcard") is not None:
        yield Candidate("pcsc:", "第一台 PC/SC 读卡器")


def _speakers() -> Iterator[Candidate]:
    yield Candidate("speaker:", "系统默认音箱")


_FIND: Final[Mapping[DeviceKind, Callable[[], Iterator[Candidate]]]] = {
    DeviceKind.ID_READER: _readers,
    DeviceKind.SCANNER: _scanners,
    DeviceKind.SCAN_GUN: _guns,
    DeviceKind.SPEAKER: _speakers,
    DeviceKind.CAMERA: _cameras,
    DeviceKind.CHIP_READER: _chip_readers,
}
