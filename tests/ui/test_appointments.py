"""The page for checking in: what is typed, what is told, and that nobody's name is on it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.appointment import Coming
from app.services.appointments import CheckedIn
from ui.gallery_hall import TIMES
from ui.screens.appointments import AppointmentsPage
from ui.theme import theme
from ui.widgets.label import Label


@pytest.fixture
def page(qtbot: QtBot) -> AppointmentsPage:
    made = AppointmentsPage(theme())
    qtbot.addWidget(made)
    made.resize(1030, 620)
    made.show()
    made.activateWindow()
    made.show_times(TIMES, reader=True)
    made.begin()
    return made


def words(page: AppointmentsPage) -> str:
    return " ".join(label.text() for label in page.findChildren(Label) if label.isVisible())


def test_enter_checks_in_what_is_typed_and_nothing_does_nothing(page: AppointmentsPage, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.entered):
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    QTest.keyClicks(page.box, "1234 9:30")
    with qtbot.waitSignal(page.entered) as given:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert given.args == ["1234 9:30"]


@pytest.mark.parametrize(
    ("coming", "told"),
    [(Coming.EARLY, "来得早"), (Coming.IN_TIME, "按预约时间排队，前面 2 人"), (Coming.LATE, "已过时")],
)
def test_the_number_is_told_with_where_the_appointment_puts_it(
    page: AppointmentsPage, coming: Coming, told: str
) -> None:
    page.show_checked_in(CheckedIn("A031", 2, (5, 12), "9:30", coming))
    assert "A031" in words(page)
    assert told in words(page)
    assert page.box.text() == ""


def test_without_a_reader_no_card_is_asked_for_and_without_a_list_nobody_is_counted(
    page: AppointmentsPage,
) -> None:
    assert "预约 13 人，已签到 5 人" in words(page)
    page.show_times((), reader=False)
    assert not page.swipe.isVisible()
    assert "预约 13 人" not in words(page)
