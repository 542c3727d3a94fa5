"""The form of one step: a card for each group, two columns, edits collected and handed on together."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from app.services.views import FieldGroup, FieldView
from ui.theme import Theme
from ui.widgets.card import Card
from ui.widgets.field import Field

DEBOUNCE_MS: Final = 250
MOST_OPEN: Final = 4
"""Up to how many people stand open; of more only the one that is worked on, the others as lines."""


class Form(QWidget):
    """Emits ``edited(path, text)`` at most ``DEBOUNCE_MS`` after the last key, and at once on leaving.

    ``disliked(value)`` is a favourite that is to be forgotten; ``done`` says that Enter was pressed and
    nothing more that the law asks for is empty.
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
            for card in self._cards.values():
                card.forget()
        self._groups = keyed
        for place, (key, group) in enumerate(keyed.items()):
            card = self._card(key, place)
            card.show_folded(group) if self._is_folded(key) else card.show_group(group)

    def open_card(self, key: str) -> None:
        """Unfold the card of a party and put the cursor where something is missing."""
        if key not in self._groups:
            return
        self.flush()
        self._opened = key
        self.show_groups(self._visit_id, tuple(self._groups.values()))
        fields = list(self._cards[key].fields.values())
        self._lay_out()
        if fields:
            next((f for f in fields if not f.input.value()), fields[0]).input.setFocus()

    def _is_folded(self, key: str) -> bool:
        parties = [key for key, group in self._groups.items() if group.key]
        if len(parties) <= MOST_OPEN or key not in parties:
            return False
        return key != (self._opened if self._opened in parties else parties[0])

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

    def focus_first_open(self) -> None:
        """Put the cursor into the first field that is empty, else into the first."""
        fields = [field for card in self._cards.values() for field in card.fields.values()]
        open_fields = [field for field in fields if not field.input.value()]
        if fields:
            self._lay_out()
            (open_fields or fields)[0].input.setFocus()

    def focus_first_required(self) -> str:
        """Put the cursor into the first empty field that the law asks for; return its path, "" for none."""
        fields = (field for card in self._cards.values() for field in card.fields.values())
        wanted = next((field for field in fields if field.required and not field.input.value()), None)
        if wanted is None:
            return ""
        self._lay_out()
        wanted.input.setFocus()
        return wanted.path

    def focus_on(self, path: str) -> None:
        """Put the cursor into one field, if it is here; a folded card opens."""
        field = self.field(path)
        if field is None:
            holds = (k for k, g in self._groups.items() if any(view.path == path for view in g.fields))
            self.open_card(next(holds, ""))
            field = self.field(path)
        if field is not None:
            self._lay_out()
            field.input.setFocus()

    def _lay_out(self) -> None:
        """Give new boxes their places first: the area scrolls to where the cursor goes."""
        for card in self._cards.values():
            QApplication.sendPostedEvents(card, QEvent.Type.LayoutRequest.value)
        widget: QWidget | None = self
        while widget is not None and not isinstance(widget, QScrollArea):
            QApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest.value)
            widget = widget.parentWidget()

    def focused_key(self) -> str:
        """Return the key of the group that has the cursor, "" for none."""
        focus = QApplication.focusWidget()
        found = (k for k, card in self._cards.items() if focus is not None and card.isAncestorOf(focus))
        return next(found, "").partition("#")[0]

    def _go_on(self, path: str) -> None:
        """Enter: on to the next empty field the law asks for, below and then above; else done."""
        fields = [field for card in self._cards.values() for field in card.fields.values()]
        here = next((place for place, field in enumerate(fields) if field.path == path), 0)
        open_ = [f for f in (*fields[here + 1 :], *fields[:here]) if f.required and not f.input.value()]
        self.flush()
        if open_:
            open_[0].input.setFocus()
        else:
            self.done.emit()

    def _typed(self, path: str, text: str) -> None:
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
