"""Rows and columns without the ceremony."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from ui.theme import Theme

Item = QWidget | QLayout | int | None


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


def scrolled(content: QWidget) -> QScrollArea:
    """Return the content in an area that scrolls downwards only when it must."""
    area = QScrollArea()
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
