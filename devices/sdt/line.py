"""The wire to a reader: a serial port, a TCP port, or a serial port behind an RFC 2217 server.

Every method turns what the operating system says into a class of ``devices.errors``. pyserial shows an
unplugged port in three ways: its own SerialException, a plain OSError (``in_waiting``), and termios.error
(``flush``), which is no OSError; all three are caught.
"""

from __future__ import annotations

import errno
import socket
import sys
from typing import Protocol

import serial

from devices.address import Rfc2217Port, SdtLine, SerialPort, TcpPort
from devices.errors import DeviceError, InUse, NoPermission, NotAnswering, Unplugged

if sys.platform == "win32":
    PORT_ERRORS: tuple[type[Exception], ...] = (serial.SerialException, OSError)
else:
    import termios

    PORT_ERRORS = (serial.SerialException, OSError, termios.error)

CHUNK = 4096
SLICE = 0.05
"""Seconds a ``read`` waits at most; the deadline of the caller is checked in between."""
CONNECT_SECONDS = 3.0
WRITE_SECONDS = 2.0

_GONE = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO})


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


def open_line(address: SdtLine) -> ByteLine:
    """Open the line exclusively. Raises Unplugged, InUse, NoPermission or NotAnswering."""
    match address:
        case SerialPort(device, baud):
            return _SerialLine(device, baud, exclusive=True)
        case Rfc2217Port(host, port, baud):
            return _SerialLine(f"rfc2217://{_bracketed(host)}:{port}", baud, exclusive=False)
        case TcpPort(host, port):
            return _TcpLine(host, port)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _SerialLine:
    def __init__(self, url: str, baud: int, exclusive: bool) -> None:
        try:
            if exclusive:
                self._port = serial.serial_for_url(
                    url, baudrate=baud, timeout=SLICE, write_timeout=WRITE_SECONDS, exclusive=True
                )
            else:  # RFC 2217 knows neither an exclusive open nor a limit for writing
                self._port = serial.serial_for_url(url, baudrate=baud, timeout=SLICE)
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
        try:
            self._port.close()
        except PORT_ERRORS:  # the port is gone already: nothing is left to release
            return


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
