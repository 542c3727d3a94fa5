"""One box to type in and the lines that match: panels, or what can be practised."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.texts import _
from ui.theme import Theme
from ui.widgets.layout import column
from ui.widgets.row_list import ListRow, RowList

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PalettePage(QWidget):
    """Emits ``chosen(key)``."""

    chosen = Signal(str)

    def __init__(
        self, look: Theme, parent: QWidget | None = None, *, asks: str = "", named: str = ""
    ) -> None:
        """``asks`` stands in the empty box, ``named`` is the accessible name of the list."""
        super().__init__(parent)
        self._rows: tuple[ListRow, ...] = ()
        self.box = QLineEdit()
        asks = asks or _("要做什么？")
        self.box.setPlaceholderText(asks)
        self.box.setAccessibleName(asks)
        self.box.textChanged.connect(self._filter)
        self.box.installEventFilter(self)
        self.list = RowList(look, named or _("更多功能"), empty=_("没有这样的功能，换个词试试。"))
        self.list.chosen.connect(self.chosen)
        self.setLayout(column(self.box, self.list, gap=look.grid(1)))

    def show_rows(self, rows: tuple[ListRow, ...]) -> None:
        """Draw all rows and begin anew with an empty box."""
        self._rows = rows
        self.box.clear()
        self._filter("")
        self.box.setFocus()

    def fill(self, rows: tuple[ListRow, ...]) -> None:
        """Draw other rows; what is typed already goes on filtering."""
        self._rows = rows
        self._filter(self.box.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows and Enter act on the list while the cursor stays in the box."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            QApplication.sendEvent(self.list, event)
            return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        part = text.strip().casefold()
        self.list.show_rows(tuple(row for row in self._rows if part in f"{row.title}{row.detail}".casefold()))
