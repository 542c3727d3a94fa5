"""Ctrl+Shift+H: a supervisor approves here what another window asks for."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.domain.hall_asks import Ask
from app.lanes import Act
from app.services import asking
from app.services.asking import AskRow
from app.services.desk import Desk
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.asking import AskingPage

_LOOK_MS: Final = 1000


class AskingPanel(Panel):
    """Looks again every second while it is open: a question may come or go."""

    key = "asking"
    icon = "stamp"
    _timer: QTimer | None = None

    @property
    def title(self) -> str:
        return _("别的窗口请求的核准")

    @property
    def purpose(self) -> str:
        return _("补打、作废等：值班主任在这里用自己的口令核准别的窗口的请求")

    def make(self) -> QWidget:
        page = AskingPage(self.controls.look)
        page.approved.connect(self._approve)
        page.declined.connect(self._decline)
        self._timer = QTimer(page)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        return page

    def opened(self) -> None:
        page = self._mine
        self._look()
        if self._timer is not None:
            self._timer.start()
        page.focus_pin()

    def left(self) -> None:
        if self._timer is not None:
            self._timer.stop()

    @property
    def _mine(self) -> AskingPage:
        return cast(AskingPage, self.page)

    def _look(self) -> None:
        self.controls.acts.run(self._mine, asking.waiting, name="asking.waiting", done=self._show)

    def _show(self, asks: tuple[AskRow, ...]) -> None:
        self._mine.show_asks(asks)

    def _approve(self, question: Ask, name: str, pin: str) -> None:
        self._answer(asking.approve, question, name, pin)

    def _decline(self, question: Ask, name: str, pin: str) -> None:
        self._answer(asking.decline, question, name, pin)

    def _answer(self, act: Act[Desk, [Ask, str, str], str], question: Ask, name: str, pin: str) -> None:
        self.controls.acts.run(
            self._mine,
            act,
            question,
            name,
            pin,
            name="asking.answer",
            busy=_("正在核对口令"),
            done=self._done,
            problem=self._mine.refuse,
        )

    def _done(self, said: str) -> None:
        self.controls.flash(said)
        self.controls.close()
