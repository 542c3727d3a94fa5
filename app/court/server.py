"""Sockets, TLS and the HTTP protocol below the application: what uvicorn leaves open is closed here."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.court.errors import PortTaken, TlsUnusable
from app.court.guard import PEER
from app.court.settings import Limits

KEEP_ALIVE: Final = 75
"""Seconds an idle connection is kept: longer than a desk's heartbeat."""
SHUTDOWN: Final = 5
"""Seconds that requests under way get when the gateway stops."""
_MAX_HEAD: Final = 16 << 10
"""Bytes of a request line and its headers."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM. With `client_ca` callers show a certificate; `crl` lists those the CA has taken back."""

    certificate: Path
    key: Path
    client_ca: Path | None = None
    crl: Path | None = None


class Protocol(H11Protocol):
    """HTTP/1.1 with a bound on the time up to the end of the headers, and the caller's certificate."""

    header_seconds: ClassVar[float] = 20.0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock; take the certificate, which the handshake has verified."""
        super().connection_made(transport)
        secure = transport.get_extra_info("ssl_object")
        peer = secure.getpeercert(binary_form=True) if secure is not None else None
        if peer:
            self.app = _shown_by(self.app, peer)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Go on; between two requests the clock runs from the first byte of the next."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Let the ordinary keep-alive wait, unless a part of the next request is here already."""
        self._stop()
        super().on_response_complete()
        if self.conn.trailing_data[0]:
            self._watch()

    def _watch(self) -> None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy:
            self._stop()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(self.header_seconds, self._give_up)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        self.transport.abort()


def _shown_by(app: Any, peer: bytes) -> ASGIApp:
    async def shown(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {**scope.get("extensions", {}), PEER: peer}
        await app(scope, receive, send)

    return shown


def configure(app: ASGIApp, limits: Limits, tls: Tls | None) -> uvicorn.Config:
    """Return the server's configuration. Raises `TlsUnusable`."""
    timed = type("TimedProtocol", (Protocol,), {"header_seconds": limits.header_seconds})
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=timed,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=SHUTDOWN,
        limit_concurrency=limits.connections or None,
        h11_max_incomplete_event_size=_MAX_HEAD,
    )
    config.load()
    if tls is not None:
        config.ssl = _context(tls)
    return config


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.client_ca is not None:
            context.verify_mode = ssl.CERT_OPTIONAL  # health and enrolment are for those without, too
            context.load_verify_locations(tls.client_ca)
        if tls.crl is not None:
            context.load_verify_locations(tls.crl)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    except (OSError, ssl.SSLError) as error:
        raise TlsUnusable(
            "TLS 证书、密钥或根证书文件无法使用。", "A TLS certificate, key or CA file cannot be used."
        ) from error
    return context


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """Listen on a port, 0 for a free one. Raises `PortTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's delay off; without it every answer takes 40 ms more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere this option would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(256)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "already in use" if taken else str(error.strerror)
            raise PortTaken(
                f"端口 {host}:{port} {'已被占用' if taken else '无法使用'}。",
                f"The port {host}:{port} is {'' if taken else 'unusable: '}{reason}.",
            ) from error
        yield listener
    finally:
        listener.close()


class Server(uvicorn.Server):
    """Tells when it is ready, and takes a signal for a wish and not for a way to die."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install handlers on the main thread and put the old ones back without raising the signal again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
