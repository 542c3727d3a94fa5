"""Ctrl+Shift+M: a person renews their own PIN, without an administrator."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QWidget

from app.services import own_pin, staff_list
from app.services.staff_list import Prepared
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.own_pin import OwnPinPage


class OwnPinPanel(Panel):
    """Closes itself once the new PIN holds."""

    key = "own_pin"
    icon = "key"

    @property
    def title(self) -> str:
        return _("我的口令")

    @property
    def purpose(self) -> str:
        return _("用现在的口令换一个新的，过期的也在这里换；不用找管理员")

    def make(self) -> QWidget:
        page = OwnPinPage(self.controls.look)
        page.wanted.connect(self._prepare)
        return page

    def opened(self) -> None:
        self._mine.show_people(())
        self.controls.acts.run(self._mine, own_pin.people, name="own_pin", done=self._mine.show_people)

    @property
    def _mine(self) -> OwnPinPage:
        return cast(OwnPinPage, self.page)

    def _prepare(self, name: str, old: str, new: str, again: str) -> None:
        self.controls.acts.run(
            self._mine,
            own_pin.prepare,
            name,
            old,
            new,
            again,
            name="own_pin.prepare",
            busy=_("正在核对口令"),
            done=self._commit,
            problem=self._mine.say,
        )

    def _commit(self, prepared: Prepared) -> None:
        self.controls.acts.run(
            self._mine,
            staff_list.commit,
            prepared,
            name="own_pin.commit",
            busy=_("正在换口令"),
            done=lambda _nothing: self._done(),
            problem=self._mine.say,
        )

    def _done(self) -> None:
        self.controls.flash(_("口令已换，从现在起用新的"))
        self.controls.close()
