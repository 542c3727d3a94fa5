"""The steps of the visit: what was recorded, what can be, and the form of the one under the cursor."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.services.step_view import RecordedView, StepsView
from app.services.views import DueLine
from app.texts import _
from ui.theme import Theme
from ui.widgets.form import Form
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, empty, margins, row, scrolled, surface
from ui.widgets.row_list import ListRow, RowList

_LIST_WIDTH: Final = 340
_OFFER: Final = "+"


class StepsPage(QWidget):
    """Emits ``record(kind)``, ``edited(path, text)``, ``remove(number)``; of a finished visit ``added``."""

    record = Signal(str)
    edited = Signal(str, str)
    remove = Signal(int)
    added = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view = StepsView("", (), ())
        self._shown: RecordedView | None = None
        self.list = RowList(look, _("办理步骤"), empty=_("本事项没有要记的步骤。"))
        self.list.setFixedWidth(look.px(_LIST_WIDTH))
        self.list.moved.connect(self._turn)
        self.list.chosen.connect(self._choose)
        whole = row(self.list, gap=look.grid(2))
        whole.addWidget(self._detail(), 1)
        self.setLayout(whole)

    def _detail(self) -> QFrame:
        look = self._look
        self._title = Label(bold=True, size="lead")
        self._basis = Label(tone="sub", size="small", wrap=True)
        self.form = Form(look)
        self.form.edited.connect(self.edited)
        self._dues = column(gap=look.grid(0.5))
        self._guide = Label(tone="sub", wrap=True)
        self.drop = KeyButton(look, "drop_step", _("移除这一步"), key="Ctrl+Del", kind="quiet")
        self.drop.clicked.connect(self._remove)
        shortcut = QShortcut(QKeySequence("Ctrl+Del"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.drop.click)
        self.send = KeyButton(
            look, "add_to_step", _("补记并送法院"), key="Ctrl+Enter", kind="primary", icon="send"
        )
        self.send.clicked.connect(self._send)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.send.click)
        self._late = Label(tone="sub", wrap=True)
        head = row(gap=look.grid(1))
        head.addWidget(self._title, 1)
        head.addWidget(self.drop)
        inside = column(head, self._basis, self._late, self.form, row(None, self.send), gap=look.grid(1))
        inside.addLayout(self._dues)
        inside.addWidget(self._guide)
        inside.addStretch(1)
        inside.setContentsMargins(*margins(look, 1, 0))
        return surface("clear", column(scrolled(surface("clear", inside))))

    # ---- views ----------------------------------------------------------------------------------

    def show_steps(self, view: StepsView, unsent: int = 0) -> None:
        """Draw the steps; the cursor stays on its row. ``unsent`` values of a finished visit wait."""
        self._view = view
        self.send.setVisible(view.finished and bool(view.recorded))
        self.send.setEnabled(unsent > 0)
        words = _("来访已办结：原记录不动，后来的答复在这里补记，作为更正送法院。")
        self._late.show_or_hide(words if view.finished and view.recorded else "")
        rows = [_row(one) for one in view.recorded]
        rows += [
            ListRow(f"{_OFFER}{offer.key}", offer.title, offer.basis, icon="list", cap="Enter")
            for offer in view.offered
        ]
        self.list.show_rows(tuple(rows))
        self._turn(self.list.current())

    def go_to(self, number: int) -> None:
        """Put the cursor into the form of a step just recorded."""
        for place in range(self.list.model().rowCount()):
            if self._view.recorded[place : place + 1] and self._view.recorded[place].number == number:
                self.list.setCurrentIndex(self.list.model().index(place, 0))
                self.form.focus_first_open()
                return

    def flush(self) -> None:
        """Hand on what is half typed."""
        self.form.flush()

    def _turn(self, key: str) -> None:
        self._shown = next((one for one in self._view.recorded if str(one.number) == key), None)
        offer = next((one for one in self._view.offered if f"{_OFFER}{one.key}" == key), None)
        one = self._shown
        self.drop.setVisible(one is not None and not self._view.finished)
        self.form.setVisible(one is not None)
        self.form.show_groups(f"{self._view.visit_id} {key}", (one.form,) if one else ())
        for label, words in (
            (self._title, one.title if one else offer.title if offer else ""),
            (self._basis, one.basis if one else offer.basis if offer else ""),
            (self._guide, one.guide if one else _("按 Enter 记下这一步。") if offer else ""),
        ):
            label.setText(words)
            label.setVisible(bool(words))
        empty(self._dues)
        for line in one.dues if one else ():
            self._dues.addLayout(self._due(line))

    def _due(self, line: DueLine) -> QVBoxLayout:
        when = Label(line.due, bold=True, tone="bad" if line.pressing else "ink", wrap=True)
        head = row(Label(line.title, tone="sub"), gap=self._look.grid(1))
        head.addWidget(when, 1)
        return column(
            head, Label(f"{line.why}　{line.basis}".strip(), size="small", tone="sub", wrap=True), gap=0
        )

    def _choose(self, key: str) -> None:
        if key.startswith(_OFFER):
            self.record.emit(key.removeprefix(_OFFER))
        else:
            self.form.focus_first_open()

    def _send(self) -> None:
        self.form.flush()
        self.added.emit()

    def _remove(self) -> None:
        if self._shown is not None and not self._view.finished:
            self.remove.emit(self._shown.number)


def _row(one: RecordedView) -> ListRow:
    detail = " · ".join(part for part in (one.matter, one.when, one.by) if part)
    if one.lacking:
        words = _("差 {count} 项").format(count=len(one.lacking))
        return ListRow(str(one.number), one.title, detail, icon="clock", pill=words, tone="warn")
    if any(line.pressing for line in one.dues):
        return ListRow(str(one.number), one.title, detail, icon="alert", pill=_("期限近"), tone="bad")
    return ListRow(str(one.number), one.title, detail, icon="check", pill=_("已记"), tone="ok")
