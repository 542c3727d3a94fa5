"""A ticket printer at a serial port. Slow lines get mixed text, see :mod:`printing.escpos_mixed`.

pyserial raises three kinds of errors for a port that is gone (SerialException, OSError and, on POSIX,
termios.error, which is no OSError); here they are all OSError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import serial

from printing.address import Address, Flow, Proof
from printing.errors import PrinterOff
from printing.printers.base import Capabilities
from printing.printers.conversation import Channel, Limits, TalkingPrinter, reason

try:
    from termios import error as _terminal_error
except ImportError:  # Windows has no termios
    _terminal_error = OSError  # type: ignore[misc,assignment]

_CHUNK = 256  # bytes; a quarter of a second at 9600 baud


@contextmanager
def _physical() -> Iterator[None]:
    """Turn what a terminal raises into OSError."""
    try:
        yield
    except OSError:
        raise
    except _terminal_error as error:
        raise OSError(*error.args) from error


class _Port:
    """An open port as a channel."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self.doubtful = 0

    def send(self, data: memoryview, limit: float) -> int:
        chunk = bytes(data[:_CHUNK])
        self._port.write_timeout = limit
        self.doubtful = len(chunk)
        with _physical():
            try:
                self._port.write(chunk)
            except serial.SerialTimeoutException as error:
                raise TimeoutError("the printer takes no more data") from error
        self.doubtful = 0
        return len(chunk)

    def receive(self, limit: float) -> bytes:
        with _physical():
            self._port.timeout = limit
            return bytes(self._port.read(max(self._port.in_waiting, 1)))

    def finish(self, limit: float) -> None:
        """Nothing to say: closing the port lets the driver send what it still holds."""


class SerialPrinter(TalkingPrinter):
    """ESC/POS over RS-232 or a USB adapter; 8 data bits, no parity, 1 stop bit."""

    def __init__(self, address: Address, limits: Limits | None = None) -> None:
        self._address = address
        answers = address.proof is not Proof.NONE
        takes = Capabilities(
            address.width,
            reports_status=answers,
            confirms=answers,
            mixed=address.mixed,
            native_qr=address.native_qr,
        )
        title = f"小票机 {address.name.rpartition('/')[2]}"
        super().__init__(address.url, title, takes, self._open, address.proof, limits or Limits())

    @contextmanager
    def _open(self) -> Iterator[Channel]:
        address = self._address
        try:
            with _physical():
                port = serial.Serial(
                    address.name,
                    address.baud,
                    xonxoff=address.flow is Flow.XONXOFF,
                    rtscts=address.flow is Flow.RTSCTS,
                    exclusive=True,
                )
        except OSError as error:
            raise PrinterOff(self.key, errno=error.errno or 0, error=reason(error)) from error
        try:
            yield _Port(port)
        except BaseException:
            with suppress(OSError), _physical():
                port.reset_output_buffer()  # what the driver still holds must not follow later
            raise
        finally:
            with suppress(OSError), _physical():
                port.close()
