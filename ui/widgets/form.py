"""The form of one step: a card for each group, two columns, edits collected and handed on together."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.services.views import FieldGroup, FieldView
from ui.theme import Theme
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.layout import column, empty, margins, row, surface

DEBOUNCE_MS: Final = 250
_WIDE_KINDS: Final = ("long_text",)


class Form(QWidget):
    """Emits ``edited(path, text)`` at most ``DEBOUNCE_MS`` after the last key, and at once on leaving."""

    edited = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._fields: dict[str, Field] = {}
        self._titles: list[Label] = []
        self._built: tuple[object, ...] = ()
        self._pending: dict[str, str] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self.flush)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(look.grid())

    def show_groups(self, visit_id: str, groups: tuple[FieldGroup, ...]) -> None:
        """Draw the groups; boxes are kept as long as the same fields stand in the same order."""
        shape = (visit_id, *((group.title, *map(_shape, group.fields)) for group in groups))
        if shape != self._built:
            self.flush()
            self._build(groups)
            self._built = shape
            return
        for view in (view for group in groups for view in group.fields):
            self._fields[view.path].show_view(view)

    def field(self, path: str) -> Field | None:
        return self._fields.get(path)

    def flush(self) -> None:
        """Hand on what has been typed."""
        self._timer.stop()
        pending, self._pending = self._pending, {}
        for path, text in pending.items():
            if path in self._fields:
                self._fields[path].sent(text)
            self.edited.emit(path, text)

    def focus_first_open(self) -> None:
        """Put the cursor into the first field that is empty, else into the first."""
        fields = list(self._fields.values())
        open_fields = [field for field in fields if not field.input.value()]
        if fields:
            (open_fields or fields)[0].input.setFocus()

    def _typed(self, path: str, text: str) -> None:
        self._pending[path] = text
        self._timer.start()

    def _build(self, groups: tuple[FieldGroup, ...]) -> None:
        empty(self._box)
        self._fields.clear()
        for group in groups:
            self._box.addWidget(self._card(group))
        self._box.addStretch(1)

    def _card(self, group: FieldGroup) -> QFrame:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._look.grid(2))
        grid.setVerticalSpacing(2)
        columns = 1 if self._look.large else 2
        for index in range(columns):
            grid.setColumnStretch(index, 1)
        line, place = 0, 0
        for view in group.fields:
            span = columns if view.wide or view.kind in _WIDE_KINDS else 1
            if place + span > columns:
                line, place = line + 1, 0
            grid.addWidget(self._make(view), line, place, 1, span)
            place += span
        return self._frame(group.title, grid)

    def _frame(self, title: str, grid: QGridLayout) -> QFrame:
        look = self._look
        words = Label(title, bold=True, wrap=not look.large)
        if look.large:
            return surface("card", column(words, grid, gap=look.grid(0.5), margins=margins(look, 2, 1.5)))
        words.setFixedWidth(look.px(72))
        side = column(look.px(26), words, None, gap=0)
        line = row(side, gap=look.grid(0.5), margins=(look.grid(2), look.grid(1), look.grid(2), look.grid(1)))
        line.addLayout(grid, 1)
        return surface("card", line)

    def _make(self, view: FieldView) -> Field:
        field = Field(self._look, view)
        field.typed.connect(self._typed)
        field.left.connect(self.flush)
        self._fields[view.path] = field
        return field


def _shape(view: FieldView) -> tuple[object, ...]:
    return view.path, view.kind, view.wide, view.choices
