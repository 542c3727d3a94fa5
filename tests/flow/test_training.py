"""The training counter: everything stands on it, and what happens there is chosen on the window."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.errors import DeviceProblem
from app.main import OpenDesk
from app.paths import Places
from app.services import training
from app.services.desk import open_desk
from app.services.views import Health
from app.settings import Settings
from app.simulation import PHOTO, TRAINING, Simulation
from tests.helpers.counter import (
    HALL,
    OFFSCREEN,
    QUICK,
    SHIFT,
    Counter,
    Devices,
    OpenCounter,
    _forget,
    counter,
    qapp,
)  # fmt: skip
from ui.screens.palette import PalettePage

__all__ = ["counter", "qapp"]

pytestmark = [OFFSCREEN, pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")]


@pytest.fixture
def trained(qapp: QApplication, tmp_path: Path) -> Iterator[Counter]:
    """A window at the training counter."""
    with Simulation(tmp_path / "counter", Settings(hall=HALL), whole=True) as simulated, ExitStack() as stack:
        desk = open_desk(simulated.settings, Places.under(tmp_path / "desk"), rhythm=QUICK)
        desk.training = simulated
        opened = OpenDesk(desk)
        stack.callback(_forget, opened.window)
        stack.enter_context(opened)
        made = Counter(stack, opened, Devices(), tmp_path)
        made.open_eyes()
        yield made


def choose(desk: Counter, title: str) -> None:
    """Shift+F11, the name, Enter: all a trainer does."""
    desk.key(Qt.Key.Key_F11, SHIFT)
    page = desk.conductor.panels._panels["training"].page
    assert isinstance(page, PalettePage)
    page.box.setText(title)
    QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert desk.conductor.panels.current == "", "the visit is back"
    desk.until(lambda: not desk.conductor.acts.running("training"), f"that {title} happens")


def test_cards_signatures_codes_and_faults_are_chosen_on_the_window(trained: Counter) -> None:
    desk = trained
    assert {row.name for row in training.rows(desk.desk)} == set(TRAINING)
    desk.call()
    choose(desk, TRAINING["clean-read"].title)
    desk.until(lambda: desk.visit.party_name == "张𬭎", "the card")
    choose(desk, TRAINING["chip-social"].title)
    desk.key(Qt.Key.Key_F3, SHIFT)
    desk.until(lambda: desk.visit.party_name == "其其格𬭎", "the holder of the social security card")
    choose(desk, TRAINING["gun-old-ticket"].title)
    desk.says("A001 是 2020-01-01 的号")
    choose(desk, TRAINING["gun-unplugged"].title)
    desk.until(lambda: desk.device("scan_gun").health is Health.FAILED, "a red gun")
    choose(desk, TRAINING["gun-nothing"].title)
    desk.until(lambda: desk.device("scan_gun").health is Health.OK, "a green gun")
    choose(desk, TRAINING[PHOTO].title)
    desk.until(lambda: "vendor" in desk.desk.bench.urls["id_reader"], "the reader with a library")
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: desk.window.visit.identity.face.shown, "the face, once a library decodes it")
    desk.key(Qt.Key.Key_F11, SHIFT)
    page = desk.conductor.panels._panels["training"].page
    assert isinstance(page, PalettePage)
    going = {row.title for row in page.list._model.rows if row.pill == "正在演练"}
    assert going == {TRAINING[name].title for name in ("chip-social", "gun-nothing", PHOTO)}
    desk.key(Qt.Key.Key_Escape)
    choose(desk, TRAINING["no-card"].title)
    desk.until(lambda: "vendor" not in desk.desk.bench.urls["id_reader"], "the reader without a library")


def test_a_real_window_has_nothing_to_train_with(counter: OpenCounter) -> None:
    desk = counter()
    assert training.rows(desk.desk) == ()
    assert "training" not in desk.conductor.panels._panels
    with pytest.raises(DeviceProblem, match="这是真的窗口"):
        desk.do(training.begin, "clean-read")
