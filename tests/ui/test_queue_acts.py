"""The left zone's further acts, and the list of what can be done with the queue, on a real desk."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.helpers.desk_views import idle, queue
from tests.helpers.ui import desk_window, press


def test_shift_f5_calls_the_number_under_the_cursor_waiting_or_parked(qtbot: QtBot) -> None:
    with desk_window(idle(queue=queue(called=True))) as window:
        waiting = window.queue.waiting
        waiting.setCurrentIndex(waiting.tickets.index(3))
        with qtbot.waitSignal(window.call_one) as one:
            press(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
        assert one.args == [waiting.tickets.row(3).number]  # type: ignore[union-attr]
        window.queue.parked.setFocus()
        with qtbot.waitSignal(window.call_one) as parked:
            press(window, Qt.Key.Key_Return)
            press(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
        assert parked.args == ["A009"]


def test_the_rule_that_chose_stands_with_who_was_called() -> None:
    with desk_window(idle(queue=queue(called=True))) as window:
        assert "否则是 A018" in window.queue._called_why.text()
        assert window.queue._called_why.isVisible()
        assert window.queue.parked.isVisible()


def test_the_button_of_more_asks_for_the_panel(qtbot: QtBot) -> None:
    with desk_window(idle()) as window, qtbot.waitSignal(window.open_panel) as opened:
        window.queue.buttons["panel_queue"].click()
    assert opened.args == ["queue"]
