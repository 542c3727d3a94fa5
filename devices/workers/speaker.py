"""Plays sound with miniaudio: ``python -m devices.workers.speaker``; requests as in ``devices.requests``.

    {"do": "open", "sink": "real" | "null", "name": ""}  -> {"title": "..."}
    {"do": "play", "pcm": Base64, "rate": 22050}         -> {"first_at": seconds of time.monotonic}

The reply to play comes when the last sample has left. A play that stands still for 2 s is unplugged.
"""

from __future__ import annotations

import base64
import sys
import threading
import time
from collections.abc import Generator, Mapping
from typing import Any

import miniaudio

from devices.errors import Unplugged
from devices.sound import SAMPLE_BYTES
from devices.workers.serving import serve

_BUFFER_MS = 60
_STILL_SECONDS = 2.0


class _Player:
    """One sound on its way: the library pulls samples from its own thread."""

    def __init__(self, pcm: bytes) -> None:
        self._pcm = pcm
        self.first_at = 0.0
        self.pulled_at = time.monotonic()
        self.finished = threading.Event()

    def samples(self) -> Generator[bytes, int, None]:
        """Give what is asked for, then silence until somebody stops the device."""
        wanted = yield b""
        self.first_at = time.monotonic()
        place = 0
        while True:
            piece = self._pcm[place : place + wanted * SAMPLE_BYTES]
            place += len(piece)
            self.pulled_at = time.monotonic()
            if not piece:
                self.finished.set()
            wanted = yield piece.ljust(wanted * SAMPLE_BYTES, b"\0")


class SpeakerWorker:
    """One sound device."""

    def __init__(self) -> None:
        self._null = False
        self._id: Any = None

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        if request["do"] == "open":
            return self._open(str(request["sink"]), str(request["name"]))
        return self._play(base64.b64decode(request["pcm"]), int(request["rate"]))

    def _open(self, sink: str, name: str) -> Mapping[str, Any]:
        self._null = sink == "null"
        found = [] if self._null else miniaudio.Devices(self._backends()).get_playbacks()
        chosen = next((one for one in found if name and one["name"].startswith(name)), None)
        if name and chosen is None:
            raise Unplugged(f"none of {len(found)} sound devices has this name")
        self._id = chosen and chosen["id"]
        self._device(22050).close()  # shows whether there is one at all
        return {"title": chosen["name"] if chosen else ""}

    def _play(self, pcm: bytes, rate: int) -> Mapping[str, Any]:
        player = _Player(pcm)
        samples = player.samples()
        next(samples)
        device = self._device(rate)
        try:
            device.start(samples)
            while not player.finished.wait(0.1):
                if time.monotonic() - player.pulled_at > _STILL_SECONDS:
                    raise Unplugged("the sound device takes no more samples")
            time.sleep(2 * _BUFFER_MS / 1000)  # what the device still holds
        finally:
            device.close()
        return {"first_at": player.first_at}

    def _device(self, rate: int) -> miniaudio.PlaybackDevice:
        try:
            return miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.SIGNED16, 1, rate, _BUFFER_MS, self._id, backends=self._backends()
            )
        except miniaudio.MiniaudioError as error:
            raise Unplugged(f"no sound device: {error}") from error

    def _backends(self) -> list[miniaudio.Backend]:
        """All real ones or the null one: left alone, the library falls back on playing nowhere."""
        return [b for b in miniaudio.Backend if (b is miniaudio.Backend.NULL) is self._null]


def main() -> int:
    """Serve until stdin ends."""
    serve(SpeakerWorker().answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
