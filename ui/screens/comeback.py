"""Who was told to bring papers and has not: found by code, number or card, and gone on with."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.services.supply_views import OwedKind, OwedList, OwedRow
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row
from ui.widgets.row_list import ListRow, RowList

_SOON_DAYS = 2
_LINES = 8


class ComebackPage(QWidget):
    """Emits ``sought(text)`` for what is not in the list, the visit for each of three acts, and
    ``notice_wanted(key, reason)`` where what the back office asks for is to be told in writing.

    ``asked(text)`` asks the other windows of the hall for what is not here.
    """

    sought = Signal(str)
    taken_up = Signal(str)
    number_wanted = Signal(str)
    looked = Signal(str)
    notice_wanted = Signal(str, str)
    asked = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._rows: dict[str, OwedRow] = {}
        self._begun = False
        self._somebody = True
        self._late = 0
        self.box = QLineEdit()
        self.box.setPlaceholderText(_("扫告知书上的码；或输入编号、收件号、号票、证件号码"))
        self.box.setAccessibleName(_("找上次的收件"))
        self.box.setMaxLength(200)
        self.box.textChanged.connect(lambda _text: self._filter())
        self.box.installEventFilter(self)
        self.count = Label(tone="sub")
        self.list = RowList(look, _("还没有补交的"))
        self.list.chosen.connect(self._go_on)
        self.list.moved.connect(self._explain)
        self.detail = Label(tone="sub", wrap=True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("已告知过一次；再次告知要写理由，并经值班主任同意"))
        self.reason.setAccessibleName(_("再次告知的理由"))
        self.reason.setMaxLength(500)
        self.buttons: dict[str, KeyButton] = {}
        head = row(gap=look.grid(1.5))
        head.addWidget(self.box, 1)
        head.addWidget(self.count)
        self.ask = KeyButton(look, "ask", _("问别的窗口"), kind="quiet", key="Ctrl+W")
        self.ask.clicked.connect(lambda: self.asked.emit(self.box.text()))
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self.ask.click)
        acts = row(
            self.ask,
            None,
            self._button("look", _("看收件"), "Ctrl+L", "quiet", self.looked),
            self._button("number", _("取补交号，不再排队"), "Ctrl+T", "plain", self.number_wanted),
            self._notice_button(),
            self._button("take_up", _("接着办"), "", "primary", self.taken_up),
            gap=look.grid(1.5),
        )
        whole = column(head, gap=look.grid(1))
        whole.addWidget(self.list, 1)
        whole.addWidget(self.detail)
        whole.addWidget(self.reason)
        whole.addLayout(acts)
        self.setLayout(whole)

    def _button(self, name: str, text: str, key: str, kind: str, signal: SignalInstance) -> KeyButton:
        button = KeyButton(self._look, name, text, kind=kind, key=key or "Enter")
        button.clicked.connect(lambda: self._tell(signal, self.list.current()))
        if key:
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        self.buttons[name] = button
        return button

    def _notice_button(self) -> KeyButton:
        button = KeyButton(self._look, "tell", _("出补正告知书"), kind="plain", key="Ctrl+Enter")
        button.clicked.connect(self._notice)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(button.click)
        self.buttons["tell"] = button
        return button

    def _notice(self) -> None:
        found = self._rows.get(self.list.current())
        if found is not None and found.kind is OwedKind.UNTOLD:
            self.notice_wanted.emit(found.key, self.reason.text().strip() if found.further else "")

    def _explain(self, key: str) -> None:
        """Show the whole list of the back office; the other rows say everything themselves."""
        found = self._rows.get(key)
        asked = found is not None and found.kind is OwedKind.UNTOLD
        self.buttons["tell"].setVisible(asked)
        self.detail.setVisible(asked)
        self.reason.setVisible(asked and found is not None and found.further)
        if found is not None and asked and found.due is not None:
            lines = [f"{place}. {text}" for place, text in enumerate(found.what, 1)]
            more = [_("…… 共 {count} 项，告知书上都有").format(count=len(lines))]
            listed = "\n".join(lines if len(lines) <= _LINES else lines[: _LINES - 1] + more)
            day = _("今天告知的，最迟 {day} 补交").format(day=found.due.isoformat())
            self.detail.setText(f"{listed}\n{day}：{found.why}")

    def begin(self) -> None:
        """Begin anew: an empty box with the cursor in it, the next rows with theirs on the first."""
        self._begun = True
        self.reason.clear()
        self.box.clear()
        self.box.setFocus()

    def show_owed(self, found: OwedList, sought: str = "") -> None:
        """Draw the rows that what stands in the box leaves; what a search for it (``sought``) found, all.

        A search that found nothing says what it looked through; the list comes back with the next letter.
        One for what stands there no more is not shown. While nobody is at the window Enter gives a number
        instead of going on.
        """
        searched = bool(sought.strip())
        if searched and sought != self.box.text():
            return
        self._somebody = found.somebody
        nothing = searched and not found.rows
        if not nothing:
            self._rows = {one.key: one for one in found.rows}
            self._late = sum(one.days_late > 0 and one.kind.owes for one in found.rows)
        if nothing:
            self.list.say_empty(found.known or _not_found(sought))
        shown = found.rows if searched else self._matching()
        if searched:
            self._draw(shown)
        else:
            self._filter()
        if self._begun and shown:
            self.list.select(shown[0].key)  # not on whom the last visit left it
        self._begun = False
        if nothing:
            self._say_nothing_found(sought.strip(), found.known)

    def _say_nothing_found(self, sought: str, known: str) -> None:
        """What is looked through here, and where else whatever was typed may be."""
        others = "" if self.ask.isHidden() else _("；在别的窗口收的，按 Ctrl+W 问别的窗口")
        words = _(
            "{known}这里查的是书面告知过要补交、还没有补交的（本窗口告知的，后台要求的），"
            "和今天可以转立案的、调解没有问完的。没有告知过、现在送来材料的，按 Ctrl+F 查到那份收件，"
            "再按 Alt+G 补充材料{others}。"
        )
        self.detail.setText(words.format(known=known or _not_found(sought), others=others))
        self.detail.setVisible(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows act on the list while the cursor stays in the box; Enter too, or searches."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                QApplication.sendEvent(self.list, event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._enter()
                return True
        return super().eventFilter(watched, event)

    def _enter(self) -> None:
        if self._begun:  # the rows are still those of the last time
            if self.box.text().strip():
                self.sought.emit(self.box.text())
            return
        found = self._rows.get(self.list.current())
        if found is not None and not (found.here or self.box.text().strip()):
            self.list.setFocus()  # nobody was chosen yet: the next Enter means the row under the cursor
        elif found is not None:
            self._go_on(self.list.current())
        elif self.box.text().strip():
            self.sought.emit(self.box.text())

    def _go_on(self, key: str) -> None:
        """Enter: go on in the visit at the window; while nobody is there, give a number for it."""
        self._tell(self.taken_up if self._somebody else self.number_wanted, key)

    def chosen(self) -> OwedRow | None:
        """Return the row under the cursor."""
        return self._rows.get(self.list.current())

    def _tell(self, signal: SignalInstance, key: str) -> None:
        found = self._rows.get(key)
        if found is not None:
            signal.emit(found.visit_id)

    def _matching(self) -> tuple[OwedRow, ...]:
        part = "".join(self.box.text().split()).casefold().replace("-", "")
        return tuple(one for one in self._rows.values() if part in _words(one))

    def _filter(self) -> None:
        text = self.box.text().strip()
        self.list.say_empty(_("名单里没有“{text}”，按回车去查。").format(text=text) if text else "")
        self._draw(self._matching())

    def _draw(self, rows: tuple[OwedRow, ...]) -> None:
        if not (rows or self.box.text().strip()):
            self.list.say_empty(_("没有等着补交的。输入了号码的，按回车去查。"))
        self.list.show_rows(tuple(_row(one) for one in rows))
        every = len(rows) == len(self._rows)
        words = _("{count} 件，逾期 {late} 件") if every else _("{shown} 件符合，共 {count} 件")
        self.count.setText(words.format(count=len(self._rows), late=self._late, shown=len(rows)))
        self.count.setVisible(bool(self._rows))
        for button in self.buttons.values():
            button.setEnabled(bool(rows))
        self.buttons["take_up"].setVisible(self._somebody)
        number = self.buttons["number"]
        number.set_kind("plain" if self._somebody else "primary")
        number.set_key("Ctrl+T" if self._somebody else "Enter")
        self._explain(self.list.current())
        self.ask.setEnabled(not rows and bool(self.box.text().strip()))


def _not_found(sought: str) -> str:
    return _("没有找到“{text}”。").format(text=sought.strip())


def _words(one: OwedRow) -> str:
    named = (one.ticket, one.receipt_no, one.paper_no, one.code, one.person, *one.what)
    return " ".join(named).casefold().replace("-", "")


def _by_day(late: int) -> tuple[str, str]:
    """Say how long there still is, or how long the day has passed, with its tone."""
    if late > 0:
        return _("逾期 {days} 天").format(days=late), "bad"
    if late == 0:
        return _("今天到期"), "warn"
    return _("还有 {days} 天").format(days=-late), "warn" if late >= -_SOON_DAYS else "sub"


def _row(one: OwedRow) -> ListRow:
    kinds = {
        OwedKind.TO_FILE: (_("可转立案"), "sub", ""),
        OwedKind.TO_ASK: (_("调解没有问完"), "sub", ""),
        OwedKind.UNTOLD: (_("后台要求补正，未告知"), "bad", _("后台答复")),
        OwedKind.GUIDANCE: (_("来时没有交材料"), "sub", _("一次性告知")),
        OwedKind.PROMISE: ("", "", _("容缺承诺")),
        OwedKind.CORRECTION: ("", "", _("补正告知")),
    }
    pill, tone, kind = kinds[one.kind]
    if one.kind.owes:
        pill, tone = _by_day(one.days_late)
    told = _("{kind} {day}").format(kind=kind, day=one.told_on.isoformat()) if kind else ""
    detail = "　".join(part for part in (one.ticket, one.receipt_no, one.masked_number, told) if part)
    at_window = one.here or one.standing
    who = _("{person}（就在窗口）").format(person=one.person) if at_window else one.person
    title = _("{who}　{what}").format(who=who, what="、".join(one.what))
    right = _("最迟 {day}").format(day=one.due.isoformat()) if one.due is not None and one.kind.owes else ""
    return ListRow(one.key, title, detail, "person" if at_window else "clock", right, pill, tone)
