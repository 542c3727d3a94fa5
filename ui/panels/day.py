"""The end of the day: whether it adds up, and its sheet on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from PySide6.QtWidgets import QWidget

from app.services import day_paper
from app.services.views import DayView
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.day import DayPage


class DayPanel(Panel):
    """Looks at today when it is opened; other days are turned to by keys."""

    key = "day"
    icon = "calendar"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._day: date | None = None

    @property
    def title(self) -> str:
        return _("日结")

    @property
    def purpose(self) -> str:
        return _("一天的号、收据、送达是否相符；不符的列出号码；打印日结单")

    def make(self) -> QWidget:
        page = DayPage(self.controls.look)
        page.turned.connect(self._turn)
        page.printed.connect(self._print)
        return page

    def opened(self) -> None:
        self._day = self.controls.desk.today()
        self._ask()
        self._mine.list.setFocus()

    @property
    def _mine(self) -> DayPage:
        return cast(DayPage, self.page)

    def _turn(self, days: int) -> None:
        today = self.controls.desk.today()
        self._day = min((self._day or today) + timedelta(days=days), today)
        self._ask()

    def _ask(self) -> None:
        self.controls.acts.run(
            self._mine,
            day_paper.day_view,
            self._day,
            once=False,
            name="day",
            done=self._show,
            problem=self.controls.problem,
        )

    def _show(self, view: DayView) -> None:
        """Draw the answer to the newest question only."""
        if view.sheet.day == self._day:
            self._mine.show_day(view, today=view.sheet.day == self.controls.desk.today())

    def _print(self, roll: bool) -> None:
        self.controls.acts.run(
            self._mine,
            day_paper.print_day,
            self._day,
            roll,
            busy=_("正在准备日结单"),
            done=self._printed,
            problem=self.controls.problem,
        )

    def _printed(self, number: str) -> None:
        self.controls.flash(_("日结单 {number} 已送打印").format(number=number))
        self.controls.print_waiting()
        self._ask()
