"""A program: the screens of party and hall pulled out and put back while somebody types.

    python -m tests.helpers.screens_pulled FOLDER      (DISPLAY names a virtual X server)

It prints ``whole`` at the end; what does not hold is an AssertionError.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.services import drafts
from app.settings import HallSettings, Settings
from tests.faults.test_scanner_window import MARGIN, responsive
from tests.helpers.counter import CONTROL, Counter, open_counter
from tests.helpers.desks import FILLED
from tests.helpers.monitors import WIDTH, Monitors
from ui.application import make_application

PARTY, HALL = 2, 3
LOST = "当事人屏断开了"


class Hands:
    """Types into one field, letter by letter, and looks where the keyboard is."""

    def __init__(self, desk: Counter, editor: QWidget) -> None:
        self._desk, self._editor = desk, editor
        self.typed = ""

    def type(self, digits: str) -> None:
        for digit in digits:
            self._desk.until(lambda: QApplication.focusWidget() is self._editor, "the keyboard in the field")
            handle = self._desk.window.windowHandle()
            assert handle is not None
            QTest.keyClick(handle, digit)
        self.typed += digits


def stands_on(window: QWidget | None, number: int) -> bool:
    return window is not None and window.isVisible() and window.geometry().x() == WIDTH * (number - 1)


def screens(count: int) -> bool:
    return len(QGuiApplication.screens()) == count


def page_line(desk: Counter, key: str) -> str:
    page = desk.conductor.panels._panels["devices"].page
    view = page._views.get(key)  # type: ignore[attr-defined]
    return f"{view.health.value} {view.text}" if view else ""


def pulled(desk: Counter, monitors: Monitors) -> None:
    window, party = desk.window, desk.window.party
    desk.until(lambda: stands_on(party, PARTY), "the party's window on its screen")
    desk.until(lambda: stands_on(desk.conductor._board.board, HALL), "the board on the hall's screen")
    desk.call()
    for path, text in FILLED.items():
        desk.do(drafts.set_field, path, text)
    desk.conductor._refresh()
    desk.until(lambda: desk.visit.confirmation.ready, "a text that can be read")
    desk.key(Qt.Key.Key_F10)
    desk.until(lambda: party.reading and stands_on(party, PARTY), "the text on the party's screen")
    editor = desk.editor("identity.phone")
    window.visit.choose("identity")
    window.activateWindow()
    editor.setFocus()
    desk.key(Qt.Key.Key_A, CONTROL)
    desk.key(Qt.Key.Key_Delete)
    hands = Hands(desk, editor)
    with responsive(4 * MARGIN):  # everything is drawn anew, through an X server on the same two cores
        hands.type("12")
        monitors.pull(PARTY)
        hands.type("34")
        desk.until(lambda: screens(2) and LOST in desk.words(window.messages), "what happened, in words")
        assert not party.isVisible(), "neither over the clerk's window nor in the hall"
        assert stands_on(desk.conductor._board.board, HALL)
        hands.type("56")
        monitors.plug(PARTY)
        desk.until(lambda: stands_on(party, PARTY), "the party's window back, without a key")
        desk.until(lambda: LOST not in desk.words(window.messages), "nothing to say any more")
        hands.type("78")
        monitors.pull(HALL)
        desk.until(lambda: desk.conductor._board.board is None, "no board")
        assert stands_on(party, PARTY)
        hands.type("90")
        monitors.plug(HALL)
        desk.until(lambda: stands_on(desk.conductor._board.board, HALL), "the board back, without a key")
    desk.key(Qt.Key.Key_Tab)
    desk.until(lambda: desk.value("identity.phone") == hands.typed == "1234567890", "every digit, once")


def told(desk: Counter, monitors: Monitors) -> None:
    """What a technician sees on the device page, as it happens."""
    desk.key(Qt.Key.Key_F11)
    desk.until(lambda: page_line(desk, "screen").startswith("ok"), "a screen that is well")
    monitors.pull(PARTY)
    desk.until(lambda: page_line(desk, "screen").startswith("failed 断开了"), "a red screen")
    assert page_line(desk, "board") == "ok 在第 2 块屏幕"
    monitors.pull(HALL)
    desk.until(lambda: page_line(desk, "board").startswith("failed 设为第 3 块屏幕"), "a red board")
    monitors.plug(PARTY)
    monitors.plug(HALL)
    desk.until(lambda: page_line(desk, "screen").startswith("ok"), "a screen that is well again")
    desk.until(lambda: page_line(desk, "board").startswith("ok"), "and the board")


def main() -> int:
    """See the top of this module."""
    monitors = Monitors()
    monitors.plug(PARTY)
    monitors.plug(HALL)
    application = make_application()
    assert [screen.name() for screen in application.screens()] == [f"MONITOR-{n}" for n in (1, PARTY, HALL)]
    settings = Settings(hall=HallSettings(window=3, clerk="其木格", board_screen=HALL))
    with ExitStack() as stack:
        desk = open_counter(stack, Path(sys.argv[1]), settings=settings)
        pulled(desk, monitors)
        told(desk, monitors)
    sys.stdout.write("whole\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
