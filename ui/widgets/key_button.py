"""A button that shows its key, and while its act runs what it is doing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.icon import draw_icon
from ui.widgets.label import repolish
from ui.widgets.ring import draw_ring


class KeyButton(QPushButton):
    """``act`` names the intent in ``ui.keys``; ``kind``: primary, plain, quiet, on_brand."""

    def __init__(
        self,
        look: Theme,
        act: str,
        text: str,
        *,
        kind: str = "plain",
        icon: str = "",
        key: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.act = act
        self._look = look
        self._label = text
        self._icon_name = icon
        self._key = KEYS.get(act, "") if key is None else key
        self._kind = kind
        self._busy = False
        self.setObjectName(act)
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._name()

    @property
    def key(self) -> str:
        return self._key

    @property
    def _cap(self) -> str:
        """The key as it is called on a keyboard and in every sentence."""
        return self._key.replace("Return", "Enter")

    def set_kind(self, kind: str) -> None:
        if kind != self._kind:
            self._kind = kind
            self.setProperty("kind", kind)
            repolish(self)

    def set_key(self, key: str) -> None:
        """Show another key, where what a key does has changed."""
        if key != self._key:
            self._key = key
            self._name()
            self.updateGeometry()
            self.update()

    def set_label(self, text: str) -> None:
        self._label = text
        if not self._busy:
            self.setText(text)
            self._name()
            self.updateGeometry()

    def set_busy(self, text: str | None) -> None:
        """Show the running act in place of the label; None gives the label back."""
        self._busy = text is not None
        self.setText(text or self._label)
        self._name()
        self.update()

    @property
    def busy(self) -> bool:
        return self._busy

    def sizeHint(self) -> QSize:
        words = self._metrics().horizontalAdvance(self._label)
        width = words + 2 * self._look.grid(1.5) + self._icon_room() + self._key_room()
        return QSize(width, self._look.px(36))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()} {self._cap}".strip())

    def _bold_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._look.type("base"))
        font.setBold(self._kind in ("primary", "on_brand"))
        return font

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._bold_font())

    def _cap_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._look.type("small"))
        font.setBold(False)
        return font

    def _icon_room(self) -> int:
        return self._look.px(18) + self._look.grid() if self._icon_name else 0

    def _cap_width(self) -> int:
        return QFontMetrics(self._cap_font()).horizontalAdvance(self._cap) + self._look.grid(1.25)

    def _key_room(self) -> int:
        return self._cap_width() + self._look.grid() if self._key else 0

    def _ink(self) -> QColor:
        tokens = self._look.tokens
        if self._kind == "on_brand":
            return QColor(tokens.brand if self.isEnabled() else tokens.on_brand)
        if not self.isEnabled():
            return QColor(tokens.sub)
        tone = {"primary": tokens.on_brand, "quiet": tokens.brand}
        return QColor(tone.get(self._kind, tokens.ink))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        if self._kind == "primary":
            draw_ring(painter, self, self._look.tokens.on_brand)
        ink = self._ink()
        words = self._metrics().horizontalAdvance(self.text())
        content = self._icon_room() + words + self._key_room()
        left = max(self._look.grid(1), (self.width() - content) / 2)
        left = self._paint_icon(painter, ink, left)
        painter.setPen(ink)
        painter.setFont(self._bold_font())
        painter.drawText(
            QRectF(left, 0, words + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        self._paint_key(painter, ink, left + words + self._look.grid())

    def _paint_icon(self, painter: QPainter, ink: QColor, left: float) -> float:
        if not self._icon_name:
            return left
        side = self._look.px(18)
        name = "busy" if self._busy else self._icon_name
        draw_icon(painter, name, ink.name(), QRectF(left, (self.height() - side) / 2, side, side))
        return left + self._icon_room()

    def _paint_key(self, painter: QPainter, ink: QColor, left: float) -> None:
        if not self._key:
            return
        height = self._look.px(20)
        cap = QRectF(left, (self.height() - height) / 2, self._cap_width(), height)
        edge = QColor(ink)
        edge.setAlphaF(0.45)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(ink)
        painter.setFont(self._cap_font())
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._cap)
