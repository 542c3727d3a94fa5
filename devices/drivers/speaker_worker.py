"""Loudspeakers of this PC, played by a worker process: sound libraries hang and crash in their own."""

from __future__ import annotations

import importlib.util
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.address import parse_speaker
from devices.base import DeviceKind, SpeakerCapabilities
from devices.conversation import ROOT, Conversation, worker_command
from devices.errors import DeviceError, Garbled, LibraryMissing
from devices.lifecycle import Lifecycle
from devices.requests import title
from devices.sound import Sound
from devices.traffic import TrafficLog

LIBRARY = "miniaudio"


@dataclass(frozen=True, slots=True)
class SpeakerLimits:
    """Seconds."""

    open: float = 10.0
    over: float = 5.0
    """More than the sound lasts."""


class WorkerSpeaker(Lifecycle):
    """A :class:`~devices.sound.Speaker` at ``speaker:[NAME]``; ``speaker+null:`` plays in time to nobody."""

    kind: Final = DeviceKind.SPEAKER

    def __init__(
        self,
        url: str,
        limits: SpeakerLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        library: str = LIBRARY,
    ) -> None:
        """Raises BadAddress."""
        scheme, self._name = parse_speaker(url)
        self._sink = "null" if scheme == "speaker+null" else "real"
        self.key = url
        self.title = "扬声器"
        self.capabilities = SpeakerCapabilities(audible=self._sink == "real")
        self.traffic = TrafficLog()
        self._limits = limits or SpeakerLimits()
        self._clock = clock
        self._library = library
        self._worker = Conversation(url, self.traffic, clock)

    def available(self) -> str | None:
        """Say that the library is missing: it has no build for some Linux machines."""
        if importlib.util.find_spec(self._library) is None:
            return f"the Python package {self._library} is not installed"
        return None

    def open(self) -> None:
        """Start the worker and let it find the device.

        Raises LibraryMissing, Unplugged when there is no sound device, NotAnswering, DriverFault.
        """
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise LibraryMissing(reason)
        self._worker.start(worker_command("speaker"), ROOT)
        try:
            found = self._worker.ask("open", self._limits.open, sink=self._sink, name=self._name)
        except DeviceError:
            self.close()
            raise
        self.title = title(found) or self.title

    def close(self) -> None:
        """End the worker."""
        self._worker.stop()

    def play(self, sound: Sound, cancelled: Callable[[], bool]) -> float:
        """Play a sound to its end; see :meth:`devices.sound.Speaker.play`."""
        start = self._clock()
        pcm = b64encode(sound.pcm).decode("ascii")
        limit = sound.seconds + self._limits.over
        found = self._worker.ask("play", limit, cancelled, pcm=pcm, rate=sound.rate)
        first = found.get("first_at")
        if not isinstance(first, float):
            raise Garbled("play: no time of the first sample")
        return first - start
