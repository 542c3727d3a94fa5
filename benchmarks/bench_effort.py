"""A clerk's time for a private-lending filing, from the call to the receipt, by the keystroke-level model.

    python -m benchmarks.bench_effort

The real window is walked by its keys alone, at simulated devices and the real gateway; every key is counted
as it is pressed. Operators and times are those of Card, Moran and Newell (1980, 1983): K a key, 0.20 s for
an average skilled typist (55 words a minute), 0.28 s for an average non-secretary typist (40 words); a
modifier is a key of its own; H hands to the counter or back, 0.4 s; M to make up one's mind, 1.35 s, one
before each chunk: a command, or what goes into one field; none before Enter and Tab that only end a field.
Chinese is counted as typed with a pinyin method: every letter, and one key to take each phrase. P, the mouse,
is never needed. What the scanner's and the card reader's mechanics take, and the party's reading and signing,
are no operators of the clerk; what the program lets the clerk wait is printed apart.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.main import OpenDesk
from app.paths import Places
from app.services.desk import open_desk
from app.settings import HallSettings, Settings
from app.simulation import Simulation
from ui.application import load_rare_characters, make_application
from ui.walkthrough import Walkthrough

SKILLED, AVERAGE = 0.20, 0.28
MIND, HANDS, POINT = 1.35, 0.40, 1.10
BAR_SECONDS: Final = 60.0
NO_KEY, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@dataclass
class Step:
    """Operators of one step, and the seconds the program let the clerk wait in it."""

    name: str
    keys: int = 0
    minds: int = 0
    hands: int = 0
    points: int = 0
    waited: float = 0.0

    def seconds(self, key: float) -> float:
        return self.keys * key + self.minds * MIND + self.hands * HANDS + self.points * POINT


@dataclass
class Effort:
    """A clerk who counts: every key goes to whatever has the cursor on the real window."""

    walk: Walkthrough
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.steps.append(Step(name))
        yield

    @property
    def _now(self) -> Step:
        return self.steps[-1]

    def think(self) -> None:
        self._now.minds += 1

    def reach(self) -> None:
        """Hands to the counter and back to the keys."""
        self._now.hands += 2

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        held = sum(bool(modifier & one) for one in (ALT, SHIFT, CONTROL))
        self._now.keys += 1 + held
        QTest.keyClick(self._cursor(), key, modifier)

    def type(self, text: str, letters: str = "") -> None:
        """Type ``text``; Chinese by ``letters`` of a pinyin method, a space taking each phrase."""
        self._now.keys += len(letters or text)
        cursor = self._cursor()
        if text.isascii():
            QTest.keyClicks(cursor, text)
            return
        commit = QInputMethodEvent()
        commit.setCommitString(text)
        QApplication.sendEvent(cursor, commit)

    def wait(self, condition: Callable[[], bool], what: str, *, program: bool = True) -> None:
        started = time.perf_counter()
        self.walk.wait(condition, what)
        if program:
            self._now.waited += time.perf_counter() - started

    def at(self, path: str) -> None:
        """Wait until the cursor stands in the field: the keys have brought it there."""
        self.wait(lambda: self._cursor().objectName() == path, f"the cursor in {path}")

    def _cursor(self) -> QWidget:
        return QApplication.focusWidget() or self.walk.window


def file_a_loan(clerk: Effort, scanned: Callable[[], bool]) -> None:
    """One plaintiff with a card, one defendant, twelve pages in the feeder."""
    walk = clerk.walk
    with clerk.step("call the next"):
        clerk.think()
        clerk.press(Qt.Key.Key_F5)
        clerk.wait(lambda: walk.visit is not None and walk.visit.outcome is None, "the called visit")
    with clerk.step("card and telephone"):
        clerk.reach()
        walk.place_card()
        clerk.wait(
            lambda: bool(walk.visit and walk.visit.party_name), "the name from the card", program=False
        )
        clerk.press(Qt.Key.Key_Return)
        clerk.at("identity.phone")
        clerk.think()
        clerk.type("13804761234")
        clerk.press(Qt.Key.Key_Return)
        clerk.at("matter.1.code")
    with clerk.step("matter"):
        clerk.press(Qt.Key.Key_Return)
        clerk.at("matter.1.cause")
        clerk.think()
        clerk.type("mjjd")
        clerk.press(Qt.Key.Key_Return)
        clerk.press(Qt.Key.Key_Return)
        clerk.at("matter.1.amount")
        clerk.think()
        clerk.type("356789.12")
        clerk.press(Qt.Key.Key_Return)
        clerk.at("matter.1.claims")
        clerk.think()
        clerk.type("偿还借款本金及利息", "changhuan jiekuan benjin jilixi ")
        clerk.think()
        clerk.press(Qt.Key.Key_N, ALT)
        clerk.press(Qt.Key.Key_Return, CONTROL)
        clerk.at("party.p2.name")
    with clerk.step("other side"):
        clerk.think()
        clerk.type("苏雅拉", "suyala ")
        clerk.press(Qt.Key.Key_Return)
        clerk.at("party.p2.address")
        clerk.think()
        letters = "neimenggu zizhiqu dalateqi shulinzhao zhen "
        clerk.type("内蒙古自治区达拉特旗树林召镇", letters)
        clerk.press(Qt.Key.Key_Return)
        clerk.wait(lambda: walk.window.visit.step == "materials", "the step of the papers")
    with clerk.step("papers"):
        clerk.reach()
        clerk.think()
        clerk.press(Qt.Key.Key_F8, SHIFT)
        clerk.wait(scanned, "twelve pages", program=False)
    with clerk.step("signature"):
        clerk.wait(lambda: bool(walk.visit and walk.visit.confirmation.ready), "a text to be read")
        clerk.think()
        clerk.press(Qt.Key.Key_F10)
        walk.sign_as_party()
    with clerk.step("finish and receipt"):
        clerk.think()
        clerk.press(Qt.Key.Key_F12)
        messages = walk.window.messages
        clerk.wait(lambda: messages.problem is not None, "what is open: the evidence is not told apart")
        clerk.think()
        clerk.press(Qt.Key.Key_F12)
        clerk.wait(lambda: bool(walk.visit and walk.visit.outcome), "the receipt number")
        clerk.reach()


def walked(folder: Path) -> list[Step]:
    """Walk the filing at a counter of simulators in ``folder``; return its steps."""
    base = Settings(hall=HallSettings(window=3, clerk="其木格"))
    with Simulation(folder / "counter", base) as counter:
        desk = open_desk(counter.settings, Places.under(folder / "desk"))
        with OpenDesk(desk) as opened:
            opened.window.activateWindow()
            walk = Walkthrough(
                opened.window,
                opened.conductor,
                lambda: counter.devices["id-reader"].tell("place adult"),
                lambda sheets: counter.devices["scanner"].tell(f"load {sheets}"),
            )
            walk.begin()
            clerk = Effort(walk)
            file_a_loan(clerk, walk.scanned)
            return clerk.steps


def table(steps: list[Step]) -> str:
    lines = [f"{'step':<22}{'M':>4}{'K':>5}{'H':>4}{'P':>4}{'K=0.20':>9}{'K=0.28':>9}{'waited':>9}"]
    total = Step("together")
    for step in (*steps, total):
        lines.append(
            f"{step.name:<22}{step.minds:>4}{step.keys:>5}{step.hands:>4}{step.points:>4}"
            f"{step.seconds(SKILLED):>9.1f}{step.seconds(AVERAGE):>9.1f}{step.waited:>9.2f}"
        )
        if step is not total:
            for name in ("minds", "keys", "hands", "points", "waited"):
                setattr(total, name, getattr(total, name) + getattr(step, name))
    return "\n".join(lines)


def main() -> int:
    """Print the table; 1 when the bar is missed by a skilled typist."""
    make_application()
    load_rare_characters()
    with tempfile.TemporaryDirectory() as folder:
        steps = walked(Path(folder))
    print(table(steps))
    print(f"bar {BAR_SECONDS:.0f} s")
    return int(sum(step.seconds(SKILLED) for step in steps) > BAR_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
