"""The left zone: who is next and why, who has been called, who waits."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLayout, QWidget

from app.services.views import QueueView, TicketRow
from app.texts import _
from ui.theme import Theme
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, scrolled, surface
from ui.widgets.queue_list import TicketList


class QueueZone(QFrame):
    """Emits ``pressed(act)`` for its buttons, ``bring_back`` and ``call_one`` with a number."""

    pressed = Signal(str)
    bring_back = Signal(str)
    call_one = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "zone-left")
        self._look = look
        self.buttons: dict[str, KeyButton] = {}
        self._make_lists()
        zone = column(
            self._next_card(),
            self._called_card(),
            self._waiting_head,
            gap=look.grid(),
            margins=margins(look, 1.5, 1.5),
        )
        zone.addWidget(self._nobody)
        zone.addWidget(self.waiting, 1)
        zone.addWidget(self._parked_title)
        zone.addWidget(self.parked)
        zone.addWidget(self._missed_head)
        zone.addWidget(self.missed)
        zone.addLayout(self._foot())
        zone.addLayout(self._tickets())
        if not look.large:
            self.setLayout(zone)
            return
        self.waiting.setMinimumHeight(3 * look.px(34))
        content = QWidget()
        content.setLayout(zone)
        self.setLayout(column(scrolled(content)))

    def show_queue(self, view: QueueView) -> None:
        self._show_next(view)
        self._show_called(view.called, view.called_why)
        self._waiting_title.setText(_("等候 {count} 人").format(count=len(view.waiting)))
        self.waiting.tickets.show_rows(view.waiting)
        self.waiting.setVisible(bool(view.waiting))
        self._nobody.setVisible(not view.waiting)
        self._show_short(self.missed, view.missed)
        self._show_short(self.parked, view.parked)
        self._parked_title.setVisible(bool(view.parked))
        self._parked_title.setText(_("挂起 {count}").format(count=len(view.parked)))
        self._missed_head.setVisible(bool(view.missed))
        self._missed_title.setText(_("过号 {count}").format(count=len(view.missed)))
        self._today.setText(_today_words(view))

    def chosen(self) -> TicketRow | None:
        """Return whom the cursor is on: a parked number if it is there, else a waiting one."""
        return self.parked.current() if self.parked.hasFocus() else self.waiting.current()

    def _show_short(self, numbers: TicketList, rows: tuple[TicketRow, ...]) -> None:
        numbers.tickets.show_rows(rows)
        numbers.setFixedHeight(min(len(rows), 2) * self._look.px(34) + 4)
        numbers.setVisible(bool(rows))

    def _make_lists(self) -> None:
        look = self._look
        self._waiting_title = Label(bold=True, tone="sub", size="small")
        self.waiting = TicketList(look, _("等候的号"))
        self.waiting.chosen.connect(self.call_one)
        one = self._button("call_one", _("点叫"), kind="quiet")
        self._waiting_head = surface("clear", row(self._waiting_title, None, one))
        self._parked_title = Label(bold=True, tone="sub", size="small")
        self.parked = TicketList(look, _("挂起的号"))
        self.parked.chosen.connect(self.call_one)
        self._nobody = self._empty_queue()
        self.missed = TicketList(look, _("过号的号"))
        self.missed.chosen.connect(self.bring_back)
        self._missed_title = Label(bold=True, tone="sub", size="small")
        back = self._button("bring_back", _("请回"), kind="quiet")
        self._missed_head = surface("clear", row(self._missed_title, None, back))
        self._today = Label(tone="sub", size="small", wrap=True)

    def _foot(self) -> QLayout:
        more = self._button("panel_queue", _("其他"), kind="quiet")
        return column(self._today, more) if self._look.large else row(self._today, None, more)

    def _button(self, act: str, text: str, *, kind: str = "plain", icon: str = "") -> KeyButton:
        button = KeyButton(self._look, act, text, kind=kind, icon=icon)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button

    def _next_card(self) -> QFrame:
        look = self._look
        self._next_kind = Label(tone="on_brand", size="small", wrap=look.large)
        self._number = Label(tone="on_brand", size="number", bold=True)
        self._why = Label(tone="on_brand", size="small", wrap=True)
        call = self._button("call_next", _("叫号"), kind="on_brand", icon="bell")
        self._leaf = Icon("leaf", look.tokens.on_brand, look.px(20))
        number = row(self._number, self._leaf, None)
        top: tuple[QWidget | QLayout, ...] = (self._next_kind, number)
        if look.large:
            top = (*top, call)
        else:
            number.addWidget(call)
        words = column(*top, self._why, gap=look.grid(0.5), margins=margins(look, 2, 1.5))
        return surface("next", words)

    def _called_card(self) -> QFrame:
        look = self._look
        self._called_number = Label(bold=True, size="person")
        self._called_words = Label(tone="sub", size="small")
        top = row(self._called_words, None, self._called_number)
        again = self._button("recall", _("再叫"), icon="speaker")
        absent = self._button("no_show", _("过号"), icon="absent")
        acts = column(again, absent) if look.large else row(again, absent)
        self._called_why = Label(tone="sub", size="small", wrap=True)
        whole = column(top, self._called_why, acts, gap=look.grid(), margins=margins(look, 1.5, 1))
        self._called = surface("called", whole)
        return self._called

    def _empty_queue(self) -> QFrame:
        look = self._look
        icon = Icon("ticket", look.tokens.sub, look.px(32))
        words = Label(_("没有人在等"), tone="sub")
        press = Label(_("有人来，按 F2 取号"), tone="sub", size="small")
        middle = (row(None, icon, None), row(None, words, None), row(None, press, None))
        return surface("clear", column(None, *middle, None, gap=look.grid(0.5)))

    def _tickets(self) -> QLayout:
        ordinary = self._button("take_ticket", _("取号"))
        green = self._button("take_ticket_green", _("绿色"), icon="leaf")
        green.setAccessibleName(_("绿色通道取号 Shift+F2"))
        urgent = self._button("take_ticket_urgent", _("时效临近"), icon="clock")
        urgent.setAccessibleName(_("时效临近取号 Ctrl+F2"))
        if self._look.large:
            return column(ordinary, green, urgent)
        return column(row(ordinary, green), urgent)

    def _show_next(self, view: QueueView) -> None:
        ticket = view.next
        self.buttons["call_next"].setEnabled(ticket is not None)
        self._number.setText(ticket.number if ticket else "—")
        self._leaf.setVisible(bool(ticket and ticket.green))
        self._next_kind.setText(_next_words(ticket))
        paused = _("本窗口已暂停：{reason}。按 F5 恢复叫号。").format(reason=view.paused)
        soon = _("{seconds} 秒后自动叫号；暂停请按 F4。").format(seconds=view.calls_in)
        why = view.why if view.calls_in is None else f"{soon}{view.why}"
        self._why.show_or_hide(paused if view.paused else why)
        self.buttons["call_one"].setEnabled(bool(view.waiting or view.parked))

    def _show_called(self, ticket: TicketRow | None, why: str) -> None:
        self._called.setVisible(ticket is not None)
        for act in ("recall", "no_show"):
            self.buttons[act].setEnabled(ticket is not None)
        if ticket is not None:
            self._called_number.setText(ticket.number)
            self._called_words.setText(_("已叫到本窗口"))
            self._called_why.show_or_hide(why)


def _next_words(ticket: TicketRow | None) -> str:
    if ticket is None:
        return _("下一位")
    kind = _("绿色通道") if ticket.green else ticket.group
    words = _("下一位 · {kind} · 已等 {minutes} 分")
    return words.format(kind=kind, minutes=ticket.waited_minutes)


def _today_words(view: QueueView) -> str:
    if not view.served_today or view.average_minutes is None:
        return _("今天已办 {count} 件").format(count=view.served_today)
    words = _("今天已办 {count} 件 · 平均 {minutes} 分钟")
    return words.format(count=view.served_today, minutes=view.average_minutes)
