"""The papers of the visit in its last step: asked for when the step is open and something changed."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.services import papers_out
from app.services.views import DeskView, VisitPapers, VisitView
from ui.act import Acts
from ui.main_window import MainWindow

_STEP = "outcome"


class OutcomePapers(QObject):
    """Asks only while the step is on the window: making every paper is work nobody waits for elsewhere."""

    def __init__(self, window: MainWindow, acts: Acts) -> None:
        super().__init__(window)
        self._screen = window.visit
        self._acts = acts
        self._visit: VisitView | None = None
        self._asked: object = None
        window.visit.stepped.connect(lambda _key: self._ask())

    def show_view(self, view: DeskView) -> None:
        """Take note of the newest view; the papers of another visit go at once."""
        before, self._visit = self._visit, view.visit
        if before is None or view.visit is None or before.visit_id != view.visit.visit_id:
            self._screen.outcome.show_papers(VisitPapers(""))
        self._ask()

    def _ask(self) -> None:
        visit = self._visit
        if visit is None or self._screen.step != _STEP:
            self._asked = None
            return
        newest = (visit.visit_id, visit.outcome)
        if newest != self._asked:
            self._asked = newest
            self._acts.run(
                self, papers_out.papers_of, visit.visit_id, name="outcome.papers", once=False, done=self._show
            )

    def _show(self, found: VisitPapers) -> None:
        if self._visit is not None and found.visit_id == self._visit.visit_id:
            self._screen.outcome.show_papers(found)
