"""Scan gun, rating keypad and LED strip: each driver against its device in another process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.base import DeviceKind, LedStrip, RatingKeypad, ScanGun
from devices.errors import BadAddress, BadTable, Cancelled, Garbled, NotAnswering
from devices.registry import (
    make_led_strip,
    make_rating_keypad,
    make_scan_gun,
    open_led_strip,
    open_rating_keypad,
    open_scan_gun,
)
from tests.helpers.device_cases import TABLES, counter_device
from tests.helpers.devices import Simulator, nothing_left, wait_until

__all__ = ["nothing_left"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pty on Windows")


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def gun_device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with counter_device("gun", tmp_path_factory.mktemp("gun")) as running:
        yield running


@pytest.fixture
def gun(gun_device: Simulator) -> Iterator[ScanGun]:
    with open_scan_gun(gun_device.url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("scan SEP2023000123", "SEP2023000123"),
        ("scan 一窗受理回执 𬭎", "一窗受理回执 𬭎"),
        ("scan-gb 一窗受理回执", "一窗受理回执"),
        ("scan-bare A0012", "A0012"),
        ("raw 0d0a0d0a414243000d0a", "ABC"),
    ],
)
def test_a_code_comes_through_whole(gun: ScanGun, gun_device: Simulator, command: str, text: str) -> None:
    gun_device.tell(command)
    assert gun.next_scan(5.0) == text
    assert gun.next_scan(0.05) is None


def test_codes_come_one_after_another(gun: ScanGun, gun_device: Simulator) -> None:
    for number in range(5):
        gun_device.tell(f"scan CODE{number}")
    assert [gun.next_scan(5.0) for _ in range(5)] == [f"CODE{n}" for n in range(5)]


def test_a_gun_without_end_is_garbled_and_its_codes_are_not_in_the_traffic(
    gun: ScanGun, gun_device: Simulator
) -> None:
    gun_device.tell("raw " + "41" * 9000)
    with pytest.raises(Garbled):
        all(gun.next_scan(5.0) for _ in range(100))
    wait_until(lambda: gun.next_scan(0.2) is None, "the gun is quiet again")
    gun_device.tell("scan SECRET")
    assert gun.next_scan(5.0) == "SECRET"
    assert not any("SECRET" in e.text or b"SECRET".hex() in e.text for e in gun.traffic.entries())


@pytest.fixture(params=["sample-a", "sample-b"], scope="module")
def keypad_device(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Simulator]:
    with counter_device("keypad", tmp_path_factory.mktemp("keypad"), f"keypads/{request.param}") as running:
        yield running


@pytest.fixture
def keypad(keypad_device: Simulator) -> Iterator[RatingKeypad]:
    with open_rating_keypad(keypad_device.url, TABLES) as opened:
        yield opened


def pressed_once(device: Simulator, score: int) -> Callable[[], bool]:
    """Return what the driver asks while it waits: then the key is pressed, and the wait goes on."""
    pressed: list[int] = []

    def asked() -> bool:
        if not pressed:
            pressed.append(score)
            device.tell(f"press {score}")
        return False

    return asked


def test_every_score_of_a_keypad_arrives(keypad: RatingKeypad, keypad_device: Simulator) -> None:
    for score in keypad.capabilities.scores:
        assert keypad.ask(10.0, pressed_once(keypad_device, score)) == score


def test_a_key_pressed_before_the_question_belongs_to_nobody(
    keypad: RatingKeypad, keypad_device: Simulator
) -> None:
    keypad_device.tell("press 5")
    port = keypad._line._line._port  # type: ignore[attr-defined]
    wait_until(lambda: port.in_waiting > 0, "the key has arrived at the port")
    assert keypad.ask(0.3, never) is None


def test_a_keypad_is_told_to_ask_once(keypad: RatingKeypad, keypad_device: Simulator) -> None:
    before = int(keypad_device.tell("prompts")["prompts"])
    keypad.ask(0.2, never)
    wanted = before + (1 if keypad.capabilities.prompts else 0)
    wait_until(lambda: keypad_device.tell("prompts")["prompts"] == wanted, "the prompt arrived")


def test_a_rating_can_be_called_off(keypad: RatingKeypad) -> None:
    with pytest.raises(Cancelled):
        keypad.ask(30.0, lambda: True)


def test_a_keypad_that_floods_is_garbled_and_works_afterwards(
    keypad: RatingKeypad, keypad_device: Simulator
) -> None:
    keypad_device.tell("flood")
    with pytest.raises(Garbled):  # though among random bytes there may be a frame
        all(keypad.ask(10.0, never) for _ in range(200))
    keypad_device.tell("clear")
    wait_until(lambda: keypad.ask(0.2, never) is None, "the line is quiet")
    assert keypad.ask(10.0, pressed_once(keypad_device, 5)) == 5


@pytest.fixture(params=["sample-sum", "sample-xor", "sample-crc16"], scope="module")
def strip_device(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Simulator]:
    with counter_device("strip", tmp_path_factory.mktemp("strip"), f"strips/{request.param}") as running:
        yield running


@pytest.fixture
def strip(strip_device: Simulator) -> Iterator[LedStrip]:
    with open_led_strip(strip_device.url, TABLES) as opened:
        yield opened


def shown(device: Simulator, text: str) -> None:
    wait_until(lambda: device.tell("shown")["shown"] == text, f"the strip shows {text}")


def test_a_strip_shows_what_it_is_told(strip: LedStrip, strip_device: Simulator) -> None:
    for text in ("1号窗口", "请A012号", ""):
        assert strip.show(text) is True
        shown(strip_device, text)
    assert strip_device.tell("shown")["bad"] == 0


def test_what_a_strip_shows_already_is_not_sent_again(strip: LedStrip, strip_device: Simulator) -> None:
    def frames() -> int:
        return int(strip_device.tell("shown")["frames"])

    before = frames()
    assert strip.show("立案") is True
    wait_until(lambda: frames() == before + 1, "the strip has it")
    assert strip.show("立案") is False
    assert strip.show("立案\n") is False
    assert frames() == before + 1
    strip.close()
    strip.open()
    wait_until(lambda: frames() == before + 2, "it may have lost its power: shown again")
    assert strip.show("立案") is False


def test_a_strip_that_babbles_or_stays_silent_is_not_open_until_it_is_well(
    strip: LedStrip, strip_device: Simulator
) -> None:
    strip.show("立案")
    silence = [("mute", NotAnswering)] if strip.capabilities.confirms else []
    for begun, kind in (("flood", Garbled), *silence):
        strip.close()
        strip_device.tell(begun)
        with pytest.raises(kind):
            strip.open()
        strip_device.tell("clear")
        strip.open()
        shown(strip_device, "立案")


def test_a_long_text_and_rare_characters_reach_the_strip_as_it_can_show_them(
    strip: LedStrip, strip_device: Simulator
) -> None:
    most = strip.capabilities.most_bytes
    strip.show("张𬭎" + "一" * 100)
    wait_until(lambda: strip_device.tell("shown")["shown"].startswith("张"), "the text is shown")
    text = str(strip_device.tell("shown")["shown"])
    assert text[1] in "?□"
    assert most - 1 <= len(text.encode("gb2312")) <= most


def test_a_strip_that_acknowledges_nothing_is_not_answering(strip: LedStrip, strip_device: Simulator) -> None:
    if not strip.capabilities.confirms:
        pytest.skip("this model never acknowledges")
    strip_device.tell("mute")
    with pytest.raises(NotAnswering):
        strip.show("请B003号")
    strip_device.tell("clear")
    assert strip.show("请B003号") is True
    shown(strip_device, "请B003号")


def test_addresses_and_tables_of_small_devices_are_checked(tmp_path: Path) -> None:
    with pytest.raises(BadAddress, match="no name of a table"):
        make_rating_keypad("keypad+serial://COM4", TABLES)
    with pytest.raises(BadAddress, match="no name of a table"):
        make_led_strip("led+serial://COM4?table=..%2Fx", TABLES)
    with pytest.raises(BadTable):
        make_led_strip("led+serial://COM4?table=nothing", TABLES)
    with pytest.raises(BadAddress, match="no address of a scan gun"):
        make_scan_gun("sane:test:0")
    with pytest.raises(BadAddress, match="no address of a rating keypad"):
        make_rating_keypad("gun+serial://COM4", tmp_path)
    with pytest.raises(BadAddress, match="no address of an LED strip"):
        make_led_strip("gun+serial://COM4", tmp_path)
    assert make_scan_gun("gun+serial://COM4?usb=0C2E:0901").kind is DeviceKind.SCAN_GUN


def test_a_port_that_was_let_go_can_be_opened_while_a_child_still_has_its_descriptor(tmp_path: Path) -> None:
    with counter_device("gun", tmp_path) as running:
        gun = make_scan_gun(running.url)
        gun.open()
        held = os.dup(_descriptor(gun))  # what a program has that is just being started
        try:
            gun.close()
            gun.open()
            running.tell("scan A1")
            assert gun.next_scan(5.0) == "A1"
        finally:
            gun.close()
            os.close(held)


def _descriptor(gun: Any) -> int:
    return int(gun._line._line._port.fileno())
