"""The page of identity numbers: masked, one at a time in full, covered again by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.helpers.imaging_files import encoded, text_page
from ui.gallery_supply import numbers
from ui.screens.numbers import NumbersPage
from ui.theme import theme

FULL = "150402199003075517"


@pytest.fixture
def page(qtbot: QtBot) -> NumbersPage:
    made = NumbersPage(theme())
    qtbot.addWidget(made)
    made.resize(1030, 620)
    made.show()
    made.activateWindow()
    made.show_numbers(numbers())
    made.list.setFocus()
    return made


def test_enter_asks_for_one_number_and_moving_on_covers_it(page: NumbersPage, qtbot: QtBot) -> None:
    assert page.number.text() == "150***********5517"
    with qtbot.waitSignal(page.wanted) as wanted:
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert wanted.args == ["identity.id_number"]
    page.show_number("party.p2.id_number", FULL)
    assert FULL not in page.number.text(), "it belongs to another row"
    page.show_number("identity.id_number", FULL)
    assert page.number.text() == FULL
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    assert FULL not in page.number.text()


def test_half_a_minute_or_leaving_the_page_covers_it(page: NumbersPage, qtbot: QtBot) -> None:
    page.show_number("identity.id_number", FULL)
    page._cover.setInterval(1)
    page._cover.start()
    qtbot.waitUntil(lambda: FULL not in page.number.text())
    page.show_number("identity.id_number", FULL)
    page.hide()
    assert FULL not in page.number.text()
    page.show_number("identity.id_number", FULL)
    assert FULL not in page.number.text(), "an answer that comes late shows nothing on a page that is left"


def test_the_picture_of_a_page_is_shown_like_a_number_and_covered_like_one(page: NumbersPage) -> None:
    jpeg = encoded(text_page((413, 584), 7))
    page.show_page("page.p3", jpeg)
    assert not page.picture.isVisible(), "it belongs to another row"
    for _row in range(3):
        QTest.keyClick(page.list, Qt.Key.Key_Down)
    page.show_page("page.p3", b"no picture")
    assert not page.picture.isVisible()
    page.show_page("page.p3", jpeg)
    assert page.picture.isVisible()
    assert not page.picture.pixmap().isNull()
    QTest.keyClick(page.list, Qt.Key.Key_Up)
    assert page.picture.pixmap().isNull()


def test_where_it_is_frozen_enter_goes_to_the_reason_and_asks_for_a_supervisor(
    page: NumbersPage, qtbot: QtBot
) -> None:
    page.show_numbers(numbers(frozen=True))
    assert not page.show_button.isVisible()
    with qtbot.assertNotEmitted(page.wanted):
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert page.reason.hasFocus()
    page.reason.setText("核对")
    with qtbot.waitSignal(page.lift) as asked:
        QTest.keyClick(page.reason, Qt.Key.Key_Return)
    assert asked.args[1] == "核对"
