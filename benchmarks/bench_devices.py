"""What our software adds to devices: `python -m benchmarks.bench_devices` prints a table.

Simulators run in processes of their own. A card reader sends as slowly as its line; what is over the wire
time is ours (the simulator included). A scanner that needs no time shows what client and process cost.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.hall.speech import LocalTurn
from app.services.voice import Announcer, VoicePlan
from devices.address import parse_sdt
from devices.base import Scanner, ScanSettings, Source
from devices.clips import load_clips
from devices.line import open_line
from devices.registry import open_scanner, open_speaker
from devices.sdt import commands
from devices.sdt.session import SdtSession
from devices.sound import Sound, Speaker

BAUD = 115200
ROUNDS = 12
READ_BYTES = 1295
READ_GOAL, SCAN_GOAL, SOUND_GOAL = 0.050, 0.300, 0.400


@contextmanager
def simulator(module: str, *arguments: str) -> Iterator[str]:
    """Run a simulator and give its address."""
    command = [sys.executable, "-m", f"devices.simulators.{module}", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.stdin.close()


def timed(act: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return times


def card_read(folder: Path) -> list[float]:
    """Seconds over the wire time of one reply of 1295 bytes."""
    wire = READ_BYTES * 10 / BAUD
    with simulator(
        "id_reader", "--pty", str(folder / "r"), "--scenario", "young", "--baud", str(BAUD)
    ) as url:
        line = open_line(parse_sdt(url))  # type: ignore[arg-type]
        session = SdtSession(line)
        for command in (commands.FIND, commands.SELECT):
            session.ask(command)
        times = [seconds - wire for seconds in timed(lambda: session.ask(commands.READ))]
        line.close()
    return times


def flatbed(scanner: Scanner, colour_dpi: int = 100) -> object:
    return list(scanner.scan(ScanSettings(Source.FLATBED, colour_dpi), lambda: False))


def escl() -> list[float]:
    """Seconds of a whole flatbed job less the time the simulated scanner needs to draw the page."""
    with simulator("escl_scanner", "--port", "0") as url, open_scanner(url) as scanner:
        flatbed(scanner)
        whole = timed(lambda: flatbed(scanner))
        asked = timed(scanner.status)
    drawing = statistics.median(timed(_draw))
    print(
        f"  (eSCL: status {1000 * statistics.median(asked):.0f} ms,"
        f" drawing {1000 * drawing:.0f} ms taken off)"
    )
    return [max(0.0, seconds - drawing) for seconds in whole]


def _draw() -> object:
    from devices.simulators import pages

    return pages.jpeg(pages.drawn(0, 100, False), 100, (827, 1169))


def sane(folder: Path) -> list[float]:
    """Seconds of a whole flatbed job less those of scanimage run by hand."""
    (folder / "dll.conf").write_text("test\n", "ascii")
    (folder / "test.conf").write_text("geometry_max 300.0\n", "ascii")
    os.environ["SANE_CONFIG_DIR"] = str(folder)
    command = ["scanimage", "--device-name=test:0", "--format=png", "--batch=page%d.png", "--batch-count=1",
               "--source=Flatbed", "--mode=Gray", "--resolution=100", "-x", "210", "-y", "297"]  # fmt: skip
    by_hand = statistics.median(
        timed(lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True))
    )
    with open_scanner("sane:test:0") as scanner:
        return [max(0.0, seconds - by_hand) for seconds in timed(lambda: flatbed(scanner))]


def first_sound() -> list[float]:
    """Seconds from lining a call up to the first sample: clips joined, turn asked, worker told."""
    times: list[float] = []
    clips = load_clips(Path(__file__).resolve().parents[1] / "resources" / "voice")
    plan = VoicePlan(repeats=1, chime=False)
    with open_speaker("speaker+null:") as speaker:

        @contextmanager
        def opened() -> Iterator[Speaker]:
            yield _Noting(speaker, times)

        voice = Announcer(opened, clips, LocalTurn(), lambda: datetime.now(UTC).time(), plan)
        for number in range(ROUNDS // 2):
            start = time.perf_counter()
            voice.call(f"A{number:03d}", 12)
            voice.speak_all()
            times[-1] += _Noting.asked - start
    return times


class _Noting:
    """A loudspeaker that notes how long it took to the first sample."""

    asked = 0.0

    def __init__(self, speaker: Speaker, times: list[float]) -> None:
        self._speaker, self._times = speaker, times

    def play(self, sound: Sound, cancelled: Callable[[], bool]) -> float:
        _Noting.asked = time.perf_counter()
        self._times.append(self._speaker.play(sound, cancelled))
        return self._times[-1]


def row(name: str, times: list[float], goal: float) -> bool:
    middle, worst = statistics.median(times), max(times)
    good = middle <= goal
    print(f"{name:44}{1000 * middle:9.1f}{1000 * worst:9.1f}{1000 * goal:9.0f}  {'ok' if good else 'OVER'}")
    return good


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, {platform.system()}"
    )
    print(f"{'software share, ms':44}{'median':>9}{'worst':>9}{'goal':>9}")
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sys.platform != "win32":
            results.append(row(f"card: reply of {READ_BYTES} bytes at {BAUD}", card_read(folder), READ_GOAL))
        results.append(row("eSCL: one page, flatbed, 100 dpi", escl(), SCAN_GOAL))
        if shutil.which("scanimage"):
            results.append(row("SANE: one page, flatbed, 100 dpi", sane(folder), SCAN_GOAL))
        results.append(row("voice: call to the first sample, null device", first_sound(), SOUND_GOAL))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
