"""The icons: drawn once as line art in ``currentColor`` and tinted with a token here."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.paths import resources

_CACHED: Final = 256


@lru_cache(maxsize=_CACHED)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = (resources() / "icons" / f"{name}.svg").read_bytes()
    return QSvgRenderer(QByteArray(drawing.replace(b"currentColor", colour.encode("ascii"))))


def draw_icon(painter: QPainter, name: str, colour: str, room: QRectF) -> None:
    """Draw the icon into a square in logical pixels."""
    _renderer(name, colour).render(painter, room)


def pixmap(name: str, colour: str, side: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon as a picture of ``side`` logical pixels."""
    made = QPixmap(QSize(side, side) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    draw_icon(painter, name, colour, QRectF(0, 0, side, side))
    painter.end()
    return made


class Icon(QWidget):
    """An icon standing by itself; a picture only, so it has no place in the accessibility tree's words."""

    def __init__(self, name: str, colour: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._colour = colour
        self._side = side
        self.setFixedSize(side, side)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_icon(self, name: str, colour: str) -> None:
        if (name, colour) != (self._name, self._colour):
            self._name, self._colour = name, colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_icon(painter, self._name, self._colour, QRectF(0, 0, self._side, self._side))
