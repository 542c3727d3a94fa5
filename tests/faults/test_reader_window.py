"""Every trouble with the card reader, seen from the window; typing never loses a keystroke meanwhile."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services import drafts
from app.services.rhythm import Rhythm
from app.services.views import Health
from tests.helpers.counter import OFFSCREEN, QUICK, Counter, OpenCounter, counter, qapp

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PATIENT = Rhythm(card=30.0, devices=0.25, reader=0.2, view=1.0, court=0.25)
NUMB = Rhythm(card=1.0, devices=0.25, reader=3600.0, view=1.0, court=0.25)
"""Does not look at the reader by itself, so that a fault meets the key that was pressed."""
SAFE = "已填写和已扫描的内容都在"
LONGEST_SECONDS = 12.0
"""For one card (devices.sdt.session.Limits.card)."""
SLACK = 12.0
"""Seconds a busy machine may add; a wait that goes on takes thirty."""


def fails(desk: Counter, happened: str, next_step: str) -> None:
    words = desk.says(happened)
    assert SAFE in words
    assert next_step in words
    assert desk.visit.party_name == ""


def recovers(desk: Counter) -> None:
    """A key press after the fault reads the card and takes the sentence away."""
    desk.place("elder")
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: desk.visit.party_name == "王桂兰", "the name")
    desk.silent()


def test_no_card_is_said_after_the_wait_and_the_next_press_works(counter: OpenCounter) -> None:
    desk = counter("reader")
    desk.call()
    pressed = time.monotonic()
    desk.key(Qt.Key.Key_F3)
    fails(desk, "没有读到身份证", "请把证件平放在读卡区后再按一次")
    assert QUICK.card <= time.monotonic() - pressed < QUICK.card + SLACK
    recovers(desk)


def test_a_card_that_lies_there_already_has_to_be_lifted(counter: OpenCounter) -> None:
    desk = counter("reader")
    desk.call()
    desk.place("adult")
    desk.until(lambda: desk.visit.party_name == "张𬭎", "the card, read without a key")
    desk.key(Qt.Key.Key_F3)
    words = desk.says("这张证刚读过，还在读卡器上")
    assert "请移开后重新放置" in words
    desk.place("elder")
    desk.key(Qt.Key.Key_F3)
    desk.says("这张证和已读的不是同一个人")
    assert desk.visit.party_name == "张𬭎"
    desk.do(drafts.set_field, "identity.id_number", "")
    desk.place("elder")
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: desk.visit.party_name == "王桂兰", "the next card")


@pytest.mark.parametrize(
    ("fault", "happened", "next_step"),
    [
        ("noauth", "读卡器的安全模块未获授权", "请手工输入，并通知管理员换读卡器"),
        ("flood read 9", "读卡器传来的数据有误，没有采用", "反复出现请换线"),
        ("sw41 read", "身份证没有读出来", "仍不行可手工输入"),
        ("silent read", "读卡器没有回应", "请检查电源，拔插一次后再试"),
        ("sw60 find", "读卡器自检没有通过", "请手工输入，并通知管理员更换"),
    ],
)
def test_a_reader_in_trouble_says_so_in_time_and_works_again_afterwards(
    counter: OpenCounter, fault: str, happened: str, next_step: str
) -> None:
    desk = counter("reader", rhythm=NUMB)
    desk.call()
    desk.reader.tell("place adult")
    desk.reader.tell(f"fault {fault}")
    pressed = time.monotonic()
    desk.key(Qt.Key.Key_F3)
    fails(desk, happened, next_step)
    assert time.monotonic() - pressed < LONGEST_SECONDS + SLACK
    desk.reader.tell("clear")
    recovers(desk)


def test_a_cable_pulled_in_the_middle_of_a_card_is_said_and_put_back_is_noticed(counter: OpenCounter) -> None:
    desk = counter("reader", rhythm=NUMB)
    desk.call()
    desk.reader.tell("place adult")
    desk.reader.tell("fault unplug")
    desk.key(Qt.Key.Key_F3)
    fails(desk, "读卡器没有连上", "请插好后再按一次")
    desk.until(lambda: desk.device("id_reader").health is Health.FAILED, "a red reader")
    desk.reader.tell("replug")
    recovers(desk)
    desk.until(lambda: desk.device("id_reader").health is Health.OK, "a green reader")


def test_a_reader_pulled_and_put_back_while_nobody_reads_only_changes_the_status_bar(
    counter: OpenCounter,
) -> None:
    desk = counter("reader")
    desk.until(lambda: desk.device("id_reader").health is Health.OK, "a green reader")
    desk.reader.tell("unplug")
    desk.until(lambda: desk.device("id_reader").health is Health.FAILED, "a red reader")
    desk.bar("没有连上")
    assert desk.news() == []
    desk.reader.tell("replug")
    desk.until(lambda: desk.device("id_reader").health is Health.OK, "a green reader again")


def test_no_keystroke_is_lost_while_the_reader_waits_and_the_card_comes(counter: OpenCounter) -> None:
    desk = counter("reader", rhythm=PATIENT)
    desk.call()
    editor = desk.editor("identity.phone")
    editor.setFocus()
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: desk.conductor.acts.running("read_card"), "the reader waiting")
    number = "13804761234"
    for place, digit in enumerate(number):
        QTest.keyClicks(editor, digit)
        if place == 5:
            desk.place("adult")
            desk.until(lambda: desk.visit.party_name == "张𬭎", "the card")
        shown = desk.walk.view
        desk.conductor._refresh()
        desk.until(lambda old=shown: desk.walk.view is not old, "a view in the middle of the number")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    desk.until(lambda: desk.value("identity.phone") == number, "every digit")
    assert desk.visit.party_name == "张𬭎"


def test_escape_takes_the_wait_back_at_once_and_without_a_word(counter: OpenCounter) -> None:
    desk = counter("reader", rhythm=PATIENT)
    desk.call()
    desk.key(Qt.Key.Key_F3)
    desk.says("请把身份证放在读卡区（Esc 取消）")
    pressed = time.monotonic()
    desk.key(Qt.Key.Key_Escape)
    desk.until(lambda: not desk.conductor.acts.running("read_card"), "the end of the wait")
    assert time.monotonic() - pressed < SLACK
    desk.silent()
    desk.place("elder")
    desk.until(lambda: desk.visit.party_name == "王桂兰", "the next card, without a key")


def test_escape_right_after_the_key_is_not_lost_while_the_reader_is_busy(counter: OpenCounter) -> None:
    """The lane is held by a silent reader, so the act has not begun when Esc is pressed."""
    desk = counter("reader", rhythm=Rhythm(card=30.0, devices=0.25, reader=0.2, view=1.0, court=0.25))
    desk.call()
    desk.reader.tell("fault silent any 2")
    desk.until(lambda: desk.conductor.acts.running("look_at_reader"), "a look at the reader")
    desk.key(Qt.Key.Key_F3)
    desk.key(Qt.Key.Key_Escape)
    desk.until(lambda: not desk.conductor.acts.running("read_card"), "the end of what never began")
    desk.silent()
