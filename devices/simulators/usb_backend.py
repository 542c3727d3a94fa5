"""A USB bus as pyusb sees it, with one simulated card reader on it.

    usb.core.find(backend=SimulatedUsb(port), ...)

It implements pyusb's backend interface: enumeration, descriptors, strings, claiming, bulk transfers in
packets of 64 bytes, time limits, and the error of a device that was pulled out. Behind it stands the program
``devices.simulators.id_reader --tcp PORT`` in its own process, with all its cards and faults.
"""

from __future__ import annotations

import errno
import socket
from array import array
from dataclasses import dataclass
from typing import Any

import usb.backend
import usb.core
import usb.util

PACKET = 64
VENDOR, PRODUCT, SERIAL = 0x0400, 0xC35A, "SIM0001"
END_IN, END_OUT = 0x81, 0x02

_LANGUAGE = 0x0409
_SERIAL_INDEX = 3


@dataclass
class _Descriptor:
    """Fields of any descriptor under their names in the USB specification."""

    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None


def _gone() -> usb.core.USBError:
    return usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)


class SimulatedUsb(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """The bus. The device is on it as long as the simulator listens; once it was open, until it hangs up."""

    def __init__(self, port: int, *, serial: str = SERIAL, bulk: bool = True) -> None:
        """``port`` of the simulator on this machine; without ``bulk`` it has interrupt endpoints."""
        self.port = port
        self.serial = serial
        self.claimed = False
        self._type = usb.util.ENDPOINT_TYPE_BULK if bulk else usb.util.ENDPOINT_TYPE_INTR
        self._socket: socket.socket | None = None
        self._held = b""

    def enumerate_devices(self) -> list[str]:
        """One device, or none while the simulator does not listen."""
        if self._socket is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
            except OSError:
                return []
        return ["reader"]

    def get_device_descriptor(self, dev: str) -> _Descriptor:  # noqa: ARG002 - there is only one
        """The numbers of a SAM_V module."""
        return _Descriptor(
            {
                "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x0110, "bDeviceClass": 0,
                "bDeviceSubClass": 0, "bDeviceProtocol": 0, "bMaxPacketSize0": 8,
                "idVendor": VENDOR, "idProduct": PRODUCT,
                "bcdDevice": 0x0100, "iManufacturer": 0, "iProduct": 0, "iSerialNumber": _SERIAL_INDEX,
                "bNumConfigurations": 1, "address": 5, "bus": 1, "port_number": 1, "port_numbers": (1,),
                "speed": 2,
            }
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: str, config: int) -> _Descriptor:  # noqa: ARG002
        """One configuration with one interface."""
        if config != 0:
            raise IndexError(config)
        return _Descriptor(
            {
                "bLength": 9, "bDescriptorType": 2, "wTotalLength": 32, "bNumInterfaces": 1,
                "bConfigurationValue": 1, "iConfiguration": 0, "bmAttributes": 0x80, "bMaxPower": 50,
                "extra_descriptors": [],
            }
        )  # fmt: skip

    def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> _Descriptor:  # noqa: ARG002
        """A vendor specific interface with two endpoints."""
        if intf != 0 or alt != 0:
            raise IndexError(intf)
        return _Descriptor(
            {
                "bLength": 9, "bDescriptorType": 4, "bInterfaceNumber": 0, "bAlternateSetting": 0,
                "bNumEndpoints": 2, "bInterfaceClass": 0xFF, "bInterfaceSubClass": 0,
                "bInterfaceProtocol": 0, "iInterface": 0, "extra_descriptors": [],
            }
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: str, ep: int, intf: int, alt: int, config: int) -> _Descriptor:  # noqa: ARG002
        """One endpoint in, one out."""
        return _Descriptor(
            {
                "bLength": 7, "bDescriptorType": 5, "bEndpointAddress": (END_IN, END_OUT)[ep],
                "bmAttributes": self._type, "wMaxPacketSize": PACKET, "bInterval": 0, "bRefresh": 0,
                "bSynchAddress": 0, "extra_descriptors": [],
            }
        )  # fmt: skip

    def open_device(self, dev: str) -> str:
        """Connect to the simulator."""
        if self._socket is None:
            try:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=2)
            except OSError:
                raise _gone() from None
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return dev

    def close_device(self, dev_handle: str) -> None:  # noqa: ARG002
        """Hang up."""
        self.claimed = False
        self._held = b""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get_configuration(self, dev_handle: str) -> int:  # noqa: ARG002
        """The only one."""
        return 1

    def set_configuration(self, dev_handle: str, config_value: int) -> None:
        """Nothing changes."""

    def claim_interface(self, dev_handle: str, intf: int) -> None:  # noqa: ARG002
        """Busy when another open device of this backend has it."""
        self.claimed = True

    def release_interface(self, dev_handle: str, intf: int) -> None:  # noqa: ARG002
        """Give it back."""
        self.claimed = False

    def is_kernel_driver_active(self, dev_handle: str, intf: int) -> bool:  # noqa: ARG002
        """No system has a driver for it."""
        return False

    def clear_halt(self, dev_handle: str, ep: int) -> None:
        """Nothing is ever halted."""

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: array[int], timeout: int) -> int:  # noqa: ARG002
        """Send to the simulator; at most a packet at a time, as a bus may do."""
        line = self._connected(ep, END_OUT)
        try:
            line.settimeout(timeout / 1000)
            return line.send(bytes(data)[:PACKET])
        except TimeoutError:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT) from None
        except OSError:
            raise _gone() from None

    def bulk_read(self, dev_handle: str, ep: int, intf: int, buff: array[int], timeout: int) -> int:  # noqa: ARG002
        """Fill ``buff`` with one packet."""
        line = self._connected(ep, END_IN)
        if not self._held:
            try:
                line.settimeout(timeout / 1000)
                self._held = line.recv(4096)
            except TimeoutError:
                raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT) from None
            except OSError:
                raise _gone() from None
            if not self._held:
                raise _gone()
        count = min(PACKET, len(buff))
        packet, self._held = self._held[:count], self._held[count:]
        buff[: len(packet)] = array("B", packet)
        return len(packet)

    def ctrl_transfer(
        self,
        dev_handle: str,  # noqa: ARG002
        bmRequestType: int,  # noqa: ARG002, N803 - pyusb's names
        bRequest: int,  # noqa: ARG002, N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: ARG002, N803
        data: array[int],
        timeout: int,  # noqa: ARG002
    ) -> int:
        """Answer GET_DESCRIPTOR for strings: the languages, and the serial number."""
        index = wValue & 0xFF
        text = _LANGUAGE.to_bytes(2, "little") if index == 0 else self.serial.encode("utf-16-le")
        answer = bytes([len(text) + 2, 3]) + text
        count = min(len(data), len(answer))
        data[:count] = array("B", answer[:count])
        return count

    def _connected(self, end: int, expected: int) -> socket.socket:
        if end != expected:
            raise usb.core.USBError("Invalid parameter", -2, errno.EINVAL)
        if self._socket is None:
            raise _gone()
        return self._socket
