"""The question for a second person's PIN, on the line where every question stands."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.errors import Expected
from app.texts import _
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.combo import Combo
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row

_LONGEST_PIN = 32


class PinCard(QFrame):
    """Emits ``given(name, pin)`` or ``refused()``; the PIN is never shown and not kept."""

    given = Signal(str, str)
    refused = Signal()

    def __init__(self, look: Theme, what: str, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "banner-warn")
        self.setObjectName("pin")
        self._names = Combo(look)
        self._names.addItems(list(names))
        self._names.setAccessibleName(_("值班主任"))
        self._names.setMinimumWidth(look.px(120))
        self.box = QLineEdit()
        self.box.setEchoMode(QLineEdit.EchoMode.Password)
        self.box.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhDigitsOnly)
        self.box.setMaxLength(_LONGEST_PIN)
        self.box.setPlaceholderText(_("口令"))
        self.box.setAccessibleName(_("值班主任口令"))
        self.box.setFixedWidth(look.px(140))
        self.box.returnPressed.connect(self._give)
        give = KeyButton(look, "approve", _("核准"), kind="primary", key="Enter")
        give.clicked.connect(self._give)
        drop = KeyButton(look, "cancel", _("不办"), kind="quiet")
        drop.clicked.connect(self.refused)
        self._said = Label(tone="bad", size="small", wrap=True)
        self._said.hide()
        words = column(Label(_("请值班主任核准"), bold=True), Label(what, size="small", wrap=True), gap=2)
        line = row(Badge(look, Shape.ALERT), gap=look.grid(1.25))
        line.addLayout(words, 1)
        for item in (self._names, self.box, give, drop):
            line.addWidget(item)
        self.setLayout(column(line, self._said, gap=look.grid(0.5), margins=margins(look, 1.5, 1)))
        self.setAccessibleName(_("请值班主任核准：{what}").format(what=what))

    def say(self, problem: Expected) -> None:
        """Show why it was refused and let the person try again."""
        self._said.setText(f"{problem.happened}{problem.next_step}")
        self._said.show()
        self.box.setFocus()

    def _give(self) -> None:
        pin = self.box.text()
        self.box.clear()
        if pin:
            self.given.emit(self._names.currentText(), pin)
