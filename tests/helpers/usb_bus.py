"""A USB bus with one printer on it, for pyusb: its pipes lead to the simulated printer's connection."""

# ruff: noqa: ARG002  the signatures are those of pyusb

from __future__ import annotations

import socket
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import usb.backend
import usb.core

OUT, IN = 0x01, 0x82
_TIMED_OUT = 110


class UsbBus(usb.backend.IBackend):  # type: ignore[misc]
    """One device: vendor 04b8, product 0e15, a printer interface with a pipe out and a pipe in.

    ``unplugged`` makes every transfer fail, ``stuck`` makes the device take nothing more.
    """

    def __init__(self, printer: socket.socket) -> None:
        super().__init__()
        self._printer = printer
        self.unplugged = False
        self.stuck = False
        self.claimed: set[int] = set()
        self.detached: list[int] = []

    def enumerate_devices(self) -> Iterator[int]:
        if not self.unplugged:
            yield 1

    def get_device_descriptor(self, dev: int) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=0x04B8, idProduct=0x0E15, bcdDevice=0x100, iManufacturer=0,
            iProduct=0, iSerialNumber=0, bNumConfigurations=1, address=1, bus=1, port_number=1,
            port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: int, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=2, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: int, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=7, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: int, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT, IN)[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: int) -> int:
        self._present()
        return dev

    def close_device(self, dev_handle: int) -> None:
        """Nothing to close."""

    def get_configuration(self, dev_handle: int) -> int:
        return 1

    def set_configuration(self, dev_handle: int, config_value: int) -> None:
        """The only one is set."""

    def claim_interface(self, dev_handle: int, intf: int) -> None:
        self._present()
        self.claimed.add(intf)

    def release_interface(self, dev_handle: int, intf: int) -> None:
        self.claimed.discard(intf)

    def is_kernel_driver_active(self, dev_handle: int, intf: int) -> bool:
        return intf not in self.detached

    def detach_kernel_driver(self, dev_handle: int, intf: int) -> None:
        self.detached.append(intf)

    def bulk_write(self, dev_handle: int, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._present()
        if self.stuck and len(data) > 3:
            raise usb.core.USBTimeoutError("timed out", -7, _TIMED_OUT)
        assert ep == OUT
        assert intf in self.claimed
        self._printer.sendall(bytes(data))
        return len(data)

    def bulk_read(self, dev_handle: int, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        self._present()
        assert ep == IN
        self._printer.settimeout(timeout / 1000)
        try:
            data = self._printer.recv(len(buff))
        except TimeoutError as error:
            raise usb.core.USBTimeoutError("timed out", -7, _TIMED_OUT) from error
        finally:
            self._printer.settimeout(None)
        buff[: len(data)] = array("B", data)
        return len(data)

    def _present(self) -> None:
        if self.unplugged:
            raise usb.core.USBError("no such device", -4, 19)


@contextmanager
def usb_bus(url: str) -> Iterator[UsbBus]:
    """Put the simulated printer at ``url`` on a bus."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 5) as printer:
        yield UsbBus(printer)
