"""Thin lines above the forms: the matters of the visit, the parties that can be added, rows from a file."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.services.views import MatterTab, StepState, VisitView
from app.texts import _
from ui.theme import Theme
from ui.widgets.choice_list import ChoiceList
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, empty, row, surface

MOST_LISTS: Final = 3
MOST_TABS: Final = 4
_FEWEST_TO_CHOOSE: Final = 2
_BELOW: Final = ("represent", "join_party")


class _Bar(QWidget):
    """Buttons by act; emits ``pressed(act)``."""

    pressed = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.buttons: dict[str, KeyButton] = {}

    def _button(self, act: str, text: str, kind: str = "quiet") -> KeyButton:
        button = KeyButton(self._look, act, text, kind=kind, parent=self)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button


class PartyBar(_Bar):
    """One button a party list of the matter; a second line where there are people to choose among.

    Emits ``joined(list_key, party_key)`` for a party of the visit that joins the matter on the screen.
    """

    joined = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._lists: tuple[tuple[str, str], ...] = ()
        self._view: VisitView | None = None
        self._shared: list[KeyButton] = []
        self._line = row(gap=look.grid(0.5))
        for place in range(1, MOST_LISTS + 1):
            self._line.addWidget(self._button(f"add_party_{place}", _("加一方"), "plain"))
        self._line.addStretch(1)
        self._line.addWidget(self._button("remove_party", _("移除")))
        self._below = row(
            self._button("represent", _("推选代表人")),
            self._button("join_party", _("已有的人")),
            None,
            gap=look.grid(),
        )
        self._more = surface("clear", self._below)
        files = row(
            self._also("import_table", _("导入"), _("从表格导入名单")),
            self._also("save_template", _("存模板"), _("存一张名单的空表")),
            gap=look.grid(0.5),
        )
        self._files = surface("clear", files)
        self._below.addWidget(self._files)
        self.setLayout(column(self._line, self._more, gap=look.grid(0.5)))
        self._known = ChoiceList(look, _("这次来访已有的人"), self)
        self._known.chosen.connect(self._join)

    def _also(self, act: str, text: str, tip: str) -> KeyButton:
        """A second button of an act that is the bar of the matters' own."""
        button = KeyButton(self._look, act, text, kind="quiet", parent=self)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self._shared.append(button)
        return button

    def list_key(self, act: str) -> str:
        """Return the key of the party list an act adds to, "" where the matter has none."""
        place = int(act[-1]) - 1
        return self._lists[place][0] if place < len(self._lists) else ""

    def show_visit(self, view: VisitView) -> None:
        self._view = view
        self._lists = view.party_lists
        for place in range(1, MOST_LISTS + 1):
            button = self.buttons[f"add_party_{place}"]
            known = place <= len(view.party_lists)
            button.setVisible(known)
            button.setEnabled(known and view.outcome is None)
            if known:
                button.set_label(_("加{side}").format(side=_short(view.party_lists[place - 1][1])))
        may = {
            "remove_party": bool(view.parties),
            "represent": view.filers >= _FEWEST_TO_CHOOSE,
            "join_party": bool(view.joinable),
        }
        for act, able in may.items():
            self.buttons[act].setEnabled(able and view.outcome is None)
        for button in self._shared:
            button.setEnabled(view.outcome is None)
        for act in ("represent", "join_party"):
            self.buttons[act].setVisible(may[act])
        self.buttons["remove_party"].setVisible(bool(view.party_lists))
        self._files.setVisible(bool(view.party_lists))
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Never as wide as one line needs: the bar breaks into two before it holds the window open."""
        two = self._line.minimumSize().width()
        if self._line.indexOf(self._files) >= 0:
            two -= self._files.minimumSizeHint().width()
        return QSize(two, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What has to do with lists from a file ends the first line where it has the room."""
        adding = [
            button for act, button in self.buttons.items() if act not in _BELOW and not button.isHidden()
        ]
        gap = self._look.grid(0.5)
        needed = sum(one.sizeHint().width() + gap for one in (*adding, self._files))
        line = self._line if needed <= self.width() else self._below
        if line.indexOf(self._files) < 0:
            line.addWidget(self._files)
        chosen = any(not self.buttons[act].isHidden() for act in _BELOW)
        self._more.setVisible(chosen or (line is self._below and not self._files.isHidden()))

    def offer_known(self) -> bool:
        """Open the list of the visit's other people, to join this matter; return whether there are any."""
        known = self._view.joinable if self._view is not None else ()
        if known:
            self._known.show_under(self.buttons["join_party"], known)
        return bool(known)

    def _join(self, value: str) -> None:
        list_key, _colon, party_key = value.partition(":")
        self.joined.emit(list_key, party_key)


def _short(label: str) -> str:
    """The first word of a list's label: its brackets say when it is called otherwise."""
    return label.partition("（")[0].partition("、")[0]


class MatterBar(_Bar):
    """Emits ``turned(number)`` for a tab; of many matters the tabs near the one on the screen show."""

    turned = Signal(int)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._tabs: tuple[MatterTab, ...] = ()
        self._current = 0
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._row: QHBoxLayout = row(gap=look.grid(0.5))
        self._place = Label(tone="sub", size="small")
        self._several = surface("clear", self._line_of_tabs())
        acts = row(gap=look.grid())
        for act, text in (
            ("add_matter", _("加一件")),
            ("clone_matter", _("照抄")),
            ("remove_matter", _("移除")),
        ):
            acts.addWidget(self._button(act, text))
        acts.addStretch(1)
        for act, text in (("import_table", _("批量导入")), ("save_template", _("存模板"))):
            acts.addWidget(self._button(act, text))
        self.setLayout(column(self._several, acts, gap=look.grid(0.5)))

    def show_visit(self, view: VisitView) -> None:
        if (view.tabs, view.current) != (self._tabs, self._current):
            self._tabs, self._current = view.tabs, view.current
            self._draw()
        several = len(view.tabs) > 1
        self._several.setVisible(several)
        self.buttons["remove_matter"].setVisible(several)
        for button in self.buttons.values():
            button.setEnabled(view.outcome is None)

    def _line_of_tabs(self) -> QHBoxLayout:
        line = row(gap=self._look.grid())
        line.addLayout(self._row)
        line.addWidget(self._place)
        line.addStretch(1)
        for act, sign, name in (("previous_matter", "‹", _("上一件")), ("next_matter", "›", _("下一件"))):
            button = self._button(act, sign)
            button.setAccessibleName(f"{name} {button.key}")
            button.setToolTip(name)
            line.addWidget(button)
        return line

    def _draw(self) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
        empty(self._row)
        if len(self._tabs) < 2:
            return
        numbers = [tab.number for tab in self._tabs]
        here = numbers.index(self._current) if self._current in numbers else 0
        first = max(0, min(here - 1, len(self._tabs) - MOST_TABS))
        for tab in self._tabs[first : first + MOST_TABS]:
            self._row.addWidget(self._tab(tab))
        words = _("第 {place} 件，共 {count} 件").format(place=here + 1, count=len(self._tabs))
        self._place.show_or_hide(words if len(self._tabs) > MOST_TABS else "")

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
