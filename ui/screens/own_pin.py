"""One's own PIN renewed: who, the old one, the new one twice; the rules stand beside it in one sentence."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.staff import LOCKED_FOR, MOST_FAILURES, PIN_DIGITS, PIN_LIFE
from app.errors import Expected
from app.texts import _
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.pin_box import pin_box

_WIDE: Final = 460


class OwnPinPage(QWidget):
    """Emits ``wanted(name, old, new, again)``; no PIN is shown or kept."""

    wanted = Signal(str, str, str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names = Combo(look)
        self.names.setAccessibleName(_("本人姓名"))
        self.old = self._secret(_("现在的口令"))
        self.new = self._secret(_("新口令"))
        self.again = self._secret(_("新口令再输一次"))
        self.said = Label(tone="bad", wrap=True)
        self.said.hide()
        self.confirm = KeyButton(look, "confirm_pin", _("换口令"), kind="primary", icon="key", key="Enter")
        self.confirm.clicked.connect(self._next)
        head = row(Icon("key", look.tokens.brand, look.px(28)), gap=look.grid(1.5))
        head.addWidget(Label(_("换本人的口令"), bold=True, size="lead"), 1)
        rules = Label(_rules(), tone="sub", wrap=True)
        boxes = column(self.names, self.old, self.new, self.again, gap=look.grid(1))
        line = row(None, self.confirm, gap=look.grid(1))
        inside = column(head, rules, boxes, self.said, line, gap=look.grid(1.5), margins=margins(look, 3, 3))
        self.card = surface("card", inside)
        self.card.setFixedWidth(look.px(_WIDE))
        self.nobody = Label(_("名册里还没有人。请管理员按 Ctrl+M 登记。"), tone="sub", wrap=True)
        self.setLayout(column(None, row(None, self.card, None), row(None, self.nobody, None), None))

    def _secret(self, words: str) -> QLineEdit:
        box = pin_box(words)
        box.returnPressed.connect(self._next)
        return box

    def show_people(self, names: tuple[str, ...]) -> None:
        """Offer who has a PIN here; nothing is typed yet."""
        self.names.clear()
        self.names.addItems(list(names))
        self._empty()
        self.card.setVisible(bool(names))
        self.nobody.setVisible(not names)
        self.old.setFocus()

    def say(self, problem: Expected) -> None:
        """Show why the PIN is the old one still."""
        self._empty()
        self.said.show_or_hide(f"{problem.happened}{problem.next_step}")
        self.old.setFocus()

    def _empty(self) -> None:
        self.said.show_or_hide("")
        for box in (self.old, self.new, self.again):
            box.clear()

    def _next(self) -> None:
        """Enter goes to the first empty box; with none left it gives what was typed."""
        for box in (self.old, self.new, self.again):
            if not box.text():
                box.setFocus()
                return
        self.wanted.emit(self.names.currentText(), self.old.text(), self.new.text(), self.again.text())


def _rules() -> str:
    return _(
        "至少 {digits} 位数字，不用同一个数字，也不用连续数字，和原来的不一样；{days} 天内有效，"
        "过期了也能在这里换。连续输错 {tries} 次锁定 {minutes} 分钟。换好后在大厅每个窗口生效。"
    ).format(
        digits=PIN_DIGITS,
        days=PIN_LIFE.days,
        tries=MOST_FAILURES,
        minutes=int(LOCKED_FOR.total_seconds() // 60),
    )
