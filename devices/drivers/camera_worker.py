"""Document cameras through a worker: our own with OpenCV, or a vendor's that speaks the same lines."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices import camera
from devices.address import ProgramAddress, parse_camera
from devices.base import CameraCapabilities, DeviceKind, ScannedPage
from devices.camera import Frame
from devices.conversation import ROOT, Conversation, worker_command
from devices.errors import DeviceError, Frozen, Garbled, LibraryMissing
from devices.lifecycle import Lifecycle
from devices.pictures import measure
from devices.requests import title
from devices.stillness import Stillness
from devices.traffic import TrafficLog

LIBRARY = "cv2"
_MOST_STILL_BYTES = 40 << 20
_DPI = range(50, 1201)


@dataclass(frozen=True, slots=True)
class CameraLimits:
    """Seconds."""

    open: float = 20.0
    """Some cameras take their time to change to full resolution."""
    frame: float = 5.0
    still: float = 8.0
    frozen: float = 5.0
    """As long may the very same bytes come again and again; a real picture has noise."""


class WorkerCamera(Lifecycle):
    """A :class:`~devices.camera.DocumentCamera` at ``camera:0``, ``camera+file:`` or ``camera+worker:``."""

    kind: Final = DeviceKind.CAMERA

    def __init__(
        self,
        url: str,
        limits: CameraLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        library: str = LIBRARY,
    ) -> None:
        """Raises BadAddress."""
        self._address = parse_camera(url)
        self.key = url
        self.title = "高拍仪"
        self.capabilities = CameraCapabilities()
        self.traffic = TrafficLog()
        self._limits = limits or CameraLimits()
        self._clock = clock
        self._library = library
        self._worker = Conversation(url, self.traffic, clock)
        self._number = 0
        self._stillness = Stillness()
        self._last: tuple[float, bytes] = (0.0, b"")

    def available(self) -> str | None:
        """Say that the library, or the vendor's program, is missing."""
        if isinstance(self._address, ProgramAddress):
            program = Path(self._address.program)
            there = program.is_file() and os.access(program, os.X_OK)
            return None if there else f"the camera program {program} is not there"
        if importlib.util.find_spec(self._library) is None:
            return f"the Python package {self._library} (opencv-python-headless) is not installed"
        return None

    def open(self) -> None:
        """Start the worker and wait for the first picture.

        Raises LibraryMissing, Unplugged, NotAnswering, Garbled, DriverFault.
        """
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise LibraryMissing(reason)
        if isinstance(self._address, ProgramAddress):
            self._worker.start([self._address.program, *self._address.arguments])
            source = ""
        else:
            self._worker.start(worker_command("camera"), ROOT)
            source = self._address
        try:
            found = self._worker.ask("open", self._limits.open, source=source)
            self.capabilities = camera.capabilities(found)
        except DeviceError:
            self.close()
            raise
        self.title = title(found) or self.title
        self._number, self._stillness, self._last = 0, Stillness(), (self._clock(), b"")

    def close(self) -> None:
        """End the worker, which lets the camera go."""
        self._worker.stop()

    def preview(self) -> Frame:
        """Wait for the next picture; see :meth:`devices.camera.DocumentCamera.preview`."""
        reply = self._worker.ask("frame", self._limits.frame, after=self._number)
        try:
            found = camera.raw_frame(reply)
        except Garbled as error:
            raise self._noted(error) from None
        self._number = found.number
        self._refuse_frozen(found.jpeg)
        at_rest = self._stillness.look(found.thumb, found.page is not None, self._clock())
        return Frame(found.number, found.jpeg, found.page, at_rest)

    def still(self) -> ScannedPage:
        """Take the page; see :meth:`devices.camera.DocumentCamera.still`."""
        with tempfile.TemporaryDirectory(prefix="yichuang-still-") as name:
            found = self._worker.ask("still", self._limits.still, folder=name)
            file, dpi = found.get("file"), found.get("dpi")
            if not isinstance(file, str) or Path(file).name != file or type(dpi) is not int:
                raise self._noted(Garbled("still: no file or no resolution"))
            data = self._bytes(Path(name) / file)
        try:
            picture = measure(data)
        except DeviceError as error:
            raise self._noted(error) from None
        sure = min(max(dpi, _DPI.start), _DPI.stop - 1)
        return ScannedPage(0, data, picture.media_type, sure, picture.width, picture.height)

    def _bytes(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > _MOST_STILL_BYTES:
                raise self._noted(Garbled(f"still: more than {_MOST_STILL_BYTES} bytes"))
            return path.read_bytes()
        except OSError as error:
            raise self._noted(Garbled(f"still: errno {error.errno}")) from error

    def _refuse_frozen(self, jpeg: bytes) -> None:
        """Raises Frozen when a live camera repeats one picture; then it must be opened again."""
        since, last = self._last
        if jpeg != last or not self.capabilities.live:
            self._last = (self._clock(), jpeg)
        elif self._clock() - since > self._limits.frozen:
            self._worker.stop(mercy=0.0)
            raise self._noted(Frozen("the camera repeats one picture"))

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error
