"""The document camera seen from the window: pages taken by themselves and by key, and all its troubles."""

from __future__ import annotations

import signal
import sys
from functools import partial
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services.views import Health
from devices.drivers import camera_worker
from devices.drivers.camera_worker import CameraLimits
from tests.faults.test_scanner_window import responsive
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.devices import workers_of
from ui.screens.camera import CameraPage

__all__ = ["counter", "qapp"]

pytestmark = [pytest.mark.slow, OFFSCREEN]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_worker, "CameraLimits", partial(CameraLimits, frame=1.5, frozen=0.5))


def page(desk: Counter) -> CameraPage:
    return cast(CameraPage, desk.conductor.panels._panels["camera"].page)


def opened(desk: Counter) -> CameraPage:
    desk.key(Qt.Key.Key_F8, CONTROL)
    desk.until(lambda: desk.conductor.panels.current == "camera", "the camera's page")
    return page(desk)


def says(desk: Counter, words: str) -> None:
    desk.until(lambda: words in desk.words(page(desk)), f"{words} on the camera's page")


def live(desk: Counter) -> None:
    desk.until(lambda: page(desk).picture.live, "a picture")


WORKER = "devices.simulators.camera_worker"


def test_pages_at_rest_are_taken_one_by_one_and_others_by_key(counter: OpenCounter) -> None:
    desk = counter("camera")
    desk.call()
    desk.key(Qt.Key.Key_4, ALT)
    assert desk.window.visit.pages.buttons["panel_camera"].isVisible()
    shown = opened(desk)
    says(desk, "把一页纸平放在镜头下")
    desk.camera.tell("hand 0")
    desk.camera.tell("page 0")
    desk.until(lambda: len(desk.visit.pages) == 1, "the page that lies still")
    assert desk.visit.pages[0].source == "camera"
    says(desk, "本次已拍 1 页")
    desk.camera.tell("page 1")
    desk.until(lambda: len(desk.visit.pages) == 2, "the next page")
    shown.materials.setCurrentIndex(1)
    shown.materials.activated.emit(1)
    desk.key(Qt.Key.Key_T, CONTROL)
    QTest.keyClick(shown.button, Qt.Key.Key_Space)
    desk.until(lambda: len(desk.visit.pages) == 3, "the page taken by key")
    assert desk.visit.pages[2].material != desk.visit.pages[0].material
    desk.key(Qt.Key.Key_Z, CONTROL)
    desk.until(lambda: len(desk.visit.pages) == 2, "the page taken back")
    desk.key(Qt.Key.Key_Escape)
    desk.until(lambda: not desk.conductor.acts.running("camera.let_go"), "the camera let go")
    assert workers_of(WORKER) == []
    assert desk.findings() == []


def test_every_trouble_is_said_on_the_page_and_ends_by_itself(counter: OpenCounter) -> None:
    desk = counter("camera")
    desk.call()
    opened(desk)
    live(desk)
    for fault, words in (
        ("unplug", "高拍仪没有连上"),
        ("frozen", "高拍仪的画面停住了"),
        ("busy", "高拍仪正被另一个程序占用"),
    ):
        with responsive():
            desk.camera.tell(fault)
            says(desk, words)
        desk.bar(words.removeprefix("高拍仪"))
        assert desk.news() == []
        desk.camera.tell("empty")
        live(desk)
        desk.until(lambda: desk.device("camera").health is Health.OK, "a green camera, without a key")


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_worker_that_is_stopped_or_killed_costs_no_keystroke(counter: OpenCounter) -> None:
    desk = counter("camera")
    desk.call()
    for stop in (signal.SIGSTOP, signal.SIGKILL):
        opened(desk)
        live(desk)
        workers_of(WORKER)[0].send_signal(stop)
        with responsive():
            desk.until(lambda: not page(desk).picture.live, "the trouble")
        desk.key(Qt.Key.Key_Escape)
        editor = desk.editor("identity.phone")
        editor.setFocus()
        QTest.keyClicks(editor, "138")
        desk.until(lambda: desk.value("identity.phone").endswith("138"), "what was typed")
        opened(desk)
        live(desk)
        desk.key(Qt.Key.Key_Escape)


def test_without_a_camera_the_page_says_what_else_there_is(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    desk.key(Qt.Key.Key_4, ALT)
    assert not desk.window.visit.pages.buttons["panel_camera"].isVisible()
    opened(desk)
    says(desk, "没有配置高拍仪")
    says(desk, "F8 扫描")
