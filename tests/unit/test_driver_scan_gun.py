"""A burst of a scan gun is caught whole, and what a person types comes through untouched."""

from __future__ import annotations

from itertools import count

import pytest

from devices.drivers.gun_keyboard import KeyboardGun
from devices.errors import BadAddress
from devices.scan_gun import Burst, BurstDetector, Key, Typed


def play(keys: list[Key], prefix: str = "") -> tuple[str, list[str]]:
    """Return typed text and bursts, with ``pause`` called when it is due."""
    detector = BurstDetector(prefix=prefix)
    out: list[Typed | Burst] = []
    for key in keys:
        if detector.due is not None and detector.due <= key.at:
            out += detector.pause(detector.due)
        out += detector.key(key)
    if detector.due is not None:
        out += detector.pause(detector.due)
    typed = "".join(key.text for item in out if isinstance(item, Typed) for key in item.keys)
    return typed, [item.text for item in out if isinstance(item, Burst)]


def keys(text: str, gap: float, start: float = 10.0) -> list[Key]:
    return [Key(c, start + n * gap) for n, c in enumerate(text)]


@pytest.mark.parametrize("end", ["\r", "\n", "\t"])
@pytest.mark.parametrize("text", ["SEP2023", "A 0012", "一窗受理回执第一号"])
def test_a_burst_is_caught_and_its_end_swallowed(text: str, end: str) -> None:
    assert play(keys(text + end, 0.010)) == ("", [text])


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("slow typing of a name\r", 0.060),
        ("barely\r", 0.035),
        ("five5\r", 0.010),
        ("no end at all", 0.010),
        ("\r\t\r", 0.001),
    ],
)
def test_typing_comes_through_untouched(text: str, gap: float) -> None:
    assert play(keys(text, gap)) == (text, [])


def test_a_burst_in_the_middle_of_typing_leaves_the_typing_as_it_was() -> None:
    typed = keys("张三 ", 0.2)
    burst = keys("TICKET-0042\r", 0.012, start=11.0)
    rest = keys("ab\r", 0.1, start=12.0)
    assert play(typed + burst + rest) == ("张三 ab\r", ["TICKET-0042"])


def test_with_a_sign_before_each_code_no_other_key_is_ever_held() -> None:
    detector = BurstDetector(prefix="~")
    for key in keys("fast typing without a pause\r", 0.001):
        assert detector.key(key) == (Typed((key,)),)
        assert detector.due is None


@pytest.mark.parametrize("code", ["YC:2026-11-23.A001", "1", "a~b"])
def test_a_code_behind_its_sign_is_caught_however_short_and_the_sign_with_it(code: str) -> None:
    typed, burst = keys("ab", 0.001), keys(f"~{code}\r", 0.010, start=10.010)
    assert play([*typed, *burst, *keys("c\r", 0.1, start=20.0)], "~") == ("abc\r", [code])


@pytest.mark.parametrize("text", ["~", "~~~", "~\r", "~ab", "~\x1b"])
def test_the_sign_typed_by_a_person_comes_through(text: str) -> None:
    assert play(keys(text, 0.060), "~") == (text, [])


@pytest.mark.parametrize(
    "address", ["gun+keyboard:a", "gun+keyboard:~~", "gun+keyboard:7", "gun+keyboard:%E6%89%AB"]
)
def test_a_sign_that_people_type_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        KeyboardGun(address)


def test_a_key_typed_just_before_a_burst_is_not_swallowed_by_it() -> None:
    assert play([Key("x", 1.0), *keys("SEP001\r", 0.01, start=1.05)]) == ("x", ["SEP001"])


def test_two_bursts_without_a_pause_are_two() -> None:
    assert play(keys("SEP001\rSEP002\r", 0.01)) == ("", ["SEP001", "SEP002"])


def test_a_key_held_down_is_typing_and_not_held_back() -> None:
    detector = BurstDetector()
    times = (1.0 + n * 0.03 for n in count())
    out = [detector.key(Key("a", next(times), repeated=n > 0)) for n in range(40)]
    assert all(out[1:])
    assert detector.due is None


def test_arrows_and_shortcuts_go_through_at_once_with_what_was_held_before_them() -> None:
    detector = BurstDetector()
    detector.key(Key("a", 1.0, tag="first"))
    (out,) = detector.key(Key("", 1.01, tag="left"))
    assert isinstance(out, Typed)
    assert [key.tag for key in out.keys] == ["first", "left"]


def test_a_single_key_is_held_no_longer_than_the_gap() -> None:
    detector = BurstDetector()
    assert detector.key(Key("a", 5.0)) == ()
    assert detector.due == pytest.approx(5.035)
    assert detector.pause(5.02) == ()
    assert detector.pause(5.035) == (Typed((Key("a", 5.0),)),)
    assert detector.due is None


def test_a_window_that_loses_the_keyboard_gets_its_keys_first() -> None:
    detector = BurstDetector()
    detector.key(Key("a", 5.0))
    assert detector.reset() == (Typed((Key("a", 5.0),)),)
    assert detector.reset() == ()


def test_a_clock_that_goes_back_makes_no_burst() -> None:
    assert play([*keys("ABCDEF", 0.01), Key("\r", 3.0)])[1] == []
