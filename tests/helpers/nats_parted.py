"""Three hall hosts that can be parted from each other, and put back from older copies of their folders."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import nats.errors
import nats.js.errors
from nats.aio.client import Client

from app.errors import HallProblem
from app.hall.nats_log import NatsLog
from app.hall.restored import fence
from app.hall.server import ServerChild, ensure_stream
from tests.helpers.nats import Host, Line

ALL = (1, 2, 3)
_PATIENCE = 30.0
_NOWHERE = "127.0.0.1:1"


class PartedHost(Host):
    """Three nodes, each connected to the others over lines."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 3)
        real = [int(route.rsplit(":", 1)[1]) for route in self.nodes[0].routes]
        self._between = {(a, b): Line(real[b - 1]) for a in ALL for b in ALL if a != b}
        for number, node in enumerate(self.nodes, 1):
            ways = {b: line.port for (a, b), line in self._between.items() if a == number}
            routes = tuple(f"127.0.0.1:{ways.get(other, real[other - 1])}" for other in ALL)
            self.nodes[number - 1] = replace(node, routes=routes)
        self.children = [ServerChild(node) for node in self.nodes]

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        for line in self._between.values():
            line.__exit__(None, None, None)

    def configure(self, *, members: bool = True) -> None:
        """As ``Host``; and what servers tell each other about a way round the lines leads nowhere."""
        super().configure(members=members)
        for node in self.nodes:
            told = node.config.read_text("utf-8")
            away = f'no_advertise: true, advertise: "{_NOWHERE}",'
            node.config.write_text(told.replace("no_advertise: true,", away), "utf-8")

    def isolate(self, number: int) -> None:
        """Let nothing pass between a node and the other two; nobody is told."""
        for pair, line in self._between.items():
            line.silent = line.silent or number in pair

    def rejoin(self) -> None:
        """Let everything pass again."""
        for line in self._between.values():
            if line.silent:
                line.cut()
                line.silent = False

    def begin(self, numbers: Iterable[int]) -> None:
        """Start nodes; each is given twenty seconds again on a busy machine."""
        for number in numbers:
            with contextlib.suppress(HallProblem):
                self.start(number)
                continue
            self.start(number)

    # ---- older copies -----------------------------------------------------------------------------

    def copy(self, number: int, to: Path) -> None:
        """Copy a node's log as it is on the disk; the node does not run meanwhile."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.nodes[number - 1].folder / "jetstream", to)

    def put_back(self, number: int, copy: Path) -> None:
        """Replace the log of a node that does not run by an older copy."""
        jetstream = self.nodes[number - 1].folder / "jetstream"
        shutil.rmtree(jetstream)
        shutil.copytree(copy, jetstream)

    def fence(self, day: date, windows: tuple[int, ...]) -> None:
        """Start all nodes as ``app hall --restored`` does: the epoch is raised before anybody is let in."""
        self.configure(members=False)
        self.begin(ALL)
        ensure_stream(self.nodes[0])
        log = NatsLog(self.nodes[0].admin(), _PATIENCE)
        try:
            fence(log, day, datetime.now(UTC), windows)
        finally:
            log.close()
        for number in ALL:
            self.children[number - 1].stop()
        self.configure()
        self.begin(ALL)

    def caught_up(self, seconds: float) -> bool:
        """Wait until the leader says that both others have all it has."""
        end, pause = time.monotonic() + seconds, threading.Event()
        while time.monotonic() < end:
            if asyncio.run(self._is_caught_up()):
                return True
            pause.wait(0.3)
        return False

    async def _is_caught_up(self) -> bool:
        admin, client = self.nodes[0].admin(), Client()
        try:
            await client.connect(
                [f"tls://{server}" for server in self.nodes[0].servers],
                tls=admin.tls(),
                tls_hostname=admin.server_name,
                tls_handshake_first=True,
                connect_timeout=1,
                allow_reconnect=False,
                error_cb=_quiet,
            )
            info = await client.jetstream(timeout=2).stream_info(self.nodes[0].names.stream)
        except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError):
            return False
        finally:
            await client.close()
        replicas = (info.cluster.replicas if info.cluster else None) or []
        return len(replicas) == 2 and all(one.current and not one.lag for one in replicas)


async def _quiet(_error: Exception) -> None:
    """A server that is down is why we ask."""
