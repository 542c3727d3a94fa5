"""The print ledger: find a paper, print it again or void its receipt, with a supervisor beside."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from PySide6.QtWidgets import QWidget

from app.domain.staff import Purpose
from app.lanes import Act
from app.services import ledger
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.ledger import LedgerPage


class LedgerPanel(Panel):
    """Searches while one types; nothing is printed or voided before a supervisor's PIN."""

    key = "ledger"
    icon = "print"

    @property
    def title(self) -> str:
        return _("打印台账")

    @property
    def purpose(self) -> str:
        return _("找回任何一份文书；补打和作废要值班主任核准")

    def make(self) -> QWidget:
        reprint = tuple(_(text) for text in ledger.REPRINT_REASONS)
        void = tuple(_(text) for text in ledger.VOID_REASONS)
        page = LedgerPage(self.controls.look, reprint, void)
        page.searched.connect(self._search)
        page.reprint.connect(self._reprint)
        page.void.connect(self._void)
        return page

    def opened(self) -> None:
        self._search(self._mine.box.text())
        self._mine.box.setFocus()
        self._count()

    def seek(self, text: str) -> None:
        self._mine.box.setText(text)

    @property
    def _mine(self) -> LedgerPage:
        return cast(LedgerPage, self.page)

    def _search(self, text: str) -> None:
        self.controls.acts.run(
            self._mine, ledger.find, text, once=False, name="ledger", done=partial(self._found, text)
        )

    def _found(self, text: str, found: ledger.LedgerView) -> None:
        """Draw the answer to the newest question only."""
        if text == self._mine.box.text():
            self._mine.show_found(found)

    def _count(self) -> None:
        today = self.controls.desk.today()
        self.controls.acts.run(self._mine, ledger.gaps, today, today, done=self._mine.show_series)
        self.controls.acts.run(self._mine, ledger.week, today, name="week", done=self._mine.show_week)

    def _reprint(self, job_id: str, reason: str) -> None:
        what = _("补打，理由：{reason}").format(reason=reason)
        done = partial(self._run, ledger.reprint, job_id, reason, _("已送打印：{what}"))
        self.controls.approve(Purpose.REPRINT, what, done, self._mine.number(job_id), reason)

    def _void(self, job_id: str, reason: str) -> None:
        what = _("作废收据，理由：{reason}").format(reason=reason)
        done = partial(self._run, ledger.void, job_id, reason, _("已作废 {what}"))
        self.controls.approve(Purpose.VOID_RECEIPT, what, done, self._mine.number(job_id), reason)

    def _run(self, act: Act[Any, Any, str], job_id: str, reason: str, said: str, approval_id: str) -> None:
        self.controls.acts.run(
            self._mine,
            act,
            job_id,
            reason,
            approval_id,
            done=partial(self._done, said),
            problem=self.controls.problem,
        )

    def _done(self, said: str, what: str) -> None:
        self.controls.flash(said.format(what=what))
        self.controls.print_waiting()
        self._search(self._mine.box.text())
        self._count()
