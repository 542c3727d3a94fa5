"""Marks of state: each has its own shape beside its colour, and a word stands next to it."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.theme import Theme


class Shape(StrEnum):
    """What is drawn; told apart without colour."""

    CHECK = "check"
    ALERT = "alert"
    STOP = "stop"
    RING = "ring"
    HALF = "half"
    DASH = "dash"
    DOT = "dot"


_TONES = {
    Shape.CHECK: "ok",
    Shape.DOT: "ok",
    Shape.ALERT: "warn",
    Shape.STOP: "bad",
    Shape.RING: "sub",
    Shape.HALF: "brand",
    Shape.DASH: "sub",
}


def draw_badge(painter: QPainter, shape: Shape, fill: QColor, paper: QColor, room: QRectF) -> None:
    """Draw the shape; ``paper`` is the colour of the stroke inside a filled shape."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    _draw_body(painter, shape, fill, room)
    unit = room.width() / 16
    pen = QPen(paper, 2 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in _STROKES.get(shape, ()):
        painter.drawPolyline(QPolygonF([room.topLeft() + QPointF(x * unit, y * unit) for x, y in line]))
    painter.restore()


_STROKES: dict[Shape, tuple[tuple[tuple[float, float], ...], ...]] = {
    Shape.CHECK: (((4.6, 8.4), (7, 10.8), (11.6, 5.6)),),
    Shape.ALERT: (((8, 6.6), (8, 9.6)), ((8, 12.2), (8, 12.3))),
    Shape.STOP: (((8, 4.4), (8, 8.6)), ((8, 11.5), (8, 11.6))),
    Shape.DASH: (((5, 8), (11, 8)),),
}


def _draw_body(painter: QPainter, shape: Shape, fill: QColor, room: QRectF) -> None:
    unit = room.width() / 16
    if shape is Shape.ALERT:
        corners = ((8, 1), (15.4, 14.6), (0.6, 14.6))
        painter.setPen(
            QPen(fill, unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolygon(QPolygonF([room.topLeft() + QPointF(x * unit, y * unit) for x, y in corners]))
    elif shape is Shape.STOP:
        painter.drawRoundedRect(room, 3 * unit, 3 * unit)
    elif shape in (Shape.RING, Shape.HALF):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(fill, 1.6 * unit))
        inner = room.adjusted(1.6 * unit, 1.6 * unit, -1.6 * unit, -1.6 * unit)
        painter.drawEllipse(inner)
        if shape is Shape.HALF:
            painter.setBrush(fill)
            painter.drawPie(inner, -90 * 16, 180 * 16)
    elif shape is Shape.DOT:
        painter.drawEllipse(room.adjusted(3 * unit, 3 * unit, -3 * unit, -3 * unit))
    else:
        painter.drawEllipse(room)


class Badge(QWidget):
    """A mark as a widget of ``side`` logical pixels."""

    def __init__(
        self, look: Theme, shape: Shape = Shape.RING, side: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._shape = shape
        self._side = look.px(side)
        self.setFixedSize(self._side, self._side)

    def show_shape(self, shape: Shape) -> None:
        if shape is not self._shape:
            self._shape = shape
            self.update()

    @property
    def shape(self) -> Shape:
        return self._shape

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._look.tokens
        fill = QColor(getattr(tokens, _TONES[self._shape]))
        draw_badge(
            QPainter(self), self._shape, fill, QColor(tokens.card), QRectF(0, 0, self._side, self._side)
        )
