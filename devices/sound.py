"""Sound as loudspeakers take it: one channel of 16-bit samples; and WAV files, in and out."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from devices.base import Device, SpeakerCapabilities
from devices.errors import Garbled

SAMPLE_BYTES = 2
LONGEST_SECONDS = 60.0
RATES = range(8000, 48001)


@dataclass(frozen=True, slots=True)
class Sound:
    """``pcm``: samples of 16 bits, little-endian, one channel; ``rate``: samples a second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / SAMPLE_BYTES / self.rate

    def __repr__(self) -> str:
        """Leave the samples out."""
        return f"<Sound {self.seconds:.2f} s {self.rate} Hz>"


class Speaker(Device, Protocol):
    """A loudspeaker."""

    @property
    def capabilities(self) -> SpeakerCapabilities: ...

    def play(self, sound: Sound, cancelled: Callable[[], bool]) -> float:
        """Play a sound to its end; return the seconds from this call to the first sample at the device.

        ``cancelled`` is asked several times a second; once it says True the sound stops and Cancelled is
        raised: for leaving the program, no call is ever cut by another. Raises NotAnswering, Garbled,
        DriverFault, Unplugged, Cancelled.
        """
        ...


class SpeechEngine(Device, Protocol):
    """Says what has no clip."""

    def spoken(self, text: str) -> Sound:
        """Return ``text`` (Mandarin, at most 200 characters) as sound; bounded in time.

        Raises NotAnswering, Garbled, DriverFault, Unplugged.
        """
        ...


def silence(seconds: float, rate: int) -> Sound:
    """Return nothing to be heard."""
    return Sound(bytes(SAMPLE_BYTES * round(seconds * rate)), rate)


def joined(sounds: Iterable[Sound]) -> Sound:
    """Put sounds one behind the other without a gap. Raises ValueError for none or unequal rates."""
    parts = tuple(sounds)
    rates = {part.rate for part in parts}
    if len(rates) != 1:
        raise ValueError(f"sounds of {sorted(rates)} Hz cannot be joined")
    return Sound(b"".join(part.pcm for part in parts), rates.pop())


def read_wav(data: bytes) -> Sound:
    """Read a WAV file of one channel and 16 bits. Raises Garbled for anything else, or longer than 60 s."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            shape = file.getnchannels(), file.getsampwidth()
            rate, frames = file.getframerate(), file.getnframes()
            if shape != (1, SAMPLE_BYTES) or rate not in RATES or frames > LONGEST_SECONDS * rate:
                raise Garbled(f"WAV of {shape[0]} channels, {shape[1]} bytes, {rate} Hz, {frames} samples")
            pcm = file.readframes(frames)
    except (wave.Error, EOFError, ValueError, RuntimeError, MemoryError) as error:
        raise Garbled(f"no WAV file: {error}") from error
    if not pcm or len(pcm) % SAMPLE_BYTES:
        raise Garbled(f"WAV with {len(pcm)} bytes of sound")
    return Sound(pcm, rate)


def wav(sound: Sound) -> bytes:
    """Write a WAV file."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(sound.rate)
        file.writeframes(sound.pcm)
    return held.getvalue()
