"""A ticket printer at USB: bulk out for the job, bulk in for its answers (USB printer class 1.1, 7/1/2).

The system needs libusb and the right to use the device; the kernel's own printer driver is asked to let go.
Proven with a made-up backend only, see the README.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import usb.core
import usb.util

from printing.address import Address, Proof
from printing.errors import PrinterOff
from printing.printers.base import Capabilities
from printing.printers.conversation import Channel, Limits, TalkingPrinter, reason

_PRINTER_CLASS = 7
_CHUNK = 4096


class _Bulk:
    """The two pipes of a claimed interface as a channel."""

    def __init__(self, pipe_out: Any, pipe_in: Any) -> None:
        self._out = pipe_out
        self._in = pipe_in
        self.doubtful = 0

    def send(self, data: memoryview, limit: float) -> int:
        chunk = bytes(data[:_CHUNK])
        self.doubtful = len(chunk)
        written: int = self._out.write(chunk, _milliseconds(limit))
        self.doubtful = 0
        return written

    def receive(self, limit: float) -> bytes:
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(self._in.wMaxPacketSize, _milliseconds(limit)))
        except usb.core.USBTimeoutError:
            return b""

    def finish(self, limit: float) -> None:
        """Nothing to say: a bulk transfer is over when the device has taken it."""


def _milliseconds(seconds: float) -> int:
    return max(int(seconds * 1000), 1)  # 0 would mean for ever


def _pipes(device: Any) -> tuple[Any, Any, Any]:
    """Return the printer interface and its pipes out and in (None if it has none); OSError without one."""
    for interface in device.get_active_configuration():
        if interface.bInterfaceClass != _PRINTER_CLASS:
            continue
        ends = list(interface)
        pipe_out = next((end for end in ends if not end.bEndpointAddress & usb.util.ENDPOINT_IN), None)
        pipe_in = next((end for end in ends if end.bEndpointAddress & usb.util.ENDPOINT_IN), None)
        if pipe_out is not None:
            return interface, pipe_out, pipe_in
    raise OSError("no interface of a printer")


class UsbPrinter(TalkingPrinter):
    """ESC/POS over USB; ``backend`` replaces libusb in tests."""

    def __init__(self, address: Address, limits: Limits | None = None, backend: Any = None) -> None:
        self._address = address
        self._backend = backend
        answers = address.proof is not Proof.NONE
        title = f"小票机 USB {address.vendor:04x}:{address.product:04x}"
        takes = Capabilities(address.width, reports_status=answers, confirms=answers)
        super().__init__(address.url, title, takes, self._open, address.proof, limits or Limits())

    def _claimed(self) -> tuple[Any, Any, Any]:
        """Return the device and its pipes, the interface claimed."""
        address = self._address
        try:
            device = usb.core.find(idVendor=address.vendor, idProduct=address.product, backend=self._backend)
        except usb.core.NoBackendError as error:
            raise PrinterOff(self.key, error="libusb is not installed") from error
        if device is None:
            raise PrinterOff(self.key, error="no such device")
        interface, pipe_out, pipe_in = _pipes(device)
        number = interface.bInterfaceNumber
        with suppress(NotImplementedError):
            if device.is_kernel_driver_active(number):
                device.detach_kernel_driver(number)
        usb.util.claim_interface(device, number)
        return device, pipe_out, pipe_in

    @contextmanager
    def _open(self) -> Iterator[Channel]:
        try:
            device, pipe_out, pipe_in = self._claimed()
        except OSError as error:  # USBError is one
            raise PrinterOff(self.key, errno=error.errno or 0, error=reason(error)) from error
        try:
            yield _Bulk(pipe_out, pipe_in)
        finally:
            with suppress(OSError):
                usb.util.dispose_resources(device)
