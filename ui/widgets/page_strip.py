"""The pages of the dossier as thumbnails: arrows move, Delete takes one out."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.services.views import PageView
from app.texts import _
from ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
PAGE: Final = Qt.ItemDataRole.UserRole
PICTURE: Final = Qt.ItemDataRole.UserRole + 1


class PageModel(QAbstractListModel):
    """Pages in order; a picture is decoded once for each content hash."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: tuple[PageView, ...] = ()
        self._pictures: dict[str, QPixmap] = {}

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._pages)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        page = self._pages[index.row()]
        if role == PAGE:
            return page
        if role == PICTURE:
            return self._picture(page)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            words = _("第 {number} 页，{name}，已遮住") if page.covered else _("第 {number} 页，{name}")
            return words.format(number=page.position, name=page.material_name)
        return None

    def _picture(self, page: PageView) -> QPixmap:
        if page.sha256 not in self._pictures:
            picture = QPixmap()
            picture.loadFromData(page.thumbnail)
            self._pictures[page.sha256] = picture
        return self._pictures[page.sha256]

    def show_pages(self, pages: tuple[PageView, ...]) -> None:
        """Change to the new pages; rows whose page stays in place are kept."""
        old, head = self._pages, 0
        while head < min(len(old), len(pages)) and old[head].page_id == pages[head].page_id:
            head += 1
        if head < len(old):
            self.beginRemoveRows(QModelIndex(), head, len(old) - 1)
            self._pages = old[:head]
            self.endRemoveRows()
        if head < len(pages):
            self.beginInsertRows(QModelIndex(), head, len(pages) - 1)
            self._pages = pages
            self.endInsertRows()
        self._pages = pages
        kept = {page.sha256 for page in pages}
        self._pictures = {key: picture for key, picture in self._pictures.items() if key in kept}
        if head and old[:head] != pages[:head]:
            self.dataChanged.emit(self.index(0), self.index(head - 1))

    def all(self) -> tuple[PageView, ...]:
        return self._pages

    def page(self, row: int) -> PageView | None:
        return self._pages[row] if 0 <= row < len(self._pages) else None


class PageDelegate(QStyledItemDelegate):
    """A sheet of paper with its number on it and its material below."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.sheet = QSize(56, 76)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = max(self.sheet.width() + 2 * self._look.grid(), self._look.px(72))
        return QSize(width, self.sheet.height() + self._look.grid(1.5) + self._look.px(20))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        page, picture = index.data(PAGE), index.data(PICTURE)
        look, tokens = self._look, self._look.tokens
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        room = QRectF(option.rect)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        width, height = self.sheet.width(), self.sheet.height()
        sheet = QRectF(room.center().x() - width / 2, room.top() + look.grid(0.5), width, height)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.brand_soft))
            painter.drawRoundedRect(room.adjusted(1, 0, -1, 0), 6, 6)
        painter.setBrush(QColor("#FFFFFF"))
        painter.setPen(QPen(QColor(tokens.brand if selected else tokens.edge), 2 if selected else 1))
        painter.drawRoundedRect(sheet, 3, 3)
        if not picture.isNull():
            inner = sheet.adjusted(3, 3, -3, -3)
            size = QSize(picture.size()).scaled(inner.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            spot = QRectF(0, 0, size.width(), size.height())
            spot.moveCenter(inner.center())
            painter.drawPixmap(spot.toRect(), picture)
        if page.covered:
            self._write_cover(painter, option.font, sheet)
        words = room.adjusted(2, sheet.bottom() - room.top() + 2, -2, 0)
        self._write(painter, option.font, page, words)
        painter.restore()

    def _write_cover(self, painter: QPainter, base: QFont, sheet: QRectF) -> None:
        """The picture of an identity document is not shown here; the sheet says so."""
        tokens = self._look.tokens
        inner = sheet.adjusted(3, 3, -3, -3)
        painter.fillRect(inner, QColor(tokens.brand_soft))
        font = QFont(base)
        font.setPixelSize(self._look.type("small"))
        painter.setFont(font)
        painter.setPen(QColor(tokens.ink))
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, _("已遮住"))

    def _write(self, painter: QPainter, base: QFont, page: PageView, room: QRectF) -> None:
        font = QFont(base)
        font.setPixelSize(self._look.type("small"))
        painter.setFont(font)
        painter.setPen(QColor(self._look.tokens.sub))
        text = f"{page.position} {page.material_name}"
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, shown)


class PageStrip(QListView):
    """One row that scrolls sideways when docked under a form, a wall of pages on its own step."""

    remove = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.pages = PageModel(self)
        self.setModel(self.pages)
        self._delegate = PageDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(self.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("已收的页"))
        self.show_as(wall=False)

    def show_as(self, *, wall: bool) -> None:
        """Choose between the wall and the docked row."""
        self._delegate.sheet = QSize(96, 128) if wall else QSize(48, 66)
        self.setWrapping(wall)
        self.setFlow(QListView.Flow.LeftToRight)
        off, when_needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(when_needed if wall else off)
        self.setHorizontalScrollBarPolicy(off if wall else when_needed)
        self.setSpacing(self._look.grid(0.25))
        row_height = self._delegate.sheet.height() + self._look.px(20) + self._look.grid(4)
        self.setMinimumHeight(row_height)
        self.setMaximumHeight(16777215 if wall else row_height)
        self.scheduleDelayedItemsLayout()

    def current(self) -> PageView | None:
        return self.pages.page(self.currentIndex().row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            page = self.current()
            if page is not None:
                self.remove.emit(page.page_id)
        elif event.text().isalpha():
            event.ignore()
        else:
            super().keyPressEvent(event)
