"""The window while nobody is at it: nothing of the visit shows, and everything is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from app.errors import Expected
from app.texts import _
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.pin_box import pin_box

_WIDE = 420


class LockScreen(QDialog):
    """Covers the clerk's window and holds its keys; emits ``given(name, pin)``.

    Up and Down choose who signs in while the cursor stays in the box for the PIN.
    """

    given = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setObjectName("lock")
        self.setModal(True)
        self.setAccessibleName(_("窗口已锁定"))
        self.names = Combo(look)
        self.names.setAccessibleName(_("谁来办理"))
        self.box = pin_box(_("口令"))
        self.box.returnPressed.connect(self._give)
        self.enter = KeyButton(look, "sign_in", _("进入"), kind="primary", icon="key", key="Enter")
        self.enter.clicked.connect(self._give)
        self._said = Label(tone="bad", wrap=True)
        head = row(Icon("shield", look.tokens.brand, look.px(28)), gap=look.grid(1.5))
        head.addWidget(Label(_("窗口已锁定"), bold=True, size="lead"), 1)
        line = row(self.names, gap=look.grid(1))
        line.addWidget(self.box, 1)
        line.addWidget(self.enter)
        words = Label(_("没办完的都在，已录入的不会丢。↑↓ 选人，输入口令，按 Enter。"), tone="sub", wrap=True)
        card = surface(
            "card", column(head, words, line, self._said, gap=look.grid(1.5), margins=margins(look, 3, 3))
        )
        card.setFixedWidth(look.px(_WIDE))
        self.setLayout(column(None, row(None, card, None), None))

    def show_names(self, names: tuple[str, ...]) -> None:
        """Cover the window; the first name is chosen."""
        self.names.clear()
        self.names.addItems(list(names))
        self.box.clear()
        self._said.hide()
        window = self.parentWidget()
        assert window is not None  # noqa: S101 - it is made for a window
        self.setGeometry(window.geometry())
        self.open()
        self.box.setFocus()

    def say(self, problem: Expected) -> None:
        """Show why it stays locked and let the person try again."""
        self._said.show_or_hide(f"{problem.happened}{problem.next_step}")
        self.box.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc does not open a lock; the arrows choose the person."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.names.setCurrentIndex((self.names.currentIndex() + step) % max(self.names.count(), 1))
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)

    def _give(self) -> None:
        pin = self.box.text()
        self.box.clear()
        if pin:
            self.given.emit(self.names.currentText(), pin)
