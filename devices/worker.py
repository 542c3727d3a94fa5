"""A program that does native work for us in its own process, so that it can hang or crash without us.

It writes lines to stdout as it gets on. It is waited for with a limit, ended when nobody wants it any more,
and its exit code and the end of its stderr are kept.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.errors import Cancelled, LibraryMissing, NotAnswering

_LOOK_SECONDS = 0.1
_MERCY_SECONDS = 2.0
_STDERR_BYTES = 8000
_LINE_BYTES = 65536


class Worker:
    """One run of a program; a context manager that never leaves the process behind. POSIX only."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it. Raises LibraryMissing when the program cannot be started."""
        self._name = Path(command[0]).name
        self._open = ExitStack()
        # a file and no pipe: a full pipe would stop the program
        self._stderr = self._open.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - by __exit__
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                cwd=folder,
                env=environment,
            )
        except OSError as error:
            self._open.close()
            raise LibraryMissing(f"{self._name} cannot be started: {error}") from error
        self._held = b""

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program: first politely, so that it can let the device go, then for good."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_MERCY_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._open.close()

    def next_line(self, seconds: float, cancelled: Callable[[], bool]) -> str | None:
        """Return the next line of stdout without its end, None once stdout is closed.

        Raises NotAnswering after ``seconds`` without a line, Cancelled.
        """
        end = time.monotonic() + seconds
        stdout = self._process.stdout
        if stdout is None:
            return None
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while b"\n" not in self._held:
                if cancelled():
                    raise Cancelled(f"{self._name} stopped")
                if time.monotonic() > end:
                    raise NotAnswering(f"{self._name}: nothing for {seconds:.0f} s; {self.last_words()}")
                if not selector.select(_LOOK_SECONDS):
                    continue
                data = os.read(stdout.fileno(), _LINE_BYTES)
                if not data:
                    return None
                self._held += data
        line, self._held = self._held.split(b"\n", 1)
        return line.decode("utf-8", errors="replace")

    def exit_code(self) -> int:
        """Wait a moment for the end of the program. Raises NotAnswering when it does not end."""
        try:
            return self._process.wait(_MERCY_SECONDS)
        except subprocess.TimeoutExpired:
            raise NotAnswering(f"{self._name} closed its output and does not end") from None

    def last_words(self) -> str:
        """Return the end of what the program wrote to stderr."""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _STDERR_BYTES))
        text = self._stderr.read().decode("utf-8", errors="replace")
        self._stderr.seek(0, os.SEEK_END)
        return text.strip()
