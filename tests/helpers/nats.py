"""Real hall hosts: nats-server on loopback with the product's own configuration, one node or three."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from nats.aio.client import Client

from app.hall.address import HallAddress
from app.hall.nats_log import NatsLog
from app.hall.node import Node
from app.hall.server import ServerChild, ensure_stream
from tests.helpers.ports import free_ports

DEADLINE = 30.0


def until(condition: Callable[[], bool], seconds: float = DEADLINE) -> None:
    """Wait for a condition; fail at the deadline."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        pause.wait(0.01)


class Host:
    """A hall of one or three nodes in a folder; ``start`` and ``kill`` take a node's number."""

    def __init__(self, folder: Path, nodes: int = 1, hall: str = "hall-t") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ports = free_ports(2 * nodes)
        self.folder = folder
        servers = tuple(f"127.0.0.1:{port}" for port in ports[:nodes])
        routes = tuple(f"127.0.0.1:{port}" for port in ports[nodes:]) if nodes == 3 else ()
        first = Node(folder / "1", hall, ports[0], "127.0.0.1", 1, routes, servers)
        first.folder.mkdir()
        first = first.found()
        self.nodes = [first]
        for number in range(2, nodes + 1):
            node = replace(first, folder=folder / str(number), number=number, port=ports[number - 1])
            first.certify(node.folder / "tls", "server", f"server.{hall}", server=True)
            node.write()
            self.nodes.append(node)
        self.children = [ServerChild(node) for node in self.nodes]
        self._logs: list[NatsLog] = []

    def __enter__(self) -> Self:
        self.configure()
        for child in self.children:
            child.start()
        ensure_stream(self.nodes[0])
        return self

    def configure(self, *, members: bool = True) -> None:
        """Write every node's ``nats.conf``; without ``members`` nobody but the hall itself is let in."""
        for node in self.nodes:
            node.write_config(members=members)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for log in self._logs:
            log.close()
        for child in self.children:
            self._signal(child, signal.SIGCONT)
            child.stop()

    def member(self, name: str) -> HallAddress:
        """Return credentials for a member, as joining would have made them."""
        folder = self.folder / name
        first = self.nodes[0]
        if not folder.exists():
            first.certify(folder, "member", first.dns(name), server=False)
        address = HallAddress(first.hall, name, first.servers, first.replicas, folder)
        address.write()
        return address

    def log(self, name: str = "window-1", patience: float = 3.0, *ports: int) -> NatsLog:
        """Return an open log, over other ``ports`` if given; closed with the host at the latest."""
        address = self.member(name)
        if ports:
            address = replace(address, servers=tuple(f"127.0.0.1:{port}" for port in ports))
        log = NatsLog(address, patience)
        self._logs.append(log)
        return log

    def leader(self) -> int:
        """Return the number of the node that leads the hall's stream."""
        return asyncio.run(self._leader())

    async def _leader(self) -> int:
        admin = self.nodes[0].admin()
        client = Client()
        urls = [f"tls://{server}" for server in self.nodes[0].servers]
        await client.connect(urls, tls=admin.tls(), tls_hostname=admin.server_name, tls_handshake_first=True)
        info = await client.jetstream().stream_info(self.nodes[0].names.stream)
        await client.close()
        assert info.cluster is not None
        return int(str(info.cluster.leader).rsplit("-", 1)[1])

    def kill(self, number: int = 1) -> None:
        """SIGKILL a node: nothing is flushed, nobody is told."""
        child = self.children[number - 1]
        self._signal(child, signal.SIGKILL)
        until(lambda: child._process is None or child._process.poll() is not None)

    def pause(self, number: int) -> None:
        self._signal(self.children[number - 1], signal.SIGSTOP)

    def go_on(self, number: int) -> None:
        self._signal(self.children[number - 1], signal.SIGCONT)

    def start(self, number: int = 1) -> None:
        self.children[number - 1].start()

    @staticmethod
    def _signal(child: ServerChild, number: int) -> None:
        process = child._process
        if process is not None and process.poll() is None:
            os.kill(process.pid, number)


class Line:
    """A TCP line to a port: it can swallow answers, fall silent both ways, or be cut."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.swallow_answers = False
        self.silent = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._run(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)

    @property
    def used(self) -> bool:
        """Whether a connection goes over it."""
        return any(near.fileno() >= 0 for near, _far in self._pairs)

    def cut(self) -> None:
        """Reset every connection; new ones are taken."""
        for pair in self._pairs:
            for side in pair:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def _run(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            self._pairs = [*(pair for pair in self._pairs if pair[0].fileno() >= 0), (near, far)]
            self._run(self._pump, near, far, lambda: self.silent)
            self._run(self._pump, far, near, lambda: self.silent or self.swallow_answers)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket, dropped: Callable[[], bool]) -> None:
        with contextlib.suppress(OSError), source, target:
            while data := source.recv(65536):
                if not dropped():
                    target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
