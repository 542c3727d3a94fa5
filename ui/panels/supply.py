"""F9: look at what is missing, then tell it once in writing, or let the party promise it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from app.domain.staff import Purpose
from app.errors import Expected
from app.services import supplement, supplement_view
from app.services.supply_views import SupplyView
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.supply import CORRECTION, GUIDANCE, SupplyPage


class SupplyPanel(Panel):
    """The paper itself comes with F12; here it is only looked at and decided."""

    key = "supply"
    icon = "list"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: SupplyPage | None = None
        self._view: SupplyView | None = None

    @property
    def title(self) -> str:
        return _("补正告知")

    @property
    def purpose(self) -> str:
        return _("缺什么一次写清；按 Ctrl+Enter 定下才出，办结（F12）时打印")

    def make(self) -> QWidget:
        page = self._made = SupplyPage(self.controls.look)
        page.given.connect(self._give)
        page.withdrawn.connect(self._withdraw)
        page.faulted.connect(self._fault)
        return page

    def opened(self) -> None:
        self.controls.acts.run(
            self.page, supplement_view.look, name="supply.look", done=self._begin, problem=self._nobody
        )

    def _begin(self, view: SupplyView) -> None:
        self._show(view)
        if self._made is not None:
            self._made.reason.clear()
            if view.lines:
                self._made.list.select(view.lines[0].key)  # what is missing comes first
            self._made.list.setFocus()

    def _show(self, view: SupplyView) -> None:
        self._view = view
        if self._made is not None:
            self._made.show_supply(view)

    def _nobody(self, problem: Expected) -> None:
        self.controls.close()
        self.controls.problem(problem)

    def _give(self, kind: str, reason: str) -> None:
        view = self._view
        if view is None:
            return
        if kind == CORRECTION and view.told_before and reason.strip():
            what = _("再次补正告知：{reason}").format(reason=reason.strip())
            self.controls.approve(Purpose.SECOND_NOTICE, what, partial(self._decide, view, kind, reason))
        else:
            self._decide(view, kind, reason, "")

    def _decide(self, view: SupplyView, kind: str, reason: str, approval_id: str) -> None:
        sha256 = view.notice if kind == CORRECTION else view.promise
        kind = GUIDANCE if view.guided and kind == CORRECTION else kind
        words = {
            CORRECTION: _("办结（F12）时出一次性补正告知书。"),
            GUIDANCE: _("办结（F12）时出一次性告知书，写明要带什么。"),
        }.get(kind, _("请按 F10 交当事人签承诺；办结时出容缺受理告知书。"))
        self.controls.acts.run(
            self.page,
            supplement.decide,
            kind,
            sha256,
            reason,
            approval_id,
            name="supply.decide",
            done=partial(self._done, words),
        )

    def _done(self, words: str, _none: object) -> None:
        self.controls.close()
        self.controls.flash(words, of_visit=True)
        self.controls.refresh()

    def _withdraw(self) -> None:
        self.controls.acts.run(
            self.page,
            supplement.withdraw,
            name="supply.withdraw",
            done=partial(self._done, _("不出告知书了。")),
        )

    def _fault(self, path: str, text: str) -> None:
        self.controls.acts.run(
            self.page, supplement_view.find_fault, path, text, name="supply.fault", done=self._changed
        )

    def _changed(self, view: SupplyView) -> None:
        self._show(view)
        self.controls.refresh()
