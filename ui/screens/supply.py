"""What is still missing, as the party would be told it: the list, the last day, and the papers to give."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from app.services.supply_views import SupplyLine, SupplyView
from app.services.views import Mark
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row
from ui.widgets.row_list import ListRow, RowList

CORRECTION: Final = "correction"
PROMISE: Final = "promise"
GUIDANCE: Final = "guidance"
_LONGEST: Final = 200
_ICONS: Final = {Mark.MISSING_LAW: "alert", Mark.MISSING_PRACTICE: "dash", Mark.HAVE: "check"}


class SupplyPage(QWidget):
    """Emits ``given(kind, reason)``, ``withdrawn()``, ``faulted(path, text)`` for a paper that won't do."""

    given = Signal(str, str)
    withdrawn = Signal()
    faulted = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view: SupplyView | None = None
        self._lines: dict[str, SupplyLine] = {}
        self._title = Label(bold=True)
        self._state = Label(pill="plain", tone="brand")
        self._due = Label(tone="warn", bold=True)
        self._why = Label(tone="sub", size="small", wrap=True)
        self._before = Label(tone="warn", wrap=True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("为什么第一次没有告知"))
        self.reason.setAccessibleName(_("再次告知的理由"))
        self.reason.setMaxLength(500)
        self.list = RowList(look, _("缺什么"), empty=_("没有要交的材料。"))
        self.fault = QLineEdit()
        self.list.moved.connect(self._moved)
        self.list.chosen.connect(lambda _key: self.fault.setFocus())
        self.fault.setMaxLength(_LONGEST)
        self.fault.returnPressed.connect(self._fault)
        self._fault_label = Label(tone="sub")
        self._fault_label.setBuddy(self.fault)
        self._no = Label(tone="sub", size="small", wrap=True)
        self.buttons: dict[str, KeyButton] = {}
        self._arrange()

    def _arrange(self) -> None:
        look = self._look
        head = row(self._title, self._state, None, self._due, gap=look.grid(1.5))
        line = row(self._fault_label, gap=look.grid())
        line.addWidget(self.fault, 1)
        give = self._button("give", _("出补正告知书"), "Ctrl+Return", "primary")
        promise = self._button("promise", _("容缺受理，交当事人承诺"), "Ctrl+K", "plain")
        back = self._button("withdraw", _("不出了"), "Ctrl+Backspace", "quiet")
        acts = row(gap=look.grid(1.5))
        acts.addWidget(self._no, 1)
        for button in (back, promise, give):
            acts.addWidget(button)
        whole = column(head, self._before, self.reason, gap=look.grid(1))
        whole.addWidget(self.list, 1)
        whole.addLayout(line)
        whole.addWidget(self._why)
        whole.addLayout(acts)
        self.setLayout(whole)

    def _button(self, name: str, text: str, key: str, kind: str) -> KeyButton:
        button = KeyButton(self._look, name, text, kind=kind, key=key)
        self.buttons[name] = button
        slots = {
            "give": lambda: self.given.emit(CORRECTION, self.reason.text()),
            "promise": lambda: self.given.emit(PROMISE, ""),
            "withdraw": self.withdrawn.emit,
        }
        button.clicked.connect(slots[name])
        QShortcut(QKeySequence(key), self).activated.connect(button.click)
        return button

    def show_supply(self, view: SupplyView) -> None:
        """Draw the list anew; the cursor stays on its material."""
        self._view = view
        self._lines = {line.key: line for line in view.lines}
        self._title.setText(view.title)
        self._state.show_or_hide(_stand(view))
        self._due.show_or_hide(_("最迟 {day}").format(day=view.due) if view.due else "")
        self._why.show_or_hide(view.due_why)
        self._before.show_or_hide(view.told_before)
        self.reason.setVisible(bool(view.told_before))
        self.list.show_rows(tuple(_row(line, promise=bool(view.promise)) for line in view.lines))
        self._moved(self.list.current())
        self._offer(view)

    def held(self, act: str) -> str:
        """F12 does not end the visit past a paper that can be given and that nobody has decided on."""
        view = self._view
        if act != "finish" or view is None or not view.notice or (view.decided and not view.outdated):
            return ""
        return _("还没有定：要出告知书按 Ctrl+Enter，不出按 Esc，再按 F12。")

    def _offer(self, view: SupplyView) -> None:
        self.buttons["give"].setEnabled(bool(view.notice))
        self.buttons["give"].set_label(_("出一次性告知书") if view.guided else _("出补正告知书"))
        self.buttons["promise"].setEnabled(bool(view.promise))
        self.buttons["withdraw"].setVisible(bool(view.decided))
        promise = (
            _("容缺：{day} 前补交").format(day=view.promise_due) if view.promise_due else view.no_promise
        )
        more = (
            _("另有 {count} 件也缺材料：Esc 后按 Alt+PgDown 换件").format(count=view.elsewhere)
            if view.elsewhere
            else ""
        )
        self._no.setText("　".join(part for part in (view.no_notice or promise, more) if part))

    def _moved(self, key: str) -> None:
        line = self._lines.get(key)
        self.fault.setEnabled(line is not None and (line.mark is Mark.HAVE or bool(line.defect)))
        self.fault.setText(line.defect if line else "")
        name = line.title if line else ""
        self._fault_label.setText(_("交来的哪里不合要求"))
        self.fault.setPlaceholderText(
            _("写明《{name}》差在哪里，回车列入").format(name=name)
            if self.fault.isEnabled()
            else _("还没有交来")
        )
        self.fault.setAccessibleName(_("{name}：哪里不合要求").format(name=name))

    def _fault(self) -> None:
        line = self._lines.get(self.list.current())
        if line is not None and self.fault.text().strip() != line.defect:
            self.faulted.emit(line.path, self.fault.text().strip())
        self.list.setFocus()


def _stand(view: SupplyView) -> str:
    if view.outdated:
        return _("清单有变，请再看一遍")
    words = {
        CORRECTION: _("办结时出补正告知书"),
        PROMISE: _("办结时出容缺受理告知书"),
        GUIDANCE: _("办结时出一次性告知书"),
    }
    return words.get(
        view.decided, _("法定材料缺 {count} 项").format(count=view.missing) if view.missing else ""
    )


def _row(line: SupplyLine, *, promise: bool) -> ListRow:
    """A paper the law asks for is called as in the checklist, 可容缺 only while a promise can be given."""
    later = line.tolerable and promise
    pill, tone = {
        Mark.MISSING_LAW: (_("必须补，可容缺") if later else _("必须补"), "warn" if later else "bad"),
        Mark.MISSING_PRACTICE: (_("建议带"), "sub"),
    }.get(line.mark, (_("已有"), "ok"))
    detail = "；".join(part for part in (line.reason, line.how) if part)
    return ListRow(line.key, line.title, detail, _ICONS.get(line.mark, ""), line.basis, pill, tone)
