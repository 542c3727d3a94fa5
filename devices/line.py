"""The wire to a device: a serial port, a TCP port, or a serial port behind an RFC 2217 server.

Every method turns what the operating system says into a class of ``devices.errors``. pyserial shows an
unplugged port in three ways: its own SerialException, a plain OSError (``in_waiting``), and termios.error
(``flush``), which is no OSError; all three are caught.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Protocol

import serial
import serial.rfc2217
from serial.tools import list_ports

from devices.address import LinePort, Rfc2217Port, SerialPort, TcpPort, UsbIdentity
from devices.errors import BadAddress, DeviceError, InUse, NoPermission, NotAnswering, Unplugged

if sys.platform == "win32":
    PORT_ERRORS: tuple[type[Exception], ...] = (serial.SerialException, OSError)
else:
    import fcntl
    import termios

    PORT_ERRORS = (serial.SerialException, OSError, termios.error)

CHUNK = 4096
SLICE = 0.05
"""Seconds a ``read`` waits at most; the deadline of the caller is checked in between."""
CONNECT_SECONDS = 3.0
WRITE_SECONDS = 2.0

_GONE = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO})


class PortFacts(Protocol):
    """What the system knows of a serial port; the numbers are None when it is no USB device."""

    @property
    def device(self) -> str: ...

    @property
    def vid(self) -> int | None: ...

    @property
    def pid(self) -> int | None: ...

    @property
    def serial_number(self) -> str | None: ...


class ByteLine(Protocol):
    """An open line. Raises Unplugged once the other end is gone."""

    def read(self) -> bytes:
        """Return what is there, waiting at most ``SLICE`` seconds; b"" when nothing came."""
        ...

    def drain(self) -> bool:
        """Throw away what is there now, at most ``CHUNK`` bytes, without waiting; False when nothing was."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of ``data``; raises NotAnswering when nobody takes it within ``WRITE_SECONDS``."""
        ...

    def close(self) -> None:
        """Never raises."""
        ...


def open_line(address: LinePort, ports: Callable[[], Iterable[PortFacts]] | None = None) -> ByteLine:
    """Open the line exclusively. Raises Unplugged, InUse, NoPermission or NotAnswering.

    ``ports`` lists the serial ports of this PC with what their USB device says of itself; pyserial's list
    when it is left out.
    """
    match address:
        case SerialPort(_, baud, usb) if usb is not None:
            return _SerialLine(find_port(usb, ports or list_ports.comports), baud, exclusive=True)
        case SerialPort(device, baud):
            return _SerialLine(device, baud, exclusive=True)
        case Rfc2217Port(host, port, baud):
            return _SerialLine(f"rfc2217://{_bracketed(host)}:{port}", baud, exclusive=False)
        case TcpPort(host, port):
            return _TcpLine(host, port)


def find_port(usb: UsbIdentity, ports: Callable[[], Iterable[PortFacts]]) -> str:
    """Return the name under which a USB serial port is there now.

    Another device that took over the old name is never opened. Raises Unplugged when it is not there,
    BadAddress when several are and the address has no serial number to tell them apart.
    """
    names = sorted(
        facts.device
        for facts in ports()
        if (facts.vid, facts.pid) == (usb.vendor, usb.product)
        and (usb.serial is None or facts.serial_number == usb.serial)
    )
    if not names:
        raise Unplugged(f"no serial port with USB number {usb}")
    if len(names) > 1:
        raise BadAddress(f"{len(names)} serial ports with USB number {usb}: add the serial number of one")
    return names[0]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class NetworkPort(serial.rfc2217.Serial):
    """A port over RFC 2217 that lets its socket go: pyserial 3.5 keeps it when the other end went first."""

    def close(self) -> None:
        held: socket.socket | None = getattr(self, "_socket", None)
        super().close()
        if held is not None:
            held.close()


class _SerialLine:
    def __init__(self, url: str, baud: int, exclusive: bool) -> None:
        self._exclusive = exclusive
        try:
            self._port: serial.Serial | NetworkPort
            if exclusive:
                self._port = serial.serial_for_url(
                    url, baudrate=baud, timeout=SLICE, write_timeout=WRITE_SECONDS, exclusive=True
                )
            else:  # RFC 2217 knows neither an exclusive open nor a limit for writing
                self._port = NetworkPort(url, baudrate=baud, timeout=SLICE)
        except PORT_ERRORS as error:
            raise _opening_failed(url, error) from error

    def read(self) -> bytes:
        try:
            first: bytes = self._port.read(1)
            waiting = self._port.in_waiting if first else 0
            return first + self._port.read(min(waiting, CHUNK)) if waiting else first
        except PORT_ERRORS as error:
            raise Unplugged(_facts(error)) from error

    def drain(self) -> bool:
        try:
            waiting = self._port.in_waiting
            return bool(waiting and self._port.read(min(waiting, CHUNK)))
        except PORT_ERRORS as error:
            raise Unplugged(_facts(error)) from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise NotAnswering(f"nobody takes our bytes: {_facts(error)}") from error
        except PORT_ERRORS as error:
            raise Unplugged(_facts(error)) from error

    def close(self) -> None:
        for release in (self._unlock, self._port.close):
            with contextlib.suppress(*PORT_ERRORS):  # a port that is gone has nothing left to release
                release()

    def _unlock(self) -> None:
        """Let others open it, whoever still has our descriptor: a program that is being started has it
        until it runs, and opened again at once the port would be in use.
        """
        if self._exclusive and sys.platform != "win32":
            fcntl.flock(self._port.fileno(), fcntl.LOCK_UN)


class _TcpLine:
    def __init__(self, host: str, port: int) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise NotAnswering(f"{host}:{port}: {_facts(error)}") from error
        except OSError as error:
            raise Unplugged(f"{host}:{port}: {_facts(error)}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> bytes:
        try:
            self._socket.settimeout(SLICE)
            data = self._socket.recv(CHUNK)
        except TimeoutError:
            return b""
        except OSError as error:
            raise Unplugged(_facts(error)) from error
        if not data:
            raise Unplugged("the other end closed the connection")
        return data

    def drain(self) -> bool:
        try:
            self._socket.setblocking(False)
            return bool(self._socket.recv(CHUNK))
        except BlockingIOError:
            return False
        except OSError as error:
            raise Unplugged(_facts(error)) from error

    def write(self, data: bytes) -> None:
        try:
            self._socket.settimeout(WRITE_SECONDS)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise NotAnswering(f"nobody takes our bytes: {_facts(error)}") from error
        except OSError as error:
            raise Unplugged(_facts(error)) from error

    def close(self) -> None:
        self._socket.close()


def _facts(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _opening_failed(url: str, error: Exception) -> DeviceError:
    facts = f"{url}: {_facts(error)}"
    number = getattr(error, "errno", None)
    if number in {errno.EAGAIN, errno.EBUSY}:
        return InUse(facts)
    if number == errno.EACCES or "PermissionError" in facts:
        # Windows says "access denied" for a port that another program has open
        return InUse(facts) if sys.platform == "win32" else NoPermission(facts)
    if number in _GONE:
        return Unplugged(facts)
    if "timed out" in facts or "Remote does not" in facts:
        return NotAnswering(facts)
    return Unplugged(facts)
