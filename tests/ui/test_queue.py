from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.views import TicketRow
from tests.helpers.desk_views import idle, queue
from tests.helpers.ui import desk_window, press
from ui.widgets.queue_list import TicketModel

LIMIT_SECONDS = 0.05


def rows(count: int, first: int = 1, waited: int = 3) -> tuple[TicketRow, ...]:
    return tuple(
        TicketRow(f"A{n:04d}", "立案", green=False, waited_minutes=waited)
        for n in range(first, first + count)
    )


def test_f5_calls_the_next_number(qtbot: QtBot) -> None:
    with desk_window(idle()) as window, qtbot.waitSignal(window.call_next):
        press(window, Qt.Key.Key_F5)


def test_f2_takes_an_ordinary_shift_f2_a_green_and_ctrl_f2_an_urgent_ticket(qtbot: QtBot) -> None:
    with desk_window(idle()) as window:
        with qtbot.waitSignal(window.take_ticket) as ordinary:
            press(window, Qt.Key.Key_F2)
        with qtbot.waitSignal(window.take_ticket) as green:
            press(window, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
        control = Qt.KeyboardModifier.ControlModifier
        with qtbot.waitSignal(window.take_urgent) as urgent:
            press(window, Qt.Key.Key_F2, control)
    assert ordinary.args == ["立案", False]
    assert green.args == ["立案", True]
    assert urgent.args == ["立案"]


def test_f6_and_f7_work_only_while_a_number_is_called(qtbot: QtBot) -> None:
    with desk_window(idle()) as window:
        with qtbot.assertNotEmitted(window.recall), qtbot.assertNotEmitted(window.no_show):
            press(window, Qt.Key.Key_F6)
            press(window, Qt.Key.Key_F7)
        window.show_desk(idle(queue=queue(called=True)))
        with qtbot.waitSignals([window.recall, window.no_show]):
            press(window, Qt.Key.Key_F6)
            press(window, Qt.Key.Key_F7)


def test_a_missed_number_is_brought_back_by_key(qtbot: QtBot) -> None:
    with desk_window(idle()) as window:
        with qtbot.waitSignal(window.bring_back) as back:
            press(window, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
        assert back.args == ["A011"]
        window.queue.missed.setFocus()
        window.queue.missed.setCurrentIndex(window.queue.missed.tickets.index(0))
        with qtbot.waitSignal(window.bring_back):
            press(window, Qt.Key.Key_Return)


def test_an_empty_queue_says_what_to_press() -> None:
    with desk_window(idle(queue=queue(waiting=0))) as window:
        assert not window.queue.buttons["call_next"].isEnabled()
        assert window.queue._nobody.isVisible()


def test_a_refresh_keeps_the_chosen_row() -> None:
    with desk_window(idle()) as window:
        waiting = window.queue.waiting
        waiting.setCurrentIndex(waiting.tickets.index(3))
        chosen = waiting.current()
        view = queue()
        later = tuple(replace(row, waited_minutes=row.waited_minutes + 1) for row in view.waiting[1:])
        window.show_desk(idle(queue=replace(view, waiting=later)))
        now = waiting.current()
    assert chosen is not None
    assert now is not None
    assert now.number == chosen.number
    assert now.waited_minutes == chosen.waited_minutes + 1


def test_only_rows_that_changed_are_removed_and_inserted(qtbot: QtBot) -> None:
    model = TicketModel()
    model.show_rows(rows(10))
    with qtbot.waitSignal(model.rowsRemoved) as removed, qtbot.assertNotEmitted(model.modelReset):
        model.show_rows(rows(4) + rows(5, first=6))
    assert removed.args[1:] == [4, 4]
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        model.show_rows(rows(4) + rows(6, first=6))
    assert inserted.args[1:] == [9, 9]


def test_five_thousand_rows_are_refreshed_within_fifty_milliseconds() -> None:
    with desk_window(idle()) as window:
        view = queue()
        window.show_desk(idle(queue=replace(view, waiting=rows(5000))))
        changed = idle(queue=replace(view, waiting=rows(5000, first=3, waited=4)))
        started = time.perf_counter()
        window.show_desk(changed)
        took = time.perf_counter() - started
    assert took < LIMIT_SECONDS
