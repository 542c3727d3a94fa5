"""Printers this PC knows of: queues of the spooler, ports, USB printers. Nothing found is no error."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import usb.core
from serial.tools.list_ports import comports

from printing.printers.windows import names

_SECONDS: Final = 8.0
_PRINTER_CLASS: Final = 7


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be right, and what the system says of the thing behind it."""

    url: str
    title: str


def page_printers() -> tuple[Candidate, ...]:
    """Return the queues of CUPS and the printers of Windows."""
    windows = (Candidate(f"winspool://{quote(name, safe='')}", name) for name in names())
    return (*_queues(), *windows)


def ticket_printers() -> tuple[Candidate, ...]:
    """Return USB printers, serial ports and printers of Windows; one on the network is typed in."""
    windows = (Candidate(f"escpos+winspool://{quote(name, safe='')}?width=576", name) for name in names())
    return (*_usb_printers(), *_ports(), *windows)


def _queues() -> Iterator[Candidate]:
    program = shutil.which("lpstat")
    if program is None:
        return
    try:
        listed = subprocess.run(
            [program, "-e"], capture_output=True, text=True, timeout=_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return
    for name in listed.split():
        yield Candidate(f"cups://{quote(name, safe='')}", name)


def _usb_printers() -> Iterator[Candidate]:
    try:
        found = list(usb.core.find(find_all=True, custom_match=_is_printer))
    except (usb.core.NoBackendError, usb.core.USBError):
        return
    for device in found:
        number = f"{device.idVendor:04x}:{device.idProduct:04x}"
        yield Candidate(f"escpos+usb://{number}?width=576", f"USB {number}")


def _is_printer(device: usb.core.Device) -> bool:
    return any(
        interface.bInterfaceClass == _PRINTER_CLASS for configuration in device for interface in configuration
    )


def _ports() -> Iterator[Candidate]:
    for port in comports():
        url = f"escpos+serial://{port.device}?baud=9600&width=576"  # /dev/ttyS0 gives three slashes, COM3 two
        yield Candidate(url, f"{port.device} {port.description}")
