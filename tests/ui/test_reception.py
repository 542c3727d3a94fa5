"""The reception page: a digit is a number, a letter before it a priority; in a box both are characters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.ticket import Wanted
from app.services.reception import Given
from ui.gallery_hall import RECEPTION
from ui.screens.reception import ReceptionPage
from ui.theme import theme
from ui.widgets.label import Label


@pytest.fixture
def page(qtbot: QtBot) -> ReceptionPage:
    made = ReceptionPage(theme())
    qtbot.addWidget(made)
    made.resize(1030, 620)
    made.show()
    made.activateWindow()
    made.show_view(RECEPTION)
    made.begin()
    return made


def words(page: ReceptionPage) -> str:
    return " ".join(label.text() for label in page.findChildren(Label) if label.isVisible())


def test_a_digit_gives_a_number_for_its_matter(page: ReceptionPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.wanted) as given:
        QTest.keyClick(page.groups, Qt.Key.Key_2)
    assert given.args == [Wanted("执行")]


def test_one_key_gives_priority_to_the_next_number_only(page: ReceptionPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.groups, Qt.Key.Key_G)
    assert "绿色通道" in words(page)
    with qtbot.waitSignal(page.wanted) as given:
        QTest.keyClick(page.groups, Qt.Key.Key_1)
    assert given.args == [Wanted("立案", green=True)]
    page.show_given(Given("G001", 0, (3, 6)))
    assert "下一个号：普通" in words(page)
    assert "G001 已取号，前面 0 人，约等 3–6 分钟" in words(page)
    QTest.keyClick(page.groups, Qt.Key.Key_U)
    QTest.keyClick(page.groups, Qt.Key.Key_J)
    with qtbot.waitSignal(page.wanted) as given:
        QTest.keyClick(page.groups, Qt.Key.Key_1)
    assert given.args == [Wanted("立案", green=True, urgent=True, needs=("mongolian",))]


def test_what_was_chosen_counts_for_a_card_too(page: ReceptionPage) -> None:
    QTest.keyClick(page.groups, Qt.Key.Key_U)
    assert page.marked(Wanted("立案", green=True, person="f" * 32)) == Wanted(
        "立案", green=True, urgent=True, person="f" * 32
    )


def test_in_a_box_digits_and_letters_are_typed(page: ReceptionPage, qtbot: QtBot) -> None:
    page.lost.setFocus()
    with qtbot.assertNotEmitted(page.wanted):
        QTest.keyClicks(page.lost, "A012G")
    assert page.lost.text() == "A012G"
    assert not page.green.isChecked()
    with qtbot.waitSignal(page.reprinted) as again:
        QTest.keyClick(page.lost, Qt.Key.Key_Return)
    assert again.args == ["A012G"]


def test_stubs_are_taken_in_with_the_time_they_were_torn_from(page: ReceptionPage, qtbot: QtBot) -> None:
    page.stubs.setFocus()
    QTest.keyClicks(page.stubs, "P001-P012")
    QTest.keyClick(page.stubs, Qt.Key.Key_Return)
    assert page.since.hasFocus()
    QTest.keyClicks(page.since, "9:30")
    with qtbot.waitSignal(page.admitted) as told:
        QTest.keyClick(page.since, Qt.Key.Key_Return)
    assert told.args == ["P001-P012", "9:30"]
    page.show_admitted(("P001", "P002"))
    assert "已补录 2 个：P001、P002" in words(page)
