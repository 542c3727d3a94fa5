"""Recording the steps of the visit."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QWidget

from app.errors import Expected
from app.services import afterwards, drafts, steps
from app.services.step_view import StepsView
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.steps import StepsPage


class StepsPanel(Panel):
    """Records, edits and takes out; the visit behind is drawn anew when the clerk comes back.

    Of a finished visit what came in later is typed here and sent as one amendment.
    """

    key = "steps"
    icon = "list"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._typed: dict[str, str] = {}
        self._finished = ""

    @property
    def title(self) -> str:
        return _("办理步骤")

    @property
    def purpose(self) -> str:
        return _("立案分流、跨域与跨境、委托外地法院、网上帮办、帮办代办转办，各带依据和期限")

    def make(self) -> QWidget:
        page = StepsPage(self.controls.look)
        page.record.connect(self._record)
        page.edited.connect(self._edit)
        page.remove.connect(self._remove)
        page.added.connect(self._add)
        return page

    def opened(self) -> None:
        if self._finished != self.controls.visit():
            self._typed.clear()
        self._mine.list.setFocus()
        self._refresh()

    def left(self) -> None:
        self._mine.flush()
        self.controls.refresh()

    def relieved(self, before: str) -> str:
        dropped, self._typed = self._typed, {}
        return _("{clerk}没有补记的办理步骤已清除").format(clerk=before) if dropped else ""

    @property
    def _mine(self) -> StepsPage:
        return cast(StepsPage, self.page)

    def _refresh(self, then: int = 0) -> None:
        def shown(view: StepsView) -> None:
            self._finished = view.visit_id if view.finished else ""
            self._mine.show_steps(view, unsent=len(self._typed))
            if then:
                self._mine.go_to(then)

        self.controls.acts.run(
            self._mine,
            afterwards.steps_of,
            self.controls.visit(),
            dict(self._typed),
            name="steps",
            once=False,
            done=shown,
            problem=self._nobody,
        )

    def _nobody(self, problem: Expected) -> None:
        self._mine.show_steps(StepsView("", (), ()))
        self.controls.problem(problem)

    def _record(self, key: str) -> None:
        self.controls.acts.run(self._mine, steps.record, key, name="record_step", done=self._refresh)

    def _edit(self, path: str, text: str) -> None:
        if self._finished:
            self._typed[path] = text
            self._refresh()
            return
        self.controls.acts.run(
            self._mine,
            drafts.set_field,
            path,
            text,
            name="edit",
            once=False,
            done=lambda _none: self._refresh(),
        )

    def _add(self) -> None:
        """Send what came in after the end; nothing typed is lost where it is refused."""
        self.controls.acts.run(
            self._mine,
            afterwards.add_to_steps,
            self._finished,
            dict(self._typed),
            name="add_to_steps",
            done=self._added,
            problem=self.controls.problem,
        )

    def _added(self, count: int) -> None:
        self._typed.clear()
        self.controls.flash(_("已补记 {count} 处，正在打印回执，正在送法院").format(count=count))
        self.controls.print_waiting()
        self.controls.send_waiting()
        self._refresh()
        self.controls.refresh()

    def _remove(self, number: int) -> None:
        self.controls.acts.run(self._mine, steps.remove, number, name="remove_step", done=self._removed)

    def _removed(self, _before: tuple[str, str]) -> None:
        self.controls.flash(_("已移除一步"))
        self._refresh()
