"""What other windows ask a supervisor for: one row a question, the PIN beside the chosen one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.errors import Expected, FormProblem
from app.services.asking import AskRow
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, empty, margins, row, surface
from ui.widgets.pin_card import PinCard
from ui.widgets.row_list import ListRow, RowList

_DECLINE: Final = "Alt+Z"


class AskingPage(QWidget):
    """Emits ``approved`` and ``declined``, each ``(question, name, pin)``; the cursor stays on its row."""

    approved = Signal(object, str, str)
    declined = Signal(object, str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._rows: dict[str, AskRow] = {}
        self._shown: AskRow | None = None
        self.pin: PinCard | None = None
        self.list = RowList(look, _("别的窗口请求的核准"), empty=_("现在没有别的窗口请求核准。"))
        self.list.moved.connect(self._turn)
        self.list.chosen.connect(lambda _key: self.focus_pin())
        self.decline = KeyButton(look, "decline_ask", _("不同意"), kind="quiet", key=_DECLINE)
        self.decline.clicked.connect(self._decline)
        shortcut = QShortcut(QKeySequence(_DECLINE), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.decline.click)
        self._card = column(gap=look.grid(1))
        words = Label(
            _(
                "核准或不同意的须是另一个人，用本人的口令；口令不出本窗口，两个窗口都留记录。每次核准只办这一件。"
            ),
            tone="sub",
            size="small",
            wrap=True,
        )
        inside = column(self.list, words, self._card, gap=look.grid(1.5), margins=margins(look, 2, 2))
        inside.setStretch(0, 1)
        inside.addLayout(row(None, self.decline))
        self.setLayout(column(surface("card", inside)))
        self._draw_pin()

    def show_asks(self, asks: tuple[AskRow, ...]) -> None:
        """Draw the questions; what is typed stays while its question stands."""
        fresh = self.pin is None
        self._rows = {one.ask.id: one for one in asks}
        self.list.show_rows(tuple(map(_row, asks)))
        self._turn(self.list.current())
        if fresh:
            self.focus_pin()

    def focus_pin(self) -> None:
        """Bring the cursor where typing begins."""
        (self.list if self.pin is None else self.pin.box).setFocus()

    def refuse(self, problem: Expected) -> None:
        """Say beside the question why there is no approval."""
        if self.pin is not None:
            self.pin.say(problem)

    def _turn(self, key: str) -> None:
        one = self._rows.get(key)
        if (one.ask.id if one else "") != (self._shown.ask.id if self._shown else ""):
            self._shown = one
            self._draw_pin()

    def _draw_pin(self) -> None:
        empty(self._card)
        one, self.pin = self._shown, None
        self.decline.setEnabled(one is not None and bool(one.names))
        if one is None:
            return
        if not one.names:
            self._card.addWidget(Label(_("名册里没有另一位值班主任可以核准。"), tone="warn", wrap=True))
            return
        asked = _("{window} 号窗口 {clerk}：{what}").format(
            window=one.ask.window, clerk=one.clerk, what=one.what
        )
        self.pin = PinCard(self._look, asked, one.names)
        self.pin.given.connect(lambda name, pin: self.approved.emit(one.ask, name, pin))
        self.pin.drop.hide()  # Esc leaves the page; the question stays for somebody else
        self._card.addWidget(self.pin)

    def _decline(self) -> None:
        if self._shown is None or self.pin is None:
            return
        name, pin = self.pin.take()
        if pin:
            self.declined.emit(self._shown.ask, name, pin)
            return
        self.refuse(
            FormProblem(
                _("不同意也要本人的口令。"),
                safe=_("还没有答复。"),
                next_step=_("请先输口令，再按 {key}。").format(key=_DECLINE),
            )
        )


def _row(one: AskRow) -> ListRow:
    title = _("{window} 号窗口　{what}").format(window=one.ask.window, what=one.what)
    detail = _("经办人 {clerk}").format(clerk=one.clerk)
    return ListRow(one.ask.id, title, detail, icon="stamp", right=_("{time} 前").format(time=one.until))
