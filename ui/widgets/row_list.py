"""A list of records: icon, title and detail on the left; a word, a time or a key on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.theme import Theme
from ui.widgets.icon import draw_icon

Index = QModelIndex | QPersistentModelIndex
_ROW: Final = Qt.ItemDataRole.UserRole
_VCENTER: Final = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class ListRow:
    """One record. ``pill`` is a word on a surface of ``tone`` (ok, warn, bad, brand, sub); ``cap`` a key."""

    key: str
    title: str
    detail: str = ""
    icon: str = ""
    right: str = ""
    pill: str = ""
    tone: str = "sub"
    cap: str = ""


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[ListRow, ...] = ()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == _ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return "，".join(part for part in (row.title, row.detail, row.pill, row.right, row.cap) if part)
        return None

    def show(self, rows: tuple[ListRow, ...]) -> None:
        """Rows of the same keys change in place, so that the cursor stays."""
        if [row.key for row in rows] == [row.key for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: ListRow = index.data(_ROW)
        return QSize(self._look.px(200), self._look.px(52 if row.detail else 36))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ListRow = index.data(_ROW)
        look, tokens = self._look, self._look.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.brand_soft))
            painter.drawRoundedRect(whole, 6, 6)
        else:
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(whole.bottomLeft(), whole.bottomRight())
        room = whole.adjusted(look.grid(1.5), 0, -look.grid(1.5), 0)
        room = self._icon(painter, row, room)
        room = self._right(painter, option.font, row, room)
        self._words(painter, option.font, row, room)
        painter.restore()

    def _icon(self, painter: QPainter, row: ListRow, room: QRectF) -> QRectF:
        if not row.icon:
            return room
        side = self._look.px(20)
        spot = QRectF(room.left(), room.center().y() - side / 2, side, side)
        draw_icon(painter, row.icon, self._look.tokens.brand, spot)
        return room.adjusted(side + self._look.grid(1.5), 0, 0, 0)

    def _words(self, painter: QPainter, base: QFont, row: ListRow, room: QRectF) -> None:
        look, tokens = self._look, self._look.tokens
        upper = room
        if row.detail:
            half = room.height() / 2
            upper = room.adjusted(0, look.px(4), 0, -half + look.px(2))
            lower = room.adjusted(0, half - look.px(2), 0, -look.px(4))
            self._write(painter, self._font(base, "small"), tokens.sub, lower, row.detail)
        self._write(painter, self._font(base, "base", bold=bool(row.detail)), tokens.ink, upper, row.title)

    def _right(self, painter: QPainter, base: QFont, row: ListRow, room: QRectF) -> QRectF:
        """Draw what stands at the right end and return the room that is left."""
        tokens = vars(self._look.tokens)
        if row.cap:
            room = self._boxed(painter, base, row.cap, room, None, tokens["edge"], tokens["sub"])
        if row.pill:
            surface = tokens.get(f"{row.tone}_soft", tokens["bg"])
            room = self._boxed(painter, base, row.pill, room, surface, surface, tokens[row.tone])
        if row.right:
            font = self._font(base, "small")
            width = QFontMetricsF(font).horizontalAdvance(row.right) + 1
            spot = QRectF(room.right() - width, room.top(), width, room.height())
            self._write(painter, font, tokens["sub"], spot, row.right)
            room = room.adjusted(0, 0, -width - self._look.grid(1.5), 0)
        return room

    def _boxed(
        self, painter: QPainter, base: QFont, text: str, room: QRectF, fill: str | None, edge: str, ink: str
    ) -> QRectF:
        look = self._look
        font = self._font(base, "small")
        width = QFontMetricsF(font).horizontalAdvance(text) + look.grid(2)
        height = look.px(22)
        box = QRectF(room.right() - width, room.center().y() - height / 2, width, height)
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return room.adjusted(0, 0, -width - look.grid(1.5), 0)

    def _font(self, base: QFont, size: str, *, bold: bool = False) -> QFont:
        font = QFont(base)
        font.setPixelSize(self._look.type(size))
        font.setBold(bold)
        return font

    def _write(self, painter: QPainter, font: QFont, colour: str, room: QRectF, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _VCENTER | Qt.AlignmentFlag.AlignLeft, shown)


class RowList(QListView):
    """Emits ``chosen(key)`` for Enter or a double click, ``moved(key)`` when the cursor moves.

    ``said_empty`` is what is said in place of rows while there are none.
    """

    chosen = Signal(str)
    moved = Signal(str)

    def __init__(self, look: Theme, name: str, *, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.said_empty = empty
        self._model = _Rows(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(look, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(self.EditTrigger.NoEditTriggers)
        self.setAccessibleName(name)
        self.activated.connect(lambda index: self.chosen.emit(self._model.rows[index.row()].key))
        self.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))

    def show_rows(self, rows: tuple[ListRow, ...]) -> None:
        """Draw the rows; the cursor stays on its record, or stands on the first."""
        before = self.current()
        self._model.show(rows)
        keys = [row.key for row in rows]
        if keys:
            self.setCurrentIndex(self._model.index(keys.index(before) if before in keys else 0))
        self.viewport().update()

    def say_empty(self, words: str) -> None:
        """Say something else in place of rows."""
        self.said_empty = words
        self.viewport().update()

    def select(self, key: str) -> None:
        """Put the cursor on the record of that key, if it is there."""
        keys = [row.key for row in self._model.rows]
        if key in keys:
            self.setCurrentIndex(self._model.index(keys.index(key)))

    def current(self) -> str:
        """Return the key of the row under the cursor, else an empty string."""
        index = self.currentIndex()
        return self._model.rows[index.row()].key if index.isValid() else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The current row stays in sight when the list has to make room."""
        super().resizeEvent(event)
        self.scrollTo(self.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rows and self.said_empty:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._look.tokens.sub))
            room = QRectF(self.viewport().rect())
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.said_empty)

    def _tell(self, index: Index) -> None:
        if index.isValid():
            self.moved.emit(self._model.rows[index.row()].key)
