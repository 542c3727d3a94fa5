"""The way to the court: what has not arrived, why, and what a person can do; what was answered today."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from app.errors import CourtProblem, Expected
from app.services import amendments, answers, courier, unsent
from app.services.courier import Applied, Collected, Packed
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
        page.typed.connect(self._check)
        page.pack.connect(self._choose_stick)
        page.unpack.connect(self._choose_answers)
        self._look.setParent(page)
        self._look.setInterval(_LOOK_AGAIN_MS)
        self._look.timeout.connect(self._refresh)
        return page

    @property
    def _shown(self) -> UnsentPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.go_on()
        self._refresh()
        self._look.start()

    def left(self) -> None:
        self._look.stop()
        self._shown.form.flush()
        if self._shown.form.unsent:
            self.controls.flash(_("更正还没有送出，已留着；按 Ctrl+U 接着改"))
        self.controls.acts.run(self.page, answers.looked_at)

    def relieved(self, before: str) -> str:
        if self._made is None or not self._made.form.unsent:
            return ""
        self._made.form.forget()
        return _("{clerk}没有送出的更正已清除，记录没有改动").format(clerk=before)

    def _refresh(self) -> None:
        acts = self.controls.acts
        acts.run(self.page, unsent.unsent, self.controls.visit(), done=self._shown.show_unsent)
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

    def _check(self, event_id: str, changes: dict[str, str]) -> None:
        """Ask what is wrong with what is typed, for its field."""
        self.controls.acts.run(
            self.page,
            amendments.checked,
            event_id,
            changes,
            once=False,
            done=self._shown.form.show_checked,
            problem=self._refused,
        )

    def _send(self, event_id: str, changes: dict[str, str], reason: str) -> None:
        self.controls.acts.run(
            self.page,
            amendments.amend,
            event_id,
            changes,
            reason,
            done=partial(self._sent, event_id, bool(changes)),
            problem=self._not_taken,
        )

    def _sent(self, corrected: str, changed: bool, event_id: str) -> None:
        self._shown.form.sent_off(corrected)
        self._shown.show_reason()
        paper = _("更正已存本机，正在打印回执，正在送法院")
        self.controls.flash(paper if changed else _("已存本机，正在原样再送法院"))
        self.controls.print_waiting()
        acts = self.controls.acts
        acts.run(self.page, unsent.try_now, busy=_("正在发送"), done=partial(self._where, event_id))

    def _where(self, event_id: str, _stored: int) -> None:
        """Say where the record that was sent just now is."""
        self.controls.acts.run(self.page, unsent.explain, event_id, once=False, done=self._came_to)
        self._refresh()
        self.controls.refresh()

    def _came_to(self, view: ExplainView | None) -> None:
        stored = view is not None and view.state == "stored"
        told = _("更正已送到法院") if stored else _("更正已存本机，还没有送到法院，会自动再送；原因见左上")
        self.controls.flash(told)

    def _not_taken(self, problem: Expected) -> None:
        self.controls.problem(problem)
        self._shown.form.to_refused()

    def _choose_stick(self) -> None:
        dialog = QFileDialog(self.page, _("选 U 盘或文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._pack)
        self._open(dialog)

    def _choose_answers(self) -> None:
        dialog = QFileDialog(self.page, _("选法院的回执"))
        dialog.setNameFilter(_("回执 (*.ack)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._unpack)
        self._open(dialog)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _pack(self, folder: str) -> None:
        self.controls.acts.run(
            self.page,
            courier.pack,
            Path(folder),
            busy=_("正在打包，请不要拔 U 盘"),
            done=self._packed,
            problem=self._refused,
        )

    def _packed(self, made: Packed) -> None:
        words = _("已打包记录 {records} 件、图像 {pictures} 份，可以拔 U 盘")
        left = _("；还有 {left} 份图像没带上").format(left=made.left) if made.left else ""
        self.controls.flash(words.format(records=made.records, pictures=made.pictures) + left)

    def _unpack(self, files: list[str]) -> None:
        self.controls.acts.run(
            self.page,
            courier.unpack_all,
            tuple(Path(file) for file in files),
            busy=_("正在核对法院的回执"),
            done=self._came,
            problem=self._refused,
        )

    def _came(self, collected: Collected) -> None:
        """What was taken is told as one sum; the first reason stands for all files that were refused."""
        came, refused = collected.applied, collected.refused
        words = _("法院收到记录 {stored} 件、图像 {pictures} 份，要人处理 {attention} 件")
        told = words.format(stored=came.stored, pictures=came.pictures, attention=came.attention)
        if refused:
            names, why = "、".join(name for name, _why in refused), refused[0][1]
            happened = _("没有收下 {names}：{happened}").format(names=names, happened=why.happened)
            self._refused(CourtProblem(happened, safe=why.safe, next_step=why.next_step, detail=why.detail))
        if came != Applied(0, 0, 0, 0) or not refused:
            self.controls.flash(told)
        self._refresh()
        self.controls.refresh()

    def _refused(self, problem: Expected) -> None:
        self.controls.problem(problem)
