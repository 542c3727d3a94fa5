"""The first start of a window: it asks for an administrator, and serves whether or not there is an answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.staff import Role
from app.errors import FormProblem
from app.services.approval import enlist, make_first, remind_of_administrator
from app.storage import staff
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import desk_in, do
from ui.first_start import FirstStart

__all__ = ["counter", "qapp"]

START = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel
from app import main
from app.paths import Places
from ui.screens.first_start import FirstStartCard

def look():
    labels = [label for label in application.allWidgets() if isinstance(label, QLabel) and label.isVisible()]
    if any(sys.argv[3] in label.text() for label in labels):
        cards = [one for one in application.topLevelWidgets() if isinstance(one, FirstStartCard)]
        print("asked" if any(one.isVisible() for one in cards) else "not asked")
        for one in cards:
            one.close()
        application.quit()

application = main.make_application()
main._application = lambda _settings: application
timer = QTimer()
timer.timeout.connect(look)
timer.start(100)
folder = Path(sys.argv[1])
sys.exit(main.run_desk(Places.under(folder), folder / "settings.toml", simulate=sys.argv[2] == "simulate"))
"""
PIN, OTHER = "730195", "730196"


def asked(desk: Counter) -> FirstStart:
    first = FirstStart(desk.window, desk.conductor.acts)
    first.start()
    desk.until(first.card.isVisible, "the question")
    return first


@OFFSCREEN
def test_at_the_first_start_the_administrator_gives_a_name_and_a_pin_twice(counter: OpenCounter) -> None:
    desk = counter()
    first = asked(desk)
    card = first.card
    assert card.isModal(), "the window's keys are held"
    desk.says("还没有管理员")

    def enter(name: str, pin: str, again: str) -> None:
        for box, text in ((card.name, name), (card.pin, pin), (card.again, again)):
            desk.type(box, text)
            QTest.keyClick(box, Qt.Key.Key_Return)

    enter("李工", PIN, OTHER)
    desk.until(lambda: "不一样" in desk.words(card), "that the PINs differ")
    assert (card.pin.text(), card.again.text()) == ("", "")
    enter("", "123456", "123456")
    desk.until(lambda: "太容易猜" in desk.words(card), "that the PIN is weak")
    assert desk.read(staff.everyone) == ()
    enter("", PIN, PIN)
    desk.until(lambda: not card.isVisible(), "the window")
    (made,) = desk.read(staff.everyone)
    assert (made.name, made.role) == ("李工", Role.ADMINISTRATOR)
    desk.until(lambda: "还没有管理员" not in desk.words(desk.window.messages), "the notice gone")
    first.start()
    desk.until(lambda: not desk.conductor.acts.running("remind_of_administrator"), "the answer")
    assert not card.isVisible(), "asked once only"


@OFFSCREEN
def test_put_off_it_leaves_a_notice_and_the_window_serves(counter: OpenCounter) -> None:
    desk = counter()
    card = asked(desk).card
    for _again in range(2):
        QTest.keyClick(card.name, Qt.Key.Key_Return)
        assert card.isVisible(), "Enter in an empty box neither gives nor puts off"
    QTest.keyClick(card.name, Qt.Key.Key_Escape)
    assert not card.isVisible()
    desk.says("还没有管理员")
    desk.window.activateWindow()  # a window system does
    desk.until(desk.window.isActiveWindow, "the window under the keys again")
    assert desk.call()
    assert desk.read(staff.everyone) == ()


@pytest.mark.parametrize(
    ("way", "sign", "said"),
    [("real", "没有默认口令", "asked"), ("simulate", "的口令是", "not asked")],
)
def test_the_program_asks_at_its_first_start_and_a_simulated_counter_does_not(
    tmp_path: Path, way: str, sign: str, said: str
) -> None:
    started = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path), way, sign],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert (started.returncode, started.stdout.strip()) == (0, said), started.stderr


def test_only_an_empty_list_takes_an_administrator_without_a_pin_of_another(tmp_path: Path) -> None:
    with desk_in(tmp_path, first=True) as desk:
        assert do(desk, remind_of_administrator)
        for name in ("", "李\x1b工"):
            with pytest.raises(FormProblem, match="姓名"):
                do(desk, make_first, name, PIN, PIN)
        desk.lanes.submit("staff", enlist, desk, "乌兰", Role.SUPERVISOR, PIN).result(timeout=30)
        assert not do(desk, remind_of_administrator)
        with pytest.raises(FormProblem, match="已经有人"):
            do(desk, make_first, "李工", PIN, PIN)
        assert [one.name for one in desk.store(staff.everyone)] == ["乌兰"]
