"""A combo box with our own arrow; the wheel must not change what nobody meant to change."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QWidget

from ui.theme import Theme
from ui.widgets.icon import draw_icon


class ListKey(QEvent):
    """A function key that came to an open list; whoever gives out the keys of the window takes it."""

    TYPE: Final = QEvent.Type(QEvent.registerEventType())

    def __init__(self, key: QKeyEvent) -> None:
        super().__init__(self.TYPE)
        self.key = key.clone()


class Combo(QComboBox):
    """As wide as its room, not as its longest entry."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._list_keys: _ListKeys | None = None
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._look.px(34))

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Shorten what has no room by whole characters."""
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room - self._look.grid(1)
        )

    def showPopup(self) -> None:
        """Open the list as wide as its longest entry, where the window has the room."""
        view = self.view()
        room = self.window().width() - self.mapTo(self.window(), QPoint(0, 0)).x()
        longest = view.sizeHintForColumn(0) + self._look.grid(4)
        view.setMinimumWidth(max(self.width(), min(longest, room)))
        if self._list_keys is None:
            self._list_keys = _ListKeys(self)
        super().showPopup()

    def leave_list(self, event: QKeyEvent) -> None:
        """A key of the window in the open list: take the row under the cursor, then hand the key on."""
        row = self.view().currentIndex().row()
        self.hidePopup()
        if row not in (-1, self.currentIndex()):
            self.setCurrentIndex(row)
            self.activated.emit(row)
        QCoreApplication.sendEvent(self.window(), ListKey(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = self._look.px(16)
        left = self.width() - side - self._look.grid(1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spot = QRectF(left, (self.height() - side) / 2, side, side)
        draw_icon(painter, "chevron", self._look.tokens.sub, spot)


class _ListKeys(QObject):
    """The open list is a window of its own, where no shortcut of the main window works: give them back."""

    def __init__(self, combo: Combo) -> None:
        super().__init__(combo)
        self._combo = combo
        combo.view().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
            if function:
                self._combo.leave_list(event)
            return function
        return super().eventFilter(watched, event)
