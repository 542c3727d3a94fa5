"""Run an act of a desk on its lane and bring what came of it back to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject

from app import crash
from app.errors import Cancelled, Expected
from app.lanes import Act, Lanes
from app.texts import _
from ui.bridge import Bridge

R = TypeVar("R")


class HasLanes(Protocol):
    """What an act needs to know of a desk."""

    @property
    def lanes(self) -> Lanes: ...

    def arm(self, act: str) -> None: ...


class Acts:
    """Runs acts; at most one of each name at a time.

    ``problem`` shows an ``Expected``; ``busy`` shows the text of a running act on the control that started
    it and takes it away with None.
    """

    def __init__(
        self,
        desk: HasLanes,
        bridge: Bridge,
        *,
        problem: Callable[[Expected], None],
        busy: Callable[[str, str | None], None],
    ) -> None:
        self._desk = desk
        self._bridge = bridge
        self._problem = problem
        self._busy = busy
        self._running: set[str] = set()
        self._waiting: dict[str, Future[Any]] = {}
        self._shown: set[str] = set()

    def running(self, name: str) -> bool:
        return name in self._running

    def cancel(self) -> None:
        """Take back acts shown as busy that have not begun; one that runs is stopped by its own flag."""
        for future in tuple(self._waiting.values()):
            future.cancel()

    def run(
        self,
        parent: QObject,
        act: Act[Any, Any, R],
        *args: object,
        name: str = "",
        busy: str | None = None,
        flag: str = "",
        once: bool = True,
        done: Callable[[R], None] | None = None,
        problem: Callable[[Expected], None] | None = None,
    ) -> bool:
        """Start the act; return False when one of this name is running (a second press).

        ``done`` and ``problem`` are called on the GUI thread, and only while ``parent`` lives. ``name`` is
        the intent (``read_card``); ``busy`` is the text shown meanwhile, ``flag`` what takes the act back
        where that is not its name. With ``once`` False presses queue up on the lane, as edits of fields must.
        """
        key = name or act.__name__
        if once and key in self._running:
            return False
        self._running.add(key)
        if flag or busy is not None:
            self._desk.arm(flag or key)
        if busy is not None:
            self._shown.add(key)
            self._busy(key, busy)
        try:
            future = self._desk.lanes.submit(act.lane, act, self._desk, *args)
        except RuntimeError:
            self._over(key)
            return False
        if busy is not None:
            self._waiting[key] = future
        future.add_done_callback(
            lambda ended: self._bridge.deliver(partial(self._land, ended, parent, key, done, problem))
        )
        return True

    def deliver(self, parent: QObject, call: Callable[[], None]) -> None:
        """From any thread: make the call on the GUI thread, if ``parent`` still lives then."""
        self._bridge.deliver(lambda: call() if shiboken6.isValid(parent) else None)

    def _land(
        self,
        future: Future[R],
        parent: QObject,
        key: str,
        done: Callable[[R], None] | None,
        problem: Callable[[Expected], None] | None,
    ) -> None:
        self._over(key)
        alive = shiboken6.isValid(parent)
        try:
            result = future.result()
        except (Cancelled, CancelledError):
            return
        except Expected as expected:
            if alive:
                (problem or self._problem)(expected)
        except Exception as error:  # noqa: BLE001 - the last stop of every lane call: a bug gets its number
            self._problem(incident_problem(crash.record(error)))
        else:
            if alive and done is not None:
                done(result)

    def _over(self, key: str) -> None:
        self._running.discard(key)
        self._waiting.pop(key, None)
        if key in self._shown:
            self._shown.discard(key)
            self._busy(key, None)


def incident_problem(incident: crash.Incident) -> Expected:
    """Return the sentences that tell the clerk about a bug."""
    return Expected(
        _("程序出了一个错误，编号 {number}。").format(number=incident.number),
        safe=_("此前已保存的内容都在本机，没有丢失。"),
        next_step=_("请再试一次；若仍不行，把编号告诉技术人员。"),
    )
