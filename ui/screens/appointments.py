"""Checking in with an appointment: today's times, one box for a number or the end of a telephone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.domain.appointment import Coming
from app.services.appointments import Awaited, CheckedIn
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.row_list import ListRow, RowList

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class AppointmentsPage(QWidget):
    """Emits ``entered(text)``, ``swiped()`` and ``importing()``; shows times and counts, never people."""

    entered = Signal(str)
    swiped = Signal()
    importing = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        words = _("今天没有预约名单。按 Ctrl+O 导入法院给的名单（Excel 或 CSV）。")
        self.times = RowList(look, _("今天的预约"), empty=words)
        self.load = KeyButton(look, "appointments_load", _("导入名单"), icon="import", key="Ctrl+O")
        self.load.clicked.connect(self.importing.emit)
        right = column(self._asked(), self._told(), None, gap=look.grid(1.5))
        whole = row(self._listed(), gap=look.grid(2))
        whole.addLayout(right, 1)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        for button in (self.load, self.swipe):
            QShortcut(QKeySequence(button.key), self).activated.connect(button.click)

    def _listed(self) -> QFrame:
        look = self._look
        self._count = Label(tone="sub", size="small", wrap=True)
        inside = column(Label(_("今天的预约"), bold=True, size="lead"), self._count, gap=look.grid(1))
        inside.addWidget(self.times, 1)
        inside.addLayout(row(None, self.load))
        inside.setContentsMargins(*margins(look, 2, 2))
        return surface("card", inside)

    def _asked(self) -> QFrame:
        look = self._look
        words = _("预约号，或手机尾号（同号时加时间：1234 9:30）")
        self.box = QLineEdit()
        self.box.setPlaceholderText(words)
        self.box.setAccessibleName(words)
        self.box.setMaxLength(60)
        self.box.installEventFilter(self)
        self.enter = KeyButton(
            look, "appointments_enter", _("签到取号"), kind="primary", icon="check", key="Enter"
        )
        self.enter.clicked.connect(self._enter)
        self.swipe = KeyButton(look, "appointments_swipe", _("刷身份证签到"), icon="card", key="Ctrl+S")
        self.swipe.clicked.connect(self.swiped.emit)
        rule = _(
            "按时到（预约时间起，到结束后的宽限为止）按预约时间排队；早到、迟到按到的时间排队。"
            "前面的人被越过到承诺的次数后，不再被越过。"
        )
        inside = column(
            Label(_("签到"), bold=True, size="lead"),
            self.box,
            row(None, self.swipe, self.enter),
            Label(rule, tone="sub", size="small", wrap=True),
            gap=look.grid(1),
        )
        inside.setContentsMargins(*margins(look, 2, 2))
        return surface("card", inside)

    def _told(self) -> QFrame:
        look = self._look
        self._number = Label("—", bold=True, size="party_title")
        self._words = Label(_("还没有人签到"), tone="sub", wrap=True)
        inside = column(self._number, self._words, gap=look.grid(0.5))
        inside.setContentsMargins(*margins(look, 2, 1.5))
        return surface("card", inside)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in the box checks in."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self._enter()
            return True
        return super().eventFilter(watched, event)

    def _enter(self) -> None:
        if self.box.text().strip():
            self.entered.emit(self.box.text())

    def begin(self) -> None:
        """Typing begins in the box."""
        self.box.setFocus()

    def show_times(self, times: tuple[Awaited, ...], *, reader: bool) -> None:
        """Draw today's times; a card can be read where there is a ``reader``."""
        self.times.show_rows(tuple(_row(str(n), one) for n, one in enumerate(times)))
        expected, here = sum(one.expected for one in times), sum(len(one.here) for one in times)
        words = _("预约 {expected} 人，已签到 {here} 人；名单只留加密的指纹，当天结束就清除")
        self._count.setText(words.format(expected=expected, here=here) if times else "")
        self.swipe.setVisible(reader)

    def show_checked_in(self, one: CheckedIn) -> None:
        """Show the number as it is told to the person, and where the appointment puts them."""
        self._number.setText(one.number)
        told = [_("已签到过，补打了号票") if one.again else _coming(one)]
        told.append(_("前面 {count} 人").format(count=one.ahead))
        if one.wait:
            told.append(_("约等 {first}–{last} 分钟").format(first=one.wait[0], last=one.wait[-1]))
        self._words.setText("，".join(told))
        self.box.clear()
        self.box.setFocus()


def _coming(one: CheckedIn) -> str:
    words = {
        Coming.EARLY: _("预约 {time}，来得早：按到的时间排队"),
        Coming.IN_TIME: _("预约 {time}，按时到：按预约时间排队"),
        Coming.LATE: _("预约 {time}，已过时：按到的时间排队"),
    }
    return words[one.coming].format(time=one.time)


def _row(key: str, one: Awaited) -> ListRow:
    here = _("已到 {here}／{expected}").format(here=len(one.here), expected=one.expected)
    title = f"{one.time}　{one.matters}".strip()
    full = len(one.here) == one.expected
    return ListRow(
        key,
        title,
        "、".join(one.here) or _("还没有人签到"),
        icon="clock",
        pill=here,
        tone="ok" if full else "sub",
    )
