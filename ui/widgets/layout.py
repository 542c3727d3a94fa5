"""Rows and columns without the ceremony."""

from __future__ import annotations

from typing import Final, TypeVar

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.theme import Theme

Item = QWidget | QLayout | int | None
_BOXES: Final = (QLineEdit, QComboBox, QPlainTextEdit)
_AROUND: Final = 48
"""Pixels above and below the cursor that are shown too: the words of its field."""


def row(*items: Item, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Return a row; an int is a fixed space in pixels, None stretches."""
    return _fill(QHBoxLayout(), items, gap, margins)


def column(*items: Item, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Return a column; an int is a fixed space in pixels, None stretches."""
    return _fill(QVBoxLayout(), items, gap, margins)


def surface(kind: str, layout: QLayout | None = None, parent: QWidget | None = None) -> QFrame:
    """Return a frame drawn as the named surface of the style sheet."""
    frame = QFrame(parent)
    frame.setProperty("surface", kind)
    if layout is not None:
        frame.setLayout(layout)
    return frame


def rule() -> QFrame:
    """Return a hairline."""
    return surface("rule")


class Area(QScrollArea):
    """Keeps in sight what has the cursor, else the first box that is wrong, when a message takes room."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.show_cursor() and event.size().height() < event.oldSize().height():
            boxes = (box for kind in _BOXES for box in self.findChildren(kind) if box.isVisible())
            wrong = (box for box in boxes if box.property("tone") == "bad")
            first = min(wrong, key=self._height_of, default=None)
            if first is not None:
                self.ensureWidgetVisible(first, 0, _AROUND)

    def _height_of(self, box: QWidget) -> int:
        return box.mapTo(self, QPoint(0, 0)).y()

    def show_cursor(self) -> bool:
        """Scroll to where the cursor is, if it is in here; only Tab does so by itself."""
        cursor, content = QApplication.focusWidget(), self.widget()
        if cursor is None or content is None or not content.isAncestorOf(cursor):
            return False
        self.ensureWidgetVisible(cursor, 0, _AROUND)
        return True


def scrolled(content: QWidget) -> Area:
    """Return the content in an area that scrolls downwards only when it must."""
    area = Area()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(area.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
    area.setFocusPolicy(area.focusPolicy().NoFocus)
    if content.property("surface") is None:
        content.setProperty("surface", "clear")
    area.setWidget(content)
    return area


def margins(look: Theme, horizontal: float, vertical: float) -> tuple[int, int, int, int]:
    """Return margins in steps of the grid."""
    across, down = look.grid(horizontal), look.grid(vertical)
    return across, down, across, down


def empty(layout: QLayout) -> None:
    """Take everything out of the layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)


T = TypeVar("T", bound=QBoxLayout)


def _fill(layout: T, items: tuple[Item, ...], gap: int, edges: tuple[int, int, int, int]) -> T:
    layout.setSpacing(gap)
    layout.setContentsMargins(*edges)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    return layout
