from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from app.services.views import AdviceView, Mark
from tests.helpers.desk_views import advice, desk
from tests.helpers.ui import desk_window, press
from ui.screens.advice import mark_word
from ui.widgets.badge import Badge
from ui.widgets.label import Label

ALT = Qt.KeyboardModifier.AltModifier


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_Y, "agree"), (Qt.Key.Key_N, "decline")])
def test_the_mediation_answer_is_one_key(qtbot: QtBot, key: Qt.Key, answer: str) -> None:
    with desk_window() as window, qtbot.waitSignal(window.field_edited) as edited:
        press(window, key, ALT)
    assert edited.args == ["mediation", answer]


def test_alt_w_opens_and_closes_the_reasons() -> None:
    with desk_window() as window:
        words = window.advice._whys[0][1]
        assert not words.isVisible()
        press(window, Qt.Key.Key_W, ALT)
        assert words.isVisible()
        assert "七日" in words.text()
        press(window, Qt.Key.Key_W, ALT)
        assert not words.isVisible()


def test_the_fee_stands_below_a_list_that_is_longer_than_the_window() -> None:
    many = replace(advice(), checks=tuple(replace(advice().checks[2], title=f"{n}") for n in range(30)))
    with desk_window(desk(advice=many)) as window:
        zone = window.advice
        assert zone._area.verticalScrollBar().maximum() > 0
        fee = next(label for label in zone.findChildren(Label) if label.text() == "¥ 6,651.84")
        assert fee.isVisible()
        assert zone.rect().contains(QRect(fee.mapTo(zone, QPoint(0, 0)), fee.size()))


def test_a_question_asked_is_passed_on(qtbot: QtBot) -> None:
    with desk_window() as window, qtbot.waitSignal(window.explain) as asked:
        window.advice._whys[0][0].click()
    assert asked.args == ["当场能定就当场登记"]


def test_marks_differ_in_shape_and_in_word() -> None:
    with desk_window() as window:
        shapes = {badge.shape for badge in window.advice.findChildren(Badge)}
    assert len(shapes) == len(Mark)
    assert len({mark_word(mark) for mark in Mark}) == len(Mark)


def test_the_same_advice_is_not_drawn_again() -> None:
    with desk_window() as window:
        before = window.advice.findChildren(Label)
        window.show_desk(desk(advice=advice()))
        assert window.advice.findChildren(Label) == before


def test_no_advice_is_explained() -> None:
    with desk_window(desk(advice=AdviceView())) as window:
        texts = [label.text() for label in window.advice.findChildren(Label)]
    assert any("期限" in text for text in texts)
