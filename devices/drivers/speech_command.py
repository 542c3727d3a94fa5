"""Speech out of text by a program of the site: text on its stdin, a WAV file on its stdout."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from devices.address import parse_program
from devices.base import DeviceKind, SpeechCapabilities
from devices.errors import DeviceError, DriverFault, Garbled, LibraryMissing, NotAnswering, Unplugged
from devices.lifecycle import Lifecycle
from devices.sound import Sound, read_wav
from devices.traffic import TrafficLog, mask_text

LONGEST_TEXT = 200


class CommandSpeech(Lifecycle):
    """A :class:`~devices.sound.SpeechEngine` at ``speech+command:///path/program[?args=...]``."""

    kind: Final = DeviceKind.SPEECH
    title = "语音合成 (命令)"
    capabilities = SpeechCapabilities()

    def __init__(self, url: str, limit: float = 10.0) -> None:
        """``limit``: seconds for one text. Raises BadAddress."""
        self._address = parse_program(url, "speech+command")
        self.key = url
        self.traffic = TrafficLog()
        self._limit = limit
        self._open = False

    def available(self) -> str | None:
        """Say that the program is missing or may not be run."""
        program = Path(self._address.program)
        if not program.is_file():
            return f"the speech program {program} is not there"
        return None if os.access(program, os.X_OK) else f"the speech program {program} is no program"

    def open(self) -> None:
        """Nothing is held open. Raises LibraryMissing."""
        reason = self.available()
        if reason is not None:
            raise self._noted(LibraryMissing(reason))
        self._open = True

    def close(self) -> None:
        """Nothing is held open."""
        self._open = False

    def spoken(self, text: str) -> Sound:
        """Return the text as sound; see :meth:`devices.sound.SpeechEngine.spoken`."""
        if not self._open:
            raise Unplugged(f"{self.key} is not open")
        said = "".join(c for c in text if c.isprintable())[:LONGEST_TEXT]
        self.traffic.note("sent", f"*{len(said)}")
        try:
            done = subprocess.run(
                [self._address.program, *self._address.arguments],
                input=said.encode(),
                capture_output=True,
                timeout=self._limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._noted(NotAnswering(f"no sound in {self._limit:.0f} s")) from None
        except OSError as error:
            self.close()
            raise self._noted(Unplugged(f"errno {error.errno}")) from error
        if done.returncode:
            words = mask_text(done.stderr[-300:].decode(errors="replace"))
            raise self._noted(DriverFault(f"exit code {done.returncode}; {words}"))
        try:
            sound = read_wav(_repaired(done.stdout))
        except Garbled as error:
            raise self._noted(error) from None
        self.traffic.note("got", f"{sound.seconds:.2f} s at {sound.rate} Hz")
        return sound

    def _noted(self, error: DeviceError) -> DeviceError:
        self.traffic.error(error)
        return error


def _repaired(data: bytes) -> bytes:
    """Write the real length into the head: a program that writes to a pipe does not know it at first."""
    at = data.find(b"data", 0, 4096)
    if not data.startswith(b"RIFF") or at < 0:
        return data
    length = len(data) - at - 8
    return data[: at + 4] + length.to_bytes(4, "little") + data[at + 8 :]
