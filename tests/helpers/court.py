"""The real gateway in its own process, and a proxy in front of it that does what networks do."""

from __future__ import annotations

import http.client
import io
import json
import socket
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import psutil

from app.court.main import main as court_main
from app.sync.client import CourtClient
from app.sync.line import Calls
from app.sync.sender import Did, Sender
from tests.helpers.outbox import FakeClock, MemoryBlobs, MemoryInbox, MemoryOutbox, seeded
from tests.helpers.ports import free_port

_DEADLINE = 30


def _nothing() -> None:
    """Change nothing."""


class Gateway:
    """`python -m app.court.main` on a data folder. `start` again on the same port after `kill`.

    `options` say where the data is and go to every command, `serve_options` to every start.
    """

    def __init__(self, data: Path, options: Sequence[str] = (), serve_options: Sequence[str] = ()) -> None:
        self.data = data
        self.options = list(options)
        self.serve_options = list(serve_options)
        self.port = free_port()
        self.url = ""
        self.token = ""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.stop()

    def start(self, *more: str) -> Self:
        command = [sys.executable, "-m", "app.court.main", "--data", str(self.data), "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, *self.options, *self.serve_options, *more], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the gateway ended with {self._process.wait(_DEADLINE)}"
        ready = json.loads(line)
        self.url = ready["url"]
        self.port = urlsplit(self.url).port or 0
        self.token = Path(ready["token_file"]).read_text("ascii").strip()
        return self

    def stop(self) -> int:
        """SIGTERM; return the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._ended()

    def cpu_seconds(self) -> float:
        """Return the processor time the gateway has used."""
        assert self._process is not None
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)

    def kill(self) -> int:
        """SIGKILL: nothing is flushed, nobody is told."""
        assert self._process is not None
        self._process.kill()
        return self._ended()

    def _ended(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        status = self._process.wait(_DEADLINE)
        self._process.stdout.close()
        self._process = None
        return status

    def client(self, url: str | None = None) -> CourtClient:
        return CourtClient(url or self.url, self.token)

    def http(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=_DEADLINE)

    def visit(self, visit_id: str) -> dict[str, Any]:
        with self.http() as http:
            answer = http.get(f"/v1/visits/{visit_id}")
            return dict(answer.json()) | {"status": answer.status_code}


def command(gateway: Gateway, name: str, *words: str) -> str:
    """Run one of the operator's commands on a gateway's data; return what it says."""
    said, wrong = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(wrong):
        status = court_main([name, "--data", str(gateway.data), *gateway.options, *words])
    assert status in {0, 1}, wrong.getvalue()
    return said.getvalue()


class Fault(Enum):
    """What happens to one request."""

    NONE = "none"
    ERROR = "500 without asking the court"
    REFUSE = "401 without asking the court"
    CUT_BEFORE = "connection reset before the court hears of it"
    CUT_HALFWAY = "half of the content reaches the court, then reset"
    CUT_AFTER = "the court commits, the answer is lost"
    TWICE = "the court gets it twice"
    NONSENSE = "an answer that is not ours"


class FaultProxy:
    """An HTTP proxy on a thread. `script` holds the faults of the next requests; then `default` applies."""

    def __init__(self, upstream: Gateway) -> None:
        self.upstream = upstream
        self.script: deque[Fault] = deque()
        self.default = Fault.NONE
        self.only: str | None = None
        self.calls: list[str] = []
        self.before_answer: Callable[[], None] = _nothing
        """Called when the court has heard of the request, in part or whole, and nobody got an answer yet."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: proxy._handle(self)
                raise AttributeError(name)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="fault-proxy")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, method: str) -> Fault:
        if self.only is not None and method != self.only:
            return Fault.NONE
        return self.script.popleft() if self.script else self.default

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        content = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        self.calls.append(f"{request.command} {request.path}")
        fault = self._next(request.command)
        if fault is Fault.CUT_BEFORE:
            return _reset(request)
        if fault is Fault.CUT_HALFWAY:
            self._half(request, content)
            return _reset(request)
        if fault in _MADE_UP:
            return _answer(request, *_MADE_UP[fault])
        if fault is Fault.TWICE:
            self._forward(request, content)
        answer = self._forward(request, content)
        self.before_answer()
        return _reset(request) if fault is Fault.CUT_AFTER else _answer(request, *answer)

    def _forward(
        self, request: BaseHTTPRequestHandler, content: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream.port, timeout=_DEADLINE)
        try:
            connection.request(request.command, request.path, content or None, dict(request.headers.items()))
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _half(self, request: BaseHTTPRequestHandler, content: bytes) -> None:
        """Send the headers and half of the content, then hang up properly, so that the half is read."""
        head = f"{request.command} {request.path} HTTP/1.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        with socket.create_connection(("127.0.0.1", self.upstream.port), timeout=_DEADLINE) as link:
            link.sendall(head.encode("latin-1") + b"\r\n" + content[: len(content) // 2])
            self.before_answer()
            link.shutdown(socket.SHUT_WR)
            while link.recv(65536):
                pass


_MADE_UP: dict[Fault, tuple[int, list[tuple[str, str]], bytes]] = {
    Fault.ERROR: (500, [], b"<html>oops</html>"),
    Fault.REFUSE: (401, [], b'{"code":"token_unknown"}'),
    Fault.NONSENSE: (200, [], b"<html>Please sign in to the hotel network</html>"),
}


def _answer(
    request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes
) -> None:
    request.send_response_only(status)
    for name, value in headers:
        if name.lower() not in {"content-length", "connection"}:
            request.send_header(name, value)
    request.send_header("Content-Length", str(len(content)))
    request.send_header("Connection", "close")
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(content)


def _reset(request: BaseHTTPRequestHandler) -> None:
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


class Desk:
    """A sender over an outbox in memory; its clock jumps to the next step instead of waiting."""

    def __init__(
        self, client: Any, *blobs: bytes, seed: int = 1, calls: Calls | None = None, cap: int = 0
    ) -> None:
        self.calls = calls
        self.cap = cap
        self.clock = FakeClock()
        self.outbox = MemoryOutbox(self.clock)
        self.blobs = MemoryBlobs(*blobs)
        self.inbox = MemoryInbox()
        self.client = client
        self.sender = self._new_sender(seed)

    def _new_sender(self, seed: int) -> Sender:
        rng = seeded(seed)
        return Sender(self.outbox, self.blobs, self.inbox, self.client, self.clock, rng, self.calls, self.cap)

    def restart(self, seed: int = 2) -> None:
        self.sender.close()
        self.outbox.restart()
        self.sender = self._new_sender(seed)

    def step(self) -> Did:
        result = self.sender.step()
        self.clock.now += result.next_in
        return result.did

    def settle(self, most: int = 400) -> int:
        """Step until nothing is left to send; return the number of steps."""
        for steps in range(1, most + 1):
            if self.step() is Did.IDLE and not self.left():
                return steps
        raise AssertionError(f"still waiting after {most} steps: {self.sender.state()}")

    def left(self) -> int:
        backlog = self.outbox.backlog()
        return backlog.events + backlog.blobs

    def close(self) -> None:
        self.sender.close()
        self.client.close()
