"""The inner focus ring of filled buttons: on a filled surface the outer ring alone is hard to see."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import FOCUS, RADIUS

_INSET = FOCUS + 1.5


def draw_ring(painter: QPainter, widget: QWidget, colour: str) -> None:
    """Draw the ring inside the widget's edge when it has the focus."""
    if widget.hasFocus():
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        room = QRectF(widget.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.drawRoundedRect(room, RADIUS - _INSET, RADIUS - _INSET)
