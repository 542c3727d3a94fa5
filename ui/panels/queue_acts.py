"""What else can be done with the queue: set aside, put back, send on, take back, pause."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.services import desk_acts, issuing, swiping
from app.services.desk_acts import DeskAct
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.palette import PalettePage
from ui.widgets.row_list import ListRow


class QueueActsPanel(Panel):
    """One list of what is possible just now; a word filters it, Enter does it."""

    key = "queue"
    icon = "people"

    @property
    def title(self) -> str:
        return _("排队的其他操作")

    @property
    def purpose(self) -> str:
        return _("挂起、退回、转号、撤销、暂停；输入几个字，回车执行")

    def make(self) -> QWidget:
        page = PalettePage(self.controls.look)
        page.chosen.connect(self._do)
        return page

    def opened(self) -> None:
        controls, page = self.controls, self.page
        if isinstance(page, PalettePage):
            page.show_rows(())  # what was possible before may not be now
        controls.acts.run(page, desk_acts.view, name="desk_acts", done=self._show)

    def _show(self, lines: tuple[DeskAct, ...]) -> None:
        page = self.page
        if isinstance(page, PalettePage):
            page.fill(tuple(ListRow(one.key, one.title, one.detail, icon=one.icon) for one in lines))

    def _do(self, key: str) -> None:
        controls = self.controls
        if key == desk_acts.SWIPE:
            busy = _("请把身份证放在读卡区（Esc 取消）")
            controls.acts.run(self.page, swiping.read, name="swipe", busy=busy, done=self._swiped)
            return
        controls.acts.run(self.page, desk_acts.act, key, name="desk_act", busy=_("请稍候"), done=self._done)

    def _swiped(self, wanted: swiping.Wanted) -> None:
        acts = self.controls.acts
        acts.run(self.page, issuing.take_for, wanted, name="take_for", done=self._taken)

    def _taken(self, taken: issuing.Taken) -> None:
        words = _("{number} 已有号，正在补打") if taken.again else _("已取号 {number}")
        self._done(words.format(number=taken.number))

    def _done(self, said: str) -> None:
        self.controls.flash(said)
        self.controls.close()
        self.controls.refresh()
