"""The first start: whoever opens the window first makes the administrator, with a PIN of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.errors import Expected
from app.services.staff_list import LONGEST_NAME
from app.texts import _
from ui.theme import Theme
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.pin_box import pin_box

_WIDE = 460


class FirstStartCard(QDialog):
    """Emits ``given(name, pin, again)``; Esc puts it off. No PIN is shown or kept."""

    given = Signal(str, str, str)

    def __init__(self, look: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setObjectName("lock")
        self.setModal(True)
        self.setAccessibleName(_("登记管理员"))
        self.name = self._box(_("管理员姓名"), LONGEST_NAME)
        self.pin, self.again = (self._pin(words) for words in (_("口令"), _("口令再输一次")))
        self.make = KeyButton(look, "first_administrator", _("登记"), kind="primary", icon="key", key="Enter")
        self.make.clicked.connect(self._next)
        self.later = KeyButton(look, "later", _("以后再说"), kind="quiet", key="Esc")
        self.later.clicked.connect(self.reject)
        for button in (self.make, self.later):
            button.setAutoDefault(False)  # Enter belongs to the boxes
        self._said = Label(tone="bad", wrap=True)
        self._said.hide()
        head = row(Icon("shield", look.tokens.brand, look.px(28)), gap=look.grid(1.5))
        head.addWidget(Label(_("这台电脑还没有管理员"), bold=True, size="lead"), 1)
        words = Label(
            _("管理员登记窗口人员和值班主任。没有默认口令：请本人输入姓名，再输两次至少 6 位数字的口令。"),
            tone="sub",
            wrap=True,
        )
        line = row(None, self.later, self.make, gap=look.grid(1))
        boxes = column(self.name, self.pin, self.again, gap=look.grid(1))
        card = surface(
            "card",
            column(head, words, boxes, self._said, line, gap=look.grid(1.5), margins=margins(look, 3, 3)),
        )
        card.setFixedWidth(look.px(_WIDE))
        self.setLayout(column(None, row(None, card, None), None))

    def _box(self, words: str, longest: int) -> QLineEdit:
        box = QLineEdit()
        box.setMaxLength(longest)
        box.setPlaceholderText(words)
        box.setAccessibleName(words)
        box.returnPressed.connect(self._next)
        return box

    def _pin(self, words: str) -> QLineEdit:
        box = pin_box(words)
        box.returnPressed.connect(self._next)
        return box

    def ask(self) -> None:
        """Cover the window and ask."""
        window = self.parentWidget()
        assert window is not None  # noqa: S101 - it is made for a window
        self.setGeometry(window.geometry())
        self.open()
        self.name.setFocus()

    def say(self, problem: Expected) -> None:
        """Show why nobody was made administrator and let the person try again."""
        self._said.show_or_hide(f"{problem.happened}{problem.next_step}")
        self.pin.setFocus()

    def _next(self) -> None:
        """Enter goes to the first empty box; with none left it gives what was typed."""
        for box in (self.name, self.pin, self.again):
            if not box.text().strip():
                box.setFocus()
                return
        pin, again = self.pin.text(), self.again.text()
        self.pin.clear()
        self.again.clear()
        self.given.emit(self.name.text().strip(), pin, again)
