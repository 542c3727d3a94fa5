"""The day at the screen: what came, what was done, what was sent, and every number that does not add up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.clock import local
from app.domain.day import Fate, TicketFate
from app.services.views import DayView
from app.texts import _
from ui.screens.outcome import job_word
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row
from ui.widgets.row_list import ListRow, RowList


class DayPage(QWidget):
    """Emits ``turned(days)`` to look at another day and ``printed(roll)``."""

    turned = Signal(int)
    printed = Signal(bool)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._day = Label(bold=True, size="lead")
        self.before = KeyButton(look, "day_before", _("前一天"), icon="back", key="Ctrl+Left")
        self.after = KeyButton(look, "day_after", _("后一天"), key="Ctrl+Right")
        self._tickets = _Equation(look)
        self._receipts = _Equation(look)
        self._badge = Badge(look, Shape.RING, 20)
        self._verdict = Label(bold=True, wrap=True)
        self._promise = Label(tone="sub", size="small", wrap=True)
        self.list = RowList(look, _("不符的号码，没有结果就离开的和被越过的人"), empty=_("没有不符的号码。"))
        self._said = Label(tone="sub", size="small", wrap=True)
        self.roll = KeyButton(look, "day_roll", _("打在小票上"), icon="ticket", key="Ctrl+T")
        self.page = KeyButton(
            look, "day_page", _("打印日结单"), kind="primary", icon="print", key="Ctrl+Return"
        )
        self.setLayout(self._arranged())
        self.before.clicked.connect(lambda: self.turned.emit(-1))
        self.after.clicked.connect(lambda: self.turned.emit(1))
        self.roll.clicked.connect(lambda: self.printed.emit(True))
        self.page.clicked.connect(lambda: self.printed.emit(False))
        for button in (self.before, self.after, self.roll, self.page):
            QShortcut(QKeySequence(button.key), self).activated.connect(button.click)

    def _arranged(self) -> QVBoxLayout:
        look = self._look
        whole = column(row(self._day, None, self.before, self.after, gap=look.grid(1)), gap=look.grid(1.5))
        for box in (self._tickets, self._receipts):
            whole.addWidget(box)
        verdict = row(self._badge, gap=look.grid(1))
        verdict.addWidget(self._verdict, 1)
        whole.addLayout(verdict)
        whole.addWidget(self._promise)
        whole.addWidget(self.list, 1)
        whole.addWidget(self._said)
        whole.addLayout(row(None, self.roll, self.page, gap=look.grid(1.5)))
        return whole

    def show_day(self, view: DayView, *, today: bool) -> None:
        """Draw a day; of today there is no day after."""
        sheet = view.sheet
        name = _("{day:%Y-%m-%d}　{window} 号窗口").format(day=sheet.day, window=sheet.window)
        self._day.setText(_("今天　{name}").format(name=name) if today else name)
        self.after.setEnabled(not today)
        self._tickets.show_sum(
            (_("取号"), len(sheet.tickets)),
            (_("已办"), len(sheet.tickets_of(TicketFate.SERVED))),
            (_("未到"), len(sheet.tickets_of(TicketFate.NO_SHOW))),
            (_("未完"), len(sheet.tickets_of(TicketFate.OPEN))),
        )
        self._receipts.show_sum(
            (_("收据"), len(sheet.intakes)),
            (_("已送达"), len(sheet.intakes_of(Fate.STORED))),
            (_("待送"), len(sheet.intakes_of(Fate.WAITING))),
            (_("待处理"), len(sheet.intakes_of(Fate.ATTENTION))),
        )
        self._badge.show_shape(Shape.CHECK if sheet.balanced else Shape.ALERT)
        count = len(view.differences)
        self._verdict.setText(
            _("账是平的") if sheet.balanced else _("有 {count} 处不符，请逐一查找").format(count=count)
        )
        self._verdict.restyle(tone="ok" if sheet.balanced else "warn")
        wrong = (ListRow(str(n), text, icon="alert", tone="warn") for n, text in enumerate(view.differences))
        passed = (ListRow(who, who, why, icon="people") for who, why in view.passed)
        left = (
            ListRow(f"left-{number}", number, _left(matters), icon="person") for number, matters in sheet.left
        )
        self.list.show_rows((*wrong, *left, *passed))
        self._promise.setText("".join(view.promise))
        self._said.setText(_words(view))
        self.page.setEnabled(view.on_page)
        self.roll.setEnabled(view.on_roll)


class _Equation(QFrame):
    """A sum in one line: a whole and the parts it must be."""

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self._numbers = [Label(size="number", bold=True) for _place in range(4)]
        self._names = [Label(tone="sub", size="small") for _place in range(4)]
        line = row(gap=look.grid(2), margins=margins(look, 1.5, 1))
        for place, sign in enumerate(("＝", "＋", "＋", "")):
            line.addLayout(column(self._numbers[place], self._names[place], gap=0))
            if sign:
                line.addWidget(Label(sign, tone="sub", size="lead"))
        line.addStretch(1)
        self.setLayout(line)

    def show_sum(self, *terms: tuple[str, int]) -> None:
        for (name, count), number, label in zip(terms, self._numbers, self._names, strict=True):
            number.setText(str(count))
            label.setText(name)
        self.setAccessibleName("，".join(f"{name} {count}" for name, count in terms))


def _left(matters: str) -> str:
    name = _("{matters}：").format(matters=matters) if matters else ""
    return name + _("没有结果就离开，没有回来；不能口头拒绝，请核实")


def _words(view: DayView) -> str:
    sheet = view.sheet
    words = [
        _("与法院核对过") if sheet.court_checked else _("没有与法院核对；核对用 python -m app day --court"),
        _("作废 {count} 张").format(count=len(sheet.voids)),
        _("补打 {count} 次").format(count=len(sheet.reprints)),
        _("{time} 统计").format(time=local(sheet.made_at).strftime("%H:%M:%S")),
    ]
    printed = "、".join(f"{number} {job_word(state)}" for number, state in view.printed)
    if printed:
        words.append(_("已打日结单：{printed}").format(printed=printed))
    return "　".join(words)
