"""A loudspeaker that is a WAV file: it holds the last sound, for tests and for hearing a call again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from devices.address import parse_file
from devices.base import DeviceKind, SpeakerCapabilities
from devices.errors import DeviceError, DriverFault, NoPermission, Unplugged
from devices.lifecycle import Lifecycle
from devices.sound import Sound, wav
from devices.traffic import TrafficLog


class FileSpeaker(Lifecycle):
    """A :class:`~devices.sound.Speaker` at ``speaker+file:///folder/last.wav``."""

    kind: Final = DeviceKind.SPEAKER
    title = "声音文件"
    capabilities = SpeakerCapabilities(audible=False)

    def __init__(self, url: str) -> None:
        """Raises BadAddress."""
        self._path = Path(parse_file(url, "speaker+file"))
        self.key = url
        self.traffic = TrafficLog()
        self._open = False

    def available(self) -> str | None:
        """Always None."""
        return None

    def open(self) -> None:
        """Make sure that the folder is there. Raises Unplugged, NoPermission."""
        if not self._path.parent.is_dir():
            raise self._noted(Unplugged(f"the folder {self._path.parent} is not there"))
        if not os.access(self._path.parent, os.W_OK):
            raise self._noted(NoPermission(f"the folder {self._path.parent} cannot be written"))
        self._open = True

    def close(self) -> None:
        """Nothing is held open."""
        self._open = False

    def play(self, sound: Sound, cancelled: Callable[[], bool]) -> float:  # noqa: ARG002 - takes no time
        """Write the sound; see :meth:`devices.sound.Speaker.play`."""
        if not self._open:
            raise Unplugged(f"{self.key} is not open")
        fresh = self._path.with_suffix(".part")
        try:
            fresh.write_bytes(wav(sound))
            fresh.replace(self._path)
        except OSError as error:
            self.close()
            gone = error.errno in {errno.ENOENT, errno.ENOTDIR}
            raise self._noted((Unplugged if gone else DriverFault)(f"errno {error.errno}")) from error
        self.traffic.note("sent", f"{sound.seconds:.2f} s at {sound.rate} Hz")
        return 0.0

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error
