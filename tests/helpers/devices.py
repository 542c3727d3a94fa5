"""Simulated devices as child processes, and a check that nothing of them is left."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds a busy machine may take for what should take none."""


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Ask ``condition`` again and again until it holds; fail with ``what`` after the deadline."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        pause.wait(0.01)


class Simulator:
    """A simulator in its own process: started, ready, told what to do, and ended clean."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = [sys.executable, "-W", "error", "-m", f"devices.simulators.{module}", *arguments]
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.url = ""
        self._cut = 0

    def __enter__(self) -> Self:
        self._cut = 0
        self._stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            encoding="utf-8",
        )
        self._thread = threading.Thread(target=self._listen, name="simulator")
        self._thread.start()
        try:
            self.url = str(self._next()["url"])
        except BaseException:
            self.process.kill()
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its stdin: that alone must end it, quietly and with exit code 0."""
        code, said = self._end()
        if kind is None:
            assert (code, said) == (0, "")

    def kill(self) -> None:
        """Kill it; entering it again starts its successor."""
        self.process.kill()
        self._end()

    def tell(self, line: str) -> dict[str, Any]:
        """Send one command and return the answer once it is carried out."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self._next()
        assert "failed" not in answer, answer
        return answer

    def log(self) -> list[str]:
        """Requests the scanner has seen since the log was cut."""
        return list(self.tell("log")["log"][self._cut :])

    def cut_log(self) -> None:
        """Let the log begin here."""
        self._cut += len(self.log())

    def _next(self) -> dict[str, Any]:
        try:
            return self._lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"{self._command} says nothing; exit code {self.process.poll()}") from None

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def _end(self) -> tuple[int, str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._thread.join(PATIENCE)
        self.process.stdout.close()
        self._stderr.seek(0)
        said = self._stderr.read().decode("utf-8", "replace")
        self._stderr.close()
        return code, said


def workers_of(module: str) -> list[psutil.Process]:
    """Return the processes started from this one that run the module; one may end while it is looked for."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if module in child.cmdline():
                found.append(child)
    return found


def id_reader(wire: str, folder: Path, *arguments: str) -> Simulator:
    """A card reader on ``wire``: serial, tcp or rfc2217."""
    ends = {"serial": ("--pty", str(folder / "reader")), "tcp": ("--tcp", "0"), "rfc2217": ("--rfc2217", "0")}
    return Simulator("id_reader", *ends[wire], *arguments)


def escl_scanner(*arguments: str) -> Simulator:
    """A network scanner."""
    return Simulator("escl_scanner", "--port", "0", *arguments)


def document_camera(folder: Path, scene: str = "empty") -> Simulator:
    """A document camera that sees ``scene``."""
    return Simulator("document_camera", "--scene", str(folder / "scene"), "--first", scene)


def sane_folder(folder: Path) -> Path:
    """Write a SANE configuration that knows only the ``test`` backend, with room for A4."""
    folder.mkdir()
    (folder / "dll.conf").write_text("test\n", encoding="ascii")
    (folder / "test.conf").write_text("geometry_max 300.0\n", encoding="ascii")
    return folder


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process behind."""
    threads = set(threading.enumerate())
    children = set(psutil.Process().children(recursive=True))
    yield
    wait_until(lambda: set(threading.enumerate()) <= threads, "all threads of the test have ended")
    wait_until(lambda: set(psutil.Process().children(recursive=True)) <= children, "all processes have ended")
