"""Asks for the first administrator when the window opens and nobody keeps the list of staff."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.services import approval
from app.texts import _
from ui.act import Acts
from ui.main_window import MainWindow
from ui.screens.first_start import FirstStartCard


class FirstStart(QObject):
    """The question may be put off: the notice stays, the list of staff and the next start ask again."""

    def __init__(self, window: MainWindow, acts: Acts) -> None:
        super().__init__(window)
        self._window = window
        self._acts = acts
        self.card = FirstStartCard(window.look, window)
        self.card.given.connect(self._try)

    def start(self) -> None:
        """Ask when it is needed; the notice is there from the beginning."""
        self._acts.run(self, approval.remind_of_administrator, done=self._ask)

    def _ask(self, missing: bool) -> None:
        if missing:
            self.card.ask()

    def _try(self, name: str, pin: str, again: str) -> None:
        self._acts.run(self, approval.make_first, name, pin, again, done=self._made, problem=self.card.say)

    def _made(self, name: str) -> None:
        self.card.accept()
        self._window.flash(_("管理员 {name} 已登记").format(name=name))
