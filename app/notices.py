"""Things the clerk should know though nobody asked: a reopened draft, a printer out of paper.

Any thread may post; a subscriber is called on the posting thread and passes the notice on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.errors import Expected


class Level(StrEnum):
    """How much attention a notice asks for."""

    INFO = "info"
    ATTENTION = "attention"
    FAILURE = "failure"


@dataclass(frozen=True)
class Notice:
    """One line for the clerk. ``key`` names the matter: a newer notice with the same key replaces it.

    ``lines`` are several things to do, each a line of its own.
    """

    key: str
    level: Level
    happened: str
    safe: str = ""
    next_step: str = ""
    lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, key: str, problem: Expected) -> Notice:
        return cls(key, Level.ATTENTION, problem.happened, problem.safe, problem.next_step, problem.lines)


class Notices:
    """The notices that stand, newest last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: dict[str, Notice] = {}
        self._subscribers: list[Callable[[], None]] = []

    def subscribe(self, changed: Callable[[], None]) -> None:
        with self._lock:
            self._subscribers.append(changed)

    def post(self, notice: Notice) -> None:
        with self._lock:
            if self._standing.get(notice.key) == notice:
                return
            self._standing.pop(notice.key, None)
            self._standing[notice.key] = notice
        self._tell()

    def clear(self, key: str) -> None:
        with self._lock:
            if self._standing.pop(key, None) is None:
                return
        self._tell()

    def standing(self) -> tuple[Notice, ...]:
        with self._lock:
            return tuple(self._standing.values())

    def _tell(self) -> None:
        for changed in tuple(self._subscribers):
            changed()
