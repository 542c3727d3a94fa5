"""A line with a list of the best matches under it: characters, numbers, pinyin initials, whatever it knows.

The list is asked on the GUI thread: it is pure and answers within 20 ms.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QStringListModel, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCompleter, QWidget

from app.services.views import FieldView, Suggestion
from ui.theme import Theme
from ui.widgets.inputs import LineInput

Suggest = Callable[[str], tuple[Suggestion, ...]]


class SuggestInput(LineInput):
    """Free lines (a cause) keep what is typed; bound ones (a matter) change only when one is chosen."""

    def __init__(self, look: Theme, view: FieldView, suggest: Suggest, parent: QWidget | None = None) -> None:
        self._free = view.kind == "cause"
        self._names = dict(view.choices)
        self._chosen = view.value
        super().__init__(look, view, parent)
        self._suggest = suggest
        self._found: tuple[Suggestion, ...] = ()
        self._lines = QStringListModel(self)
        self._list = QCompleter(self._lines, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setMaxVisibleItems(9)
        self._list.setWidget(self)
        self._list.activated[QModelIndex].connect(self._picked)

    def _offer(self, view: FieldView) -> None:
        """The list is our own."""

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What the list shows now."""
        popup = self._list.popup()
        return self._found if popup is not None and popup.isVisible() else ()

    def value(self) -> str:
        return self.text() if self._free else self._chosen

    def set_value(self, value: str) -> None:
        self._chosen = value
        shown = value if self._free else self._names.get(value, value)
        if shown != self.text():
            self.setText(shown)
            self.setCursorPosition(len(shown) if self.hasFocus() else 0)

    def composing(self) -> bool:
        return super().composing() or (not self._free and self.text() != self._names.get(self._chosen))

    def _changed(self, text: str) -> None:
        if self._free:
            self.typed.emit(text)
        self._search(text)

    def _search(self, text: str) -> None:
        self._found = self._suggest(text)
        exact = len(self._found) == 1 and self._found[0].label == text
        if exact or not self._found:
            self._hide()
            return
        self._lines.setStringList([_line(suggestion) for suggestion in self._found])
        self._list.complete()
        popup = self._list.popup()
        if popup is not None:
            popup.setCurrentIndex(self._list.completionModel().index(0, 0))

    def _hide(self) -> None:
        popup = self._list.popup()
        if popup is not None:
            popup.hide()

    def _picked(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._found):
            self._take(self._found[index.row()])

    def _take(self, suggestion: Suggestion) -> None:
        self._hide()
        self._chosen = suggestion.value
        self.setText(suggestion.label)
        self.typed.emit(suggestion.value)
        self.left.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self._free and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._settle()
        super().focusOutEvent(event)

    def _settle(self) -> None:
        """On leaving take the best match for letters that are no words; else a bound line goes back."""
        self._hide()
        text = self.text()
        typed = bool(text) and text.isascii() if self._free else text != self._names.get(self._chosen, "")
        best = self._suggest(text)[:1] if typed and text.strip() else ()
        if best and best[0].value != self.value():
            self._take(best[0])
        elif not self._free:
            self.set_value(self._chosen)


def _line(suggestion: Suggestion) -> str:
    return f"{suggestion.label}　{suggestion.detail}" if suggestion.detail else suggestion.label
