"""Puts the call board on its screen and keeps it current with the hall."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from app.services import board_view
from app.services.desk import Desk
from ui.act import Acts
from ui.call_board.window import CallBoard
from ui.monitors import stand_on


def number_of(window: QWidget) -> int:
    """Return on which screen a window lies, counted from 1."""
    screens = QGuiApplication.screens()
    return screens.index(window.screen()) + 1 if window.screen() in screens else 1


class HallScreen:
    """The screen the hall looks at: chosen by its number, and known by its name once it was seen.

    Numbers move up when another screen is pulled out: what a party signs must never come to stand there.
    """

    def __init__(self, number: int) -> None:
        """Screens count from 1; 0 is none."""
        self.number = number
        self._known: tuple[str, str] | None = None

    def find(self) -> QScreen | None:
        """Return the screen, None while it is not there or where none is set."""
        screens = QGuiApplication.screens()
        numbered = screens[self.number - 1 : self.number] if self.number else []
        if self._known is None and numbered:
            self._known = _name(numbered[0])
        return next((one for one in (*numbered, *screens) if _name(one) == self._known), None)


def _name(screen: QScreen) -> tuple[str, str]:
    return screen.name(), screen.serialNumber()


class BoardScreen(QObject):
    """Shows nothing where no screen is set, or it is not there; one that is plugged in later gets it then."""

    def __init__(self, desk: Desk, acts: Acts, clerk: QWidget) -> None:
        """``clerk`` is the window the board must not cover."""
        super().__init__(clerk)
        self._desk = desk
        self._acts = acts
        self._clerk = clerk
        self.screen = HallScreen(desk.settings.hall.board_screen)
        self.board: CallBoard | None = None
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication) and desk.settings.hall.board_screen:
            application.screenAdded.connect(self._place)
            application.screenRemoved.connect(self._place)
            self._place()

    def _place(self) -> None:
        hall, screen = self._desk.settings.hall, self.screen.find()
        if screen is None or screen is self._clerk.screen():
            self._away()
            return
        if self.board is None:
            name = f"{hall.court}{hall.centre}"
            self.board = CallBoard(self._desk.clock, name, self._desk.settings.papers.court_mongolian)
        stand_on(self.board, screen)
        self.look()

    def look(self) -> None:
        """Draw the board as the hall is known now; called whenever the hall was looked at."""
        if self.board is not None:
            self._acts.run(self, board_view.look, name="board", done=self._show)

    def _show(self, view: board_view.BoardView) -> None:
        if self.board is not None:
            self.board.show_view(view)

    def _away(self) -> None:
        if self.board is not None:
            self.board.close()
            self.board.deleteLater()
            self.board = None

    def close(self) -> None:
        """Take the board away, for good."""
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication) and self._desk.settings.hall.board_screen:
            application.screenAdded.disconnect(self._place)
            application.screenRemoved.disconnect(self._place)
        self._away()
