"""The list of what is missing: every line with its ground, advice apart, keys for every paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.services.supply_views import SupplyView
from tests.helpers.ui import desk_window, press
from ui.gallery_supply import supply
from ui.screens.supply import CORRECTION, PROMISE, SupplyPage
from ui.theme import theme


@pytest.fixture
def page(qtbot: QtBot) -> SupplyPage:
    made = SupplyPage(theme())
    qtbot.addWidget(made)
    made.resize(1030, 620)
    made.show()
    return made


def words(page: SupplyPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def show(page: SupplyPage, **changes: object) -> SupplyView:
    view = replace(supply(), **changes)  # type: ignore[arg-type]
    page.show_supply(view)
    page.list.setFocus()
    return view


def test_every_line_says_why_and_custom_is_only_advice(page: SupplyPage) -> None:
    show(page, promise="b" * 64, promise_due="2026 年 11 月 30 日", no_promise="")
    rows = [page.list.model().index(place, 0).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(4)]
    assert "民事诉讼法第123条" in rows[0]
    assert "必须补" in rows[0]
    assert "必须补，可容缺" in rows[1]
    assert "建议带" in rows[2]
    assert "已有" in rows[3]
    assert "2026 年 11 月 30 日" in words(page)
    assert "登记立案规定第7条" in words(page)


def test_nothing_is_called_tolerable_while_no_promise_can_be_given(page: SupplyPage) -> None:
    show(page, promise="")
    row = page.list.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "必须补" in row
    assert "可容缺" not in row


def test_the_keys_give_the_paper_or_take_the_promise(page: SupplyPage, qtbot: QtBot) -> None:
    show(page, promise="b" * 64, promise_due="2026 年 11 月 30 日", no_promise="")
    with qtbot.waitSignal(page.given) as given:
        press(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert given.args == [CORRECTION, ""]
    with qtbot.waitSignal(page.given) as given:
        press(page, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert given.args == [PROMISE, ""]
    with qtbot.waitSignal(page.withdrawn):
        press(page, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)


def test_what_cannot_be_given_says_why_and_does_nothing(page: SupplyPage, qtbot: QtBot) -> None:
    show(page, notice="", no_notice="法定材料都齐了，不需要补正。", due="", decided="")
    assert "不需要补正" in words(page)
    with qtbot.assertNotEmitted(page.given):
        press(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        press(page, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        press(page, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)


def test_a_further_notice_asks_for_its_reason(page: SupplyPage, qtbot: QtBot) -> None:
    show(page)
    assert not page.reason.isVisible()
    page.show_supply(supply(again=True))
    assert "再次告知要写理由" in words(page)
    page.reason.setFocus()
    QTest.keyClicks(page.reason, "new facts")
    with qtbot.waitSignal(page.given) as given:
        press(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert given.args == [CORRECTION, "new facts"]


def test_what_is_wrong_with_a_paper_is_typed_beside_it(page: SupplyPage, qtbot: QtBot) -> None:
    show(page)
    assert not page.fault.isEnabled()
    page.list.setCurrentIndex(page.list.model().index(3, 0))
    press(page, Qt.Key.Key_Return)
    assert page.fault.hasFocus()
    QTest.keyClicks(page.fault, "blurred")
    with qtbot.waitSignal(page.faulted) as faulted:
        press(page, Qt.Key.Key_Return)
    assert faulted.args == ["matter.1.defect.M02", "blurred"]


def test_a_list_that_changed_says_so(page: SupplyPage) -> None:
    show(page, outdated=True)
    assert "请再看一遍" in words(page)


def test_the_button_in_the_materials_step_asks_for_the_panel(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.visit.choose("materials")
        with qtbot.waitSignal(window.open_panel) as wanted:
            window.visit.pages.buttons["panel_supply"].click()
        assert wanted.args == ["supply"]
