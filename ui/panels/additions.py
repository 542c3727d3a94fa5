"""Alt+G: papers that came after the end of a visit."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.errors import Expected
from app.services import additions
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.additions import AdditionsPage


class AdditionsPanel(Panel):
    """Takes pages for the finished visit on the window, or the one that was found; sends them as one act."""

    key = "additions"
    icon = "import"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._visit = ""

    @property
    def title(self) -> str:
        return _("办结后补充材料")

    @property
    def purpose(self) -> str:
        return _("漏扫的、后来送到或寄到的：加进已办结的记录，出回执；原来的不动")

    def make(self) -> QWidget:
        page = AdditionsPage(self.controls.look)
        page.scan.connect(self._scan)
        page.choose_files.connect(self._choose)
        page.remove.connect(self._remove)
        page.sent.connect(self._send)
        page.find_visit.connect(partial(self.controls.open, "search"))
        return page

    def opened(self) -> None:
        self._visit = self.controls.visit()
        self._refresh(focus=True)

    def seek(self, text: str) -> None:
        self._visit = text
        self._refresh(focus=True)

    def relieved(self, before: str) -> str:
        typed = self._page is not None and bool(self._mine.reason.text())
        if typed:
            self._mine.reason.clear()
        return _("{clerk}写的补充理由已清除，页都在").format(clerk=before) if typed else ""

    @property
    def _mine(self) -> AdditionsPage:
        return cast(AdditionsPage, self.page)

    def _refresh(self, *, focus: bool = False) -> None:
        asked = self._visit

        def shown(view: additions.AdditionsView) -> None:
            if asked == self._visit:
                self._mine.show_additions(view)
                if focus:
                    self._mine.take_focus()

        acts = self.controls.acts
        acts.run(self._mine, additions.view, asked, name="additions", once=False, done=shown)

    # ---- pages ----------------------------------------------------------------------------------

    def _scan(self, feeder: bool) -> None:
        what = self._mine.material
        if what is None:
            return
        self.controls.acts.run(
            self._mine,
            additions.scan,
            self._visit,
            what.matter,
            what.code,
            feeder,
            partial(self.controls.acts.deliver, self._mine, self._refresh),
            name="scan",
            busy=_("正在扫描（Esc 停止）"),
            done=self._taken,
            problem=self._partly,
        )

    def _choose(self) -> None:
        dialog = QFileDialog(self.page, _("导入材料"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.take_in)
        dialog.open()

    def take_in(self, files: list[str]) -> None:
        """Import the files as pages of the chosen material."""
        what = self._mine.material
        if what is None:
            return
        self.controls.acts.run(
            self._mine,
            additions.import_files,
            self._visit,
            what.matter,
            what.code,
            tuple(Path(name) for name in files),
            name="import_files",
            busy=_("正在导入（Esc 停止）"),
            done=self._taken,
            problem=self._partly,
        )

    def _taken(self, count: int) -> None:
        self.controls.flash(_("已加入 {count} 页，送出前可以按 Delete 取出").format(count=count))
        self._refresh()
        self._mine.reason.setFocus()

    def _partly(self, problem: Expected) -> None:
        self.controls.problem(problem)
        self._refresh()

    def _remove(self, page_id: str) -> None:
        self.controls.acts.run(
            self._mine,
            additions.remove,
            self._visit,
            page_id,
            name="additions.remove",
            once=False,
            done=lambda _none: self._refresh(),
        )

    # ---- the act --------------------------------------------------------------------------------

    def _send(self, reason: str) -> None:
        self.controls.acts.run(
            self._mine,
            additions.send,
            self._visit,
            reason,
            name="additions.send",
            done=self._sent,
            problem=self._partly,
        )

    def _sent(self, number: str) -> None:
        self._mine.done()
        self.controls.flash(_("已补充，回执 {number} 正在打印，正在送法院").format(number=number))
        self.controls.print_waiting()
        self.controls.send_waiting()
        self._refresh()
        self.controls.refresh()
