"""Start a gateway on one machine: folder, lock, database, blobs, token, socket, server.

`python -m app.court.main --data DIR --port N` prints one JSON line when it listens, and ends with status 0
after SIGTERM or SIGINT. Whatever keeps it from starting is said in one sentence on stderr, status 2.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from app.court.blobs import Blobs
from app.court.errors import CourtRefusal, PortTaken
from app.court.gateway import create_app
from app.court.opening import open_all
from app.court.settings import DEFAULT_HOST, Settings
from app.court.store import Store
from app.court.tables import HOME_COURT

KEEP_ALIVE: Final = 75
"""Seconds an idle connection is kept: longer than a desk's heartbeat."""
SHUTDOWN: Final = 5
"""Seconds that requests under way get when the gateway stops."""
_REFUSED: Final = 2


def serve(
    settings: Settings,
    port: int,
    host: str = DEFAULT_HOST,
    on_ready: Callable[[str], None] = lambda _: None,
    *,
    restored: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT (on the main thread). Raises `CourtRefusal` when it cannot start.

    `port` 0 takes a free one; `on_ready` gets the URL once requests are answered; `restored` starts a new
    epoch, for after a backup of the whole folder was put back.
    """
    with ExitStack() as closing:
        court = open_all(settings, closing, restored=restored)
        listener = closing.enter_context(_listen(host, port))
        address = listener.getsockname()
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        config = uvicorn.Config(
            create_app(court),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=SHUTDOWN,
        )
        _Server(config, lambda: on_ready(f"http://{shown}:{address[1]}")).run(sockets=[listener])


def open_court(settings: Settings, closing: ExitStack, *, restored: bool = False) -> tuple[Store, Blobs]:
    """Open the store and the home court's blobs for one process. Raises `CourtRefusal`."""
    court = open_all(settings, closing, restored=restored)
    return court.store, court.blobs(settings.court)


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
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


class _Server(uvicorn.Server):
    """Tells when it is ready, and takes a signal for a wish and not for a way to die."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    given = _parser().parse_args(arguments)
    settings = _settings(given)

    def ready(url: str) -> None:
        line = {"ready": True, "url": url, "token_file": str(settings.token_file)}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    try:
        serve(settings, given.port, given.host, ready, restored=given.restored)
    except CourtRefusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        return _REFUSED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app court", description="一窗法院网关 Yichuang court gateway")
    add_place(parser)
    parser.add_argument("--port", type=int, default=8700, help="0 takes a free port")
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--restored", action="store_true", help="after restoring a backup of the folder")
    return parser


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the data is; every command has them."""
    parser.add_argument("--data", type=Path, required=True, help="folder for the database and the blobs")
    parser.add_argument("--key-file", type=Path, help="64 hex digits: encrypt the SQLite database")
    parser.add_argument("--court", default=HOME_COURT, help="the court of the first window")
    parser.add_argument(
        "--database",
        default="",
        metavar="postgresql://USER@HOST/NAME",
        help="PostgreSQL instead of SQLite; the password is in --database-password-file or PGPASSFILE",
    )
    parser.add_argument("--database-password-file", type=Path, help="one line, for --database")


def _settings(given: argparse.Namespace) -> Settings:
    return Settings(
        given.data,
        key_file=given.key_file,
        court=given.court,
        database=given.database,
        password_file=given.database_password_file,
    )


if __name__ == "__main__":
    sys.exit(main())
