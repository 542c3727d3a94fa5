"""The risks of the visit, and the supervisor who lifts a freeze."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtWidgets import QWidget

from app.domain.staff import Purpose
from app.errors import Expected
from app.services import afterwards, freezing
from app.services.freezing import RiskView
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.risks import RisksPage


class RisksPanel(Panel):
    """Asks for the risks, for the PIN, and lifts; of a finished visit too, if it was only received."""

    key = "risks"
    icon = "shield"

    @property
    def title(self) -> str:
        return _("风险与冻结")

    @property
    def purpose(self) -> str:
        return _("每一条写明依据；冻结的由值班主任写明理由解除")

    def make(self) -> QWidget:
        page = RisksPage(self.controls.look)
        page.lift.connect(self._lift)
        return page

    def opened(self) -> None:
        self.controls.acts.run(
            self._mine, afterwards.risk_list, self.controls.visit(), done=self._show, problem=self._nobody
        )

    def relieved(self, before: str) -> str:
        typed = self._page is not None and bool(self._mine.reason.text())
        if typed:
            self._mine.reason.clear()
        return _("{clerk}写的解除理由已清除").format(clerk=before) if typed else ""

    @property
    def _mine(self) -> RisksPage:
        return cast(RisksPage, self.page)

    def _show(self, risks: tuple[RiskView, ...]) -> None:
        self._mine.show_risks(risks)
        self._mine.list.setFocus()

    def _nobody(self, problem: Expected) -> None:
        self._mine.show_risks(())
        self.controls.problem(problem)

    def _lift(self, key: str, what: str, reason: str) -> None:
        """The reason is looked at before a supervisor is called over."""
        try:
            freezing.good_reason(reason)
        except Expected as problem:
            self.controls.problem(problem)
            return
        asked = _("解除冻结：{what}").format(what=what)
        self.controls.approve(Purpose.UNFREEZE, asked, partial(self._approved, key, reason))

    def _approved(self, key: str, reason: str, approval_id: str) -> None:
        self.controls.acts.run(
            self._mine,
            afterwards.lift,
            self.controls.visit(),
            key,
            approval_id,
            reason,
            done=self._lifted,
            problem=self.controls.problem,
        )

    def _lifted(self, who: str) -> None:
        self.controls.flash(_("{who}已解除冻结").format(who=who))
        self._mine.lifted()
        self.controls.refresh()
        self.opened()
