"""A line with a list of the best matches under it: characters, numbers, pinyin initials, whatever it knows.

The list is asked on the GUI thread: it is pure and answers within 20 ms. It lies on the window, not in one
of its own, so that every key of the window goes on working.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.services.views import FieldView, Source, Suggestion
from app.texts import _
from ui.theme import Theme
from ui.widgets.inputs import LineInput

Suggest = Callable[[str], tuple[Suggestion, ...]]
MOST_SHOWN: Final = 9
_MOVED: Final = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutRequest)
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, *_ENTER, Qt.Key.Key_Escape)


class Matches(QListWidget):
    """The best matches under a line; the line keeps the cursor."""

    def __init__(self, look: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self._over = window
        self._row = QSize(0, look.px(28))
        self._under: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("可选的内容"))
        self.setObjectName("matches")
        self.setUniformItemSizes(True)
        self.hide()

    def lie_on(self, window: QWidget) -> None:
        """Lie on this window, which the owner may not have had yet when the list was made."""
        if window is not self._over:
            self._over = window
            self.setParent(window)

    def show_under(self, line: QWidget, found: tuple[Suggestion, ...]) -> None:
        self.clear()
        for suggestion in found:
            item = QListWidgetItem(_line(suggestion))
            item.setSizeHint(self._row)
            self.addItem(item)
        self.setCurrentRow(0)
        self._follow(line)
        self._place()
        self.show()
        self.raise_()

    def _follow(self, line: QWidget) -> None:
        """Stay under the line when it, or what holds it, is laid out anew: a new line has no place yet."""
        if line is self._under:
            return
        for known in self._watched:
            if shiboken6.isValid(known):
                known.removeEventFilter(self)
        self._under, self._watched = line, []
        widget: QWidget | None = line
        while widget is not None and widget is not self._over:
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        window, line = self._over, self._under
        if line is None or not shiboken6.isValid(line):
            return
        below = line.mapTo(window, QPoint(0, line.height()))
        height = min(self.count(), MOST_SHOWN) * self._row.height() + 2 * self.frameWidth()
        if below.y() + height > window.height():
            below.setY(max(line.mapTo(window, QPoint(0, 0)).y() - height, 0))
        self.setGeometry(below.x(), below.y(), max(line.width(), self._look.px(420)), height)

    def step(self, by: int) -> None:
        self.setCurrentRow(max(0, min(self.count() - 1, self.currentRow() + by)))


class SuggestInput(LineInput):
    """Free lines (a cause) keep what is typed; bound ones (a matter) change only when one is chosen.

    Down opens the list of an empty line too. Emits ``disliked(value)`` for a favourite to be forgotten,
    ``unknown(text)`` while a bound line holds what is not in the list, "" when it no longer does.
    """

    disliked = Signal(str)
    unknown = Signal(str)

    def __init__(self, look: Theme, view: FieldView, suggest: Suggest, parent: QWidget | None = None) -> None:
        self._free = view.kind == "cause"
        self._names = dict(view.choices)
        self._chosen = view.value
        self._suggest = suggest
        self._found: tuple[Suggestion, ...] = ()
        self._matches: Matches | None = None
        super().__init__(look, view, parent)

    def ask(self, suggest: Suggest) -> None:
        """Ask this from now on: a box outlives the visit, and what is offered changes with each."""
        self._suggest = suggest

    def _offer(self, view: FieldView) -> None:
        """The list is our own."""

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What the list shows now."""
        return self._found if self._open else ()

    @property
    def _open(self) -> bool:
        return self._matches is not None and self._matches.isVisible()

    def value(self) -> str:
        return self.text() if self._free else self._chosen

    def set_value(self, value: str) -> None:
        self._chosen = value
        shown = value if self._free else self._names.get(value, value)
        if shown != self.text():
            self.setText(shown)
            self.setCursorPosition(len(shown) if self.hasFocus() else 0)

    def show_source(self, source: Source | None) -> None:
        """A matter is always chosen by hand: no chip takes room from its name."""
        super().show_source(source if self._free else None)

    def composing(self) -> bool:
        return super().composing() or (not self._free and self.text() != self._names.get(self._chosen))

    def _changed(self, text: str) -> None:
        if self._free:
            self.typed.emit(text)
        found = self._suggest(text)
        exact = len(found) == 1 and found[0].label == text
        self._offer_matches(() if exact else found)
        if not self._free:
            self.unknown.emit("" if found else text)

    def _offer_matches(self, found: tuple[Suggestion, ...]) -> None:
        self._found = found
        if found and self.hasFocus():
            self._list().show_under(self, found)
        else:
            self._hide()

    def _stand_on_chosen(self) -> None:
        """In the whole list the row of what is chosen has the mark: Enter alone changes nothing."""
        rows = [row for row, one in enumerate(self._found) if one.value == self._chosen]
        if rows and self._open and not self._free:
            self._list().setCurrentRow(rows[0])

    def _forget_current(self) -> None:
        row = self._list().currentRow()
        if 0 <= row < len(self._found) and self._found[row].liked:
            gone = self._found[row]
            self.disliked.emit(gone.value)
            kept = self._found[:row] + self._found[row + 1 :]
            self._offer_matches(kept if not self.text() else self._found)

    def _list(self) -> Matches:
        if self._matches is None:
            self._matches = Matches(self._look, self.window())
            self._matches.itemClicked.connect(lambda _item: self._take_current())
            self.destroyed.connect(self._matches.deleteLater)
        return self._matches

    def _hide(self) -> None:
        if self._matches is not None:
            self._matches.hide()

    def _take_current(self) -> None:
        row = self._list().currentRow()
        if 0 <= row < len(self._found):
            self._take(self._found[row])

    def _take(self, suggestion: Suggestion) -> None:
        self._hide()
        self.unknown.emit("")
        self._chosen = suggestion.value
        self.setText(suggestion.label if self._free else self._names.get(suggestion.value, suggestion.label))
        self.typed.emit(suggestion.value)
        self.left.emit()

    def event(self, event: QEvent) -> bool:
        """While the list is open Esc and Enter belong to it, not to the window."""
        override = event.type() == QEvent.Type.ShortcutOverride and self._open
        if override and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo)
            if undo and not self._free and not self.isUndoAvailable():
                event.ignore()  # a choice is taken back by the window
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._open and event.key() == Qt.Key.Key_Down:
            self._offer_matches(self._suggest(self.text() if self._free else ""))
            self._stand_on_chosen()
        elif self._open and _is_forget(event):
            self._forget_current()
        elif self._is_strange() and event.key() in _ENTER:
            self.unknown.emit(self.text())
            self.selectAll()
        elif not self._open or event.key() not in _KEYS:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._list().step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self._hide()
        else:
            self._take_current()

    def _is_strange(self) -> bool:
        """Say whether a bound line holds what nothing in its list is called."""
        text = self.text()
        return not self._free and text != self._names.get(self._chosen, "") and not self._suggest(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self._free:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
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


def _is_forget(event: QKeyEvent) -> bool:
    shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    return shift and event.key() == Qt.Key.Key_Delete


def _line(suggestion: Suggestion) -> str:
    """The words of a line; beside a favourite stands the key that forgets it."""
    liked = _("常用（Shift+Del 去掉）") if suggestion.liked else ""
    return "　".join(word for word in (suggestion.label, liked, suggestion.detail) if word)
