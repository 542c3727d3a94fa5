"""Where the party signs: pen, finger or mouse; the movement is kept, not only the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QBuffer, QElapsedTimer, QEvent, QIODevice, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.texts import _
from ui.theme import Theme

LARGEST_PNG: Final = 30_000
_FIRST_WIDTH: Final = 640
_SHORTEST_PIXELS: Final = 40.0


@dataclass(frozen=True)
class Sample:
    """Seconds since the first touch, place in pixels of the pad, pressure 0–1 (1 where none is measured)."""

    t: float
    x: float
    y: float
    pressure: float


class SignaturePad(QWidget):
    """Collects strokes; ``changed`` after every stroke and after clearing."""

    changed = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._strokes: list[list[Sample]] = []
        self._down = False
        self._timer = QElapsedTimer()
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(_("签名区"))

    @property
    def strokes(self) -> list[list[tuple[float, float, float, float]]]:
        """The movement: for each stroke its samples (t, x, y, pressure)."""
        return [[(s.t, s.x, s.y, s.pressure) for s in stroke] for stroke in self._strokes]

    @property
    def signed(self) -> bool:
        """Whether there is more than a touch by accident."""
        return sum(map(_length, self._strokes)) >= _SHORTEST_PIXELS

    def draw_stroke(self, places: Sequence[tuple[float, float]]) -> None:
        """Draw a stroke as a finger would, for pictures and tests."""
        self._begin(QPointF(*places[0]), 1.0)
        for place in places[1:]:
            self._go_on(QPointF(*place), 1.0)
        self._end()

    def clear(self) -> None:
        self._strokes.clear()
        self._down = False
        self.update()
        self.changed.emit()

    def png(self) -> bytes:
        """Return the signature, black on white, as PNG of at most ``LARGEST_PNG`` bytes."""
        width = _FIRST_WIDTH
        while True:
            picture = self._picture(width)
            if len(picture) <= LARGEST_PNG:
                return picture
            width = width * 3 // 4

    def _picture(self, width: int) -> bytes:
        ratio = width / max(self.width(), 1)
        image = QImage(QSize(width, max(round(self.height() * ratio), 1)), QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(ratio, ratio)
        self._paint_strokes(painter, QColor("#000000"))
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(buffer.data().data())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor("#FFFFFF"))
        painter.setPen(QPen(QColor(tokens.edge), 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 12, 12)
        base = self.height() * 0.78
        painter.setPen(QPen(QColor("#9AA5AF"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(32, base), QPointF(self.width() - 32, base))
        self._paint_strokes(painter, QColor("#10202C"))

    def _paint_strokes(self, painter: QPainter, colour: QColor) -> None:
        pen = QPen(colour, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        for stroke in self._strokes:
            for one, other in zip(stroke, stroke[1:] or stroke, strict=False):
                pen.setWidthF(2 + 3 * other.pressure)
                painter.setPen(pen)
                painter.drawLine(QPointF(one.x, one.y), QPointF(other.x, other.y))

    # ---- what moves -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position(), 1.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_on(event.position(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        place, pressure = event.position(), event.pressure()
        if event.type() == QEvent.Type.TabletPress:
            self._begin(place, pressure)
        elif event.type() == QEvent.Type.TabletMove:
            self._go_on(place, pressure)
        else:
            self._end()
        event.accept()

    def event(self, event: QEvent) -> bool:
        kinds = (
            QEvent.Type.TouchBegin,
            QEvent.Type.TouchUpdate,
            QEvent.Type.TouchEnd,
            QEvent.Type.TouchCancel,
        )
        if event.type() in kinds and isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> None:
        points = event.points()
        measured = event.pointingDevice().hasCapability(QPointingDevice.Capability.Pressure)
        if event.type() in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel) or not points:
            self._end()
            return
        pressure = points[0].pressure() if measured else 1.0
        if event.type() == QEvent.Type.TouchBegin:
            self._begin(points[0].position(), pressure)
        else:
            self._go_on(points[0].position(), pressure)

    def _begin(self, place: QPointF, pressure: float) -> None:
        if not self._strokes:
            self._timer.start()
        self._strokes.append([])
        self._down = True
        self._go_on(place, pressure)

    def _go_on(self, place: QPointF, pressure: float) -> None:
        if not self._down:
            return
        x = min(max(place.x(), 0.0), float(self.width()))
        y = min(max(place.y(), 0.0), float(self.height()))
        self._strokes[-1].append(
            Sample(self._timer.elapsed() / 1000, round(x, 1), round(y, 1), round(pressure, 3))
        )
        self.update()

    def _end(self) -> None:
        if self._down:
            self._down = False
            self.changed.emit()


def _length(stroke: list[Sample]) -> float:
    return sum(math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(stroke))
