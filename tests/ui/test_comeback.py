"""Who is expected with papers: the list, found by typing or scanning, three acts by key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.services.supply_views import OwedList
from tests.helpers.ui import press
from ui.gallery_supply import asked, owed
from ui.screens.comeback import ComebackPage
from ui.theme import theme


@pytest.fixture
def page(qtbot: QtBot) -> ComebackPage:
    made = ComebackPage(theme())
    qtbot.addWidget(made)
    made.resize(1030, 620)
    made.show()
    made.activateWindow()
    made.begin()
    made.show_owed(OwedList(owed()))
    return made


def rows(page: ComebackPage) -> list[str]:
    model = page.list.model()
    return [model.index(n, 0).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(model.rowCount())]


def test_each_row_says_who_masked_what_when_and_how_late(page: ComebackPage) -> None:
    first, second, *_rest = rows(page)
    assert "就在窗口" in first
    assert "逾期 9 天" in second
    assert "法定代表人身份证明书" in second
    assert "苏**" in second
    assert any("今天到期" in row for row in rows(page))
    assert page.count.text() == "6 件，逾期 2 件"


def test_enter_goes_on_with_who_stands_at_the_window(page: ComebackPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.taken_up) as taken:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert taken.args == ["v7"]


def test_enter_in_an_empty_box_takes_up_nobody_elses_intake(page: ComebackPage, qtbot: QtBot) -> None:
    page.show_owed(OwedList(owed()[1:]))
    with qtbot.assertNotEmitted(page.taken_up):
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert page.list.hasFocus()
    with qtbot.waitSignal(page.taken_up) as taken:
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert taken.args == ["v12"]


def test_typing_a_number_or_code_narrows_the_list(page: ComebackPage, qtbot: QtBot) -> None:
    QTest.keyClicks(page.box, "a018")
    assert len(rows(page)) == 1
    with qtbot.waitSignal(page.number_wanted) as wanted:
        press(page, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == ["v18"]
    page.box.setText("7k3m-pq2x")
    assert len(rows(page)) == 6


def test_what_is_not_in_the_list_is_searched(page: ComebackPage, qtbot: QtBot) -> None:
    QTest.keyClicks(page.box, "YC:R:7K3MPQ2X")
    assert rows(page) == []
    assert not page.buttons["take_up"].isEnabled()
    with qtbot.waitSignal(page.sought) as sought:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert sought.args == ["YC:R:7K3MPQ2X"]
    page.show_owed(OwedList(owed()[:1]), sought="YC:R:7K3MPQ2X")
    with qtbot.waitSignal(page.looked) as looked:
        press(page, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert looked.args == ["v7"]


def test_whoever_types_before_the_list_is_there_is_led_to_nobody_else(
    page: ComebackPage, qtbot: QtBot
) -> None:
    page.begin()
    QTest.keyClicks(page.box, "a018")
    with qtbot.assertNotEmitted(page.taken_up), qtbot.waitSignal(page.sought) as sought:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert sought.args == ["a018"]
    page.show_owed(OwedList(owed()[1:]))
    assert len(rows(page)) == 1
    page.show_owed(OwedList(owed()[:1]), sought="a01")
    assert len(rows(page)) == 1, "what was sought before the last letter"
    with qtbot.waitSignal(page.taken_up) as taken:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert taken.args == ["v18"]


def test_what_the_back_office_asks_for_is_shown_whole_and_told_by_one_key(
    page: ComebackPage, qtbot: QtBot
) -> None:
    assert not page.buttons["tell"].isVisible(), "the row under the cursor was told long ago"
    page.show_owed(OwedList((asked(), *owed()[1:])))
    QTest.keyClick(page.box, Qt.Key.Key_Up)
    assert "3. 授权委托书须由当事人本人签名" in page.detail.text()
    assert "期限由法院指定为7日" in page.detail.text()
    assert not page.reason.isVisible()
    with qtbot.waitSignal(page.notice_wanted) as wanted:
        QTest.keyClick(page.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == ["a1", ""]
    page.show_owed(OwedList((asked(further=True),)))
    page.reason.setText(" 被告改名 ")
    with qtbot.waitSignal(page.notice_wanted) as wanted:
        page.buttons["tell"].click()
    assert wanted.args == ["a1", "被告改名"]


def test_while_nobody_is_at_the_window_enter_gives_a_number(page: ComebackPage, qtbot: QtBot) -> None:
    number, go_on = page.buttons["number"], page.buttons["take_up"]
    assert (number.key, go_on.isVisible()) == ("Ctrl+T", True)
    page.show_owed(OwedList(owed(), somebody=False))
    assert (number.key, go_on.isVisible()) == ("Enter", False)
    QTest.keyClicks(page.box, "a018")
    with qtbot.assertNotEmitted(page.taken_up), qtbot.waitSignal(page.number_wanted) as wanted:
        QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert wanted.args == ["v18"]


def test_a_number_that_is_nowhere_is_said_to_be_and_the_others_come_back_with_the_next_letter(
    page: ComebackPage,
) -> None:
    QTest.keyClicks(page.box, "a999")
    assert page.count.text() == "0 件符合，共 6 件"
    assert page.list.said_empty == "名单里没有“a999”，按回车去查。"
    page.show_owed(OwedList(()), sought="a999")
    assert page.list.said_empty == "没有找到“a999”。"
    assert page.detail.text().startswith("没有找到“a999”。")
    page.show_owed(OwedList((), known="A999 没有等着补交的。"), sought="a999")
    assert page.detail.text().startswith("A999 没有等着补交的。这里查的是")
    page.box.clear()
    assert len(rows(page)) == 6
    assert page.count.text() == "6 件，逾期 2 件"
