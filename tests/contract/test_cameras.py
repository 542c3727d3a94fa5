"""Document cameras: our worker on pictures in files, and the simulated camera with all that goes wrong."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image

from devices.camera import DocumentCamera, Frame
from devices.drivers.camera_worker import CameraLimits, WorkerCamera
from devices.errors import (
    BadAddress,
    DeviceError,
    DriverDied,
    DriverFault,
    Frozen,
    Garbled,
    InUse,
    LibraryMissing,
    NotAnswering,
    Unplugged,
)
from devices.registry import make_camera, open_camera
from devices.simulators.document_camera import SCENARIOS
from tests.helpers.devices import Simulator, document_camera, nothing_left, wait_until
from tests.unit.test_camera_rules import CORNERS, desk_with_page

__all__ = ["nothing_left"]

FAST = CameraLimits(frame=1.0, still=1.0, frozen=0.4)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with document_camera(tmp_path_factory.mktemp("camera")) as running:
        yield running


@pytest.fixture
def view(device: Simulator) -> Iterator[WorkerCamera]:
    device.tell("empty")
    with WorkerCamera(device.url, FAST) as opened:
        yield opened


def look(camera: DocumentCamera, frames: int) -> list[Frame]:
    return [camera.preview() for _ in range(frames)]


def at_rest(camera: DocumentCamera) -> Frame:
    """The frame in which the page has come to rest."""
    end = time.monotonic() + 20
    while not (frame := camera.preview()).at_rest:
        assert time.monotonic() < end, "the page never comes to rest"
    return frame


# ---- the simulated camera ----------------------------------------------------------------------------


def test_a_page_laid_down_is_taken_once_when_the_hand_is_gone(view: WorkerCamera, device: Simulator) -> None:
    assert not any(frame.page or frame.at_rest for frame in look(view, 10))
    device.tell("hand 1")
    assert not any(frame.at_rest for frame in look(view, 12))
    device.tell("page 1")
    assert at_rest(view).page
    page = view.still()
    assert (page.dpi, page.width, page.height) == (200, 1654, 2339)
    assert not any(frame.at_rest for frame in look(view, 12))
    device.tell("page 2")
    assert at_rest(view)
    assert view.still().data != page.data


def test_pictures_are_new_each_time_and_can_be_shown(view: WorkerCamera, device: Simulator) -> None:
    device.tell("page 0")
    frames = look(view, 5)
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    with Image.open(io.BytesIO(frames[-1].jpeg)) as picture:
        picture.load()
        assert max(picture.size) <= 1280
    assert frames[-1].page is not None
    assert len(frames[-1].page) == 4


@pytest.mark.parametrize(
    ("scene", "kind"),
    [
        ("frozen", NotAnswering),
        ("silent", NotAnswering),
        ("unplug", Unplugged),
        ("crash", DriverFault),
        ("flood", Garbled),
    ],
)
def test_a_camera_that_fails_says_how_and_comes_back(
    view: WorkerCamera, device: Simulator, scene: str, kind: type[DeviceError]
) -> None:
    if scene == "crash" and sys.platform == "win32":
        pytest.skip("no signals on Windows")
    device.tell("page 0")
    look(view, 3)
    device.tell(scene)
    start = time.monotonic()
    with pytest.raises(kind):
        look(view, 200)
    assert time.monotonic() - start < 30
    assert view.traffic.faults()
    with pytest.raises(Unplugged):
        view.preview()
    device.tell("page 0")
    wait_until(lambda: _opens(view), "the camera opens again")
    assert at_rest(view)


def _opens(camera: DocumentCamera) -> bool:
    try:
        camera.open()
    except DeviceError:
        return False
    return True


def test_a_line_of_garbage_between_the_answers_is_thrown_away(view: WorkerCamera, device: Simulator) -> None:
    device.tell("garbage")
    assert len(look(view, 5)) == 5
    device.tell("page 0")
    assert at_rest(view)


def test_the_worker_goes_with_the_camera(device: Simulator) -> None:
    device.tell("page 0")
    before = set(psutil.Process().children())
    with open_camera(device.url) as camera:
        camera.preview()
        (worker,) = set(psutil.Process().children()) - before
    assert not worker.is_running()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_started(name: str, tmp_path: Path) -> None:
    with Simulator("document_camera", "--scene", str(tmp_path / "scene"), "--scenario", name) as running:
        hangs = name in ("camera-silent", "camera-slow")
        camera = WorkerCamera(running.url, CameraLimits(open=1.0 if hangs else 20.0, frame=3.0, frozen=0.3))
        try:
            with camera:
                look(camera, 12 if name == "camera-frozen" else 1)
            failed = None
        except DeviceError as error:
            failed = type(error)
    expected = {
        "camera-frozen": Frozen,
        "camera-silent": NotAnswering,
        "camera-unplugged": Unplugged,
        "camera-busy": InUse,
        "camera-crash": DriverDied,
    }
    assert failed is (NotAnswering if name == "camera-slow" else expected.get(name))


# ---- our own worker ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(desk_with_page(CORNERS)[:, :, ::-1]).save(
            folder / f"page_{number:02d}.jpg", quality=85
        )
    return folder


def address(folder: Path) -> str:
    return f"camera+file://{quote(str(folder))}/page_%2502d.jpg"


def test_our_worker_finds_and_straightens_the_page(files: Path) -> None:
    with open_camera(address(files)) as camera:
        assert (camera.capabilities.width, camera.capabilities.height) == (1600, 1200)
        frame = at_rest(camera)
        page = camera.still()
    assert frame.page is not None
    found = np.array(frame.page) * [1600, 1200]
    assert np.abs(found - np.array(CORNERS)).max() < 20
    assert page.height / page.width == pytest.approx(297 / 210, abs=0.01)
    assert page.media_type == "image/jpeg"
    decoded = cv2.imdecode(np.frombuffer(page.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    assert decoded[:40, 60:-60].mean() > 200  # the page, not the desk around it


def test_a_camera_that_is_not_there_is_unplugged() -> None:
    for url in ("camera:97", "camera:///dev/no-such-camera", "camera+file:///no/such/%25d.jpg"):
        with pytest.raises(Unplugged):
            make_camera(url).open()


def test_without_the_library_the_camera_says_so_in_one_sentence() -> None:
    camera = WorkerCamera("camera:0", library="no_such_library")
    assert str(camera.available()).startswith("the Python package no_such_library")
    with pytest.raises(LibraryMissing):
        camera.open()
    with pytest.raises(LibraryMissing):
        open_camera("camera+worker:///no/such/worker")


@pytest.mark.parametrize(
    "url",
    [
        "camera:x",
        "camera:123",
        "camera://host/dev",
        "camera+file:///x.jpg",
        "camera+worker:x",
        "camera:0?a=1",
    ],
)
def test_addresses_are_checked(url: str) -> None:
    with pytest.raises(BadAddress):
        make_camera(url)


def test_a_still_that_is_no_picture_is_garbled(device: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    device.tell("page 0")
    with WorkerCamera(device.url) as camera:
        monkeypatch.setattr("devices.drivers.camera_worker._MOST_STILL_BYTES", 100)
        with pytest.raises(Garbled, match="more than"):
            camera.still()
        assert camera.preview()
