"""One card of a form: its title beside a grid of fields that may come and go while the clerk types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QSizePolicy, QWidget

from app.services.views import FieldGroup, FieldView
from app.texts import _
from ui.theme import Theme
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row

_WIDE_KINDS: Final = ("long_text",)
_TOLD_KINDS: Final = ("name", "id_number", "phone")
_Shape = tuple[str, bool, tuple[tuple[str, str], ...]]


class Card(QFrame):
    """Fields that stay keep their boxes, with the cursor and what is half typed in them.

    A folded card is one line that says who it is; pressed, it emits ``wanted``.
    """

    wanted = Signal()

    def __init__(
        self, look: Theme, make: Callable[[FieldView], Field], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self._look = look
        self._make = make
        self._shapes: dict[str, _Shape] = {}
        self.fields: dict[str, Field] = {}
        self._title = Label(bold=True, wrap=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(look.grid(2))
        self._grid.setVerticalSpacing(2)
        self._columns = 1 if look.large else 2
        for index in range(self._columns):
            self._grid.setColumnStretch(index, 1)
        self._line = _Line(look)
        self._line.clicked.connect(self.wanted)
        self._line.hide()
        self._arrange()

    def show_folded(self, group: FieldGroup) -> None:
        """Draw one line for the group, without its fields."""
        self._title.setText(group.title)
        self._drop({})
        self._shapes = {}
        self._line.show_group(group)
        self._line.show()

    def show_group(self, group: FieldGroup) -> None:
        """Draw the group; fields that are no longer in it go, new ones come at their place."""
        self._line.hide()
        self._title.setText(group.title)
        shapes = {view.path: _shape(view) for view in group.fields}
        if list(shapes.items()) != list(self._shapes.items()):
            self._drop(shapes)
            self._shapes = shapes
            self._place(group.fields)
            self.fields = {path: self.fields[path] for path in shapes}  # Enter walks as they stand
        for view in group.fields:
            self.fields[view.path].show_view(view)

    def forget(self) -> None:
        """Empty every box for the view of another visit."""
        for field in self.fields.values():
            field.forget()

    def _drop(self, shapes: dict[str, _Shape]) -> None:
        for path in [path for path in self.fields if shapes.get(path) != self._shapes[path]]:
            field = self.fields.pop(path)
            self._grid.removeWidget(field)
            field.hide()
            field.deleteLater()

    def _place(self, views: tuple[FieldView, ...]) -> None:
        line, place = 0, 0
        for view in views:
            span = self._columns if view.wide or view.kind in _WIDE_KINDS else 1
            if place + span > self._columns:
                line, place = line + 1, 0
            self._put(view, line, place, span)
            place += span

    def _put(self, view: FieldView, line: int, place: int, span: int) -> None:
        field = self.fields.get(view.path)
        if field is None:
            field = self.fields[view.path] = self._make(view)
        else:
            self._grid.removeWidget(field)
        self._grid.addWidget(field, line, place, 1, span)
        field.raise_()  # Tab walks in the order of the children

    def _arrange(self) -> None:
        look = self._look
        inside = column(self._line, self._grid, gap=0)
        if look.large:
            self.setLayout(column(self._title, inside, gap=look.grid(0.5), margins=margins(look, 2, 1.5)))
            return
        self._title.setFixedWidth(look.px(72))
        side = column(look.px(26), self._title, None, gap=0)
        line = row(side, gap=look.grid(0.5), margins=margins(look, 2, 1))
        line.addLayout(inside, 1)
        self.setLayout(line)


class _Line(QPushButton):
    """The one line of a folded card: name, numbers, and what is still asked."""

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "fold")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(look.px(28))

    def show_group(self, group: FieldGroup) -> None:
        told = [view.value for view in group.fields if view.kind in _TOLD_KINDS and view.value]
        wrong = [view.label for view in group.fields if view.problem]
        lacking = [v.label for v in group.fields if (v.required or v.for_paper) and not v.value]
        words = [
            *(told or [_("还没有填")]),
            *([_("请核对{labels}").format(labels="、".join(wrong))] if wrong else []),
            *([_("缺{labels}").format(labels="、".join(lacking))] if lacking else []),
        ]
        self.setText("　".join(words).replace("&", "&&"))
        self.setAccessibleName(
            _("{title}，{words}，按回车展开").format(title=group.title, words="，".join(words))
        )


def _shape(view: FieldView) -> _Shape:
    return view.kind, view.wide, view.choices
