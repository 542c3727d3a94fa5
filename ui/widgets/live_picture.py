"""What a camera sees, with the page it found outlined; or in words why nothing is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme
from ui.widgets.icon import draw_icon

_ICON: Final = 48
_OUTLINE: Final = 3.0


class LivePicture(QWidget):
    """Draws pictures that were decoded and scaled elsewhere: a paint costs one copy."""

    def __init__(self, look: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._name = name
        self._picture = QImage()
        self._page: Sequence[tuple[float, float]] = ()
        self._words = ""
        self._flash = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(look.px(240), look.px(180))
        self.setAccessibleName(name)

    def show_picture(
        self, picture: QImage, page: Sequence[tuple[float, float]] = (), *, taken: bool = False
    ) -> None:
        """Draw a picture with the corners of the page in it; ``taken`` marks the one that was kept."""
        self._picture, self._page, self._words, self._flash = picture, page, "", taken
        self.update()

    def show_words(self, words: str) -> None:
        """Draw a sentence in place of the picture."""
        self._picture, self._page, self._words = QImage(), (), words
        self.setAccessibleName(f"{self._name} {words}")
        self.update()

    @property
    def live(self) -> bool:
        """Whether a picture is on show."""
        return not self._picture.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.bg))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._picture.isNull():
            self._paint_words(painter)
            return
        spot = QRectF(QPointF(), self._picture.deviceIndependentSize())
        spot.moveCenter(QRectF(self.rect()).center())
        painter.drawImage(spot.topLeft(), self._picture)
        if len(self._page) > 1:
            self._paint_page(painter, spot)

    def _paint_page(self, painter: QPainter, spot: QRectF) -> None:
        corners = [
            QPointF(spot.left() + x * spot.width(), spot.top() + y * spot.height()) for x, y in self._page
        ]
        tone = QColor(self._look.tokens.ok if self._flash else self._look.tokens.brand)
        soft = QColor(tone)
        soft.setAlphaF(0.25 if self._flash else 0.0)
        painter.setPen(QPen(tone, _OUTLINE))
        painter.setBrush(soft)
        painter.drawPolygon(QPolygonF(corners))

    def _paint_words(self, painter: QPainter) -> None:
        tokens, side = self._look.tokens, self._look.px(_ICON)
        middle = QRectF(self.rect()).center()
        spot = QRectF(middle.x() - side / 2, middle.y() - side * 1.6, side, side)
        draw_icon(painter, "camera", tokens.sub, spot)
        painter.setPen(QColor(tokens.ink))
        room = QRectF(self.rect()).adjusted(24, 0, -24, 0)
        room.setTop(middle.y() - side * 0.3)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(room, int(flags) | int(Qt.TextFlag.TextWordWrap), self._words)
