"""A document camera as a program: what it sees is told, the worker it names shows it.

    python -m devices.simulators.document_camera --scene FILE [--scenario NAME | --first SCENE]

When ready it writes one JSON line ``{"ready": true, "url": ...}``. Then it takes a command a line on stdin
and answers each with ``{"done": LINE}`` or ``{"failed": LINE, "why": ...}``; it ends with ``quit`` or when
stdin ends.

    empty, page N, hand N, frozen, silent, slow, crash, garbage, busy   see devices.simulators.camera_worker
    unplug / replug                                                 pull the cable, put it back
    quit
"""

from __future__ import annotations

import argparse
import select
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from devices.simulators.console import Commands, say

SCENARIOS: Mapping[str, str] = {
    "empty-desk": "empty",
    "still-page": "page 0",
    "moving-hand": "hand 0",
    "camera-frozen": "frozen",
    "camera-silent": "silent",
    "camera-slow": "slow",
    "camera-unplugged": "unplugged",
    "camera-busy": "busy",
}
_WORDS = {"empty", "page", "hand", "frozen", "silent", "slow", "crash", "garbage", "busy"}


class DocumentCameraSimulator:
    """Writes scenes where the worker reads them."""

    def __init__(self, file: Path) -> None:
        self._file = file.absolute()
        self._last = "empty"

    @property
    def url(self) -> str:
        """The address of the worker."""
        frozen = getattr(sys, "frozen", False)
        worker = ["simulate", "camera-worker"] if frozen else ["-m", "devices.simulators.camera_worker"]
        words = [*worker, "--scene", str(self._file)]
        return f"camera+worker://{quote(sys.executable)}?args={quote(shlex.join(words))}"

    def obey(self, line: str) -> None:
        """Carry out one command. Raises ValueError for one that makes no sense."""
        word, _, number = line.partition(" ")
        if word in _WORDS and (number.isdigit() if number else True):
            self._last = line
        elif line not in {"unplug", "unplugged", "replug"}:
            raise ValueError(f"unknown command {line!r}")
        scene = "unplugged" if line.startswith("unplug") else self._last
        fresh = self._file.with_name(f"{self._file.name}.new")
        fresh.write_text(scene, "utf-8")
        fresh.replace(self._file)

    def run(self, commands: Commands) -> None:
        """Obey until ``quit`` or the end of the commands."""
        while True:
            select.select([commands.fileno()], [], [])
            lines = commands.lines()
            if lines is None or "quit" in lines:
                return
            for line in filter(None, lines):
                try:
                    self.obey(line)
                except (ValueError, OSError) as error:
                    say(failed=line, why=str(error))
                else:
                    say(done=line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.document_camera")
    parser.add_argument("--scene", type=Path, required=True, metavar="FILE", help="where the worker looks")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--scenario", choices=SCENARIOS, default="empty-desk")
    what.add_argument("--first", metavar="SCENE", help="any scene")
    options = parser.parse_args(arguments)
    simulator = DocumentCameraSimulator(options.scene)
    simulator.obey(options.first or SCENARIOS[options.scenario])
    say(ready=True, url=simulator.url)
    with Commands() as commands:
        simulator.run(commands)
    return 0


if __name__ == "__main__":
    sys.exit(main())
