"""The ends of a serial line that a simulated reader can sit on: a pty, a TCP port, an RFC 2217 port."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol
from urllib.parse import quote

from serial import rfc2217

_CHUNK = 4096


class Wire(Protocol):
    """A line whose other end a driver opens.

    ``cut`` plays a pulled cable, ``plug`` puts it back, ``rename`` lets it come back under another name.
    """

    @property
    def url(self) -> str: ...

    def plug(self) -> None: ...

    def cut(self) -> None: ...

    def rename(self) -> None: ...

    def watched(self) -> list[int]:
        """File descriptors to select on for reading."""
        ...

    def receive(self) -> bytes:
        """Return what arrived, b"" for nothing; call it when a watched descriptor is ready."""
        ...

    def send(self, data: bytes) -> int:
        """Send without blocking; return how many bytes went out (all, when nobody listens)."""
        ...


if sys.platform != "win32":
    import pty
    import tty

    class PtyWire:
        """A pty under a symbolic link, so that it has the same name after unplug and replug."""

        def __init__(self, link: Path, scheme: str = "sdt+serial", options: str = "") -> None:
            self._names = [link.absolute(), link.absolute().with_name(f"{link.name}-2")]
            self._scheme, self._options = scheme, options
            self._ends: tuple[int, int] | None = None

        @property
        def url(self) -> str:
            return f"{self._scheme}://{quote(str(self._link))}{self._options}"

        @property
        def _link(self) -> Path:
            return self._names[0]

        def plug(self) -> None:
            """Open a new pty. Raises OSError when something else than our link has the name."""
            if self._ends is not None:
                return
            self._remove_link()
            master, slave = pty.openpty()
            for end in (master, slave):  # a cooked pty echoes what the device writes back to it
                tty.setraw(end)
            os.set_blocking(master, False)
            self._link.symlink_to(os.ttyname(slave))
            self._ends = master, slave

        def cut(self) -> None:
            self._remove_link()
            for end in self._ends or ():
                os.close(end)
            self._ends = None

        def rename(self) -> None:
            """Change between the name and the name with ``-2`` behind it."""
            self.cut()
            self._names.reverse()

        def watched(self) -> list[int]:
            return [self._ends[0]] if self._ends else []

        def receive(self) -> bytes:
            if self._ends is None:
                return b""
            try:
                return os.read(self._ends[0], _CHUNK)
            except BlockingIOError:
                return b""

        def send(self, data: bytes) -> int:
            if self._ends is None:
                return len(data)
            try:
                return os.write(self._ends[0], data)
            except BlockingIOError:
                return 0

        def _remove_link(self) -> None:
            if self._link.is_symlink():
                self._link.unlink()


class TcpWire:
    """A listening port on this machine that serves one driver at a time."""

    scheme = "sdt+tcp"

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self._port}"

    def plug(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._port))
            self._listener.setblocking(False)
            self._port = self._listener.getsockname()[1]

    def cut(self) -> None:
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def rename(self) -> None:
        """Come back on another port."""
        self.cut()
        self._port = 0

    def watched(self) -> list[int]:
        return [s.fileno() for s in (self._listener, self._peer) if s is not None]

    def receive(self) -> bytes:
        self._accept()
        if self._peer is None:
            return b""
        try:
            data = self._peer.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def send(self, data: bytes) -> int:
        if self._peer is None:
            return len(data)
        try:
            return self._peer.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._hang_up()
            return len(data)

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            peer, _ = self._listener.accept()
        except BlockingIOError:
            return
        self._hang_up()
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peer = peer
        self._connected()

    def _connected(self) -> None:
        """A driver has just connected."""

    def _hang_up(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None


class Rfc2217Wire(TcpWire):
    """A TCP port that negotiates speed and control lines as RFC 2217 says."""

    scheme = "sdt+rfc2217"

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._protocol: rfc2217.PortManager | None = None

    def receive(self) -> bytes:
        data = super().receive()
        return b"".join(self._protocol.filter(data)) if self._protocol is not None else b""

    def send(self, data: bytes) -> int:
        """Escape and send; the escaped bytes must go out whole, so a full buffer sends nothing."""
        if self._protocol is None:
            return len(data)
        escaped = b"".join(self._protocol.escape(data))
        sent = super().send(escaped)
        if 0 < sent < len(escaped):
            self._finish(escaped[sent:])
        return len(data) if sent else 0

    def write(self, data: bytes) -> None:
        """What the protocol itself has to say to the driver."""
        self._finish(data)

    def _finish(self, data: bytes) -> None:
        if self._peer is None:
            return
        self._peer.setblocking(True)
        try:
            self._peer.sendall(data)
        except OSError:
            self._hang_up()
            return
        self._peer.setblocking(False)

    def _connected(self) -> None:
        lines = SimpleNamespace(
            baudrate=115200, bytesize=8, parity="N", stopbits=1, xonxoff=False, rtscts=False,
            dtr=True, rts=True, cts=False, dsr=False, ri=False, cd=False, break_condition=False,
            reset_input_buffer=lambda: None, reset_output_buffer=lambda: None,
        )  # fmt: skip
        # the stubs want a Serial twice; by its own words any object with the attributes and a write() will do
        self._protocol = rfc2217.PortManager(lines, self)  # type: ignore[arg-type]
