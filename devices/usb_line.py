"""A USB device with one pair of bulk endpoints as a line of bytes, through pyusb and libusb.

One packet is asked for at a time and packets mean nothing: some readers send a reply in packets of 64 bytes,
some in one transfer. Whoever reads joins them.
"""

from __future__ import annotations

import errno
from typing import Any

import usb.core
import usb.util

from devices.address import UsbIdentity
from devices.errors import (
    BadAddress,
    DeviceError,
    DriverFault,
    Garbled,
    InUse,
    LibraryMissing,
    NoPermission,
    NotAnswering,
    NotSupported,
    Unplugged,
)
from devices.line import SLICE, WRITE_SECONDS

Backend = Any
"""A ``usb.backend.IBackend``; None lets pyusb look for libusb."""

_AT_ONCE_MS = 1
_CONDITIONS: dict[int, type[DeviceError]] = {
    errno.EACCES: NoPermission,
    errno.EPERM: NoPermission,
    errno.EBUSY: InUse,
    errno.EOVERFLOW: Garbled,
    errno.ENODEV: Unplugged,
    errno.ENOENT: Unplugged,
    errno.ENXIO: Unplugged,
    errno.EIO: Unplugged,
    errno.EPIPE: Unplugged,  # a stalled endpoint: only opening it anew helps
}


def missing_library(backend: Backend = None) -> str | None:
    """Return None, or that libusb is not installed."""
    try:
        usb.core.find(backend=backend)
    except usb.core.NoBackendError:
        return "libusb is not installed (Debian: libusb-1.0-0)"
    except usb.core.USBError:
        return None  # the library is there; what is wrong shows when the device is opened
    return None


class UsbLine:
    """A :class:`~devices.line.ByteLine` on a USB device. The device is claimed while the line is open."""

    def __init__(self, identity: UsbIdentity, backend: Backend = None) -> None:
        """Raises LibraryMissing, Unplugged, BadAddress, InUse, NoPermission, NotSupported, DriverFault."""
        self._name = f"USB {identity}"
        self._device = _find(identity, backend)
        try:
            self._in, self._out = self._claim()
        except DeviceError:
            self.close()
            raise
        except usb.core.USBError as error:
            self.close()
            raise self._condition(error) from error

    def read(self) -> bytes:
        """Return one packet, waiting at most ``SLICE`` seconds."""
        return self._packet(round(SLICE * 1000))

    def drain(self) -> bool:
        """Throw away the packet that waits."""
        return bool(self._packet(_AT_ONCE_MS))

    def write(self, data: bytes) -> None:
        """Send all of ``data``."""
        try:
            while data:
                sent = self._out.write(data, round(WRITE_SECONDS * 1000))
                if not sent:
                    raise NotAnswering(f"{self._name} takes no bytes")
                data = data[sent:]
        except usb.core.USBTimeoutError as error:
            raise NotAnswering(f"{self._name} takes no bytes: {error}") from error
        except usb.core.USBError as error:
            raise self._condition(error) from error

    def close(self) -> None:
        """Let the device go."""
        try:
            usb.util.dispose_resources(self._device)
        except usb.core.USBError:  # the device is gone already: nothing is left to release
            return

    def _packet(self, milliseconds: int) -> bytes:
        try:
            return bytes(self._in.read(self._in.wMaxPacketSize, milliseconds))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise self._condition(error) from error

    def _claim(self) -> tuple[Any, Any]:
        """Take the first interface with a bulk endpoint each way away from the system and return both."""
        for interface in self._configuration():
            ends = [
                usb.util.find_descriptor(interface, custom_match=_is_bulk(direction))
                for direction in (usb.util.ENDPOINT_IN, usb.util.ENDPOINT_OUT)
            ]
            if None not in ends:
                self._detach(interface.bInterfaceNumber)
                usb.util.claim_interface(self._device, interface)
                for end in ends:  # a halt of an earlier conversation
                    end.clear_halt()
                return ends[0], ends[1]
        raise NotSupported(f"{self._name} has no pair of bulk endpoints: its vendor's worker is needed")

    def _configuration(self) -> Any:
        try:
            return self._device.get_active_configuration()
        except usb.core.USBError as error:
            if error.errno in _CONDITIONS:
                raise
            self._device.set_configuration()
            return self._device.get_active_configuration()

    def _detach(self, number: int) -> None:
        try:
            if self._device.is_kernel_driver_active(number):
                self._device.detach_kernel_driver(number)
        except NotImplementedError:  # only Linux has drivers to detach
            return

    def _condition(self, error: usb.core.USBError) -> DeviceError:
        return _CONDITIONS.get(error.errno or 0, DriverFault)(f"{self._name}: {error}")


def _find(identity: UsbIdentity, backend: Backend) -> Any:
    try:
        devices = list(
            usb.core.find(
                find_all=True, backend=backend, idVendor=identity.vendor, idProduct=identity.product
            )
        )
        if identity.serial is not None:
            devices = [device for device in devices if _serial(device) == identity.serial]
    except usb.core.NoBackendError as error:
        raise LibraryMissing(f"libusb is not installed: {error}") from error
    except usb.core.USBError as error:
        raise _CONDITIONS.get(error.errno or 0, DriverFault)(f"USB {identity}: {error}") from error
    if not devices:
        raise Unplugged(f"no USB device {identity}")
    if len(devices) > 1:
        raise BadAddress(f"{len(devices)} USB devices {identity}: add the serial number of one")
    return devices[0]


def _serial(device: Any) -> str | None:
    """The serial number a device says, None when it says none or may not be asked."""
    try:
        return str(usb.util.get_string(device, device.iSerialNumber)) if device.iSerialNumber else None
    except (ValueError, usb.core.USBError):
        return None
    finally:
        usb.util.dispose_resources(device)


def _is_bulk(direction: int) -> Any:
    def matches(endpoint: Any) -> bool:
        address, kind = endpoint.bEndpointAddress, endpoint.bmAttributes
        return bool(
            usb.util.endpoint_direction(address) == direction
            and usb.util.endpoint_type(kind) == usb.util.ENDPOINT_TYPE_BULK
        )

    return matches
