"""Signature pads behind a vendor's program: somebody signs, refuses, does not come; it misbehaves."""

from __future__ import annotations

import contextlib
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices import signature
from devices.drivers.signature_worker import WorkerPad
from devices.errors import BadAddress, Cancelled, DeviceError, Garbled, LibraryMissing, Unplugged
from devices.registry import make_signature_pad, open_signature_pad
from devices.signature import Point, Signature, picture
from tests.helpers.device_cases import pad_url
from tests.helpers.devices import nothing_left

__all__ = ["nothing_left"]


def never() -> bool:
    return False


def nowhere(_points: object) -> None:
    """What is drawn is not looked at."""


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene"
    path.write_text("sign", "utf-8")
    return path


def test_a_signature_comes_as_strokes_while_it_is_written(scene: Path) -> None:
    seen: list[Point] = []
    with open_signature_pad(pad_url(scene)) as pad:
        signed = pad.capture(20.0, never, seen.extend)
        assert pad.capabilities.width / pad.capabilities.height == pytest.approx(2.0)
    assert signed is not None
    assert [len(stroke) for stroke in signed.strokes] == [30, 30]
    assert seen == [point for stroke in signed.strokes for point in stroke]
    assert "0." not in repr(signed)


@pytest.mark.parametrize(("word", "seconds"), [("refuse", 20.0), ("wait", 0.3)])
def test_who_refuses_or_does_not_come_has_not_signed(scene: Path, word: str, seconds: float) -> None:
    scene.write_text(word, "utf-8")
    with open_signature_pad(pad_url(scene)) as pad:
        assert pad.capture(seconds, never, nowhere) is None
        scene.write_text("sign", "utf-8")
        assert pad.capture(20.0, never, nowhere)


@pytest.mark.parametrize(
    ("word", "kind"), [("endless", Garbled), ("outside", Garbled), ("unplugged", Unplugged)]
)
def test_a_pad_that_fails_says_how_and_works_again(scene: Path, word: str, kind: type[DeviceError]) -> None:
    with open_signature_pad(pad_url(scene)) as pad:
        scene.write_text(word, "utf-8")
        with pytest.raises(kind):
            pad.capture(20.0, never, nowhere)
        scene.write_text("sign", "utf-8")
        pad.open()
        assert pad.capture(20.0, never, nowhere)


def test_signing_can_be_called_off(scene: Path) -> None:
    scene.write_text("wait", "utf-8")
    start = time.monotonic()
    with open_signature_pad(pad_url(scene)) as pad, pytest.raises(Cancelled):
        pad.capture(20.0, lambda: time.monotonic() - start > 1.0, nowhere)


def test_a_program_that_is_not_installed_is_missing_and_addresses_are_checked() -> None:
    with pytest.raises(LibraryMissing, match="is not there"):
        WorkerPad("signature+worker:///no/such/pad").open()
    with pytest.raises(BadAddress, match="no address of a signature pad"):
        make_signature_pad("speaker:")


def test_the_picture_shows_what_was_written() -> None:
    line = tuple((n / 10, n / 10, 0.5, 1.0) for n in range(11))
    with Image.open(io.BytesIO(picture(Signature((line, ((1.0, 0.5, 0.1, 0.2),)), 2.0)))) as image:
        assert image.size == (640, 320)
        assert image.getpixel((320, 160)) == 0
        assert image.getpixel((320, 42)) == 0
        assert image.getpixel((320, 250)) == 255


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(
    reply=st.fixed_dictionaries(
        {},
        optional={
            "points": st.one_of(ANY, st.lists(st.one_of(ANY, st.lists(ANY, max_size=6)), max_size=4)),
            "state": st.one_of(ANY, st.sampled_from(["writing", "done"])),
            "width": ANY,
            "height": ANY,
        },
    )
)
def test_any_reply_of_a_pad_is_understood_or_garbled(reply: dict[str, object]) -> None:
    for read in (signature.new_points, signature.capabilities):
        with contextlib.suppress(Garbled):
            read(reply)
