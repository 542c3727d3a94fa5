"""The clerk's window: draws the views it is handed and emits what the clerk wants; it calls nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow

from app.clock import Clock, SystemClock
from app.errors import Expected
from app.notices import Notice
from app.services.views import DeskView, StatusView
from ui.theme import Theme, theme


class MainWindow(QMainWindow):
    """Every signal is an intent; every public ``show_*`` takes a whole view and draws it."""

    take_ticket = Signal(str, bool)
    call_next = Signal()
    recall = Signal()
    no_show = Signal()
    bring_back = Signal(str)
    read_card = Signal()
    cancel = Signal()
    field_edited = Signal(str, str)
    scan = Signal(str, bool)
    import_files = Signal(str, object)
    remove_page = Signal(str)
    restore_page = Signal(str)
    show_confirmation = Signal()
    signed = Signal(str, bytes, object)
    finish = Signal()
    job_answered = Signal(str, bool)
    explain = Signal(str)
    quit = Signal()

    def __init__(self, look: Theme | None = None, clock: Clock | None = None, group: str = "立案") -> None:
        super().__init__()
        self._look = look or theme()
        self._clock = clock or SystemClock()
        self._group = group

    def show_desk(self, view: DeskView) -> None:
        """Draw everything on the window."""

    def show_status(self, view: StatusView) -> None:
        """Draw the status bar."""

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        """Draw the notices that stand."""

    def set_busy(self, act_name: str, text: str | None) -> None:
        """Show the running act on its control, or with None that it is over."""

    def show_problem(self, problem: Expected) -> None:
        """Draw what happened, what is safe and what to do next."""

    def flash(self, text: str) -> None:
        """Show one line for a few seconds."""
