"""Ctrl+M: the list of staff, changed by an administrator at the window."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtWidgets import QWidget

from app.services import staff_list
from app.services.staff_list import Edit, Prepared, StaffView
from app.texts import _
from ui.first_start import FirstStart
from ui.main_window import MainWindow
from ui.panels.panel import Panel
from ui.screens.staff import StaffPage


class StaffPanel(Panel):
    """Nothing changes without an administrator's PIN; the first administrator gives their own."""

    key = "staff"
    icon = "people"

    @property
    def title(self) -> str:
        return _("人员名册")

    @property
    def purpose(self) -> str:
        return _("谁可以登录、核准、改名册；管理员在这里登记、改角色、换口令、停用")

    def make(self) -> QWidget:
        page = StaffPage(self.controls.look)
        page.wanted.connect(self._prepare)
        page.first.connect(self._ask_for_first)
        return page

    def opened(self) -> None:
        self._look()

    @property
    def _mine(self) -> StaffPage:
        return cast(StaffPage, self.page)

    def _look(self) -> None:
        self.controls.acts.run(self._mine, staff_list.view, name="staff", once=False, done=self._show)

    def _show(self, view: StaffView) -> None:
        self._mine.show_view(view)

    def _prepare(self, keeper: str, pin: str, edit: Edit) -> None:
        self.controls.acts.run(
            self._mine,
            staff_list.prepare,
            keeper,
            pin,
            edit,
            name="staff.prepare",
            busy=_("正在核对口令"),
            done=self._commit,
            problem=self._mine.say,
        )

    def _commit(self, prepared: Prepared) -> None:
        self.controls.acts.run(
            self._mine,
            staff_list.commit,
            prepared,
            name="staff.commit",
            busy=_("正在改名册"),
            done=lambda _nothing: self._done(_("名册已改")),
            problem=self._mine.say,
        )

    def _ask_for_first(self) -> None:
        first = FirstStart(cast(MainWindow, self._mine.window()), self.controls.acts)
        first.card.finished.connect(partial(self._asked, first))
        first.card.ask()

    def _asked(self, first: FirstStart, _code: int) -> None:
        first.card.deleteLater()
        first.deleteLater()
        self._look()

    def _done(self, said: str) -> None:
        self.controls.flash(said)
        self._look()
