"""Two thin lines above the forms: the matters of the visit, and the parties that can be added."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.services.views import MatterTab, StepState, VisitView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.layout import empty, row

MOST_LISTS: Final = 3


class PartyBar(QWidget):
    """Emits ``pressed(act)``: one button a party list of the matter, and one to take a party out."""

    pressed = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lists: tuple[tuple[str, str], ...] = ()
        self.buttons: dict[str, KeyButton] = {}
        line = row(gap=look.grid())
        for place in range(1, MOST_LISTS + 1):
            line.addWidget(self._button(look, f"add_party_{place}", _("加一方")))
        line.addStretch(1)
        line.addWidget(self._button(look, "remove_party", _("移除本方")))
        self.setLayout(line)

    def list_key(self, act: str) -> str:
        """Return the key of the party list an act adds to, "" where the matter has none."""
        place = int(act[-1]) - 1
        return self._lists[place][0] if place < len(self._lists) else ""

    def show_visit(self, view: VisitView) -> None:
        self._lists = view.party_lists
        for place in range(1, MOST_LISTS + 1):
            button = self.buttons[f"add_party_{place}"]
            known = place <= len(view.party_lists)
            button.setVisible(known)
            button.setEnabled(known and view.outcome is None)
            if known:
                button.set_label(_("加{side}").format(side=_short(view.party_lists[place - 1][1])))
        self.buttons["remove_party"].setEnabled(bool(view.parties) and view.outcome is None)
        self.buttons["remove_party"].setVisible(bool(view.party_lists))

    def _button(self, look: Theme, act: str, text: str) -> KeyButton:
        kind = "quiet" if act == "remove_party" else "plain"
        button = KeyButton(look, act, text, kind=kind, parent=self)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button


def _short(label: str) -> str:
    """The first word of a list's label: its brackets say when it is called otherwise."""
    return label.partition("（")[0].partition("、")[0]


class MatterBar(QWidget):
    """Emits ``turned(number)`` for a tab, ``pressed(act)`` to add, copy or take out a matter."""

    turned = Signal(int)
    pressed = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._tabs: tuple[MatterTab, ...] = ()
        self._current = 0
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, KeyButton] = {}
        self._row: QHBoxLayout = row(gap=look.grid(0.5))
        line = row(gap=look.grid())
        line.addLayout(self._row)
        line.addStretch(1)
        for act, text in (
            ("next_matter", _("下一件")),
            ("add_matter", _("加一件")),
            ("clone_matter", _("照抄")),
            ("remove_matter", _("移除")),
        ):
            line.addWidget(self._button(act, text))
        self.setLayout(line)

    def show_visit(self, view: VisitView) -> None:
        if (view.tabs, view.current) != (self._tabs, self._current):
            self._tabs, self._current = view.tabs, view.current
            self._draw()
        several = len(view.tabs) > 1
        for act in ("next_matter", "remove_matter"):
            self.buttons[act].setVisible(several)
        for button in self.buttons.values():
            button.setEnabled(view.outcome is None)

    def _draw(self) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
        empty(self._row)
        for tab in self._tabs if len(self._tabs) > 1 else ():
            self._row.addWidget(self._tab(tab))

    def _tab(self, tab: MatterTab) -> KeyButton:
        button = KeyButton(self._look, "", tab.title, kind="choice", key="", parent=self)
        button.setCheckable(True)
        button.setChecked(tab.number == self._current)
        state = _("已完成") if tab.state is StepState.DONE else _("未完")
        button.setAccessibleName(f"{tab.title}，{state}")
        button.setObjectName(f"matter-{tab.number}")
        button.clicked.connect(lambda: self.turned.emit(tab.number))
        self._group.addButton(button)
        return button

    def _button(self, act: str, text: str) -> KeyButton:
        button = KeyButton(self._look, act, text, kind="quiet", parent=self)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button
