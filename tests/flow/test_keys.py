"""Every act has its key, the key stands on its control, and pressing it on the real window does it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.services import issuing
from app.services.rhythm import Rhythm
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from ui.keys import KEYS, step_key
from ui.panels.all import PANELS
from ui.screens.palette import PalettePage
from ui.widgets.key_button import KeyButton
from ui.widgets.steps import STEPS

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
SELDOM = Rhythm(view=3600.0)
SPOKEN = Qt.ItemDataRole.AccessibleTextRole
ONLY_A_KEY = {"cancel", "quit", "more_lines"}
"""Shown while something can be cancelled; the window's own close button; while F12 names many things."""


def with_a_page(desk: Counter, folder: Path) -> None:
    desk.call()
    path = folder / "page.png"
    Image.new("L", (400, 560), 200).save(path)
    desk.bring_papers(path)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")


def absent(desk: Counter) -> set[str]:
    """The keys of panels that stand at a simulated counter only."""
    return {f"panel_{panel.key}" for panel in PANELS if not panel.offered(desk.desk)}


def test_every_key_is_bound_once_and_no_two_acts_share_one(counter: OpenCounter) -> None:
    desk = counter()
    bound = [shortcut.key().toString() for shortcut in desk.window.findChildren(QShortcut)]
    assert len(bound) == len(set(bound))
    wanted = {
        QKeySequence(KEYS[act]).toString()
        for act in KEYS.keys() - {"remove_page", "printed_yes", "printed_no", "ask_elsewhere"} - absent(desk)
    }
    wanted |= {QKeySequence(step_key(index)).toString() for index in range(len(STEPS))}
    assert wanted <= set(bound)
    assert len(set(KEYS.values())) == len(KEYS)


def test_every_act_shows_its_key_on_its_control(counter: OpenCounter, tmp_path: Path) -> None:
    desk = counter("printer")
    desk.printer.command("fault cut_after 2000")
    with_a_page(desk, tmp_path)
    desk.says("出来了吗？")
    desk.window.messages.ask_pin("补打", ("乌兰",), can_ask=True)
    buttons = {button.objectName(): button.key for button in desk.window.findChildren(KeyButton)}
    shown = "\n".join(button.key for button in desk.window.findChildren(KeyButton))
    for index in range(len(STEPS)):
        desk.key(Qt.Key(Qt.Key.Key_1 + index), ALT)
        QApplication.processEvents()
        shown += desk.words()
    desk.key(Qt.Key.Key_F1)
    listed = desk.window.findChild(PalettePage)
    assert listed is not None
    rows = listed.list.model()
    shown += "\n".join(str(rows.data(rows.index(n, 0), SPOKEN)) for n in range(rows.rowCount()))
    for act, key in KEYS.items():
        if act in buttons:
            assert buttons[act] == key, act
        elif act not in ONLY_A_KEY | absent(desk):
            assert key in shown, f"{act}: {key} stands nowhere"


def test_in_an_open_panel_no_key_means_two_things(counter: OpenCounter) -> None:
    desk = counter()
    panels = desk.conductor.panels
    for panel in (one for one in PANELS if one.offered(desk.desk)):
        panels.open(panel.key)
        QApplication.processEvents()
        every = [s for s in desk.window.findChildren(QShortcut) if s.isEnabled()]
        keys = [s.key().toString() for s in every if cast(QWidget, s.parent()).isVisible()]
        assert len(keys) == len(set(keys)), f"{panel.key}: {sorted(keys)}"
    panels.close()
    assert all(s.isEnabled() for s in desk.window.findChildren(QShortcut) if s.parent() is desk.window)


@pytest.mark.parametrize("index", range(len(STEPS)), ids=STEPS)
def test_alt_and_a_digit_turn_to_a_step(counter: OpenCounter, index: int) -> None:
    desk = counter()
    desk.call()
    desk.key(Qt.Key(Qt.Key.Key_1 + (index + 2) % len(STEPS)), ALT)
    desk.key(Qt.Key(Qt.Key.Key_1 + index), ALT)
    assert desk.window.visit.step == STEPS[index]


def test_the_keys_do_what_they_say(counter: OpenCounter, tmp_path: Path) -> None:
    desk = counter("scanner")
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: len(desk.queue.waiting) == 1, "F2 takes a number")
    desk.key(Qt.Key.Key_F2, SHIFT)
    desk.until(lambda: len(desk.queue.waiting) == 2, "Shift+F2 takes a green number")
    desk.key(Qt.Key.Key_F5)
    desk.until(lambda: desk.walk.visit is not None, "F5 calls")
    desk.key(Qt.Key.Key_F6)
    desk.key(Qt.Key.Key_F8)
    desk.until(lambda: len(desk.visit.pages) == 1, "F8 scans a page")
    desk.until(lambda: not desk.conductor.acts.running("scan"), "the end of the scan")
    desk.key(Qt.Key.Key_F8, SHIFT)
    desk.until(lambda: len(desk.visit.pages) == 4, "Shift+F8 scans what is in the feeder")
    desk.until(lambda: not desk.conductor.acts.running("scan"), "the end of the scan")
    desk.key(Qt.Key.Key_4, ALT)
    strip = desk.window.visit.pages.strip
    strip.setCurrentIndex(strip.pages.index(3))
    desk.key(Qt.Key.Key_Delete)
    desk.until(lambda: len(desk.visit.pages) == 3, "Delete takes a page out")
    desk.key(Qt.Key.Key_Z, CONTROL)
    desk.until(lambda: len(desk.visit.pages) == 4, "Ctrl+Z puts it back")
    desk.key(Qt.Key.Key_Y, ALT)
    desk.until(lambda: desk.walk._mediation() == "agree", "Alt+Y")
    desk.key(Qt.Key.Key_N, ALT)
    desk.until(lambda: desk.walk._mediation() == "decline", "Alt+N")
    desk.key(Qt.Key.Key_O, CONTROL)
    dialog = desk.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.reject()
    desk.until(lambda: desk.window.findChild(QFileDialog) is None, "the dialog gone")
    desk.window.activateWindow()  # a window manager does this; the offscreen platform has none
    desk.until(desk.window.isActiveWindow, "the window active again")
    desk.key(Qt.Key.Key_F7)
    desk.until(lambda: desk.walk.visit is None, "F7 marks a no-show")
    desk.key(Qt.Key.Key_F7, SHIFT)
    desk.until(lambda: not desk.queue.missed, "Shift+F7 brings back")
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: "先按 F5 叫号" in desk.words(), "F3 without a visit says what to do first")


def test_a_whole_day_can_be_ended_by_key(counter: OpenCounter, qapp: QApplication) -> None:
    desk = counter()
    closed: list[bool] = []
    desk.window.quit.connect(lambda: closed.append(True))
    desk.key(Qt.Key.Key_Q, CONTROL)
    assert closed
    assert not desk.window.isVisible()


def test_f5_asks_the_queue_even_when_the_window_knows_of_nobody(counter: OpenCounter) -> None:
    """Another window or the reception may have given a number since the queue was last read."""
    desk = counter(rhythm=SELDOM)
    desk.key(Qt.Key.Key_F5)
    desk.says("现在没有人等候")
    desk.do(issuing.take_ticket, "立案", False)
    assert desk.queue.next is None
    desk.key(Qt.Key.Key_F5)
    desk.until(lambda: desk.walk.visit is not None, "the visit of who came meanwhile")
