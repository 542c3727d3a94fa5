"""The centre zone while nobody is at the window: what to press, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from app.services.views import QueueView
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.icon import Icon
from ui.widgets.label import Label
from ui.widgets.layout import column, row, surface


class EmptyVisit(QWidget):
    """Says who can be called and with which key."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = Icon("bell", look.tokens.brand, look.px(48))
        self._title = Label(bold=True, size="fee")
        self._words = Label(tone="sub", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._keys = self._table()
        self.setLayout(
            column(
                None,
                row(None, self._icon, None),
                row(None, self._title, None),
                self._words,
                look.grid(1),
                row(None, self._keys, None),
                None,
                gap=look.grid(1.5),
            )
        )

    def show_queue(self, view: QueueView) -> None:
        if view.called is not None:
            self._title.setText(_("等 {number} 到窗口").format(number=view.called.number))
            self._words.setText(_("没来就再叫一遍，仍不来按过号，之后可以请回。"))
        elif view.next is not None:
            self._title.setText(_("窗口空着"))
            self._words.setText(_("下一位是 {number}，按 F5 叫号。").format(number=view.next.number))
        else:
            self._title.setText(_("没有人在等"))
            self._words.setText(_("有人来取号，就会出现在左边。"))

    def _table(self) -> QFrame:
        lines = (
            ("call_next", _("叫下一位")),
            ("recall", _("再叫一遍")),
            ("no_show", _("过号")),
            ("take_ticket", _("普通取号")),
            ("take_ticket_green", _("绿色通道取号")),
            ("take_ticket_urgent", _("时效临近取号")),
        )
        look = self._look
        keys = column(gap=look.grid(0.5))
        words = column(gap=look.grid(0.5))
        for act, text in lines:
            cap = Label(KEYS[act], pill="key", size="small")
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            cap.setFixedHeight(look.px(24))
            line = Label(text)
            line.setFixedHeight(look.px(24))
            keys.addWidget(cap)
            words.addWidget(line)
        both = row(
            keys, words, gap=look.grid(2), margins=(look.grid(3), look.grid(2), look.grid(3), look.grid(2))
        )
        return surface("card", both)
