"""What a panel is: a page of its own, and the wiring from its signals to acts of the services."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PySide6.QtWidgets import QWidget

from app.domain.staff import Purpose
from app.errors import Expected
from app.services.desk import Desk
from ui.act import Acts
from ui.keys import KEYS
from ui.screens.pages import PagesPanel
from ui.theme import Theme


class Approve(Protocol):
    """Asks for an approval of ``what``; ``about`` is the number of the paper, ``reason`` what was chosen.

    Another window is told the purpose, the number and a reason that stands in its list, nothing else.
    """

    def __call__(
        self, purpose: Purpose, what: str, done: Callable[[str], None], about: str = "", reason: str = ""
    ) -> None: ...


class Flash(Protocol):
    """Shows one line for a few seconds, one ``of_visit`` no longer than the visit is open."""

    def __call__(self, text: str, *, of_visit: bool = False) -> None: ...


@dataclass(frozen=True)
class Controls:
    """What a panel may use of the window it stands in.

    ``approve`` asks a supervisor, here or at another window, and calls ``done(approval id)``; ``refresh``
    asks for a new view of the visit, ``visit`` is the id of the one in the centre, ``print_waiting`` starts
    the printers, ``send_waiting`` a round to the court; ``open`` opens the panel of that key, ``open_with``
    has it look for a text, ``close`` leaves this one; ``show`` puts a finished visit on the window while
    nobody is there; ``papers`` knows what the next page is.
    """

    desk: Desk
    acts: Acts
    look: Theme
    flash: Flash
    problem: Callable[[Expected], None]
    refresh: Callable[[], None]
    approve: Approve
    open: Callable[[str], None]
    open_with: Callable[[str, str], None]
    close: Callable[[], None]
    visit: Callable[[], str]
    print_waiting: Callable[[], None]
    send_waiting: Callable[[], None]
    show: Callable[[str], None]
    papers: PagesPanel


class Panel(ABC):
    """Names itself by ``key`` (its act in ``ui.keys`` is ``panel_<key>``) and makes its page once."""

    key: ClassVar[str]
    icon: ClassVar[str]

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self._page: QWidget | None = None

    @classmethod
    def offered(cls, desk: Desk) -> bool:  # noqa: ARG003 - most panels are
        """Say whether this desk has the panel at all."""
        return True

    @property
    def shortcut(self) -> str:
        return KEYS[f"panel_{self.key}"]

    @property
    def page(self) -> QWidget:
        if self._page is None:
            self._page = self.make()
        return self._page

    @property
    @abstractmethod
    def title(self) -> str:
        """The name in the list of panels and above the page."""

    @property
    @abstractmethod
    def purpose(self) -> str:
        """What one comes here for, in one line."""

    @abstractmethod
    def make(self) -> QWidget:
        """Build the page and connect its signals; called when it is first opened."""

    @abstractmethod
    def opened(self) -> None:
        """The page is on the window: ask for what it shows, bring the cursor where typing begins."""

    def seek(self, text: str) -> None:  # noqa: B027 - most panels have nothing to look for
        """Look for what was scanned; the page is on the window."""

    def left(self) -> None:  # noqa: B027 - most panels keep nothing running
        """The page is gone from the window: stop what only it needed."""

    def covered(self) -> None:  # noqa: B027 - most panels show nothing that was asked for one moment
        """The window is locked over the page: cover what only this clerk asked to see."""

    def relieved(self, before: str) -> str:
        """Another clerk came for ``before``: drop what that one typed; return what it was, "" for nothing."""
        return ""
