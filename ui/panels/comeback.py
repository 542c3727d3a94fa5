"""Shift+F9: whose papers are still to come, and what is done when they come."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from app.domain.staff import Purpose
from app.services import coming_back, court_asks, fetching
from app.services.supply_views import OwedKind
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.comeback import ComebackPage


class ComebackPanel(Panel):
    """Enter goes on with the intake in the open visit; Ctrl+T gives a number for it instead.

    What the back office asks for is told in writing from here (Ctrl+Enter).
    """

    key = "comeback"
    icon = "history"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: ComebackPage | None = None

    @property
    def title(self) -> str:
        return _("补交与到期未补")

    @property
    def purpose(self) -> str:
        return _("回来补材料的，从上次停下的地方接着办；逾期的在最前")

    def make(self) -> QWidget:
        page = self._made = ComebackPage(self.controls.look)
        page.sought.connect(self._find)
        page.taken_up.connect(self._take_up)
        page.number_wanted.connect(self._number)
        page.looked.connect(self._look)
        page.notice_wanted.connect(self._notice)
        page.asked.connect(self._ask)
        page.ask.setVisible(self.controls.desk.hall.is_shared)
        return page

    @property
    def _shown(self) -> ComebackPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.begin()
        self._find("")
        self.controls.acts.run(self.page, coming_back.looked_at, name="owed.looked_at")

    def seek(self, text: str) -> None:
        self._shown.box.setText(text)
        self._find(self._shown.box.text())

    def _find(self, sought: str) -> None:
        shown = partial(self._shown.show_owed, sought=sought)
        standing = self.controls.visit()
        acts = self.controls.acts
        acts.run(self.page, coming_back.owed, sought, standing, once=False, name="owed", done=shown)

    def _ask(self, sought: str) -> None:
        """Let the window that has it give it to this one; then it stands in the list like the others."""

        def answered(window: int) -> None:
            self.controls.flash(_("{window} 号窗口已转来，按回车接着办").format(window=window))
            self._find(sought)

        busy = _("正在问别的窗口")
        self.controls.acts.run(self.page, fetching.ask, sought, name="ask", busy=busy, done=answered)

    def _take_up(self, visit_id: str) -> None:
        words = _("接着上次的办：填过的和交过的都在。")
        self.controls.acts.run(
            self.page, coming_back.take_up, visit_id, name="take_up", done=partial(self._done, words)
        )

    def _done(self, words: str, _none: object) -> None:
        self.controls.close()
        self.controls.flash(words)
        self.controls.refresh()

    def _number(self, visit_id: str) -> None:
        row = self._shown.chosen()
        whom = _("{person}（{ticket}）").format(person=row.person, ticket=row.ticket) if row else ""
        given = partial(self._given, whom, row is not None and row.kind is OwedKind.TO_FILE)
        self.controls.acts.run(self.page, coming_back.take_number, visit_id, name="take_number", done=given)

    def _given(self, whom: str, to_file: bool, number: str) -> None:
        opens = _("叫到时转成立案（F01），上次填的都带过去") if to_file else _("叫到时直接打开上次的收件")
        words = _("已给{whom}取补交号 {number}，{opens}。")
        self._done(words.format(whom=whom, number=number, opens=opens), None)
        self.controls.print_waiting()

    def _notice(self, key: str, reason: str) -> None:
        if not reason:
            self._tell(key, "", "")
            return
        what = _("再次补正告知：{reason}").format(reason=reason)
        self.controls.approve(Purpose.SECOND_NOTICE, what, partial(self._tell, key, reason))

    def _tell(self, key: str, reason: str, approval_id: str) -> None:
        self.controls.acts.run(
            self.page, court_asks.tell, key, reason, approval_id, name="asked.tell", done=self._told
        )

    def _told(self, due: date) -> None:
        self.controls.flash(_("补正告知书已出，最迟 {day} 补交").format(day=due.isoformat()))
        self.controls.print_waiting()
        self._find("")

    def _look(self, visit_id: str) -> None:
        self.controls.close()
        self.controls.show(visit_id)
