"""Drives a camera with OpenCV: ``python -m devices.workers.camera``; the requests are in ``devices.camera``.

``source`` is the number of a camera, a device path, or a pattern of files such as ``/folder/page_%02d.jpg``,
which is shown again and again.
"""

from __future__ import annotations

import base64
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# without it a camera on Windows can take 20 s to open
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

import cv2
import numpy as np

from devices.errors import DriverFault, Garbled, InUse, NotAnswering, Unplugged
from devices.stillness import THUMB
from devices.workers.page_quad import Pixels, page_quad, resolution, straightened
from devices.workers.serving import serve

_LARGEST = 10_000
_PREVIEW_WIDTH = 960
_PREVIEW_QUALITY = 70
_STILL_QUALITY = 92
_FRAME_SECONDS = 3.0
_FILE_SECONDS = 0.1


class Grabber:
    """Reads pictures as fast as they come and keeps the last: what waits in a driver's queue is old."""

    def __init__(self, source: str) -> None:
        """Raises Unplugged when there is no such camera."""
        self.is_file = "%" in source
        self._source = source
        self._capture = self._opened()
        self._changed = threading.Condition()
        self._picture: Pixels | None = None
        self._number = 0
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    def after(self, number: int, seconds: float) -> tuple[int, Pixels]:
        """Return a picture younger than ``number``. Raises NotAnswering, Unplugged."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > number or self._ended, seconds)
            if self._ended:
                raise Unplugged("the camera gives no more pictures")
            if self._picture is None or self._number <= number:
                raise NotAnswering(f"no picture in {seconds:.0f} s")
            return self._number, self._picture

    def _opened(self) -> cv2.VideoCapture:
        number = int(self._source) if self._source.isdigit() else None
        if self.is_file:
            found = cv2.VideoCapture(self._source, cv2.CAP_IMAGES)
        else:
            found = cv2.VideoCapture(self._source if number is None else number, _backend())
            found.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            found.set(cv2.CAP_PROP_FRAME_WIDTH, _LARGEST)  # the driver takes the nearest it has
            found.set(cv2.CAP_PROP_FRAME_HEIGHT, _LARGEST)
        if not found.isOpened():
            if number is not None and Path(f"/dev/video{number}").exists():
                raise InUse(f"/dev/video{number} is there and does not open")
            raise Unplugged("there is no such camera, or another program holds it")
        return found

    def _read(self) -> None:
        while True:
            good, picture = self._capture.read()
            if not good and self.is_file and self._again():
                continue
            with self._changed:
                self._ended = not good
                if good:
                    self._picture, self._number = _coloured(picture), self._number + 1
                self._changed.notify_all()
            if not good:
                return
            if self.is_file:
                time.sleep(_FILE_SECONDS)

    def _again(self) -> bool:
        """Begin with the first file once more; False when the files are gone."""
        try:
            self._capture = self._opened()
        except Unplugged:
            return False
        return True


class CameraWorker:
    """One camera."""

    def __init__(self) -> None:
        self._grabber: Grabber | None = None

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        if request["do"] == "open":
            self._grabber = Grabber(str(request["source"]))
            _, picture = self._grabber.after(0, 2 * _FRAME_SECONDS)
            height, width = picture.shape[:2]
            return {"title": "", "width": width, "height": height, "live": not self._grabber.is_file}
        if self._grabber is None:
            raise Unplugged("not open")
        if request["do"] == "frame":
            return _frame(*self._grabber.after(int(request["after"]), _FRAME_SECONDS))
        number, _ = self._grabber.after(0, _FRAME_SECONDS)
        return _still(self._grabber.after(number, _FRAME_SECONDS)[1], Path(request["folder"]))


def _coloured(picture: cv2.typing.MatLike) -> Pixels:
    """Some cameras send grey."""
    grey = picture.ndim == 2 or picture.shape[2] == 1
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if grey else picture, np.uint8)


def _frame(number: int, picture: Pixels) -> dict[str, Any]:
    height, width = picture.shape[:2]
    scale = min(1.0, _PREVIEW_WIDTH / max(width, height))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    thumb = cv2.resize(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), THUMB, interpolation=cv2.INTER_AREA)
    quad = page_quad(np.asarray(small, np.uint8))
    size = np.array([small.shape[1], small.shape[0]])
    return {
        "number": number,
        "jpeg": base64.b64encode(_jpeg(np.asarray(small, np.uint8), _PREVIEW_QUALITY)).decode("ascii"),
        "thumb": base64.b64encode(thumb.tobytes()).decode("ascii"),
        "page": None if quad is None else (quad / size).round(4).tolist(),
    }


def _still(picture: Pixels, folder: Path) -> dict[str, Any]:
    quad = page_quad(picture)
    page = picture if quad is None else straightened(picture, quad)
    try:
        (folder / "still.jpg").write_bytes(_jpeg(page, _STILL_QUALITY))
    except OSError as error:
        raise DriverFault(f"the still cannot be written: errno {error.errno}") from error
    return {"file": "still.jpg", "dpi": resolution(page, quad is not None), "straight": quad is not None}


def _jpeg(picture: Pixels, quality: int) -> bytes:
    good, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise Garbled("the picture of the camera cannot be written as JPEG")
    return data.tobytes()


def _backend() -> int:
    return {"win32": cv2.CAP_MSMF, "linux": cv2.CAP_V4L2}.get(sys.platform, cv2.CAP_ANY)


def main() -> int:
    """Serve until stdin ends."""
    serve(CameraWorker().answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
