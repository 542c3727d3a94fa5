"""The form that corrects a finished record: the values as they were sent, and why they change.

What is typed and not sent stays with its record, whatever way the page is left, until the window is closed
or the clerk says twice that it is not wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.domain.amendment import MOST_REASON
from app.services.amend_fields import AmendView, Wrong
from app.texts import _
from ui.theme import Theme
from ui.widgets.form import Form
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row, scrolled

_NAMED: Final = 3
_DROP, _AS_IT_IS = "drop", "as it is"


@dataclass
class Typed:
    """What was typed for one record and not sent: other values by path, and why."""

    changes: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.changes or self.reason.strip())


class AmendForm(QWidget):
    """Emits ``sent(event id, changes by path, reason)``, or ``left``.

    ``typed(event id, changes by path)`` asks for a view of what is typed so far: what is wrong is said at
    its field. Enter leads through what cannot stand, then to the reason.
    """

    sent = Signal(str, dict, str)
    typed = Signal(str, dict)
    left = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_id = ""
        self._opened = 0
        self._before: dict[str, str] = {}
        self._typed: dict[str, Typed] = {}
        self._asking = ""
        self._wrong: tuple[Wrong, ...] = ()
        self._passed: set[str] = set()
        self._begin = ""
        self._title = Label(bold=True, size="lead")
        self.form = Form(look)
        self.form.edited.connect(self._edited)
        self.reason = QLineEdit()
        self.form.done.connect(self._lead_on)
        self.reason.setMaxLength(MOST_REASON)
        self.reason.setPlaceholderText(_("例如：名字少录一个字。法院和本机都会留下。"))
        self.reason.setAccessibleName(_("更正理由，必填"))
        self.reason.textChanged.connect(self._give_reason)
        self.send = KeyButton(
            look, "amend_send", _("送出更正"), kind="primary", icon="send", key="Ctrl+Return"
        )
        self.send.clicked.connect(self._send)
        QShortcut(QKeySequence(self.send.key), self).activated.connect(self._send)
        back = KeyButton(look, "amend_back", _("不改了"), key="Alt+Left")
        back.clicked.connect(self._drop)
        QShortcut(QKeySequence(back.key), self).activated.connect(back.click)
        self._told = Label(tone="sub", size="small", wrap=True)
        first = _("原来的记录原样保留；送出的是一份注明理由的更正。")
        whole = column(self._title, Label(first, tone="sub", size="small", wrap=True), gap=look.grid(1))
        whole.addWidget(scrolled(self.form), 1)
        label = Label(_("更正理由（必填）"), tone="sub", size="small")
        label.setBuddy(self.reason)
        whole.addLayout(column(label, self.reason, gap=2))
        last = row(self.send, back)
        last.addWidget(self._told, 1)
        whole.addLayout(last)
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
        self._begin = view.begin
        self._wrong = view.wrong
        self._passed.clear()
        self._draw(view)
        self.take_focus()
        self._count()
        if self._mine.changes:
            self.typed.emit(self._event_id, dict(self._mine.changes))

    def show_checked(self, view: AmendView) -> None:
        """Say at the fields what is wrong with what was typed; what is typed since stays."""
        if view.event_id == self._event_id:
            self._wrong = view.wrong
            self._draw(view)
            self._count()

    def _draw(self, view: AmendView) -> None:
        shown = tuple(
            replace(group, fields=tuple(replace(one, value=self._now(one.path)) for one in group.fields))
            for group in view.groups
        )
        self.form.show_groups(f"{view.event_id} {self._opened}", shown)  # as if another: empty boxes

    def sent_off(self, event_id: str) -> None:
        """The correction of a record was taken: nothing of it waits any more."""
        self._typed.pop(event_id, None)

    def forget(self) -> None:
        """Let go of all that was typed: it is not for the eyes of whoever works here now."""
        self._typed.clear()
        self._event_id = ""

    def take_focus(self) -> None:
        """Put the cursor into the field the court named or that cannot stand, else into the first."""
        self._go_to(self._begin or next(iter(self._before), ""))

    def _go_to(self, path: str) -> None:
        """Put the cursor into a field; what cannot stand is typed over."""
        self.form.focus_on(path)
        box = QApplication.focusWidget()
        if isinstance(box, QLineEdit) and any(one.path == path for one in self._wrong):
            box.selectAll()

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
        self._asking = ""
        self._count()
        self.typed.emit(self._event_id, dict(self._mine.changes))

    def _give_reason(self, text: str) -> None:
        self._mine.reason = text
        self._asking = ""
        self._count()

    def _count(self) -> None:
        """Say how much is changed, and what is still wanted before it can be sent."""
        count, why, refused = len(self._mine.changes), bool(self.reason.text().strip()), self._refused()
        self.send.setEnabled(why and not refused)
        if self._asking:
            return
        if refused:
            self._tell(_("“{names}”不对，改好才能送出").format(names=_names(refused)), "bad")
        elif count:
            told = _("改了 {count} 处") if why else _("改了 {count} 处；写明理由就能送出")
            self._tell_with_kept(told.format(count=count))
        else:
            self._tell_with_kept(_("没有改动；送出就是原样再送一次") if why else _("改好、写明理由就能送出"))

    def _refused(self) -> list[Wrong]:
        """What is typed and cannot stand, as far as it was looked at."""
        return [one for one in self._wrong if self._mine.changes.get(one.path) == one.text]

    def _kept(self) -> list[Wrong]:
        """What was sent, cannot stand and was not touched."""
        kept = (one for one in self._wrong if one.path not in self._mine.changes)
        return [one for one in kept if one.text in ("", self._before.get(one.path))]

    def _tell_with_kept(self, words: str) -> None:
        kept = self._kept()
        if kept:
            words = _("“{names}”还没有改，仍然不对；{words}").format(names=_names(kept), words=words)
        self._tell(words, "warn" if kept else "sub")

    def _lead_on(self) -> None:
        """Enter goes once to each value that cannot stand, then to the reason."""
        focus = QApplication.focusWidget()
        self._passed.add(focus.objectName() if focus is not None else "")
        wanted = [*self._refused(), *self._kept()]
        path = next((one.path for one in wanted if one.path not in self._passed), "")
        if path:
            self._go_to(path)
        else:
            self.reason.setFocus()

    def to_refused(self) -> bool:
        """Put the cursor where something typed cannot stand; say whether there is such a field."""
        refused = self._refused()
        if refused:
            self._go_to(refused[0].path)
        return bool(refused)

    def _tell(self, words: str, tone: str = "sub") -> None:
        self._told.setText(words)
        self._told.restyle(tone=tone)

    def _drop(self) -> None:
        """Leave without it: of what was typed the clerk is asked first, the second time it goes."""
        self.flush()
        if self._mine and self._asking != _DROP:
            self._asking = _DROP
            self._tell(_("还没有送出。再按一次 Alt+Left 就不要了；按 Esc 先留着"), "warn")
            return
        self._asking = ""
        self.left.emit()
        self._typed.pop(self._event_id, None)  # a box takes its best match as the cursor leaves it

    def _send(self) -> None:
        """Send it; where something is in the way, the cursor goes there. As it is only when asked twice."""
        self.flush()
        if self.to_refused():
            return
        if not self.reason.text().strip():
            self.reason.setFocus()
            return
        kept = self._kept()
        if kept and not self._mine.changes and self._asking != _AS_IT_IS:
            self._asking = _AS_IT_IS
            words = _("没有改动，“{names}”仍然不对。再按一次 Ctrl+Enter 就原样再送")
            self._tell(words.format(names=_names(kept)), "warn")
            self._go_to(kept[0].path)
            return
        self._asking = ""
        self.sent.emit(self._event_id, dict(self._mine.changes), self.reason.text())


def _names(wrong: Sequence[Wrong]) -> str:
    names = "、".join(one.name for one in wrong[:_NAMED])
    return names + (_("等") if len(wrong) > _NAMED else "")
