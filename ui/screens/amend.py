"""The form that corrects a finished record: the values as they were sent, and why they change."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.amendment import MOST_REASON
from app.services.views import AmendView
from app.texts import _
from ui.theme import Theme
from ui.widgets.form import Form
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row, scrolled


class AmendForm(QWidget):
    """Emits ``sent(event id, changes by path, reason)``, or ``left``."""

    sent = Signal(str, dict, str)
    left = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_id = ""
        self._opened = 0
        self._before: dict[str, str] = {}
        self._changes: dict[str, str] = {}
        self._title = Label(bold=True, size="lead")
        self.form = Form(look)
        self.form.edited.connect(self._edited)
        self.reason = QLineEdit()
        self.reason.setMaxLength(MOST_REASON)
        self.reason.setPlaceholderText(_("例如：名字少录一个字。法院和本机都会留下。"))
        self.reason.setAccessibleName(_("更正理由，必填"))
        self.reason.textChanged.connect(lambda _text: self._count())
        self.send = KeyButton(
            look, "amend_send", _("送出更正"), kind="primary", icon="send", key="Ctrl+Return"
        )
        self.send.clicked.connect(self._send)
        QShortcut(QKeySequence(self.send.key), self).activated.connect(self.send.click)
        back = KeyButton(look, "amend_back", _("不改了"), key="Alt+Left")
        back.clicked.connect(self.left)
        QShortcut(QKeySequence(back.key), self).activated.connect(back.click)
        self._told = Label(tone="sub", size="small")
        first = _("原来的记录原样保留；送出的是一份注明理由的更正。")
        whole = column(self._title, Label(first, tone="sub", size="small", wrap=True), gap=look.grid(1))
        whole.addWidget(scrolled(self.form), 1)
        label = Label(_("更正理由（必填）"), tone="sub", size="small")
        label.setBuddy(self.reason)
        whole.addLayout(column(label, self.reason, gap=2))
        whole.addLayout(row(self.send, back, self._told, None))
        self.setLayout(whole)

    def show_form(self, view: AmendView) -> None:
        """Draw the values of another record; nothing of the one before stays."""
        self._event_id = view.event_id
        self._before = {field.path: field.value for group in view.groups for field in group.fields}
        self._changes = {}
        self._title.setText(_("更正 {number}").format(number=view.receipt_no))
        self.reason.clear()
        self._opened += 1
        self.form.show_groups(f"{view.event_id} {self._opened}", view.groups)  # as if another: empty boxes
        self.form.focus_on(next(iter(self._before), ""))
        self._count()

    def _edited(self, path: str, text: str) -> None:
        if text == self._before.get(path):
            self._changes.pop(path, None)
        else:
            self._changes[path] = text
        self._count()

    def _count(self) -> None:
        self.send.setEnabled(bool(self.reason.text().strip()))
        count = len(self._changes)
        self._told.setText(_("改了 {count} 处").format(count=count) if count else _("没有改动，原样再送"))

    def _send(self) -> None:
        self.form.flush()
        self.sent.emit(self._event_id, dict(self._changes), self.reason.text())
