"""The steps of a visit as tabs: any order, each with its mark, its key and one word of how it stands."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QStyle, QStyleOptionButton, QWidget

from app.services.views import StepState, StepView
from app.texts import _
from ui.keys import step_key
from ui.theme import Theme
from ui.widgets.badge import Shape, draw_badge
from ui.widgets.ring import draw_ring

STEPS: Final = ("identity", "matter", "parties", "materials", "confirmation", "outcome")


class StepButton(QPushButton):
    """Two lines: title with mark, then key and summary."""

    def __init__(self, look: Theme, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._key = step_key(index)
        self._view = StepView("", "", StepState.OPEN)
        self.setProperty("kind", "step")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_step(self, view: StepView) -> None:
        self._view = view
        self.setText(view.title)
        states = {
            StepState.OPEN: _("未完"),
            StepState.DONE: _("已完成"),
            StepState.ATTENTION: _("要处理"),
        }
        self.setAccessibleName(f"{view.title}，{states[view.state]} {view.summary} {self._key}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(96), self._look.px(32 if self._look.large else 48))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        tokens = self._look.tokens
        current = self.isChecked()
        if current:
            draw_ring(painter, self, tokens.on_brand)
        ink, sub = (tokens.on_brand, tokens.on_brand) if current else (tokens.ink, tokens.sub)
        key_font = QFont(self.font())
        key_font.setPixelSize(self._look.type("tiny"))
        if self._look.large:
            key_room = self._look.px(40)
            self._paint_title(painter, QColor(ink), QRectF(0, 0, self.width() - key_room, self.height()))
            self._paint_key(
                painter, key_font, sub, QRectF(self.width() - key_room, 0, key_room, self.height())
            )
            return
        self._paint_title(painter, QColor(ink), QRectF(0, self._look.px(5), self.width(), self._look.px(21)))
        below = QRectF(4, self._look.px(26), self.width() - 8, self._look.px(17))
        self._paint_key(painter, key_font, sub, below)

    def _paint_key(self, painter: QPainter, font: QFont, colour: str, room: QRectF) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        summary = "" if self._look.large else self._view.summary
        words = f"{self._key} · {summary}" if summary else self._key
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_title(self, painter: QPainter, ink: QColor, room: QRectF) -> None:
        font = QFont(self.font())
        font.setPixelSize(self._look.type("base"))
        font.setBold(self.isChecked())
        painter.setFont(font)
        shape = {StepState.DONE: Shape.CHECK, StepState.ATTENTION: Shape.ALERT}.get(self._view.state)
        side = self._look.px(14)
        mark = side + self._look.grid(0.75) if shape else 0
        words = painter.fontMetrics().horizontalAdvance(self._view.title)
        left = (room.width() - words - mark) / 2
        painter.setPen(ink)
        painter.drawText(
            QRectF(left, room.top(), words + 2, room.height()),
            Qt.AlignmentFlag.AlignVCenter,
            self._view.title,
        )
        if shape:
            spot = QRectF(left + words + self._look.grid(0.75), room.center().y() - side / 2, side, side)
            self._paint_mark(painter, shape, spot)

    def _paint_mark(self, painter: QPainter, shape: Shape, spot: QRectF) -> None:
        tokens = self._look.tokens
        current = self.isChecked()
        fill = tokens.on_brand if current else tokens.ok if shape is Shape.CHECK else tokens.warn
        paper = tokens.brand if current else tokens.card
        draw_badge(painter, shape, QColor(fill), QColor(paper), spot)


class StepTabs(QWidget):
    """Emits ``chosen(key)``; at large type the tabs take two rows."""

    chosen = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, StepButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look.grid())
        across = 3 if look.large else len(STEPS)
        for index, key in enumerate(STEPS):
            button = StepButton(look, index)
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            grid.addWidget(button, index // across, index % across)
            self._group.addButton(button)
            self._buttons[key] = button

    def show_steps(self, steps: tuple[StepView, ...]) -> None:
        for step in steps:
            if step.key in self._buttons:
                self._buttons[step.key].show_step(step)

    def take_cursor(self) -> None:
        """Put the cursor on the step that is shown."""
        chosen = self._group.checkedButton()
        if chosen is not None:
            chosen.setFocus()

    def choose(self, key: str) -> None:
        self._buttons[key].setChecked(True)
