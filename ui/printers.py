"""Lets every printer print what waits for it, and asks whether it came out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.services import print_out
from app.services.bench import PRINTERS
from app.services.desk import Desk
from ui.act import Acts


class Printers(QObject):
    """One act a printer at a time; ``changed`` is called when something was printed, or could not be."""

    def __init__(self, parent: QObject, desk: Desk, acts: Acts, changed: Callable[[], None]) -> None:
        super().__init__(parent)
        self._desk = desk
        self._acts = acts
        self._changed = changed
        self._more_paper: set[str] = set()

    def print_all(self) -> None:
        """Print what waits for any printer."""
        for role in PRINTERS:
            self.print(role)

    def print(self, role: str) -> None:
        """Print what waits for the printer of this role, if there is one of its own."""
        bench = self._desk.bench
        if bench.has(role) and bench.owner(role) == role:
            started = self._acts.run(
                self,
                print_out.print_waiting[role],
                role,
                name=f"print.{role}",
                done=lambda printed: self._printed(role, printed),
                problem=lambda _problem: self._changed(),
            )
            self._more_paper |= set() if started else {role}  # the queue may have been read before

    def _printed(self, role: str, printed: int) -> None:
        if role in self._more_paper:
            self._more_paper.discard(role)
            self.print(role)
        if printed:
            self._changed()

    def answer(self, job_id: str, printed: bool) -> None:
        """Take the clerk's word whether a paper came out."""

        def answered(_none: object) -> None:
            self._changed()
            self.print_all()

        self._acts.run(self, print_out.answer, job_id, printed, done=answered)
