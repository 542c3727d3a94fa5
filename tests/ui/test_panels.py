"""A panel takes the place of the visit and gives it back; a supervisor's PIN is asked on the message line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.errors import Expected
from tests.helpers.ui import desk_window, press
from ui.screens.palette import PalettePage
from ui.theme import theme
from ui.widgets.label import Label
from ui.widgets.row_list import ListRow

ROWS = (
    ListRow("ledger", "打印台账", "找回、重印", icon="print", cap="Ctrl+P"),
    ListRow("devices", "设备", "状态、自检", icon="gear"),
)


def test_a_panel_hides_what_belongs_to_the_visit_and_gives_it_back() -> None:
    with desk_window() as window:
        page = QWidget()
        window.show_panel("print", "打印台账", "找回、重印", page)
        assert page.isVisible()
        assert not any(zone.isVisible() for zone in (window.visit, window.advice, window.actions_bar))
        assert window.queue.isVisible()
        window.hide_panel()
        assert all(zone.isVisible() for zone in (window.visit, window.advice, window.actions_bar))
        assert not page.isVisible()


def test_a_new_view_does_not_take_the_panel_away() -> None:
    with desk_window() as window:
        page = QWidget()
        window.show_panel("print", "打印台账", "", page)
        assert window._view is not None
        window.show_desk(window._view)
        assert page.isVisible()


def test_escape_and_every_act_of_the_visit_ask_to_leave_the_panel(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.show_panel("print", "打印台账", "", QWidget())
        with qtbot.waitSignal(window.panel_left):
            press(window, Qt.Key.Key_Escape)
        with qtbot.waitSignals([window.panel_left, window.call_next]):
            press(window, Qt.Key.Key_F5)


def test_what_was_half_typed_is_sent_before_the_panel_comes(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.visit.choose("matter")
        box = next(line for line in window.visit.forms["matter"].findChildren(QLineEdit) if line.isVisible())
        box.setFocus()
        QTest.keyClicks(box, "8")
        with qtbot.waitSignal(window.field_edited):
            window.show_panel("print", "打印台账", "", QWidget())


def test_the_list_of_panels_filters_while_the_cursor_stays_in_the_box(qtbot: QtBot) -> None:
    page = PalettePage(theme())
    qtbot.addWidget(page)
    page.show()
    page.show_rows(ROWS)
    QTest.keyClick(page.box, Qt.Key.Key_Down)
    assert page.list.current() == "devices"
    page.box.setText("重印")
    with qtbot.waitSignal(page.chosen) as chosen:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert chosen.args == ["ledger"]


def test_the_pin_is_given_once_and_never_shown(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.messages.ask_pin("重印 A017 的材料收据", ("乌兰", "巴图"))
        card = window.messages.pin
        assert card is not None
        assert card.box.hasFocus()
        assert card.box.echoMode() is QLineEdit.EchoMode.Password
        QTest.keyClicks(card.box, "648219")
        with qtbot.waitSignal(window.messages.pin_given) as given:
            QTest.keyClick(card.box, Qt.Key.Key_Return)
        assert given.args == ["乌兰", "648219"]
        assert card.box.text() == ""
        card.say(Expected("口令不对。", next_step="请再输一次。"))
        assert any("口令不对。" in label.text() for label in card.findChildren(Label))


def test_a_notice_that_comes_meanwhile_leaves_the_pin_as_it_is_typed() -> None:
    with desk_window() as window:
        window.messages.ask_pin("重印", ("乌兰",))
        card = window.messages.pin
        assert card is not None
        QTest.keyClicks(card.box, "64")
        window.messages.show_busy("正在打印")
        assert window.messages.pin is card
        assert card.box.text() == "64"


def test_escape_withdraws_the_question(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.messages.ask_pin("重印", ("乌兰",))
        with qtbot.waitSignal(window.messages.pin_refused):
            press(window, Qt.Key.Key_Escape)
        window.messages.ask_pin("", ())
        assert window.messages.pin is None
        assert not window.messages.isVisible()
