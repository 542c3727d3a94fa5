"""What the devices beside the clerk do by themselves: strip and voice on a call, the rating after a visit."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app import lanes
from app.errors import Expected
from app.services import rating, signalling
from app.services.desk import Desk
from ui.act import Acts
from ui.party_screen.window import PartyWindow


class CounterSignals(QObject):
    """Nothing here interrupts the clerk: a device that fails shows it in the status bar."""

    def __init__(self, parent: QObject, desk: Desk, acts: Acts, party: PartyWindow) -> None:
        super().__init__(parent)
        self._desk = desk
        self._acts = acts
        self._party = party
        self._visit_id = ""
        party.rated.connect(partial(self._rated, "screen"))

    def called(self, number: str) -> None:
        """Say and show who was called; the question to the person before is taken back."""
        self._take_back()
        if self._desk.bench.has(lanes.LED_STRIP):
            self._acts.run(self, signalling.show_called, number, problem=_shown_in_the_status_bar)
        if self._desk.bench.has(lanes.SPEAKER):
            name = f"speak.{number}"
            self._acts.run(self, signalling.speak, number, name=name, problem=_shown_in_the_status_bar)

    def finished(self, visit_id: str) -> None:
        """Ask the visitor how it was, on the keypad or on their screen."""
        self._visit_id = visit_id
        self._party.ask_rating()
        if self._desk.bench.has(lanes.KEYPAD):
            self._acts.run(
                self,
                rating.ask_keypad,
                flag=lanes.KEYPAD,
                done=partial(self._answered, visit_id),
                problem=_shown_in_the_status_bar,
            )

    def _answered(self, visit_id: str, score: int | None) -> None:
        if score is not None and visit_id == self._visit_id:
            self._rated("keypad", score)

    def _rated(self, way: str, score: int) -> None:
        visit_id, self._visit_id = self._visit_id, ""
        if visit_id:
            self._acts.run(self, rating.rate, visit_id, score, way, done=lambda _stored: self._take_back())

    def _take_back(self) -> None:
        self._visit_id = ""
        if self._party.asking:
            self._party.rest()
        flag = self._desk.cancelled.get(lanes.KEYPAD)
        if flag is not None:
            flag.set()


def _shown_in_the_status_bar(_problem: Expected) -> None:
    """Nobody asked for this, so it interrupts nobody; the device's dot has changed already."""
