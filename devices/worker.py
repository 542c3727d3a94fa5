"""A program that does native work for us in its own process, so that it can hang or crash without us.

It writes lines to stdout, and may be given lines on stdin. It is waited for with a limit, ended when nobody
wants it any more together with everything it started, and its exit code and the end of its stderr are kept.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from devices.errors import Cancelled, Garbled, LibraryMissing, NotAnswering, Unplugged

LINE_BYTES = 1 << 18
"""A longer line is no line."""

_LINES_HELD = 64
_LOOK_SECONDS = 0.1
_MERCY_SECONDS = 2.0
_REAP_SECONDS = 5.0
_STDERR_BYTES = 8000
_CHUNK = 65536
_log = logging.getLogger(__name__)


class Worker:
    """One run of a program; a context manager that never leaves the process behind.

    What it writes is held to 64 lines: a program that floods us is stopped by its full pipe.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        listens: bool = False,
    ) -> None:
        """Start it; ``listens`` when lines will be said to it. Raises LibraryMissing when it cannot start."""
        self._name = Path(command[0]).name
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=environment,
                start_new_session=True,  # a group of its own, so that its children end with it
            )
        except (OSError, ValueError) as error:
            raise LibraryMissing(f"{self._name} cannot be started: {error}") from error
        self._lines: queue.Queue[bytes | None] = queue.Queue(_LINES_HELD)
        self._unwanted = threading.Event()
        self._too_long = False
        self._stderr = bytearray()
        self._threads = [
            threading.Thread(target=copy, args=(pipe,), name=f"{self._name} {word}", daemon=True)
            for copy, pipe, word in (
                (self._copy_lines, self._process.stdout, "stdout"),
                (self._keep_end, self._process.stderr, "stderr"),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program: first politely, so that it can let the device go, then for good."""
        self.end()

    def end(self, mercy: float = _MERCY_SECONDS) -> None:
        """End the program and what it started; it gets ``mercy`` seconds to do so itself. Never raises.

        One that cannot be killed is left behind after some seconds, its number in the log.
        """
        self._unwanted.set()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        if mercy and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(mercy)
        self._kill()
        try:
            self._process.wait(_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            # Stuck in the kernel (a device pulled out): it dies later, the lane must not wait for it.
            _log.warning("%s (process %d) does not end after it was killed", self._name, self.pid)
        for thread, pipe in zip(self._threads, (self._process.stdout, self._process.stderr), strict=True):
            thread.join(_MERCY_SECONDS)
            if pipe is not None and not thread.is_alive():
                pipe.close()

    def say(self, line: str) -> None:
        """Send a line. Raises Unplugged when the program no longer listens."""
        try:
            if self._process.stdin is None:
                raise BrokenPipeError
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise Unplugged(f"{self._name} does not listen: {type(error).__name__}") from error

    def next_line(self, seconds: float, cancelled: Callable[[], bool]) -> str | None:
        """Return the next line of stdout without its end, None once stdout is closed.

        Raises NotAnswering after ``seconds`` without a line, Garbled for one without end, Cancelled.
        """
        end = time.monotonic() + seconds
        while True:
            if cancelled():
                raise Cancelled(f"{self._name} stopped")
            try:
                line = self._lines.get(timeout=max(0.0, min(_LOOK_SECONDS, end - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= end:
                    raise NotAnswering(
                        f"{self._name}: nothing for {seconds:.0f} s; {self.last_words()}"
                    ) from None
                continue
            if line is None and self._too_long:
                raise Garbled(f"{self._name}: a line of more than {LINE_BYTES} bytes")
            return None if line is None else line.decode("utf-8", errors="replace")

    def exit_code(self) -> int:
        """Wait a moment for the end of the program. Raises NotAnswering when it does not end."""
        try:
            code = self._process.wait(_MERCY_SECONDS)
        except subprocess.TimeoutExpired:
            raise NotAnswering(f"{self._name} closed its output and does not end") from None
        self._threads[1].join(_MERCY_SECONDS)
        return code

    def last_words(self) -> str:
        """Return the end of what the program wrote to stderr."""
        return bytes(self._stderr).decode("utf-8", errors="replace").strip()

    # ---- threads ---------------------------------------------------------------------------------

    def _copy_lines(self, pipe: IO[bytes]) -> None:
        held = b""
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(pipe.fileno(), _CHUNK):
                *whole, held = (held + data).split(b"\n")
                if not all(self._hold(line) for line in whole):
                    return
                if len(held) > LINE_BYTES:
                    self._too_long = True
                    break
        self._hold(None)

    def _hold(self, line: bytes | None) -> bool:
        """Hand a line over, waiting until there is room; False once nobody wants any more."""
        while not self._unwanted.is_set():
            try:
                self._lines.put(line, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def _keep_end(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(pipe.fileno(), _CHUNK):
                self._stderr = (self._stderr + data)[-_STDERR_BYTES:]

    def _kill(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
