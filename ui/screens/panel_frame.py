"""Where a panel stands: its name above, the way back beside it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.texts import _
from ui.theme import Theme
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.layout import column, margins, row, surface


@runtime_checkable
class Holding(Protocol):
    """A page that is not left by an act while something on it waits for the clerk's word."""

    def held(self, act: str) -> str:
        """Return why the act has to wait and what to press, "" where the page may be left."""


class PanelFrame(QWidget):
    """Emits ``left`` when the clerk wants the visit back."""

    left = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = Icon("menu", look.tokens.brand, look.px(24))
        self._title = Label(bold=True, size="person")
        self._purpose = ElidedLabel(tone="sub")
        self._pages = QStackedWidget()
        back = KeyButton(look, "cancel", _("返回"), kind="quiet", icon="back")
        back.clicked.connect(self.left)
        head = row(self._icon, self._title, gap=look.grid(1.25))
        head.addWidget(self._purpose, 1)
        head.addWidget(back)
        card = surface("card", column(self._pages, margins=margins(look, 2, 1.5)))
        whole = column(head, gap=look.grid(1))
        whole.addWidget(card, 1)
        self.setLayout(whole)

    def show_page(self, icon: str, title: str, purpose: str, page: QWidget) -> None:
        """Show the page under its name."""
        self._icon.show_icon(icon, self._look.tokens.brand)
        self._title.setText(title)
        self._purpose.setText(purpose)
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def held(self, act: str) -> str:
        """Say why the page on the window is not left by the act, "" where it is."""
        page = self._pages.currentWidget()
        return page.held(act) if isinstance(page, Holding) else ""
