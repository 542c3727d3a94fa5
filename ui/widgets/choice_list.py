"""A short list that opens at a button, takes the cursor, and gives it back: Up, Down, Enter, Esc."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.services.views import Suggestion
from ui.theme import Theme
from ui.widgets.suggest import Matches

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ChoiceList(Matches):
    """Emits ``chosen(value)``. It is made once and lies on the window of its owner."""

    chosen = Signal(str)

    def __init__(self, look: Theme, name: str, owner: QWidget) -> None:
        super().__init__(look, owner)
        self._found: tuple[Suggestion, ...] = ()
        self._back: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(name)
        self.setObjectName("choices")
        self.itemClicked.connect(lambda _item: self._take())

    def show_under(self, line: QWidget, found: tuple[Suggestion, ...]) -> None:
        self._back = QApplication.focusWidget()
        self._found = found
        self.lie_on(line.window())
        super().show_under(line, found)
        self.setFocus()

    def _take(self) -> None:
        row = self.currentRow()
        self._leave()
        if 0 <= row < len(self._found):
            self.chosen.emit(self._found[row].value)

    def _leave(self) -> None:
        back, self._back = self._back, None
        self.hide()
        if back is not None and back.isVisible():
            back.setFocus()

    def event(self, event: QEvent) -> bool:
        """While it is open Esc and Enter belong to it, not to the window."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() in (*_ENTER, Qt.Key.Key_Escape):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._back = None
        self.hide()
