"""What lies where on the window: the queue, this visit or a panel, what the law says, and the bars."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app.clock import Clock
from ui.problems import Messages
from ui.screens.action_bar import ActionBar
from ui.screens.advice import AdviceZone
from ui.screens.empty_visit import EmptyVisit
from ui.screens.header import Header
from ui.screens.panel_frame import PanelFrame
from ui.screens.queue import QueueZone
from ui.screens.status_bar import StatusBar
from ui.screens.visit import VisitZone
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.layout import column, margins, row, scrolled, surface
from ui.widgets.order import chain

_LEFT, _RIGHT = 288, 304
_EMPTY: Final = 0
_VISIT: Final = 1


class Zones(QWidget):
    """The whole inside of the window. A panel takes the place of the visit, the law and the acts."""

    def __init__(self, look: Theme, clock: Clock) -> None:
        super().__init__()
        self._place = _EMPTY
        self._cursor: QWidget | None = None
        self.header = Header(look, clock)
        self.queue = QueueZone(look)
        self.empty = EmptyVisit(look)
        self.visit = VisitZone(look, clock)
        self.panel = PanelFrame(look)
        self.messages = Messages(look)
        self.actions_bar = ActionBar(look)
        self.advice = AdviceZone(look)
        self.status = StatusBar(look)
        side = 1 + (look.scale - 100) / 500
        self.queue.setFixedWidth(round(_LEFT * side))
        self.advice.setFixedWidth(round(_RIGHT * side))
        self._centre = QStackedWidget()
        for place in (self.empty, scrolled(self.visit) if look.large else self.visit, self.panel):
            self._centre.addWidget(place)
        self.setProperty("surface", "bg")
        self._arrange(look)

    def _arrange(self, look: Theme) -> None:
        middle = column(gap=look.grid(1.5), margins=margins(look, 2, 1.5))
        middle.addWidget(self._centre, 1)
        middle.addWidget(self.messages)
        middle.addWidget(self.actions_bar)
        zones = row(self.queue, gap=0)
        zones.addWidget(surface("clear", middle), 1)
        zones.addWidget(self.advice)
        whole = column(self.header, gap=0)
        whole.addLayout(zones, 1)
        whole.addWidget(self.status)
        self.setLayout(whole)

    def showEvent(self, event: QShowEvent) -> None:
        """The cursor rests in the middle: the first button of the window is nobody's first act."""
        super().showEvent(event)
        if self.window().focusWidget() is None:
            self._centre.setFocus()

    def order(self) -> None:
        """Let Tab walk from the queue through the visit to the acts."""
        visit = self.visit
        forms = (visit.forms["identity"], visit.matters, visit.forms["matter"], visit.people)
        steps = (*forms, visit.forms["parties"], visit.pages, visit.confirmation, visit.outcome)
        chain(self.queue, visit.tabs, *steps, self.panel, self.messages, self.actions_bar, self.advice)

    def buttons(self) -> dict[str, KeyButton]:
        """Return every act's button."""
        bars = (self.visit.matters.buttons, self.visit.people.buttons)
        zones = (self.queue.buttons, *bars, self.visit.pages.buttons, self.actions_bar.buttons)
        return {act: button for buttons in zones for act, button in buttons.items()}

    @property
    def panel_open(self) -> bool:
        return self._centre.currentWidget() is self.panel

    def show_place(self, *, visit: bool) -> None:
        """Show the visit or that nobody is here; a panel that is open stays."""
        self._place = _VISIT if visit else _EMPTY
        if not self.panel_open:
            self._centre.setCurrentIndex(self._place)

    def show_panel(self, icon: str, title: str, purpose: str, page: QWidget) -> None:
        """Put a page in place of the visit and of what the law says; the queue stays."""
        if not self.panel_open:
            self._cursor = QApplication.focusWidget()
        self.panel.show_page(icon, title, purpose, page)
        self._beside_panel(shown=False)
        self._centre.setCurrentWidget(self.panel)

    def hide_panel(self) -> None:
        """Give the place back to the visit, and the cursor to where it was when the panel came."""
        self._centre.setCurrentIndex(self._place)
        self._beside_panel(shown=True)
        cursor, self._cursor = self._cursor, None
        if cursor is not None and shiboken6.isValid(cursor) and cursor.isVisible() and cursor.isEnabled():
            cursor.setFocus()
        elif self._place == _VISIT:
            self.visit.take_cursor()
        else:
            self._centre.setFocus()

    def lead_on(self) -> None:
        """The visit has ended: the cursor goes to calling the next, or to its result where nobody waits."""
        call = self.queue.buttons["call_next"]
        if self.panel_open or self.queue.isAncestorOf(QApplication.focusWidget() or self):
            return
        if call.isEnabled():
            call.setFocus()
        else:
            self.visit.take_cursor()

    def _beside_panel(self, *, shown: bool) -> None:
        self.advice.setVisible(shown)
        self.actions_bar.setVisible(shown)
