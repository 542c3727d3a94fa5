"""The page of handing over: a window, a reason, Enter; what is offered is taken or given back by a key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.services.handover import HandoverView
from ui.gallery_hall import GIVEN, OFFERS, WINDOWS
from ui.screens.handover import HandoverPage
from ui.theme import theme

HERE = HandoverView("A017", "", WINDOWS, OFFERS, GIVEN)


@pytest.fixture
def page(qtbot: QtBot) -> HandoverPage:
    made = HandoverPage(theme())
    qtbot.addWidget(made)
    made.resize(1030, 620)
    made.show()
    made.activateWindow()
    made.begin()
    made.show_view(HERE)
    return made


def texts(page: HandoverPage) -> str:
    lists = (page.windows, page.offers)
    rows = [one.model().index(n, 0) for one in lists for n in range(one.model().rowCount())]
    return " ".join(str(row.data(Qt.ItemDataRole.AccessibleTextRole)) for row in rows)


def test_every_window_says_what_it_can_and_whether_it_calls(page: HandoverPage) -> None:
    assert "2 号窗口，能办：mongolian sign" in texts(page)
    assert "暂停：午休" in texts(page)
    assert page.title.text() == "把 A017 移交给"


def test_enter_a_reason_by_its_key_and_enter_hand_over(page: HandoverPage, qtbot: QtBot) -> None:
    assert not page.give.isEnabled(), "without a reason nothing is given"
    QTest.keyClick(page.windows, Qt.Key.Key_Down)
    QTest.keyClick(page.windows, Qt.Key.Key_Return)
    assert page.reason.hasFocus()
    QTest.keyClick(page.reason, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert page.reason.text() == "交接班"
    with qtbot.waitSignal(page.given) as given:
        QTest.keyClick(page.reason, Qt.Key.Key_Return)
    assert given.args == [2, "交接班"]


def test_what_is_offered_is_taken_only_while_nobody_is_here(page: HandoverPage, qtbot: QtBot) -> None:
    assert not page.accept.isEnabled()
    page.show_view(replace(HERE, number="", obstacle="现在没有正在办理的人。"))
    assert not page.give.isEnabled()
    page.offers.setFocus()
    with qtbot.waitSignal(page.accepted) as taken:
        QTest.keyClick(page.offers, Qt.Key.Key_Return)
    assert taken.args == ["A014"]


def test_giving_back_says_why_and_what_was_given_away_is_not_taken(page: HandoverPage, qtbot: QtBot) -> None:
    page.offers.setFocus()
    with qtbot.waitSignal(page.declined) as declined:
        page.decline.click()
    assert declined.args == ["A014", "本窗口办不了这一项"]
    page.offers.setCurrentIndex(page.offers.model().index(2, 0))
    assert "A011" in texts(page)
    assert not page.decline.isEnabled()
