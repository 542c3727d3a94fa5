"""The form that corrects a finished record: the values as they were sent, and why they change.

What is typed and not sent stays with its record, whatever way the page is left, until the window is closed
or the clerk says twice that it is not wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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


@dataclass
class Typed:
    """What was typed for one record and not sent: other values by path, and why."""

    changes: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.changes or self.reason.strip())


class AmendForm(QWidget):
    """Emits ``sent(event id, changes by path, reason)``, or ``left``."""

    sent = Signal(str, dict, str)
    left = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_id = ""
        self._opened = 0
        self._before: dict[str, str] = {}
        self._typed: dict[str, Typed] = {}
        self._asking = False
        self._title = Label(bold=True, size="lead")
        self.form = Form(look)
        self.form.edited.connect(self._edited)
        self.reason = QLineEdit()
        self.reason.setMaxLength(MOST_REASON)
        self.reason.setPlaceholderText(_("例如：名字少录一个字。法院和本机都会留下。"))
        self.reason.setAccessibleName(_("更正理由，必填"))
        self.reason.textChanged.connect(self._give_reason)
        self.send = KeyButton(
            look, "amend_send", _("送出更正"), kind="primary", icon="send", key="Ctrl+Return"
        )
        self.send.clicked.connect(self._send)
        QShortcut(QKeySequence(self.send.key), self).activated.connect(self.send.click)
        back = KeyButton(look, "amend_back", _("不改了"), key="Alt+Left")
        back.clicked.connect(self._drop)
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

    @property
    def unsent(self) -> int:
        """How many records have something typed that was not sent."""
        return sum(map(bool, self._typed.values()))

    @property
    def event_id(self) -> str:
        """The record that was drawn last, "" for none."""
        return self._event_id

    def show_form(self, view: AmendView) -> None:
        """Draw the values of a record, with what was typed for it before and not sent."""
        self.flush()
        self._event_id = view.event_id
        self._before = {one.path: one.value for group in view.groups for one in group.fields}
        self._title.setText(_("更正 {number}").format(number=view.receipt_no))
        self.reason.setText(self._mine.reason)
        self._opened += 1
        shown = tuple(
            replace(group, fields=tuple(replace(one, value=self._now(one.path)) for one in group.fields))
            for group in view.groups
        )
        self.form.show_groups(f"{view.event_id} {self._opened}", shown)  # as if another: empty boxes
        self.take_focus()
        self._count()

    def sent_off(self, event_id: str) -> None:
        """The correction of a record was taken: nothing of it waits any more."""
        self._typed.pop(event_id, None)

    def forget(self) -> None:
        """Let go of all that was typed: it is not for the eyes of whoever works here now."""
        self._typed.clear()
        self._event_id = ""

    def take_focus(self) -> None:
        """Put the cursor into the first field."""
        self.form.focus_on(next(iter(self._before), ""))

    def flush(self) -> None:
        """Take in what was typed last."""
        self.form.flush()

    @property
    def _mine(self) -> Typed:
        return self._typed.setdefault(self._event_id, Typed())

    def _now(self, path: str) -> str:
        return self._mine.changes.get(path, self._before[path])

    def _edited(self, path: str, text: str) -> None:
        if text == self._before.get(path):
            self._mine.changes.pop(path, None)
        else:
            self._mine.changes[path] = text
        self._count()

    def _give_reason(self, text: str) -> None:
        self._mine.reason = text
        self._count()

    def _count(self) -> None:
        self._asking = False
        self.send.setEnabled(bool(self.reason.text().strip()))
        count = len(self._mine.changes)
        self._tell(_("改了 {count} 处").format(count=count) if count else _("没有改动，原样再送"))

    def _tell(self, words: str, tone: str = "sub") -> None:
        self._told.setText(words)
        self._told.restyle(tone=tone)

    def _drop(self) -> None:
        """Leave without it: of what was typed the clerk is asked first, the second time it goes."""
        self.flush()
        if self._mine and not self._asking:
            self._asking = True
            self._tell(_("还没有送出。再按一次 Alt+Left 就不要了；按 Esc 先留着"), "warn")
            return
        self._asking = False
        self.left.emit()
        self._typed.pop(self._event_id, None)  # a box takes its best match as the cursor leaves it

    def _send(self) -> None:
        self.flush()
        self.sent.emit(self._event_id, dict(self._mine.changes), self.reason.text())
