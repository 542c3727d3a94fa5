"""A scan gun at the window, on a serial line and as a keyboard; what it floods, leaks and loses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.services.scanning import Scanned
from app.services.views import Health
from tests.faults.test_scanner_window import responsive
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp

__all__ = ["counter", "qapp"]

pytestmark = [pytest.mark.slow, OFFSCREEN, pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")]


LONG_AFTER_MS = 10**9
"""A time of the system's clock that no real key of the test has."""


def ledger(desk: Counter) -> str:
    box = desk.conductor.panels._panels["ledger"].page.findChild(QLineEdit)
    assert box is not None
    return box.text()


def test_codes_of_a_serial_gun_go_where_they_belong(counter: OpenCounter) -> None:
    desk = counter("gun")
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: desk.queue.next is not None, "a number in the queue")
    day = desk.desk.today().isoformat()
    desk.gun.tell(f"scan YC:{day}.A001")
    desk.until(lambda: desk.walk.visit is not None and desk.visit.ticket == "A001", "the scanned ticket")
    desk.gun.tell("scan YC:2020-01-01.A001")
    assert "排队没有变动" in desk.says("A001 是 2020-01-01 的号")
    editor = desk.editor("identity.address")
    editor.setFocus()
    desk.gun.tell("scan-gb 钢铁街12号")
    desk.until(lambda: desk.value("identity.address") == "钢铁街12号", "the text in the field, saved")
    desk.gun.tell("scan SJ20261123-03-0042")
    desk.until(lambda: desk.conductor.panels.current == "ledger", "the ledger")
    desk.until(lambda: ledger(desk) == "SJ20261123-03-0042", "the number in its box")
    desk.key(Qt.Key.Key_Escape)
    desk.window.advice.setFocus()
    desk.window.setFocus()
    desk.gun.tell("scan SOMETHING-ELSE")
    desk.until(lambda: "没有用" in desk.words(), "what became of it")
    assert desk.value("identity.address") == "钢铁街12号"


def test_what_is_scanned_while_the_window_is_locked_does_nothing(
    counter: OpenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = counter("gun")
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: desk.queue.next is not None, "a number in the queue")
    desk.conductor.locking.screen.show_names(("巴图",))
    heard: list[Scanned] = []
    take = desk.conductor._codes.take

    def hear(code: Scanned) -> None:
        take(code)
        heard.append(code)

    monkeypatch.setattr(desk.conductor._codes, "take", hear)
    for count, code in enumerate((f"YC:{desk.desk.today().isoformat()}.A001", "SJ20261123-03-0042"), 1):
        desk.gun.tell(f"scan {code}")
        desk.until(lambda count=count: len(heard) == count, "the code heard")
    assert not desk.conductor.acts.running("bring")
    assert desk.conductor.panels.current == ""
    desk.conductor.locking.screen.accept()
    desk.gun.tell("scan SJ20261123-03-0042")
    desk.until(lambda: desk.conductor.panels.current == "ledger", "the ledger")


def test_a_gun_that_floods_or_is_pulled_turns_red_types_nothing_and_comes_back(counter: OpenCounter) -> None:
    desk = counter("gun")
    desk.call()
    editor = desk.editor("identity.phone")
    editor.setFocus()
    with responsive():
        desk.gun.tell("raw " + b"".join(b"%d\r" % n for n in range(300)).hex())
        desk.until(lambda: desk.device("scan_gun").health is Health.FAILED, "a red gun")
        QTest.keyClicks(editor, "138")
    desk.until(lambda: desk.device("scan_gun").health is Health.OK, "a green gun again")
    desk.gun.tell("flood")
    desk.until(lambda: desk.device("scan_gun").health is Health.FAILED, "a red gun")
    desk.gun.tell("clear")
    desk.until(lambda: desk.device("scan_gun").health is Health.OK, "a green gun again")
    desk.gun.tell("unplug")
    desk.until(lambda: desk.device("scan_gun").health is Health.FAILED, "a red gun")
    desk.bar("没有连上")
    desk.gun.tell("replug")
    desk.until(lambda: desk.device("scan_gun").health is Health.OK, "a green gun again")
    assert desk.news() == []
    assert len(desk.value("identity.phone")) < 40


def handle(desk: Counter) -> QWindow:
    found = desk.window.windowHandle()
    assert found is not None
    return found


def burst(desk: Counter, text: str) -> None:
    """What a gun does: keys 2 ms apart by the system's clock, Return; a busy machine delivers them late."""
    keys = [(Qt.Key(ord(letter.upper())), letter) for letter in text]
    for number, (key, letter) in enumerate([*keys, (Qt.Key.Key_Return, "\r")]):
        shift = Qt.KeyboardModifier.ShiftModifier if letter.isupper() else Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, shift, letter)
            event.setTimestamp(LONG_AFTER_MS + 2 * number)
            QCoreApplication.sendEvent(handle(desk), event)


def test_a_burst_of_a_typing_gun_never_reaches_the_field_and_typing_is_untouched(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("typing-gun")
    desk.call()
    editor = desk.editor("identity.phone")
    assert isinstance(editor, QLineEdit)
    editor.setFocus()
    seen: list[str] = []
    editor.textChanged.connect(seen.append)
    burst(desk, "YC:2020-01-01.A001")
    desk.says("A001 是 2020-01-01 的号")
    assert seen == []
    for digit in "13804761234":
        QTest.keyClick(handle(desk), digit)
        desk.until(lambda shown=digit: editor.text().endswith(shown), "the digit in the field")
    QTest.keyClick(handle(desk), Qt.Key.Key_Tab)
    desk.until(lambda: desk.value("identity.phone") == "13804761234", "every digit, once")
    desk.until(lambda: not editor.hasFocus(), "the cursor led on")
    assert desk.walk.view is not None
