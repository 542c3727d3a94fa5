"""Ctrl+G: who is here goes on at another window, and what other windows hand over is taken."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.services import handover
from app.services.handover import HandoverView
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.handover import HandoverPage


class HandoverPanel(Panel):
    """Enter on a window, a reason, Enter: the visit is that window's. Enter on an offer takes it."""

    key = "handover"
    icon = "swap"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: HandoverPage | None = None

    @property
    def title(self) -> str:
        return _("移交")

    @property
    def purpose(self) -> str:
        return _("办到一半的交给别的窗口接着办；别的窗口交来的在这里接")

    def make(self) -> QWidget:
        page = self._made = HandoverPage(self.controls.look)
        page.given.connect(self._give)
        page.accepted.connect(self._accept)
        page.declined.connect(self._decline)
        return page

    def opened(self) -> None:
        if self._made is not None:
            self._made.begin()
            self._look()

    def _look(self) -> None:
        self.controls.acts.run(self.page, handover.view, name="handover", once=False, done=self._show)

    def _show(self, view: HandoverView) -> None:
        if self._made is not None:
            self._made.show_view(view)

    def _give(self, window: int, reason: str) -> None:
        self.controls.acts.run(
            self.page,
            handover.give,
            window,
            reason,
            name="give",
            busy=_("正在移交"),
            done=lambda number: self._done(_("{number} 已移交，对方接手后接着办").format(number=number)),
        )

    def _accept(self, number: str) -> None:
        acts = self.controls.acts
        acts.run(self.page, handover.accept, number, name="accept", busy=_("正在接手"), done=self._accepted)

    def _accepted(self, number: str) -> None:
        self._done(_("已接手 {number}：填过的和交过的都在。").format(number=number))

    def _decline(self, number: str, reason: str) -> None:
        words = _("{number} 已退回").format(number=number)
        self.controls.acts.run(
            self.page,
            handover.decline,
            number,
            reason,
            name="decline",
            done=lambda _window: self._done(words),
        )

    def _done(self, words: str) -> None:
        self.controls.close()
        self.controls.flash(words)
        self.controls.refresh()
