"""The page of steps: one list of what was recorded and what can be, one form, all by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.services.step_view import Offer, RecordedView, StepsView
from app.services.views import DueLine, FieldGroup, FieldView
from ui.screens.steps import StepsPage
from ui.theme import theme
from ui.widgets.label import Label

DUE = DueLine("民事立案审查", "最迟 2026 年 11 月 30 日 周一", "登记立案规定第8条", "自收到之日起7日")
FORM = FieldGroup("立案分流", (FieldView("step.1.note", "说明", "text"),), "step1")
DONE = RecordedView(
    1, "立案分流", "民事立案", "09:41", "其木格", (), (DUE,), FORM, "登记立案规定", "先收诉状"
)
OFFERS = (
    Offer("assist", "帮办、代办、转办", "无障碍环境建设法"),
    Offer("triage", "立案分流", "登记立案规定"),
)


@pytest.fixture
def page(qtbot: QtBot) -> StepsPage:
    made = StepsPage(theme())
    qtbot.addWidget(made)
    made.resize(1040, 480)
    made.show()
    return made


def words(page: StepsPage) -> str:
    QCoreApplication.processEvents()
    return "\n".join(label.text() for label in page.findChildren(Label) if label.isVisible())


def test_enter_on_an_offer_records_it(page: StepsPage, qtbot: QtBot) -> None:
    page.show_steps(StepsView("v", (), OFFERS))
    assert "按 Enter" in words(page)
    assert not page.drop.isVisible()
    with qtbot.waitSignal(page.record) as asked:
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert asked.args == ["assist"]


def test_a_recorded_step_shows_its_clock_its_authority_and_its_form(page: StepsPage, qtbot: QtBot) -> None:
    page.show_steps(StepsView("v", (DONE,), OFFERS))
    for part in ("11 月 30 日", "自收到之日起7日", "登记立案规定第8条", "先收"):
        assert part in words(page)
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    box = page.findChild(QLineEdit)
    assert box is not None
    assert box.hasFocus()
    QTest.keyClicks(box, "x")
    with qtbot.waitSignal(page.edited) as edited:
        page.flush()
    assert edited.args == ["step.1.note", "x"]
    with qtbot.waitSignal(page.remove) as removed:
        QTest.keyClick(box, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert removed.args == [1]


def test_going_to_a_step_puts_the_cursor_into_its_form(page: StepsPage) -> None:
    page.show_steps(StepsView("v", (DONE,), OFFERS))
    page.go_to(1)
    box = page.findChild(QLineEdit)
    assert box is not None
    assert box.hasFocus()


def test_without_a_visit_the_page_says_so_by_being_empty(page: StepsPage) -> None:
    page.show_steps(StepsView("", (), ()))
    assert words(page) == ""


def test_of_a_finished_visit_what_came_later_is_sent_by_one_key(page: StepsPage, qtbot: QtBot) -> None:
    page.show_steps(StepsView("v", (DONE,), (), finished=True))
    assert "原记录不动" in words(page)
    assert not page.drop.isVisible()
    assert not page.send.isEnabled()
    page.show_steps(StepsView("v", (DONE,), (), finished=True), unsent=1)
    with qtbot.waitSignal(page.added):
        QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
