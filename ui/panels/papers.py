"""The papers of the visit on the screen, printed by one key."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QWidget

from app.services import papers_out
from app.services.views import VisitPapers
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.papers import PapersPage


class PapersPanel(Panel):
    """Asks for the papers, and puts those chosen into the ledger."""

    key = "papers"
    icon = "file"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._visit = ""

    @property
    def title(self) -> str:
        return _("文书")

    @property
    def purpose(self) -> str:
        return _("发给当事人的告知书、通知书、申请表；勾选后一键打印")

    def make(self) -> QWidget:
        page = PapersPage(self.controls.look)
        page.printed.connect(self._print)
        return page

    def opened(self) -> None:
        self._ask()
        self._mine.list.setFocus()

    @property
    def _mine(self) -> PapersPage:
        return cast(PapersPage, self.page)

    def _ask(self) -> None:
        visit = self.controls.visit()
        self.controls.acts.run(self._mine, papers_out.papers_of, visit, done=self._show)

    def _show(self, found: VisitPapers) -> None:
        self._mine.show_papers(found.papers, large=found.large_print, anew=found.visit_id != self._visit)
        self._visit = found.visit_id

    def _print(self, keys: tuple[str, ...], large: bool) -> None:
        self.controls.acts.run(
            self._mine,
            papers_out.print_papers,
            self._visit,
            keys,
            large,
            busy=_("正在准备文书"),
            done=self._printed,
            problem=self.controls.problem,
        )

    def _printed(self, count: int) -> None:
        self.controls.flash(_("{count} 份文书已送打印").format(count=count))
        self.controls.print_waiting()
        self._ask()
