"""Ctrl+N: the reception gives numbers by matter, prints lost papers anew and takes in stubs of a roll."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.ticket import Wanted
from app.services import reception, swiping
from app.services.reception import Given
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.reception import ReceptionPage


class ReceptionPanel(Panel):
    """Stays open: one number after the other."""

    key = "reception"
    icon = "ticket"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: ReceptionPage | None = None

    @property
    def title(self) -> str:
        return _("导诉台")

    @property
    def purpose(self) -> str:
        return _("数字键取号；G 绿色、U 时效；补打号票、补录号卷")

    def make(self) -> QWidget:
        page = self._made = ReceptionPage(self.controls.look)
        page.wanted.connect(self._give)
        page.swiped.connect(self._swipe)
        page.reprinted.connect(self._reprint)
        page.admitted.connect(self._admit)
        return page

    @property
    def _shown(self) -> ReceptionPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.begin()
        self._look()

    def _look(self) -> None:
        acts = self.controls.acts
        acts.run(self.page, reception.view, name="reception", once=False, done=self._shown.show_view)

    def _give(self, wanted: Wanted) -> None:
        self.controls.acts.run(self.page, reception.give, wanted, name="give_number", done=self._given)

    def _given(self, given: Given) -> None:
        self._shown.show_given(given)
        self.controls.print_waiting()
        self._look()

    def _swipe(self, _group: str) -> None:
        busy = _("请把身份证放在读卡区（Esc 取消）")
        self.controls.acts.run(self.page, swiping.read, name="swipe", busy=busy, done=self._swiped)

    def _swiped(self, wanted: Wanted) -> None:
        self._give(self._shown.marked(wanted))

    def _reprint(self, number: str) -> None:
        self.controls.acts.run(self.page, reception.reprint, number, name="reprint", done=self._given)

    def _admit(self, stubs: str, since: str) -> None:
        self.controls.acts.run(self.page, reception.admit, stubs, since, name="admit", done=self._admitted)

    def _admitted(self, numbers: tuple[str, ...]) -> None:
        self._shown.show_admitted(numbers)
        self._look()
