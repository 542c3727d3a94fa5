"""Waiting and missed numbers as an item model: a refresh touches only the rows that changed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.services.views import TicketRow
from app.texts import _
from ui.theme import Theme
from ui.widgets.icon import draw_icon

Index = QModelIndex | QPersistentModelIndex
ROW: Final = Qt.ItemDataRole.UserRole


class TicketModel(QAbstractListModel):
    """The rows in the order of the queue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[TicketRow, ...] = ()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        ticket = self._rows[index.row()]
        if role == ROW:
            return ticket
        if role == Qt.ItemDataRole.DisplayRole:
            return ticket.number
        if role == Qt.ItemDataRole.AccessibleTextRole:
            kind = _("绿色通道") if ticket.green else ticket.group
            words = _("{number}，{kind}，已等 {minutes} 分钟")
            told = words.format(number=ticket.number, kind=kind, minutes=ticket.waited_minutes)
            return f"{told}，{ticket.note}" if ticket.note else told
        return None

    def show_rows(self, rows: tuple[TicketRow, ...]) -> None:
        """Change to the new rows: keep the common head and tail, replace what lies between."""
        old = self._rows
        head = _common(old, rows)
        tail = _common(old[head:][::-1], rows[head:][::-1])
        gone, come = len(old) - head - tail, len(rows) - head - tail
        if gone:
            self.beginRemoveRows(QModelIndex(), head, head + gone - 1)
            self._rows = old[:head] + old[len(old) - tail :]
            self.endRemoveRows()
        if come:
            self.beginInsertRows(QModelIndex(), head, head + come - 1)
            self._rows = rows
            self.endInsertRows()
        self._rows = rows
        if old != rows and rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def row(self, index: int) -> TicketRow | None:
        return self._rows[index] if 0 <= index < len(self._rows) else None


def _common(first: tuple[TicketRow, ...], second: tuple[TicketRow, ...]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one.number != other.number:
            break
        count += 1
    return count


class TicketDelegate(QStyledItemDelegate):
    """Number, what for, minutes; a green ticket has a leaf and the word."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._look.px(120), self._look.px(34))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ticket = index.data(ROW)
        look, tokens = self._look, self._look.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.brand_soft))
            painter.drawRoundedRect(rect, 6, 6)
        room = rect.adjusted(look.grid(1), 0, -look.grid(1), 0)
        font = QFont(option.font)
        font.setBold(True)
        self._write(painter, font, tokens.ink, room, Qt.AlignmentFlag.AlignLeft, ticket.number)
        minutes = _("{minutes} 分").format(minutes=ticket.waited_minutes)
        font.setBold(False)
        self._write(painter, font, tokens.ink, room, Qt.AlignmentFlag.AlignRight, minutes)
        self._paint_kind(painter, font, ticket, room)
        painter.restore()

    def _paint_kind(self, painter: QPainter, font: QFont, ticket: TicketRow, room: QRectF) -> None:
        look, tokens = self._look, self._look.tokens
        font.setPixelSize(look.type("small"))
        middle = room.adjusted(look.px(60), 0, -look.px(42), 0)
        if ticket.green:
            side = look.px(16)
            spot = QRectF(middle.left(), middle.center().y() - side / 2, side, side)
            draw_icon(painter, "leaf", tokens.ok, spot)
            middle = middle.adjusted(side + look.grid(0.5), 0, 0, 0)
        words = _("绿色通道") if ticket.green else ticket.group
        words = ticket.note or (_("时效") if ticket.urgent else words)
        words = f"{words} ×{ticket.cases}" if ticket.cases > 1 else words
        tone = tokens.ok if ticket.green else tokens.sub
        self._write(painter, font, tone, middle, Qt.AlignmentFlag.AlignLeft, words)

    def _write(
        self, painter: QPainter, font: QFont, colour: str, room: QRectF, side: Qt.AlignmentFlag, text: str
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)


class TicketList(QListView):
    """Letters go on to the window, where Y and N answer a question; Enter chooses a row."""

    chosen = Signal(str)

    def __init__(self, look: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tickets = TicketModel(self)
        self.setModel(self.tickets)
        self.setItemDelegate(TicketDelegate(look, self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(self.EditTrigger.NoEditTriggers)
        self.setAccessibleName(name)
        self.activated.connect(self._choose)

    def current(self) -> TicketRow | None:
        """Return the row under the cursor, else the first."""
        return self.tickets.row(max(self.currentIndex().row(), 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isalpha():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        ticket = self.tickets.row(index.row())
        if ticket is not None:
            self.chosen.emit(ticket.number)
