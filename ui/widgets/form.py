"""The form of one step: a card for each group, two columns, edits collected and handed on together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.services.views import FieldGroup, FieldView
from ui.theme import Theme
from ui.widgets.card import Card
from ui.widgets.field import Field, is_asked
from ui.widgets.layout import Area

DEBOUNCE_MS: Final = 250
MOST_OPEN: Final = 4
"""Up to how many people stand open; of more only the one that is worked on, the others as lines."""


class Form(QWidget):
    """Emits ``edited(path, text)`` at most ``DEBOUNCE_MS`` after the last key, and at once on leaving.

    ``disliked(value)`` is a favourite that is to be forgotten; ``done`` says that Enter has led through
    everything here.

    How Enter walks: once through every empty field that is asked, first those below the one it is pressed
    in, then those above, then the steps that follow, then on to scan, sign and F12. Whoever presses it in an
    empty field has passed it, and is led there again only when it was asked anew in the meantime or the
    clerk turned to the step again. What an answer asks for later was not passed: the cursor goes back to it.
    It goes by the view that is shown: that this holds what was just typed is seen to by ``HeldKeys``.
    """

    edited = Signal(str, str)
    disliked = Signal(str)
    done = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._cards: dict[str, Card] = {}
        self._visit_id = ""
        self._groups: dict[str, FieldGroup] = {}
        self._opened = ""
        self._landed = ""
        self._passed: set[str] = set()
        self._pending: dict[str, str] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self.flush)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(look.grid())
        self._box.addStretch(1)

    def show_groups(self, visit_id: str, groups: tuple[FieldGroup, ...]) -> None:
        """Draw the groups; boxes of fields that stay are kept, emptied of another visit."""
        keyed = {_key(group, place): group for place, group in enumerate(groups)}
        other = visit_id != self._visit_id
        if other or list(keyed) != list(self._cards):
            self.flush()
            self._drop(keyed)
            self._visit_id = visit_id
        if other:
            self._passed.clear()
            for card in self._cards.values():
                card.forget()
        self._groups = keyed
        for place, (key, group) in enumerate(keyed.items()):
            card = self._card(key, place)
            card.show_folded(group) if self._is_folded(key) else card.show_group(group)
        self._passed &= {view.path for view in self._open()}

    def open_card(self, key: str) -> None:
        """Unfold the card of a party and put the cursor where something is missing."""
        if key not in self._groups:
            return
        self.flush()
        self._opened = key
        self.show_groups(self._visit_id, tuple(self._groups.values()))
        fields = list(self._cards[key].fields.values())
        if fields:
            self._focus(next((f for f in fields if not f.input.value()), fields[0]))

    def _is_folded(self, key: str) -> bool:
        parties = [key for key, group in self._groups.items() if group.key]
        if len(parties) <= MOST_OPEN or key not in parties:
            return False
        return key != (self._opened if self._opened in parties else parties[0])

    def has(self, path: str) -> bool:
        """Say whether the form shows this field, also in a folded card."""
        return any(view.path == path for group in self._groups.values() for view in group.fields)

    def left_empty(self) -> tuple[str, ...]:
        """Labels of the empty fields that are asked, as they stand, each once."""
        return tuple(dict.fromkeys(view.label for view in self._open()))

    def ahead(self) -> tuple[str, ...]:
        """Paths of the empty fields that are asked and Enter has not passed, as they stand."""
        return tuple(view.path for view in self._open() if view.path not in self._passed)

    def walk_again(self) -> None:
        """Let Enter lead through everything that is empty once more."""
        self._passed.clear()

    def field(self, path: str) -> Field | None:
        return next((card.fields[path] for card in self._cards.values() if path in card.fields), None)

    def flush(self) -> None:
        """Hand on what has been typed."""
        self._timer.stop()
        pending, self._pending = self._pending, {}
        for path, text in pending.items():
            field = self.field(path)
            if field is not None:
                field.sent(text)
            self.edited.emit(path, text)

    def focus_first(self) -> None:
        """Put the cursor into the first field, whatever it holds."""
        fields = [field for card in self._cards.values() for field in card.fields.values()]
        if fields:
            self._focus(fields[0])

    def focus_first_open(self) -> None:
        """Put the cursor into the first field that is empty, else into the first."""
        fields = [field for card in self._cards.values() for field in card.fields.values()]
        open_fields = [field for field in fields if not field.input.value()]
        if fields:
            self._focus((open_fields or fields)[0])

    def focus_first_asked(self) -> None:
        """Put the cursor into the first empty field that is asked, if there is one."""
        self._land(self.ahead())

    def land_again(self) -> None:
        """The field Enter led to was answered otherwise (Alt+Y, the card): then the cursor goes on."""
        field = self.field(self._landed)
        if field is None or not field.input.hasFocus() or field.touched:
            self._landed = ""
        elif field.input.value() or not field.asked:
            self._go_on(field.path)

    def focus_on(self, path: str) -> None:
        """Put the cursor into one field, if it is here; a folded card opens."""
        field = self.field(path)
        if field is None:
            holds = (k for k, g in self._groups.items() if any(view.path == path for view in g.fields))
            self.open_card(next(holds, ""))
            field = self.field(path)
        if field is not None:
            self._focus(field)

    def _focus(self, field: Field) -> None:
        """Put the cursor into a field and show it; new boxes get their places first."""
        for card in self._cards.values():
            QApplication.sendPostedEvents(card, QEvent.Type.LayoutRequest.value)
        widget: QWidget | None = self
        while widget is not None and not isinstance(widget, Area):
            QApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest.value)
            widget = widget.parentWidget()
        field.input.setFocus()
        if widget is not None:
            widget.show_cursor()

    def focused_key(self) -> str:
        """Return the key of the group that has the cursor, "" for none."""
        focus = QApplication.focusWidget()
        found = (k for k, card in self._cards.items() if focus is not None and card.isAncestorOf(focus))
        return next(found, "").partition("#")[0]

    def _go_on(self, path: str) -> None:
        """Enter in a field: on to the next, as the class says; else done."""
        self.flush()
        field = self.field(path)
        if field is not None and not field.input.value():
            self._passed.add(path)
        walk = [view.path for group in self._groups.values() for view in group.fields]
        here = walk.index(path) + 1 if path in walk else 0
        ahead = {one for one in self.ahead() if one != path}
        if not self._land([one for one in (*walk[here:], *walk[:here]) if one in ahead]):
            self.done.emit()

    def _open(self) -> list[FieldView]:
        """The fields that are asked and empty, as they stand; one half typed is not empty."""
        found = []
        for group in self._groups.values():
            for view in group.fields:
                field = self.field(view.path)
                value = field.input.value() if field is not None else view.value
                if is_asked(view) and not value:
                    found.append(view)
        return found

    def _land(self, paths: Sequence[str]) -> bool:
        self._landed = ""
        if not paths:
            return False
        self._landed = paths[0]
        self.focus_on(paths[0])
        return True

    def _typed(self, path: str, text: str) -> None:
        if path == self._landed:  # answered here: the cursor stays until Enter, another choice may follow
            self._landed = ""
        self._pending[path] = text
        self._timer.start()

    def _drop(self, keyed: dict[str, FieldGroup]) -> None:
        for key in [key for key in self._cards if key not in keyed]:
            card = self._cards.pop(key)
            self._box.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _card(self, key: str, place: int) -> Card:
        card = self._cards.pop(key, None) or self._new_card(key)
        self._cards[key] = card
        if self._box.indexOf(card) != place:
            self._box.removeWidget(card)
            self._box.insertWidget(place, card)
        card.raise_()
        return card

    def _new_card(self, key: str) -> Card:
        card = Card(self._look, self._make)
        card.wanted.connect(lambda: self.open_card(key))
        return card

    def _make(self, view: FieldView) -> Field:
        field = Field(self._look, view)
        field.typed.connect(self._typed)
        field.left.connect(self.flush)
        field.disliked.connect(self.disliked)
        field.entered.connect(self._go_on)
        return field


def _key(group: FieldGroup, place: int) -> str:
    return group.key or f"#{place}"
