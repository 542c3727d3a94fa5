"""What the party confirms: the text as it will be signed, and whether it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.clock import local
from app.services.views import ConfirmationView
from app.texts import _
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row


class ConfirmationStep(QFrame):
    """The text in large type, read only; its state in a mark and a sentence."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self._badge = Badge(look, Shape.RING, 18)
        self._state = Label(bold=True)
        self._hint = Label(tone="sub", size="small", wrap=True)
        self._text = QPlainTextEdit()
        self._text.setProperty("surface", "paper")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(_("交当事人确认的内容"))
        self._text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = row(self._badge, self._state)
        head.addWidget(self._hint, 1)
        box = column(head, gap=look.grid(), margins=margins(look, 2, 1.5))
        box.addWidget(self._text, 1)
        self.setLayout(box)

    def show_confirmation(self, view: ConfirmationView) -> None:
        if self._text.toPlainText() != view.text:
            self._text.setPlainText(view.text)
        shape, state, hint = _state_of(view)
        self._badge.show_shape(shape)
        self._state.setText(state)
        self._hint.setText(hint)


def _state_of(view: ConfirmationView) -> tuple[Shape, str, str]:
    if view.signed_at is not None and not view.outdated:
        time = local(view.signed_at).strftime("%H:%M")
        return Shape.CHECK, _("已签字 {time}").format(time=time), _("内容与签字时一致。")
    if view.outdated:
        return Shape.ALERT, _("要重新签字"), _("签字之后内容改过。按 F10 请当事人再看一遍。")
    if not view.ready:
        return Shape.STOP, _("还不能交确认"), view.not_ready
    if view.unasked:
        words = _("签字以后再填要重签，先问：{names}。").format(names=view.unasked)
        return Shape.ALERT, _("待签字"), words
    return Shape.RING, _("待签字"), _("按 F10 交当事人在客屏上阅读并签字。")
