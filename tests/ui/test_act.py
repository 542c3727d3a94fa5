from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.errors import Cancelled, Expected, FormProblem
from app.lanes import Act, Lanes
from ui.act import Acts
from ui.bridge import Bridge

LANE = "test"


@dataclass
class Desk:
    lanes: Lanes = field(default_factory=Lanes)
    gate: threading.Event = field(default_factory=threading.Event)
    armed: list[str] = field(default_factory=list)

    def arm(self, act: str) -> None:
        self.armed.append(act)


@dataclass
class Bench:
    desk: Desk
    acts: Acts
    problems: list[Expected]
    busy: list[tuple[str, str | None]]
    parent: QObject


@pytest.fixture
def bench() -> Iterator[Bench]:
    desk, bridge = Desk(), Bridge()
    problems: list[Expected] = []
    busy: list[tuple[str, str | None]] = []
    acts = Acts(desk, bridge, problem=problems.append, busy=lambda name, text: busy.append((name, text)))
    yield Bench(desk, acts, problems, busy, QObject())
    desk.gate.set()
    desk.lanes.close()
    bridge.close()


def greet(desk: Desk, name: str) -> str:
    assert desk.gate.wait(30)
    return f"hello {name}"


def refuse(desk: Desk) -> None:
    raise FormProblem("no")


def cancel(desk: Desk) -> None:
    raise Cancelled


def fail(desk: Desk) -> None:
    raise ZeroDivisionError("张三")


def test_the_result_comes_back_and_the_control_was_busy_meanwhile(qtbot: QtBot, bench: Bench) -> None:
    got: list[str] = []
    assert bench.acts.run(bench.parent, Act(LANE, greet), "a", busy="…", done=got.append)
    assert bench.busy == [("greet", "…")]
    bench.desk.gate.set()
    qtbot.waitUntil(lambda: got == ["hello a"])
    assert bench.busy[-1] == ("greet", None)


def test_a_second_press_while_busy_is_ignored(qtbot: QtBot, bench: Bench) -> None:
    got: list[str] = []
    assert bench.acts.run(bench.parent, Act(LANE, greet), "a", done=got.append)
    assert not bench.acts.run(bench.parent, Act(LANE, greet), "b", done=got.append)
    bench.desk.gate.set()
    qtbot.waitUntil(lambda: bool(got))
    assert got == ["hello a"]


def test_edits_queue_up_in_order(qtbot: QtBot, bench: Bench) -> None:
    got: list[str] = []
    for name in ("a", "b", "c"):
        assert bench.acts.run(bench.parent, Act(LANE, greet), name, once=False, done=got.append)
    bench.desk.gate.set()
    qtbot.waitUntil(lambda: got == ["hello a", "hello b", "hello c"])


def test_an_expected_condition_is_shown(qtbot: QtBot, bench: Bench) -> None:
    bench.acts.run(bench.parent, Act(LANE, refuse))
    qtbot.waitUntil(lambda: bool(bench.problems))
    assert bench.problems[0].happened == "no"


def test_a_cancelled_act_says_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.acts.run(bench.parent, Act(LANE, cancel))
    qtbot.waitUntil(lambda: not bench.acts.running("cancel"))
    assert bench.problems == []


@pytest.mark.logs("app.crash")
def test_a_bug_gets_a_number_and_shows_no_value(
    qtbot: QtBot, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.acts.run(bench.parent, Act(LANE, fail))
    qtbot.waitUntil(lambda: bool(bench.problems))
    assert "编号" in bench.problems[0].happened
    assert "张三" not in str(bench.problems[0]) + caplog.text


def test_what_can_be_taken_back_can_be_before_it_has_begun(bench: Bench) -> None:
    for name, words in (("read", {"busy": "…"}), ("look", {"flag": "camera"}), ("view", {})):
        bench.acts.run(bench.parent, Act(LANE, greet), "a", name=name, **words)
    assert bench.desk.armed == ["read", "camera"]


def test_nothing_is_delivered_to_a_widget_that_is_gone(qtbot: QtBot, bench: Bench) -> None:
    got: list[str] = []
    bench.acts.run(bench.parent, Act(LANE, greet), "a", done=got.append)
    shiboken6.delete(bench.parent)
    bench.desk.gate.set()
    qtbot.waitUntil(lambda: not bench.acts.running("greet"))
    assert got == []


def test_after_the_lanes_are_closed_a_press_does_nothing(bench: Bench) -> None:
    bench.desk.lanes.close()
    assert not bench.acts.run(bench.parent, Act(LANE, refuse), busy="…")
    assert bench.busy[-1] == ("refuse", None)
