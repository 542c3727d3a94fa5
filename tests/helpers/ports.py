"""Ports for servers that cannot say themselves which one they got, or that come back on the same one.

Below the range from which the system takes the ports of clients, so no connection in between can get one;
each worker of the suite has a part of its own.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Final

_LOWEST, _PART, _PARTS = 10_000, 2_500, 8
_GIVEN: Final[set[int]] = set()


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on just now, never the same twice."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _LOWEST + worker % _PARTS * _PART
    at = (os.getpid() * 37 + int(time.monotonic() * 1000)) % _PART
    found: list[int] = []
    while len(found) < count:
        at = (at + 1) % _PART
        port = first + at
        if port not in _GIVEN and _is_free(port):
            _GIVEN.add(port)
            found.append(port)
    return found


def free_port() -> int:
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
