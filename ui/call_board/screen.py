"""Puts the call board on its screen and keeps it current with the hall."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.services import board_view
from app.services.desk import Desk
from ui.act import Acts
from ui.call_board.window import CallBoard


class BoardScreen(QObject):
    """Shows nothing where no screen is set, or the computer has not so many."""

    def __init__(self, desk: Desk, acts: Acts, parent: QObject) -> None:
        super().__init__(parent)
        self._acts = acts
        self.board: CallBoard | None = None
        hall, screens = desk.settings.hall, QGuiApplication.screens()
        if not 1 <= hall.board_screen <= len(screens):
            return
        name, mongolian = f"{hall.court}{hall.centre}", desk.settings.papers.court_mongolian
        self.board = CallBoard(desk.clock, name, mongolian)
        self.board.setGeometry(screens[hall.board_screen - 1].geometry())
        self.board.showFullScreen()

    def look(self) -> None:
        """Draw the board as the hall is known now; called whenever the hall was looked at."""
        if self.board is not None:
            self._acts.run(self, board_view.look, name="board", done=self.board.show_view)

    def close(self) -> None:
        if self.board is not None:
            self.board.close()
            self.board.deleteLater()
            self.board = None
