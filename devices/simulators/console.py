"""How a simulator talks to whoever started it: JSON lines out, command lines in, the end when stdin ends."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from types import TracebackType
from typing import Self

_READ = 4096


def say(**facts: object) -> None:
    """Write one JSON line to stdout. A parent that no longer listens is no reason to fail."""
    try:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return


class Commands:
    """Command lines from stdin as something ``select`` can wait for on every system.

    A thread copies stdin into a socket pair, because Windows can only select on sockets.
    """

    def __init__(self) -> None:
        self._receiving, self._sending = socket.socketpair()
        self._receiving.setblocking(False)
        self._held = b""
        threading.Thread(target=self._copy, name="stdin", daemon=True).start()

    def fileno(self) -> int:
        """For ``select``."""
        return self._receiving.fileno()

    def lines(self) -> list[str] | None:
        """Return the whole lines that have arrived, None once stdin has ended."""
        try:
            data = self._receiving.recv(_READ)
        except BlockingIOError:
            return []
        if not data:
            return None
        *whole, self._held = (self._held + data).split(b"\n")
        return [line.decode("utf-8", errors="replace").strip() for line in whole]

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; the thread ends with stdin or with the program."""
        self._receiving.close()
        self._sending.close()

    def _copy(self) -> None:
        # os.read holds no lock of the interpreter's stdin object, so the end of the program is never blocked
        with contextlib.suppress(OSError), self._sending:
            while data := os.read(0, _READ):
                self._sending.sendall(data)
