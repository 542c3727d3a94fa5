"""When a page lies still, where it lies, and what a camera worker may say."""

from __future__ import annotations

import contextlib
import json

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import camera
from devices.errors import DeviceError, Garbled
from devices.requests import answer
from devices.stillness import THUMB, Stillness
from devices.workers.page_quad import page_quad, resolution, straightened

PIXELS = THUMB[0] * THUMB[1]
DESK, PAGE = bytes([60] * PIXELS), bytes([60] * 200 + [230] * (PIXELS - 200))
OTHER_PAGE = bytes([60] * 200 + [230] * 300 + [120] * (PIXELS - 500))


def noisy(thumb: bytes, seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(-5, 6, PIXELS)
    return (np.frombuffer(thumb, np.uint8) + noise).clip(0, 255).astype(np.uint8).tobytes()


def reported(scenes: list[tuple[bytes, bool]], seconds: float = 0.1) -> list[int]:
    """At which pictures a page was reported; each scene is one picture."""
    watch = Stillness()
    return [n for n, (thumb, page) in enumerate(scenes) if watch.look(noisy(thumb, n), page, n * seconds)]


def test_a_page_that_lies_still_is_reported_once() -> None:
    assert reported([(PAGE, True)] * 40) == [8]


def test_a_hand_delays_the_report_until_it_is_gone() -> None:
    hand = [(PAGE[: 300 + n * 20] + bytes(60) + PAGE[360 + n * 20 :], True) for n in range(10)]
    assert reported([(PAGE, True)] * 5 + hand + [(PAGE, True)] * 20) == [23]


def test_a_creeping_page_is_not_still() -> None:
    creeping = [(bytes(max(60, b - 2 * n) for b in PAGE), True) for n in range(40)]
    assert reported(creeping) == []


def test_an_empty_desk_is_never_reported_and_the_same_page_again_is() -> None:
    assert reported([(DESK, False)] * 40) == []
    assert reported([(PAGE, True)] * 12 + [(DESK, False)] * 3 + [(PAGE, True)] * 12) == [8, 23]


def test_the_next_page_laid_on_the_first_is_reported_too() -> None:
    assert reported([(PAGE, True)] * 15 + [(OTHER_PAGE, True)] * 15) == [8, 23]


def test_a_slow_camera_does_not_decide_on_two_pictures() -> None:
    assert reported([(PAGE, True)] * 6, seconds=1.0) == [3]


def test_a_page_that_moved_and_came_back_is_not_taken_twice() -> None:
    assert reported([(PAGE, True)] * 12 + [(OTHER_PAGE, True)] * 2 + [(PAGE, True)] * 20) == [8]


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="pixels"):
        Stillness().look(b"abc", True, 0.0)


# ---- where the page lies -----------------------------------------------------------------------------


def desk_with_page(corners: list[list[float]], size: tuple[int, int] = (1600, 1200)) -> np.ndarray:
    """A dark desk with a white page that has black lines, seen at an angle."""
    page = np.full((1414, 1000, 3), 245, np.uint8)
    for y in range(100, 1300, 60):
        cv2.line(page, (100, y), (900, y), (30, 30, 30), 6)
    source = np.array([[0, 0], [1000, 0], [1000, 1414], [0, 1414]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    noise = np.random.default_rng(7).normal(0, 6, (size[1], size[0], 3))
    desk = cv2.warpPerspective(page, matrix, size, borderValue=(55, 60, 70))
    return np.asarray((desk + noise).clip(0, 255), np.uint8)


CORNERS = [[430.0, 90.0], [1130.0, 105.0], [1150.0, 1105.0], [415.0, 1085.0]]


def test_the_corners_of_a_page_on_a_desk_are_found() -> None:
    quad = page_quad(desk_with_page(CORNERS))
    assert quad is not None
    assert np.abs(quad - np.array(CORNERS)).max() < 16


def test_a_page_seen_at_an_angle_is_straightened_to_a4() -> None:
    quad = page_quad(desk_with_page(CORNERS))
    assert quad is not None
    page = straightened(desk_with_page(CORNERS), quad)
    height, width = page.shape[:2]
    assert height / width == pytest.approx(297 / 210, abs=0.01)
    assert resolution(page, True) == pytest.approx(height / 11.69, abs=1)
    rows = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)[:, width // 4 : -width // 4].mean(axis=1)
    assert rows.min() < 90  # a line fills its row: it is level
    assert resolution(page, False) < resolution(page, True)


@pytest.mark.parametrize(
    "picture", [np.full((600, 800, 3), 60, np.uint8), np.full((600, 800, 3), 250, np.uint8)]
)
def test_a_desk_without_page_has_no_corners(picture: np.ndarray) -> None:
    assert page_quad(picture) is None


def test_a_card_is_too_small_to_be_a_page() -> None:
    picture = np.full((600, 800, 3), 60, np.uint8)
    cv2.rectangle(picture, (300, 200), (420, 280), (250, 250, 250), -1)
    assert page_quad(picture) is None


# ---- what a worker may say ---------------------------------------------------------------------------

ANY = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "number": ANY,
            "jpeg": st.text(alphabet="/9j4AAQSkZJRg=!", max_size=60),
            "thumb": st.one_of(ANY, st.just("A" * 1024)),
            "page": st.one_of(ANY, st.lists(st.one_of(ANY, st.lists(ANY, max_size=3)), max_size=5)),
            "width": ANY,
            "height": ANY,
        },
    )
)
def test_any_reply_of_a_camera_is_understood_or_garbled(fields: dict[str, object]) -> None:
    for read in (camera.raw_frame, camera.capabilities):
        with contextlib.suppress(Garbled):
            read(fields)


def test_a_reply_that_is_no_object_is_refused() -> None:
    with pytest.raises(DeviceError):
        answer(json.dumps([1]), 1)
