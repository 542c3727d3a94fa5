"""How was it: five large answers for the visitor, on their own screen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.texts import _
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row


class RatingPage(QWidget):
    """Emits ``rated(score)`` from 5, very satisfied, to 1."""

    rated = Signal(int)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        answers = (
            (5, _("非常满意")),
            (4, _("满意")),
            (3, _("一般")),
            (2, _("不满意")),
            (1, _("非常不满意")),
        )
        buttons = row(gap=look.grid(3))
        for score, words in answers:
            button = QPushButton(words)
            button.setProperty("kind", "party")
            button.setMinimumHeight(look.px(120))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self.rated.emit, score))
            buttons.addWidget(button, 1)
        title = row(None, Label(_("您办完了。这次服务怎么样？"), size="party_title", bold=True), None)
        hint = row(None, Label(_("点一下就好，不点也可以。"), size="party", tone="sub"), None)
        lines = (None, title, hint, look.grid(3), buttons, None)
        self.setLayout(column(*lines, gap=look.grid(2), margins=margins(look, 6, 4)))
