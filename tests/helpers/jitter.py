"""Races shown on a quiet machine: what runs beside the test is late, each lane and thread in its own way.

Late are every call of a lane, what one lane asks of another, everything a lane brings to the window, and the
beginning of every thread. The window itself is never held up. A test that asserts what another lane has still
to do then fails often, not once a month.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from app import lanes

_PACES = (0.0, 0.3, 1.0, 1.0, 3.0)
"""How much of the moment a lane gets during a test: one that is slow beside quick ones shows most."""


class Jitter:
    """Moments of up to ``most`` seconds, times the pace of who waits; every second one is nothing."""

    def __init__(self, most: float, seed: str) -> None:
        self._most = most
        self._seed = seed
        self._never = threading.Event()
        self._moments = random.Random(seed)  # noqa: S311 - no secret

    def wait(self) -> None:
        who = lanes.current() or threading.current_thread().name.rstrip("0123456789-_ ")
        pace = random.Random(f"{self._seed} {who}").choice(_PACES)  # noqa: S311 - no secret
        moment = self._moments.uniform(-self._most, self._most) * pace
        if moment > 0:
            self._never.wait(moment)

    def late(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call with a moment before it, except on the thread of the window."""

        def later(*words: Any, **named: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                self.wait()
            return call(*words, **named)

        return later

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Make lanes, deliveries to the window, and threads late until the patch is undone."""
        late = self.late

        class LateExecutor(ThreadPoolExecutor):
            def submit(self, function: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
                return super().submit(late(function), *words, **named)

        patch.setattr(lanes, "ThreadPoolExecutor", LateExecutor)
        patch.setattr(lanes.Lanes, "submit", late(lanes.Lanes.submit))
        patch.setattr(threading.Thread, "run", late(threading.Thread.run))
        # Imported here: most rooms do without Qt.
        from ui.bridge import Bridge

        patch.setattr(Bridge, "deliver", late(Bridge.deliver))
