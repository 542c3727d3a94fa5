from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.services.views import ConfirmationView
from tests.helpers.desk_views import NOW, desk, idle, outcome, visit
from tests.helpers.ui import child, desk_window, press
from ui.screens.confirmation import ConfirmationStep
from ui.screens.outcome import court_word, job_word
from ui.widgets.badge import Shape
from ui.widgets.steps import STEPS

ALT = Qt.KeyboardModifier.AltModifier
DIGITS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6)


def test_alt_and_a_digit_turn_to_any_step() -> None:
    with desk_window() as window:
        for key, step in reversed(list(zip(DIGITS, STEPS, strict=True))):
            press(window, key, ALT)
            assert window.visit.step == step


def test_a_new_visit_begins_with_identity_and_a_finished_one_shows_its_outcome() -> None:
    with desk_window() as window:
        assert window.visit.step == "identity"
        window.show_desk(desk(visit=replace(visit(), outcome=outcome())))
        assert window.visit.step == "outcome"
        window.show_desk(desk(visit=visit(fresh=True)))
        assert window.visit.step == "identity"


def test_the_end_of_a_visit_leads_to_calling_the_next_and_not_to_a_why() -> None:
    ended = replace(visit(), outcome=outcome())
    with desk_window() as window:
        press(window, DIGITS[1], ALT)
        window.show_desk(desk(visit=ended))
        assert QApplication.focusWidget() is window.queue.buttons["call_next"]
    nobody = replace(desk().queue, next=None, waiting=())
    with desk_window(replace(desk(), queue=nobody)) as window:
        press(window, DIGITS[1], ALT)
        window.show_desk(replace(desk(visit=ended), queue=nobody))
        assert window.visit.tabs.isAncestorOf(QApplication.focusWidget())


def test_without_a_visit_the_window_says_what_to_press() -> None:
    with desk_window(idle()) as window:
        assert window.zones.empty.isVisible()
        assert not window.visit.isVisible()


def test_an_edit_names_its_path(qtbot: QtBot) -> None:
    with desk_window(desk(visit=visit(fresh=True))) as window:
        box = child(window, QLineEdit, "visitor.name")
        box.setFocus()
        with qtbot.waitSignal(window.field_edited) as edited:
            QTest.keyClicks(box, "abc")
    assert edited.args == ["visitor.name", "abc"]


def test_what_was_typed_goes_out_before_the_act_that_follows(qtbot: QtBot) -> None:
    order: list[str] = []
    with desk_window(desk(visit=visit(fresh=True))) as window:
        window.field_edited.connect(lambda path, _text: order.append(path))
        window.finish.connect(lambda: order.append("finish"))
        box = child(window, QLineEdit, "visitor.name")
        box.setFocus()
        QTest.keyClicks(box, "abc")
        press(window, Qt.Key.Key_F12)
    assert order == ["visitor.name", "finish"]


def test_the_time_at_the_window_stands_against_the_thirty_minutes() -> None:
    with desk_window() as window:
        assert window.visit._elapsed.text() == "04:12 / 30:00"


@pytest.mark.parametrize(
    ("view", "shape", "words"),
    [
        (ConfirmationView("t", "h", ready=False, not_ready="先填姓名。"), Shape.STOP, "先填姓名。"),
        (ConfirmationView("t", "h", ready=True), Shape.RING, "待签字"),
        (ConfirmationView("t", "h", ready=True, unasked="先行调解"), Shape.ALERT, "先行调解"),
        (ConfirmationView("t", "h", ready=True, signed_at=NOW), Shape.CHECK, "已签字 10:42"),
        (ConfirmationView("t", "h", ready=True, signed_at=NOW, outdated=True), Shape.ALERT, "要重新签字"),
    ],
)
def test_the_confirmation_says_how_it_stands(view: ConfirmationView, shape: Shape, words: str) -> None:
    with desk_window(desk(visit=replace(visit(), confirmation=view))) as window:
        step = window.visit.confirmation
        assert isinstance(step, ConfirmationStep)
        assert step._badge.shape is shape
        assert words in f"{step._state.text()} {step._hint.text()}"


def test_the_text_to_confirm_cannot_be_changed() -> None:
    with desk_window() as window:
        press(window, Qt.Key.Key_5, ALT)
        text = window.visit.confirmation.findChild(QPlainTextEdit)
        assert isinstance(text, QPlainTextEdit)
        assert text.isReadOnly()


@pytest.mark.parametrize(
    "state", ["waiting", "sending", "confirmed", "unconfirmed", "printed", "not_printed"]
)
def test_every_state_of_a_print_job_has_a_word(state: str) -> None:
    assert job_word(state) != state


@pytest.mark.parametrize("state", ["waiting", "stored", "conflict", "rejected"])
def test_every_state_at_the_court_has_a_sentence(state: str) -> None:
    assert court_word(state) != state


def test_a_finished_visit_can_be_neither_confirmed_nor_finished_again(qtbot: QtBot) -> None:
    with desk_window(desk(visit=replace(visit(), outcome=outcome()))) as window:
        with qtbot.assertNotEmitted(window.finish), qtbot.assertNotEmitted(window.show_confirmation):
            press(window, Qt.Key.Key_F12)
            press(window, Qt.Key.Key_F10)
        assert "F5" in window.actions_bar.line.text()
