"""Make the clips of this folder again: ``python3 resources/voice/render.py``; needs espeak-ng 1.51.

The engine is a program of its own and no part of this project; what it says belongs to whoever lets it speak.
The same engine makes the same bytes on every machine; ``SHA256SUMS`` holds them.
"""  # noqa: INP001 - a script beside its data

from __future__ import annotations

import argparse
import array
import hashlib
import io
import math
import subprocess
import sys
import tomllib
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINE = "1.51"
RATE = 22050
_MANDARIN, _ENGLISH = "cmn-latn-pinyin+f2", "en+f2"
_SPEED, _PITCH = "170", "50"
_QUIET = 400
_KEPT = int(0.015 * RATE)
_FADE = int(0.005 * RATE)
_LOUDNESS = 4500.0
_HIGHEST = 29000
_CHIME = ((784.0, 0.35), (587.33, 0.55))


def rendered(voice: str, text: str) -> array.array[int]:
    """Let the engine speak; samples of 16 bits at ``RATE``."""
    command = ["espeak-ng", "-v", voice, "-s", _SPEED, "-p", _PITCH, "--stdout", text]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(said)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise SystemExit("espeak-ng no longer speaks 22050 Hz, one channel, 16 bits")
        samples = array.array("h", file.readframes(file.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def finished(samples: array.array[int]) -> array.array[int]:
    """Cut the silence off, bring to one loudness without clipping, soften both ends."""
    loud = [i for i, value in enumerate(samples) if abs(value) > _QUIET]
    cut = samples[max(0, loud[0] - _KEPT) : loud[-1] + _KEPT]
    mean = math.sqrt(sum(value * value for value in cut) / len(cut))
    factor = min(_LOUDNESS / mean, _HIGHEST / max(abs(value) for value in cut))
    return array.array("h", (round(value * factor * _edge(i, len(cut))) for i, value in enumerate(cut)))


def chime() -> array.array[int]:
    """Two falling tones, so that people look up before the number is said."""
    samples = array.array("h")
    for hertz, seconds in _CHIME:
        for i in range(int(seconds * RATE)):
            swing = math.sin(math.tau * hertz * i / RATE) + 0.3 * math.sin(2 * math.tau * hertz * i / RATE)
            samples.append(round(9000 * swing * math.exp(-5 * i / RATE) * min(1.0, i / _FADE)))
    return array.array("h", (round(v * _edge(i, len(samples))) for i, v in enumerate(samples)))


def _edge(place: int, length: int) -> float:
    return min(1.0, place / _FADE, (length - 1 - place) / _FADE)


def written(path: Path, samples: array.array[int]) -> None:
    """Write a WAV file."""
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def main() -> int:
    """Write every clip of ``clips.toml`` and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, metavar="DIR", help="another folder than this one")
    folder: Path = parser.parse_args().out
    version = subprocess.run(["espeak-ng", "--version"], check=True, capture_output=True, text=True).stdout
    if f": {ENGINE}" not in version:
        raise SystemExit(f"the clips are made with espeak-ng {ENGINE}, this is {version.strip()}")
    written(folder / "chime.wav", chime())
    clips = tomllib.loads((HERE / "clips.toml").read_text("utf-8"))
    for name, clip in clips.items():
        voice, text = (_ENGLISH, clip["letter"]) if "letter" in clip else (_MANDARIN, clip["pinyin"])
        written(folder / f"{name}.wav", finished(rendered(voice, text)))
    names = sorted([*clips, "chime"])
    sums = (f"{hashlib.sha256((folder / f'{n}.wav').read_bytes()).hexdigest()}  {n}.wav\n" for n in names)
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="ascii", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
