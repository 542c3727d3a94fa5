"""The decoding worker seen from our side: started, listened to with a deadline, always killed."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from app.imaging.errors import (
    Cancelled,
    Damaged,
    ImportProblem,
    TooLarge,
    TooSlow,
    WorkerDied,
)
from app.imaging.kinds import Kind
from app.imaging.limits import Limits
from app.imaging.wire import Garbled, Message, read_message, write_message

FROZEN_ARGUMENT = "imaging-worker"
ROOT = Path(__file__).resolve().parents[2]
# How often ``cancelled`` is asked while nothing arrives, and how long a killed process may take to go.
POLL_SECONDS = 0.05
REAP_SECONDS = 5.0
# Pages waiting for the caller; with a full pipe behind them the worker stands still.
PAGES_AHEAD = 2
STDERR_TAIL = 1500
# What the worker needs of our environment; keys and passwords of the desk are not among it.
_ENVIRONMENT = (
    "PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "PYTHONDONTWRITEBYTECODE",
)  # fmt: skip
# glibc gives every page bitmap back to the system at once; keeping them saves a quarter of the time.
_ALLOCATION = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}
_CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP", "SIGFPE", "0xC0000005", "0xC000001D", "0xC0000409"}
# PDFium and glibc abort when memory ends; on Windows Chromium's code raises this exception.
_OUT_OF_MEMORY = {"SIGABRT", "0xE0000008"}


def worker_command() -> list[str]:
    """Return the command that starts a worker; the frozen program answers to ``imaging-worker`` itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FROZEN_ARGUMENT]
    return [sys.executable, "-m", "app.imaging.worker"]


class DecodingWorker:
    """One worker for one file, used as a context manager; nothing of it is left afterwards."""

    def __init__(self, path: Path, kind: Kind, limits: Limits, command: list[str] | None = None) -> None:
        self._request = Message(
            {"type": "decode", "path": str(path), "kind": kind.value, "limits": asdict(limits)}
        )
        self._path = path
        self._limits = limits
        self._command = worker_command() if command is None else command
        self._inbox: queue.Queue[Message | Garbled | None] = queue.Queue(PAGES_AHEAD)
        self._waited = 0.0

    def __enter__(self) -> Self:
        """Start the process. Raises WorkerDied when the system refuses."""
        self._stderr = tempfile.TemporaryFile()  # closed in __exit__
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                cwd=ROOT,
                env=_ALLOCATION | {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._stderr.close()
            raise WorkerDied("cannot start", diagnostics={"errno": error.errno or 0}) from None
        self._stdout = cast(BinaryIO, self._process.stdout)
        self._reader = threading.Thread(target=self._read, name="imaging-worker", daemon=True)
        self._reader.start()
        stdin = cast(BinaryIO, self._process.stdin)
        # A worker that is already gone shows at the first receive().
        with suppress(OSError):
            write_message(stdin, self._request)
        with suppress(OSError):
            stdin.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        # A process stuck in the kernel (a stick pulled out) dies later; the lane must not wait for it.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(REAP_SECONDS)
        deadline = time.monotonic() + REAP_SECONDS
        while self._reader.is_alive() and time.monotonic() < deadline:
            with suppress(queue.Empty):
                self._inbox.get(timeout=POLL_SECONDS)
        if not self._reader.is_alive():
            self._stdout.close()
        self._stderr.close()

    def receive(self, cancelled: Callable[[], bool]) -> Message | None:
        """Return the next message, None when the worker closed its side.

        Raises Cancelled, TooSlow, WorkerDied. Only the time spent in here counts against the limits.
        """
        start = time.monotonic()
        try:
            while True:
                if cancelled():
                    raise Cancelled
                try:
                    item = self._inbox.get(timeout=min(POLL_SECONDS, self._left(start)))
                except queue.Empty:
                    continue
                if isinstance(item, Garbled):
                    raise self.died(str(item))
                return item
        finally:
            self._waited += time.monotonic() - start

    def ended(self, page: int | None) -> ImportProblem:
        """Return what the end of the worker without a last message means; ``page`` was being decoded."""
        try:
            self._process.wait(self._limits.page_seconds)
        except subprocess.TimeoutExpired:
            return TooSlow("page", self._limits.page_seconds, diagnostics=self._diagnostics())
        diagnostics = self._diagnostics()
        name = str(diagnostics["exit"])
        if name == "SIGXCPU":
            return TooSlow("cpu", self._limits.total_seconds, diagnostics=diagnostics)
        if name in _OUT_OF_MEMORY:
            return TooLarge("memory", None, self._limits.memory_bytes, diagnostics=diagnostics)
        if name in _CRASHES:
            return Damaged(page, diagnostics=diagnostics)
        return WorkerDied(f"exit {name}", diagnostics=diagnostics)

    def died(self, reason: str) -> WorkerDied:
        """Return the problem for a worker that breaks the protocol."""
        return WorkerDied(f"protocol: {reason}", diagnostics=self._diagnostics())

    def _left(self, start: float) -> float:
        """Return the seconds this wait may still take. Raises TooSlow when there are none."""
        now = time.monotonic()
        page_left = self._limits.page_seconds - (now - start)
        total_left = self._limits.total_seconds - self._waited - (now - start)
        if page_left <= 0:
            raise TooSlow("page", self._limits.page_seconds, diagnostics=self._diagnostics())
        if total_left <= 0:
            raise TooSlow("total", self._limits.total_seconds, diagnostics=self._diagnostics())
        return min(page_left, total_left)

    def _read(self) -> None:
        """Reader thread: pipes cannot be waited for with a deadline on every platform."""
        try:
            while (message := read_message(self._stdout)) is not None:
                self._inbox.put(message)
            self._inbox.put(None)
        except Garbled as problem:
            self._inbox.put(problem)
        except (OSError, ValueError):
            self._inbox.put(None)

    def _diagnostics(self) -> dict[str, str | int]:
        code = self._process.poll()
        shown = "running" if code is None else _exit_name(code)
        return {"exit": shown, "stderr": self._stderr_tail()}

    def _stderr_tail(self) -> str:
        """Return the last lines of the worker, without the names in the path of the file."""
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - STDERR_TAIL))
        text = self._stderr.read(STDERR_TAIL).decode("utf-8", "replace")
        for secret in (str(self._path), str(self._path.parent), self._path.name, str(ROOT), str(Path.home())):
            if len(secret) > 1:
                text = text.replace(secret, "…")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return " | ".join("".join(c for c in line if c.isprintable()) for line in lines)


def _exit_name(code: int) -> str:
    """Return "SIGSEGV" for -11, "0xC0000005" for a Windows exception, else the number."""
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"0x{code:08X}" if code > 0xFFFF else str(code)
