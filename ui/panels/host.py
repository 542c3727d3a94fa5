"""Opens panels by their keys and keeps which one is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

from app.services.desk import Desk
from ui.act import Acts
from ui.keys import KEYS
from ui.main_window import MainWindow
from ui.panels.all import PANELS
from ui.panels.palette import PalettePanel
from ui.panels.panel import Controls, Panel
from ui.panels.second_person import SecondPerson

_DIRECT: Final = Qt.FindChildOption.FindDirectChildrenOnly
_LENT: Final = ("Ctrl+", "Alt+")


class Panels(QObject):
    """All panels of one window."""

    def __init__(
        self,
        window: MainWindow,
        desk: Desk,
        acts: Acts,
        refresh: Callable[[], None],
        visit: Callable[[], str],
        print_waiting: Callable[[], None],
        send_waiting: Callable[[], None],
        show: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._acts = acts
        self._second = SecondPerson(window, desk, acts)
        controls = Controls(
            desk=desk,
            acts=acts,
            look=window.look,
            flash=window.flash,
            problem=window.show_problem,
            refresh=refresh,
            approve=self._second.approve,
            open=self.open,
            open_with=self.open_with,
            close=self.close,
            visit=visit,
            print_waiting=print_waiting,
            send_waiting=send_waiting,
            show=show,
            papers=window.visit.pages,
        )
        made = [panel(controls) for panel in PANELS if panel.offered(desk)]
        self.palette = PalettePanel(controls, tuple(made))
        self._panels = {panel.key: panel for panel in (*made, self.palette)}
        self._open: Panel | None = None
        for panel in self._panels.values():
            self._bind(panel)
        window.panel_left.connect(self.close)
        window.open_panel.connect(self.open)
        window.header.more.connect(partial(self.open, self.palette.key))
        window.advice.panel.connect(self.open)

    @property
    def current(self) -> str:
        """The key of the open panel, else an empty string."""
        return self._open.key if self._open is not None else ""

    def open(self, key: str) -> None:
        """Show the panel; its key pressed again closes it."""
        panel = self._panels[key]
        if self._open is panel:
            self.close()
            return
        if self._open is not None:
            self._open.left()
        self._open = panel
        self._lend_keys()
        self._window.messages.show_problem(None)
        self._window.show_panel(panel.icon, panel.title, panel.purpose, panel.page)
        panel.opened()

    def open_with(self, key: str, text: str) -> None:
        """Show the panel and let it look for the text."""
        if self.current != key:
            self.open(key)
        self._panels[key].seek(text)

    def close(self) -> None:
        """Give the place back to the visit."""
        if self._open is not None:
            gone, self._open = self._open, None
            self._lend_keys()
            gone.left()
            self._window.hide_panel()

    def cover(self) -> None:
        """The window is locked; the panel stays for the clerk who comes back."""
        if self._open is not None:
            self._open.covered()

    def relieve(self, before: str) -> tuple[str, ...]:
        """Another clerk came for ``before``, who leaves nothing behind; return what was dropped.

        A reception has nothing but its panel, so that one stays.
        """
        self._second.withdraw()
        if self.current != "reception":
            self.close()
        return tuple(filter(None, (panel.relieved(before) for panel in self._panels.values())))

    def _lend_keys(self) -> None:
        """While a panel is open, keys with Ctrl or Alt are its own; the function keys stay the window's."""
        own = (KEYS["quit"], self._open.shortcut if self._open is not None else "")
        kept = {QKeySequence(key) for key in own}
        for shortcut in self._window.findChildren(QShortcut, options=_DIRECT):
            held = any(word in shortcut.key().toString() for word in _LENT)
            shortcut.setEnabled(self._open is None or not held or shortcut.key() in kept)

    def _bind(self, panel: Panel) -> None:
        shortcut = QShortcut(QKeySequence(panel.shortcut), self._window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(partial(self.open, panel.key))
