"""F4 on the real window: what can be done just now, chosen by a word and Enter."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.domain.ticket import TicketState
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.ui import commit
from ui.screens.palette import PalettePage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN


def page(desk: Counter) -> PalettePage:
    found = desk.conductor.panels._panels["queue"].page
    assert isinstance(found, PalettePage)
    return found


def choose(desk: Counter, words: str) -> None:
    desk.key(Qt.Key.Key_F4)
    desk.until(lambda: bool(page(desk).list.model().rowCount()), "the list of acts")
    page(desk).box.setFocus()
    commit(page(desk).box, words)
    assert page(desk).list.model().rowCount() >= 1, words
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: desk.conductor.panels.current == "", "the panel to close")


def state(desk: Counter, number: str) -> TicketState:
    return desk.desk.hall.state.tickets[number].state


def test_a_person_is_set_aside_called_back_and_the_act_taken_back_by_keys_alone(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    choose(desk, "去填表")
    desk.until(lambda: state(desk, "A001") is TicketState.PARKED, "parked")
    desk.until(lambda: bool(desk.queue.parked), "the parked number on the window")
    choose(desk, "撤销")
    desk.until(lambda: state(desk, "A001") is TicketState.CALLED, "called again")
    choose(desk, "叫错了")
    desk.until(lambda: state(desk, "A001") is TicketState.WAITING, "waiting again")
    choose(desk, "午休")
    desk.until(lambda: desk.queue.paused == "午休", "the pause on the window")
    desk.key(Qt.Key.Key_F5)
    desk.until(lambda: state(desk, "A001") is TicketState.CALLED, "F5 ends a pause")
    QApplication.processEvents()
