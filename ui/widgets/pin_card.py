"""The question for a second person's PIN, on the line where every question stands."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from app.errors import Expected
from app.texts import _
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.combo import Combo
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row
from ui.widgets.pin_box import pin_box


class PinCard(QFrame):
    """Emits ``given(name, pin)`` or ``refused()``; the PIN is never shown and not kept.

    ``elsewhere()`` asks the supervisors at other windows, where ``can_ask`` says that they hear it.
    """

    given = Signal(str, str)
    refused = Signal()
    elsewhere = Signal()

    def __init__(
        self,
        look: Theme,
        what: str,
        names: tuple[str, ...],
        parent: QWidget | None = None,
        *,
        can_ask: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "banner-warn")
        self.setObjectName("pin")
        self._names = Combo(look)
        self._names.addItems(list(names))
        self._names.setAccessibleName(_("值班主任"))
        self._names.setMinimumWidth(look.px(120))
        self.box = pin_box(_("口令"))
        self.box.setAccessibleName(_("值班主任口令"))
        self.box.setFixedWidth(look.px(140))
        self.box.returnPressed.connect(self._give)
        give = KeyButton(look, "approve", _("核准"), kind="primary", key="Enter")
        give.clicked.connect(self._give)
        self.drop = KeyButton(look, "cancel", _("不办"), kind="quiet")
        self.drop.clicked.connect(self.refused)
        self._said = Label(tone="bad", size="small", wrap=True)
        self._said.hide()
        asked = column(Label(_("请值班主任核准"), bold=True), Label(what, size="small", wrap=True), gap=2)
        line = row(Badge(look, Shape.ALERT), gap=look.grid(1.25))
        line.addLayout(asked, 1)
        for item in (self._names, self.box, give, self.drop):
            line.addWidget(item)
        whole = column(line, self._said, gap=look.grid(0.5), margins=margins(look, 1.5, 1))
        words = _("请别的窗口核准")
        self.ask = KeyButton(look, "ask_elsewhere", words, kind="quiet", icon="send", parent=self)
        self._asked = Label(tone="sub", size="small", wrap=True, parent=self)
        self.ask.hide()
        self._asked.hide()
        if can_ask:
            whole.addLayout(self._other(look))
        self.setLayout(whole)
        self.setAccessibleName(_("请值班主任核准：{what}").format(what=what))

    def _other(self, look: Theme) -> QBoxLayout:
        self.ask.show()
        self.ask.clicked.connect(self.elsewhere)
        key = QShortcut(QKeySequence(self.ask.key), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.ask.click)
        line = row(self._asked, None, self.ask, gap=look.grid(1))
        line.setStretch(0, 1)
        return line

    def say(self, problem: Expected) -> None:
        """Show why it was refused and let the person try again."""
        self._said.setText(f"{problem.happened}{problem.next_step}")
        self._said.show()
        self.ask.setEnabled(True)
        self.box.setFocus()

    def waits(self, words: str) -> None:
        """Say that other windows were asked; a PIN given here still serves."""
        self._said.hide()
        self._asked.show_or_hide(words)
        self.ask.setEnabled(not words)
        self.box.setFocus()

    def take(self) -> tuple[str, str]:
        """Return who is chosen and the PIN typed, "" for none yet, and forget it."""
        pin = self.box.text()
        self.box.clear()
        return self._names.currentText(), pin

    def _give(self) -> None:
        name, pin = self.take()
        if pin:
            self.given.emit(name, pin)
