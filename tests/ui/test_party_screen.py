from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.helpers.desk_views import SIGNATURE, desk, visit
from tests.helpers.ui import desk_window, press, shown
from ui.main_window import MainWindow
from ui.party_screen.pad import LARGEST_PNG, SignaturePad
from ui.party_screen.window import PartyWindow
from ui.theme import theme
from ui.widgets.label import Label

SMALLEST_TARGET = 44


@pytest.fixture
def touch() -> QPointingDevice:
    return QTest.createTouchDevice()


def draw(window: PartyWindow) -> None:
    for stroke in SIGNATURE:
        window.pad.draw_stroke(stroke)


def read_on(window: PartyWindow) -> None:
    """To the last line, a screen at a time."""
    while window.more.isVisible():
        window.more.click()


def button(window: PartyWindow, text: str) -> QPushButton:
    return next(b for b in window.findChildren(QPushButton) if b.text() == text)


def open_confirmation(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F10)


def test_f10_shows_the_text_and_the_signature_comes_back_with_its_hash(qtbot: QtBot) -> None:
    with desk_window() as window:
        with qtbot.waitSignal(window.show_confirmation):
            open_confirmation(window)
        assert window.party.isVisible()
        draw(window.party)
        read_on(window.party)
        with qtbot.waitSignal(window.signed) as signed:
            button(window.party, "确认").click()
        assert not window.party.reading
    sha256, png, strokes = signed.args
    assert sha256 == visit().confirmation.sha256
    assert len(strokes) == len(SIGNATURE)
    assert not QImage.fromData(png).isNull()


def test_beside_a_button_that_cannot_be_pressed_stands_why() -> None:
    with desk_window() as window:
        open_confirmation(window)
        party = window.party
        assert party.more.isVisible()

        def why() -> list[str]:
            said = (one.text() for one in party.findChildren(Label) if one.isVisible())
            return [text for text in said if "才能按“确认”" in text]

        assert why() == ["还没看到最后一行，看完才能按“确认”"]
        read_on(party)
        assert why() == ["签名后才能按“确认”"]
        draw(party)
        assert why() == []
        assert button(party, "确认").isEnabled()


def test_f10_says_why_when_the_text_is_not_ready(qtbot: QtBot) -> None:
    with desk_window(desk(visit=visit(fresh=True))) as window:
        with qtbot.assertNotEmitted(window.show_confirmation):
            open_confirmation(window)
        assert not window.party.isVisible()
        assert "先填" in window.actions_bar.line.text()


def test_a_text_that_changes_while_it_is_read_must_be_signed_anew() -> None:
    with desk_window() as window:
        open_confirmation(window)
        draw(window.party)
        changed = replace(visit().confirmation, text="别的内容", sha256="b" * 64)
        window.show_desk(desk(visit=replace(visit(), confirmation=changed)))
        assert window.party.pad.strokes == []
        assert window.party._text.toPlainText() == "别的内容"
        assert not button(window.party, "确认").isEnabled()


def test_an_empty_pad_or_a_dot_cannot_be_confirmed() -> None:
    with desk_window() as window:
        open_confirmation(window)
        assert not button(window.party, "确认").isEnabled()
        window.party.pad.draw_stroke(((10, 10), (11, 11)))
        assert not button(window.party, "确认").isEnabled()
        button(window.party, "清除").click()
        assert window.party.pad.strokes == []


def test_a_long_text_is_confirmed_only_once_its_last_line_was_seen(qtbot: QtBot) -> None:
    long = replace(visit().confirmation, text="\n".join(f"第 {n} 行" for n in range(200)), sha256="c" * 64)
    with desk_window(desk(visit=replace(visit(), confirmation=long))) as window:
        open_confirmation(window)
        draw(window.party)
        assert not button(window.party, "确认").isEnabled()
        assert window.party.more.isVisible()
        bar = window.party._text.verticalScrollBar()
        button(window.party, "下面还有，往下看 ↓").click()
        assert 0 < bar.value() < bar.maximum()
        assert not button(window.party, "确认").isEnabled()
        read_on(window.party)
        assert button(window.party, "确认").isEnabled()
        assert not window.party.more.isVisible()
        bar.setValue(0)
        assert button(window.party, "确认").isEnabled(), "it was seen"
        with qtbot.waitSignal(window.signed):
            button(window.party, "确认").click()


def test_what_was_signed_on_a_pad_waits_for_the_last_line(qtbot: QtBot) -> None:
    with desk_window() as window:
        open_confirmation(window)
        with qtbot.assertNotEmitted(window.signed):
            window.party.sign_with(b"png", [[(0.0, 1.0, 1.0, 1.0)]])
        with qtbot.waitSignal(window.signed) as signed:
            read_on(window.party)
        assert signed.args[1] == b"png"
        assert not window.party.reading


def test_a_short_text_needs_nothing_but_the_signature() -> None:
    short = replace(visit().confirmation, text="今天办理：立案。", sha256="d" * 64)
    with desk_window(desk(visit=replace(visit(), confirmation=short))) as window:
        open_confirmation(window)
        assert not window.party.more.isVisible()
        draw(window.party)
        assert button(window.party, "确认").isEnabled()


def test_esc_gives_the_screen_back_to_the_clerk() -> None:
    with desk_window() as window:
        open_confirmation(window)
        QTest.keyClick(window.party, Qt.Key.Key_Escape)
        assert not window.party.reading
        assert not window.party.isVisible()


def test_targets_are_large_enough_for_a_finger() -> None:
    with desk_window() as window:
        open_confirmation(window)
        for target in window.party.findChildren(QPushButton):
            assert min(target.width(), target.height()) >= SMALLEST_TARGET


def test_the_mouse_draws_a_stroke_with_time_place_and_pressure() -> None:
    with shown(SignaturePad(theme())) as pad:
        pad.resize(400, 200)
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
        QTest.mouseMove(pad, QPoint(120, 60))
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
        (stroke,) = pad.strokes
        assert stroke[0] == (0.0, 20.0, 20.0, 1.0)
        assert pad.signed


def test_a_finger_draws_one_stroke(touch: QPointingDevice) -> None:
    with shown(SignaturePad(theme())) as pad:
        pad.resize(400, 200)
        QTest.touchEvent(pad, touch).press(0, QPoint(20, 20), pad).commit()
        QTest.touchEvent(pad, touch).move(0, QPoint(150, 90), pad).commit()
        QTest.touchEvent(pad, touch).release(0, QPoint(150, 90), pad).commit()
        (stroke,) = pad.strokes
        assert stroke[-1][1:3] == (150.0, 90.0)


def test_a_scribble_over_the_whole_pad_stays_small() -> None:
    with shown(SignaturePad(theme())) as pad:
        pad.resize(500, 400)
        places = [QPointF((i * 37) % 500, (i * 91) % 400) for i in range(900)]
        pad.draw_stroke([(place.x(), place.y()) for place in places])
        assert 0 < len(pad.png()) <= LARGEST_PNG


def test_a_stroke_never_leaves_the_pad() -> None:
    with shown(SignaturePad(theme())) as pad:
        pad.resize(400, 200)
        pad.draw_stroke(((-50, -50), (900, 900)))
        (stroke,) = pad.strokes
        assert all(0 <= x <= pad.width() and 0 <= y <= pad.height() for _t, x, y, _p in stroke)
