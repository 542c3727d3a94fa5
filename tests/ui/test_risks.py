"""The page of risks: each with its rule, what was lifted with who and why, the line only for a freeze."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.services.freezing import RiskView
from tests.helpers.cases import MOMENT
from ui.screens.risks import RisksPage
from ui.theme import theme
from ui.widgets.label import Label

FREEZE = RiskView(
    "1.14.settle", "民事一审", "freeze", "没有特别授权", "民事诉讼法第62条", "补交授权", True, MOMENT
)
WARN = replace(FREEZE, key="1.02", effect="warn", text="期限今天届满")


@pytest.fixture
def page(qtbot: QtBot) -> RisksPage:
    made = RisksPage(theme())
    qtbot.addWidget(made)
    made.show()
    return made


def words(page: RisksPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(Label) if label.isVisible())


def test_a_freeze_says_its_rule_and_asks_for_a_reason(page: RisksPage, qtbot: QtBot) -> None:
    page.show_risks((FREEZE, WARN))
    assert "民事诉讼法第62条" in words(page)
    assert "补交授权" in words(page)
    page.reason.setText("已核实")
    with qtbot.waitSignal(page.lift) as asked:
        QTest.keyClick(page.reason, Qt.Key.Key_Return)
    assert asked.args == ["1.14.settle", "没有特别授权", "已核实"]


def test_only_a_freeze_that_stands_can_be_lifted(page: RisksPage, qtbot: QtBot) -> None:
    lifted = replace(FREEZE, stands=False, lifted_at=MOMENT, lifted_by="乌兰", reason="原件已到")
    page.show_risks((WARN, lifted))
    assert not page.reason.isVisible()
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    assert not page.reason.isVisible()
    assert "乌兰" in words(page)
    assert "原件已到" in words(page)
    with qtbot.assertNotEmitted(page.lift):
        page.reason.returnPressed.emit()


def test_without_risks_the_page_says_so(page: RisksPage) -> None:
    page.show_risks(())
    assert words(page) == ""
    assert not page.button.isVisible()
