"""The hall host's HTTPS door: members join here (``POST /join``). It answers one small request at a time each
on a thread, and says nothing about itself.

A stranger can hold up only themselves: so many callers at once, so many of one address, and whoever is not
done after ten seconds, however slowly they speak, is hung up on.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from app.errors import HallProblem
from app.hall.join import Admission
from app.hall.node import Node
from app.texts import _

_LARGEST: Final = 16384
_SECONDS: Final = 10
_MOST: Final = 24
_MOST_OF_ONE: Final = 4
_log = logging.getLogger(__name__)


class Door:
    """Serves until ``close``. Raises HallProblem when the port is taken."""

    def __init__(self, node: Node, port: int) -> None:
        admission = Admission(node)

        class Handler(_Handler):
            answers = admission

        try:
            self._server = _Server((node.host, port), Handler)
        except OSError as error:
            raise HallProblem(
                _("端口 {port} 已被占用。").format(port=port),
                next_step=_("请关闭占用它的程序，或用 --join-port 换一个端口。"),
            ) from error
        self._server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._server.context.load_cert_chain(
            node.folder / "tls" / "server.crt", node.folder / "tls" / "server.key"
        )
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="hall-door")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    context: ssl.SSLContext

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._inside: Counter[str] = Counter()
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """Give the caller a thread, unless there are too many; it ends with the time it has in all."""
        who = str(client_address[0])
        with self._lock:
            full = self._inside.total() >= _MOST or self._inside[who] >= _MOST_OF_ONE
            if not full:
                self._inside[who] += 1
        if full:
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def process_request_thread(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        line = request.dup()  # TLS takes the socket itself over
        ending = threading.Timer(_SECONDS, _hang_up, (line,))
        ending.daemon = True
        ending.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            ending.cancel()
            line.close()
            with self._lock:
                self._inside -= Counter([str(client_address[0])])

    def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """Do the handshake on the request's own thread: a silent caller holds up nobody."""
        request.settimeout(_SECONDS)
        try:
            with self.context.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)
        except OSError as error:
            _log.info("hall door: a caller left: %s", type(error).__name__)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _length(said: str | None) -> int:
    """Return the length of a body in bytes; 0 for what is none that is taken."""
    return int(said) if said is not None and said.isdecimal() and len(said) <= len(str(_LARGEST)) else 0


class _Handler(BaseHTTPRequestHandler):
    answers: Admission
    timeout = _SECONDS
    server_version = "yichuang"
    sys_version = ""

    def do_POST(self) -> None:  # the name http.server calls
        length = _length(self.headers.get("Content-Length"))
        if self.path != "/join" or not 0 < length <= _LARGEST:
            self._answer(404, {"happened": _("这里没有这项服务。")})
            return
        try:
            answer = self.answers.admit(self.rfile.read(length), datetime.now(UTC))
        except HallProblem as refused:
            _log.warning("hall door: refused %s: %s", self.client_address[0], refused.happened)
            self._answer(403, {"happened": refused.happened})
        else:
            _log.info("hall door: %s joined from %s", answer["member"], self.client_address[0])
            self._answer(200, answer)

    def _answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Keep the request lines out of the log."""
