"""Alt+I: identity numbers of the visit in full, each audited."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtWidgets import QWidget

from app.domain.staff import Purpose
from app.errors import Expected
from app.services import card_photo, freezing, numbers
from app.services.card_photo import CardPhoto
from app.services.numbers import NumbersView
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.numbers import NumbersPage


class NumbersPanel(Panel):
    """Asks for one number at a time; what is frozen is lifted by a supervisor with a reason."""

    key = "numbers"
    icon = "card"

    @property
    def title(self) -> str:
        return _("完整号码")

    @property
    def purpose(self) -> str:
        return _("证件号码和证件图片平时遮住；逐个查看，每次记入审计")

    def make(self) -> QWidget:
        page = NumbersPage(self.controls.look)
        page.wanted.connect(self._reveal)
        page.lift.connect(self._lift)
        return page

    def opened(self) -> None:
        self._mine.reason.clear()
        self._refresh()
        self._mine.list.setFocus()

    def left(self) -> None:
        self._mine.hide_number()

    def covered(self) -> None:
        self._mine.hide_number()

    @property
    def _mine(self) -> NumbersPage:
        return cast(NumbersPage, self.page)

    def _refresh(self) -> None:
        self.controls.acts.run(
            self._mine,
            numbers.numbers_of,
            self.controls.visit(),
            name="numbers",
            once=False,
            done=self._mine.show_numbers,
        )

    def _reveal(self, key: str) -> None:
        visit = self.controls.visit()
        done, run = partial(self._shown, visit, key), self.controls.acts.run
        if key.startswith(numbers.PAGE):
            run(self._mine, numbers.reveal_page, visit, key, name="reveal", done=done, problem=self._refused)
        else:
            run(self._mine, numbers.reveal, visit, key, name="reveal", done=done, problem=self._refused)

    def _shown(self, visit: str, key: str, found: str | bytes) -> None:
        def again(view: NumbersView) -> None:
            self._mine.show_numbers(view)
            if isinstance(found, bytes):
                self._mine.show_page(key, found)
                return
            self._mine.show_number(key, found)
            if key == numbers.VISITOR:
                self._ask_photo(visit)

        if visit == self.controls.visit():
            self.controls.acts.run(
                self._mine, numbers.numbers_of, visit, name="numbers", once=False, done=again
            )

    def _ask_photo(self, visit: str) -> None:
        """The face of the card goes with its number, under the same line of the audit trail."""

        def show(found: CardPhoto) -> None:
            self._mine.show_photo(found.png, found.text)

        self.controls.acts.run(
            self._mine, card_photo.photo, visit, name="numbers.photo", once=False, done=show,
            problem=lambda _problem: show(card_photo.failed(visit, "")),
        )  # fmt: skip

    def _refused(self, problem: Expected) -> None:
        self.controls.problem(problem)
        self._refresh()

    def _lift(self, what: str, reason: str) -> None:
        """The reason is looked at before a supervisor is called over."""
        try:
            freezing.good_reason(reason)
        except Expected as problem:
            self.controls.problem(problem)
            return
        asked = _("解除冻结：{what}").format(what=what)
        self.controls.approve(Purpose.UNFREEZE, asked, partial(self._approved, reason))

    def _approved(self, reason: str, approval_id: str) -> None:
        self.controls.acts.run(
            self._mine,
            numbers.lift,
            approval_id,
            reason,
            done=self._lifted,
            problem=self.controls.problem,
        )

    def _lifted(self, who: str) -> None:
        self.controls.flash(_("{who}已解除冻结").format(who=who))
        self._mine.reason.clear()
        self._refresh()
        self._mine.list.setFocus()
