"""F12: what it was refused for once, a second press goes on in spite of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject

from app.errors import Expected
from app.services import before_end, finishing, freezing
from app.texts import _
from ui.act import Acts
from ui.main_window import MainWindow

_OVERRULED: Final = (finishing.NotSigned, freezing.Frozen)
"""What a second press goes on in spite of, in the order of the words of ``finish``."""


class Ending(QObject):
    """Ends the visit on the window; ``done`` is called with what came of it.

    An edit asks anew for a signature and a freeze; what was open and was said once is not said again.
    """

    def __init__(
        self,
        window: MainWindow,
        acts: Acts,
        visit_id: Callable[[], str],
        done: Callable[[finishing.Finished], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._acts = acts
        self._visit_id = visit_id
        self._done = done
        self._refused: set[tuple[type[Expected], str]] = set()
        self._told: set[tuple[str, str]] = set()

    def edited(self) -> None:
        """Something was typed: what F12 was refused for may have changed."""
        self._refused.clear()

    def finish(self) -> None:
        """End the visit, or say what stands in the way and lead there."""
        visit_id = self._visit_id()
        self._acts.run(
            self,
            finishing.finish,
            *((why, visit_id) in self._refused for why in _OVERRULED),
            frozenset(key for visit, key in self._told if visit == visit_id),
            busy=_("正在办结"),
            done=self._done,
            problem=lambda problem: self._refuse(visit_id, problem),
        )

    def _refuse(self, visit_id: str, problem: Expected) -> None:
        if not isinstance(problem, freezing.Frozen) or problem.receivable:
            self._refused.add((type(problem), visit_id))
        self._window.show_problem(problem)
        if isinstance(problem, before_end.StillOpen):
            self._told |= {(visit_id, key) for key in problem.keys}
            self._window.lead_to(problem.first.matter, problem.first.path)
