"""Ctrl+Shift+N: who comes with an appointment checks in and gets the number that goes with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.lanes import READER
from app.services import appointments, swiping
from app.services.appointments import CheckedIn, Imported
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.appointments import AppointmentsPage


class AppointmentsPanel(Panel):
    """Stays open: one person after the other."""

    key = "appointments"
    icon = "clock"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: AppointmentsPage | None = None

    @property
    def title(self) -> str:
        return _("预约签到")

    @property
    def purpose(self) -> str:
        return _("预约号、手机尾号或身份证签到取号；导入当天的预约名单")

    def make(self) -> QWidget:
        page = self._made = AppointmentsPage(self.controls.look)
        page.entered.connect(self._check_in)
        page.swiped.connect(self._swipe)
        page.importing.connect(self._choose)
        return page

    @property
    def _shown(self) -> AppointmentsPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.begin()
        self._look()

    def _look(self) -> None:
        reader = self.controls.desk.bench.has(READER)
        self.controls.acts.run(
            self.page,
            appointments.view,
            name="appointments",
            once=False,
            done=lambda times: self._shown.show_times(times, reader=reader),
        )

    def _check_in(self, text: str) -> None:
        self.controls.acts.run(self.page, appointments.check_in, text, name="check_in", done=self._checked_in)

    def _swipe(self) -> None:
        busy = _("请把身份证放在读卡区（Esc 取消）")
        self.controls.acts.run(self.page, swiping.read, name="swipe", busy=busy, done=self._swiped)

    def _swiped(self, wanted: swiping.Wanted) -> None:
        act = appointments.check_in_card
        self.controls.acts.run(self.page, act, wanted, name="check_in", done=self._checked_in)

    def _checked_in(self, one: CheckedIn) -> None:
        self._shown.show_checked_in(one)
        self.controls.print_waiting()
        self._look()

    def _choose(self) -> None:
        dialog = QFileDialog(self.page, _("预约名单"))
        dialog.setNameFilter(_("名单 (*.xlsx *.csv)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._import)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _import(self, file: str) -> None:
        self.controls.acts.run(
            self.page,
            appointments.import_list,
            Path(file),
            busy=_("正在读名单"),
            done=self._imported,
        )

    def _imported(self, done: Imported) -> None:
        self.controls.flash("；".join(appointments.sentences(done)))
        self._look()
