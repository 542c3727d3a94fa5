"""The way to the court: what has not arrived, why, and what a person can do; what was answered today."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.errors import Expected
from app.services import amendments, answers, unsent
from app.services.views import ExplainView
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.unsent import UnsentPage

_LOOK_AGAIN_MS = 2_000


class SendingPanel(Panel):
    """Looks again while it is open, so that what arrives leaves the list before one's eyes."""

    key = "sending"
    icon = "send"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: UnsentPage | None = None
        self._look = QTimer()

    @property
    def title(self) -> str:
        return _("送法院")

    @property
    def purpose(self) -> str:
        return _("没送到的、为什么、怎么办；后台今天的答复")

    def make(self) -> QWidget:
        page = self._made = UnsentPage(self.controls.look)
        page.selected.connect(self._explain)
        page.try_now.connect(self._try_now)
        page.pause.connect(self._pause)
        page.amend.connect(self._form)
        page.amended.connect(self._send)
        self._look.setParent(page)
        self._look.setInterval(_LOOK_AGAIN_MS)
        self._look.timeout.connect(self._refresh)
        return page

    @property
    def _shown(self) -> UnsentPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.show_reason()
        self._refresh()
        self._look.start()

    def left(self) -> None:
        self._look.stop()
        self.controls.acts.run(self.page, answers.looked_at)

    def _refresh(self) -> None:
        acts = self.controls.acts
        acts.run(self.page, unsent.unsent, done=self._shown.show_unsent)
        acts.run(self.page, answers.answered_today, done=self._shown.show_answers)

    def _explain(self, event_id: str) -> None:
        self.controls.acts.run(self.page, unsent.explain, event_id, done=self._explained)

    def _explained(self, view: ExplainView | None) -> None:
        if view is not None:
            self._shown.show_explained(view)

    def _try_now(self) -> None:
        self.controls.acts.run(self.page, unsent.try_now, busy=_("正在发送"), done=self._tried)

    def _tried(self, stored: int) -> None:
        told = _("法院收到 {count} 件").format(count=stored) if stored else _("这次没有新送到的，原因见左上")
        self.controls.flash(told)
        self._refresh()
        self.controls.refresh()

    def _pause(self, wanted: bool) -> None:
        act = unsent.pause if wanted else unsent.resume
        self.controls.acts.run(self.page, act, done=lambda _none: self._refresh())

    def _form(self, event_id: str) -> None:
        self.controls.acts.run(self.page, amendments.form, event_id, done=self._shown.show_form)

    def _send(self, event_id: str, changes: dict[str, str], reason: str) -> None:
        self.controls.acts.run(
            self.page, amendments.amend, event_id, changes, reason, done=self._sent, problem=self._refused
        )

    def _sent(self, _event_id: str) -> None:
        self._shown.show_reason()
        self.controls.flash(_("更正已存本机，正在送法院"))
        self._try_now()

    def _refused(self, problem: Expected) -> None:
        self.controls.problem(problem)
