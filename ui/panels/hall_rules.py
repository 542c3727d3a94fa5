"""The supervisor's page of the hall: the promise of the day, and windows that are dead."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from app.services import hall_rules
from app.services.hall_rules import Decision, HallDay
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.palette import PalettePage
from ui.widgets.row_list import ListRow


class HallRulesPanel(Panel):
    """Each line says what today would have looked like; choosing one asks for a supervisor's PIN."""

    key = "hall_rules"
    icon = "chart"
    _decisions: tuple[Decision, ...] = ()

    @property
    def title(self) -> str:
        return _("大厅规则")

    @property
    def purpose(self) -> str:
        return _("承诺、空闲时自动叫号、停用的窗口；选一行，由值班主任核准")

    def make(self) -> QWidget:
        page = PalettePage(self.controls.look)
        page.chosen.connect(self._ask)
        return page

    def opened(self) -> None:
        controls, page = self.controls, self.page
        if isinstance(page, PalettePage):
            page.show_rows(())
        controls.acts.run(page, hall_rules.read, name="hall_rules", done=self._look)

    def _look(self, day: HallDay) -> None:
        acts = self.controls.acts
        acts.run(self.page, hall_rules.view, day, name="hall_rules", done=self._show)

    def _show(self, decisions: tuple[Decision, ...]) -> None:
        self._decisions = decisions
        page = self.page
        if isinstance(page, PalettePage):
            page.fill(tuple(_row(one) for one in decisions))

    def _ask(self, key: str) -> None:
        chosen = next((one for one in self._decisions if one.key == key), None)
        if chosen is not None and not chosen.stands:
            self.controls.approve(chosen.purpose, chosen.title, partial(self._decide, key))

    def _decide(self, key: str, approval_id: str) -> None:
        acts = self.controls.acts
        acts.run(self.page, hall_rules.decide, key, approval_id, name="decide", done=self._done)

    def _done(self, said: str) -> None:
        self.controls.flash(said)
        self.controls.close()
        self.controls.refresh()


def _row(one: Decision) -> ListRow:
    icon = "window" if one.key.startswith(("free", "retire")) else "people"
    pill = _("现在") if one.stands else ""
    return ListRow(one.key, one.title, one.detail, icon=icon, pill=pill, tone="ok")
