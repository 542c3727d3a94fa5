"""Locks the window when nobody has touched it for a while, and lets clerks change by key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from app.errors import Expected
from app.services import clerks
from app.services.clerks import Clerks
from app.services.desk import Desk
from app.texts import _
from ui.act import Acts
from ui.keys import KEYS
from ui.main_window import MainWindow
from ui.panels.host import Panels
from ui.screens.lock import LockScreen

_TOUCHED: Final = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin}
)
_MINUTE_MS: Final = 60_000


class Locking(QObject):
    """``changed`` is called when somebody signed in. Without a clerk who has a PIN nothing is ever locked."""

    def __init__(
        self, window: MainWindow, desk: Desk, acts: Acts, panels: Panels, changed: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._acts = acts
        self._panels = panels
        self._changed = changed
        self.screen = LockScreen(window.look, window)
        self.screen.given.connect(self._try)
        self.idle = QTimer(self)
        self.idle.setSingleShot(True)
        self.idle.setInterval(desk.settings.hall.lock_after * _MINUTE_MS)
        self.idle.timeout.connect(self._tired)
        shortcut = QShortcut(QKeySequence(KEYS["lock"]), window)
        shortcut.activated.connect(self._asked)
        window.header.lock.connect(self._asked)

    def start(self) -> None:
        """Watch the hands from now on: while the party reads and signs, somebody is here.

        The lock is the clerk's alone, so the party's window must not hang on the clerk's: a modal dialog
        blocks all that does.
        """
        self._window.party.winId()  # its window is made now, long before it is first shown
        party = self._window.party.windowHandle()
        party.setTransientParent(None)  # type: ignore[arg-type]
        handle = self._window.windowHandle()
        if self.idle.interval() and handle is not None:
            for watched in (handle, party):
                watched.installEventFilter(self)
            self.idle.start()

    def stop(self) -> None:
        self.idle.stop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHED and self.idle.interval():
            self.idle.start()
        return False

    def _tired(self) -> None:
        self._acts.run(self, clerks.clerks, name="lock", done=self._lock)

    def _asked(self) -> None:
        self._acts.run(self, clerks.clerks, name="lock", done=self._lock_or_say)

    def _lock_or_say(self, found: Clerks) -> None:
        if not found.names:
            self._window.show_problem(
                Expected(
                    _("本窗口还没有登记人员，不能锁定或换人。"),
                    safe=_("内容都在。"),
                    next_step=_("请管理员运行 python -m app staff add 姓名 --role clerk --by 管理员。"),
                )
            )
            return
        self._cover(found)

    def _lock(self, found: Clerks) -> None:
        if found.can_lock:
            self._cover(found)
        elif self.idle.interval():
            self.idle.start()

    def _cover(self, found: Clerks) -> None:
        """What is half typed is saved first."""
        self._window.visit.flush()
        self._panels.cover()
        self.screen.show_names(found.names)

    def _try(self, name: str, pin: str) -> None:
        done = partial(self._entered, self._desk.settings.hall.clerk)
        self._acts.run(self, clerks.sign_in, name, pin, name="sign_in", done=done, problem=self.screen.say)

    def _entered(self, before: str, name: str) -> None:
        """Nothing the clerk before had begun goes on under the name of the next one."""
        self.screen.accept()
        dropped = self._panels.relieve(before) if name != before else ()
        self._window.flash("；".join((_("{name} 已进入").format(name=name), *dropped)))
        self._changed()
        self.start()
