"""Devices pulled out and put back during a visit while somebody types; the camera has its own tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.lanes import (
    CHIP_READER,
    KEYPAD,
    LED_STRIP,
    READER,
    SCAN_GUN,
    SCANNER,
    SIGNATURE_PAD,
    SPEAKER,
    TICKET_PRINTER,
)
from app.services import tries
from app.services.bench import PRINTERS
from app.services.views import Health
from tests.faults.test_scanner_window import responsive
from tests.helpers.counter import OFFSCREEN, QUICK, Counter, OpenCounter, counter, qapp
from tests.helpers.devices import workers_of

__all__ = ["counter", "qapp"]

pytestmark = [OFFSCREEN, pytest.mark.skipif(sys.platform == "win32", reason="needs a pty and signals")]
Act = Callable[[], object]


def kill(desk: Counter, module: str) -> None:
    desk.until(lambda: bool(workers_of(module)), f"a process of {module}")
    workers_of(module)[0].kill()


def small(desk: Counter) -> Mapping[str, tuple[Act, Act]]:
    return {
        CHIP_READER: (lambda: desk.chips("unplugged"), lambda: desk.chips("none")),
        KEYPAD: (lambda: desk.keypad.tell("unplug"), lambda: desk.keypad.tell("replug")),
        LED_STRIP: (lambda: desk.strip.tell("unplug"), lambda: desk.strip.tell("replug")),
        SPEAKER: (lambda: kill(desk, "devices.workers.speaker"), lambda: None),
    }


def large(desk: Counter) -> Mapping[str, tuple[Act, Act]]:
    return {
        READER: (lambda: desk.reader.tell("unplug"), lambda: desk.reader.tell("replug")),
        SCANNER: (lambda: desk.scanner.tell("fault vanish"), lambda: desk.scanner.tell("clear")),
        SCAN_GUN: (lambda: desk.gun.tell("unplug"), lambda: desk.gun.tell("replug")),
        SIGNATURE_PAD: (lambda: desk.pad("unplugged"), lambda: desk.pad("wait")),
        TICKET_PRINTER: (lambda: desk.printer.command("fault refuse"), lambda: desk.printer.command("clear")),
    }


@pytest.mark.parametrize(
    ("parts", "table"),
    [
        (("chips", "keypad", "strip", "speaker"), small),
        (("reader", "scanner", "gun", "pad", "printer"), large),
    ],
    ids=["small", "large"],
)
def test_no_keystroke_is_lost_while_a_device_is_pulled_and_put_back_and_the_page_says_which(
    counter: OpenCounter, parts: tuple[str, ...], table: Callable[[Counter], Mapping[str, tuple[Act, Act]]]
) -> None:
    desk = counter(*parts, rhythm=replace(QUICK, trial=0.3))
    desk.call()
    editor = desk.editor("identity.address")
    editor.setFocus()
    typed = ""

    def types(digits: str) -> None:
        nonlocal typed
        for digit in digits:
            QTest.keyClick(editor, digit)
            shown = desk.walk.view
            desk.conductor._refresh()
            desk.until(lambda old=shown: desk.walk.view is not old, "a view in the middle of the word")
        typed += digits

    devices = table(desk)
    for role, (pull, put_back) in devices.items():
        desk.until(lambda role=role: opened(desk, role), f"an open {role}")
        health: list[Health] = []
        watch = desk.conductor.status_shown.connect(
            lambda _view, role=role, seen=health: seen.append(desk.device(role).health)
        )
        with responsive() if table is small else nullcontext():  # the others' own tests hold it to its bar
            types("12")
            pull()
            use(desk, role)
            types("34")
            desk.until(lambda seen=health: Health.FAILED in seen, f"a red {role}")
            types("56")
            put_back()
            desk.until(
                lambda role=role: desk.device(role).health is Health.OK, f"a green {role}, without a key"
            )
            types("78")
        desk.conductor.status_shown.disconnect(watch)
        [*_earlier, fault] = desk.desk.bench.faults(role)
        assert fault.text, "what happened and what to do, for the technician"
        assert fault.detail, "and what the driver itself said"
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    desk.until(lambda: desk.value("identity.address") == typed, "every digit, once")
    assert typed == "12345678" * len(devices)
    assert desk.news() == [], "nobody asked for these devices, so nobody is interrupted"


def use(desk: Counter, role: str) -> None:
    """What the device page does; what it says goes there."""
    desk.conductor.acts.run(
        desk.window, tries.TRY[role], role, name=f"use.{role}", problem=lambda _problem: None
    )


def opened(desk: Counter, role: str) -> bool:
    """Use it once, so that it is open when it is pulled."""
    if role in PRINTERS:  # holds no connection between two papers
        return desk.device(role).health is Health.OK
    if not desk.desk.bench.is_open(role) and not desk.conductor.acts.running(f"use.{role}"):
        use(desk, role)
    return desk.desk.bench.is_open(role) and not desk.conductor.acts.running(f"use.{role}")
