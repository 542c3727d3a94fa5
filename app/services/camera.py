"""The document camera: what it sees while a page is laid down, and the page once it lies still."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.imaging.errors import ImportProblem
from app.imaging.page import normalise, thumbnail
from app.lanes import CAMERA, on
from app.services.desk import Desk
from app.services.papers import Place, add_page, place_of
from app.services.problems import page_problem
from app.storage import visits
from app.texts import _
from devices.camera import Corners, DocumentCamera, Frame

_SHOWN_HEIGHT = 220
SOURCE = "camera"


@dataclass(frozen=True)
class Taken:
    """A page that is in the dossier now; ``picture`` is a small JPEG of it, to see that it can be read."""

    page_id: str
    picture: bytes = field(repr=False)


@dataclass(frozen=True)
class Look:
    """``jpeg``: what the camera sees; ``page``: corners of a page, as fractions of it; ``taken`` just now."""

    jpeg: bytes = field(repr=False)
    page: Corners | None = None
    taken: Taken | None = None


@on(CAMERA)
def look(desk: Desk, material: str, auto: bool) -> Look:
    """Wait for the next picture; with ``auto`` a page of the open visit that has come to rest is taken.

    Opens the camera where it is not open. At most as long as the driver's limits for opening, a picture and
    a still. Raises DeviceProblem, StorageProblem.
    """
    flag = desk.cancel_flag(CAMERA)
    with desk.bench.camera() as camera:
        frame = camera.preview()
        if not (frame.at_rest and auto) or flag.is_set() or desk.store(visits.open_at, desk.window) is None:
            return Look(frame.jpeg, frame.page)
        return Look(frame.jpeg, frame.page, _take(desk, camera, place_of(desk, material)))


@on(CAMERA)
def take(desk: Desk, material: str) -> Taken:
    """Take what lies under the camera now. Raises FormProblem without a visit, as :func:`look` otherwise."""
    place = place_of(desk, material)
    with desk.bench.camera() as camera:
        return _take(desk, camera, place)


@on(CAMERA)
def let_go(desk: Desk) -> None:
    """Close the camera: its light goes out, and other programs may have it."""
    desk.bench.close(CAMERA)


def look_once(desk: Desk) -> str:
    """Say what the camera sees, on its lane; it is closed again if it was. Raises DeviceProblem."""
    return watch(desk, 0.0)


def watch(desk: Desk, seconds: float) -> str:
    """Look until the picture changes, at most so long: one that stands still is found. As ``look_once``."""
    was_open = desk.bench.is_open(CAMERA)
    try:
        with desk.bench.camera() as camera:
            first = frame = camera.preview()
            end = desk.clock.monotonic() + seconds
            while frame.jpeg == first.jpeg and desk.clock.monotonic() < end:
                frame = camera.preview()
            return _said(camera, frame)
    finally:
        if not was_open:
            desk.bench.close(CAMERA)


def _said(camera: DocumentCamera, frame: Frame) -> str:
    size = f"{camera.capabilities.width}×{camera.capabilities.height}"
    page = _("看到一页纸") if frame.page else _("没有看到纸")
    return _("有画面（{size}），{page}").format(size=size, page=page)


def _take(desk: Desk, camera: DocumentCamera, place: Place) -> Taken:
    still = camera.still()
    try:
        page = normalise(still.data, still.dpi)
    except ImportProblem as error:
        raise page_problem(error) from error
    return Taken(add_page(desk, place, page, SOURCE), thumbnail(page, _SHOWN_HEIGHT))
