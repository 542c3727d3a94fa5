"""Every device of a counter killed, stopped or flooding at the same moment, while somebody types.

Which fault of which device is met where stands in docs/devices-faults.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.services import tries
from app.services.views import Health
from tests.conftest import nothing_left_behind
from tests.faults.test_scanner_window import responsive
from tests.helpers.counter import CONTROL, OFFSCREEN, Counter, qapp
from tests.helpers.struck import ASKED, Blow, Struck, struck

__all__ = ["qapp"]

pytestmark = [
    pytest.mark.slow,
    OFFSCREEN,
    pytest.mark.skipif(sys.platform == "win32", reason="needs a pty and signals"),
]
LIMIT, SLACK = 6.0, 15.0
"""Seconds until a device is red: its own limit, and what a busy machine may add."""


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> None:
    """The counter stays for all of them; what is left behind is looked for once."""


@pytest.fixture(scope="module")
def bench(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Struck]:
    with nothing_left_behind(), struck(tmp_path_factory.mktemp("struck")) as opened:
        opened.counter.call()
        yield opened


class Typist:
    """Types digit after digit into a field and knows what must stand there."""

    def __init__(self, desk: Counter) -> None:
        self._desk = desk
        editor = desk.editor("identity.address")
        assert isinstance(editor, QLineEdit)
        self._editor = editor
        editor.setFocus()
        QTest.keyClick(editor, Qt.Key.Key_A, CONTROL)
        QTest.keyClick(editor, Qt.Key.Key_Delete)
        desk.until(lambda: desk.value("identity.address") == editor.text() == "", "an empty field, saved")
        self.typed = ""

    def type(self) -> bool:
        digit = str(len(self.typed) % 10)
        QTest.keyClick(self._editor, digit)
        self.typed += digit
        return self._editor.text() == self.typed


class Reasons:
    """What the status bar said of each device in trouble, and after how many seconds first."""

    def __init__(self, desk: Counter) -> None:
        self._desk = desk
        self._since = time.monotonic()
        self.said: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}

    def note(self, _status: object) -> None:
        for view in self._desk.status.devices:
            if view.health is Health.FAILED:
                self.said.setdefault(view.key, set()).add(view.text)
                self.seconds.setdefault(view.key, time.monotonic() - self._since)

    def named(self, role: str, blow: Blow) -> bool:
        return any(words in text for text in self.said.get(role, ()) for words in blow.says)


def use(desk: Counter, role: str) -> None:
    """What the device page does; what it says goes there."""
    desk.conductor.acts.run(
        desk.window, tries.TRY[role], role, name=f"use.{role}", problem=lambda _problem: None
    )


def all_well(desk: Counter) -> bool:
    """Every device green; one that nobody asks how it is, is used."""
    for view in desk.status.devices:
        if view.key in ASKED and view.health is Health.UNKNOWN:
            use(desk, view.key)
    return all(view.health is Health.OK for view in desk.status.devices)


@pytest.mark.parametrize(
    "fault", [Struck.kill, Struck.stop, Struck.flood], ids=["killed", "stopped", "flooding"]
)
def test_devices_struck_all_at_once_turn_red_with_a_reason_in_time_come_back_and_cost_no_keystroke(
    bench: Struck, fault: Callable[[Struck], Mapping[str, Blow]]
) -> None:
    desk, blows = bench.counter, fault(bench)
    desk.until(lambda: all_well(desk), "every device green")
    hands, reasons = Typist(desk), Reasons(desk)
    assert hands.type()

    def named() -> bool:
        assert hands.type(), "every digit, once"
        silent = [role for role, blow in blows.items() if not reasons.named(role, blow)]
        for role in silent:
            if role in ASKED:
                use(desk, role)
        return not silent

    def back() -> bool:
        assert hands.type(), "every digit, once"
        return all_well(desk)

    desk.conductor.status_shown.connect(reasons.note)
    try:
        with responsive():
            for blow in blows.values():
                blow.strike()
            desk.until(named, "a reason for each")
    finally:
        for blow in blows.values():
            blow.mend()
    desk.until(back, "every device green again, without a key")
    desk.conductor.status_shown.disconnect(reasons.note)
    late = {role: seconds for role, seconds in reasons.seconds.items() if seconds > LIMIT + SLACK}
    assert not late
    QTest.keyClick(desk.editor("identity.address"), Qt.Key.Key_Tab)
    desk.until(lambda: desk.value("identity.address") == hands.typed, "every digit, once, and saved")
    assert desk.news() == [], "nobody asked for these devices, so nobody is interrupted"
