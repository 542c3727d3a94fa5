"""The program of a device behind a worker: it writes what happens where the worker reads it.

When ready it writes one JSON line ``{"ready": true, "url": ...}``. Then it takes a command a line on stdin
and answers each with ``{"done": LINE}`` or ``{"failed": LINE, "why": ...}``; it ends with ``quit`` or when
stdin ends.

    a scene, as the worker of the device lists them
    scenario NAME                   the scene of that scenario
    unplug / replug                 pull the cable, put it back with the scene of before
    quit
"""

from __future__ import annotations

import argparse
import select
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from devices.simulators.console import Commands, say

UNPLUGGED = "unplugged"


@dataclass(frozen=True, slots=True)
class Stage:
    """``worker``: module of this package, with dashes; ``words`` begin a scene; scenario 1 is rest."""

    scheme: str
    worker: str
    words: frozenset[str]
    scenarios: Mapping[str, str]

    def url(self, file: Path) -> str:
        """Return the address of the worker that plays what stands in the file."""
        frozen = getattr(sys, "frozen", False)
        module = ["-m", f"devices.simulators.{self.worker.replace('-', '_')}"]
        words = [*(["simulate", self.worker] if frozen else module), "--scene", str(file)]
        return f"{self.scheme}://{quote(sys.executable)}?args={quote(shlex.join(words))}"

    def is_scene(self, line: str) -> bool:
        """Say whether the worker knows the line; a scene may have a number."""
        word, _, number = line.partition(" ")
        return word in self.words and (number.isdigit() if number else True)


class SceneProgram:
    """Obeys commands by writing scenes."""

    def __init__(self, stage: Stage, file: Path) -> None:
        self._stage = stage
        self._file = file.absolute()
        self._last = next(iter(stage.scenarios.values()))

    @property
    def url(self) -> str:
        """The address of the worker."""
        return self._stage.url(self._file)

    def obey(self, line: str) -> None:
        """Carry out one command. Raises ValueError for one that makes no sense."""
        verb, _, name = line.partition(" ")
        if verb == "scenario":
            if name not in self._stage.scenarios:
                raise ValueError(f"unknown scenario {name!r}")
            line = self._stage.scenarios[name]
        if line.startswith("unplug"):
            self._write(UNPLUGGED)
            return
        if self._stage.is_scene(line):
            self._last = line
        elif line != "replug":
            raise ValueError(f"unknown command {line!r}")
        self._write(self._last)

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

    def _write(self, scene: str) -> None:
        fresh = self._file.with_name(f"{self._file.name}.new")
        fresh.write_text(scene, "utf-8")
        fresh.replace(self._file)


def play(stage: Stage, name: str, arguments: Sequence[str] | None) -> int:
    """Run the program called ``name`` with the words of its command line."""
    parser = argparse.ArgumentParser(prog=f"python -m devices.simulators.{name}")
    parser.add_argument("--scene", type=Path, required=True, metavar="FILE", help="where the worker looks")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--scenario", choices=stage.scenarios, default=next(iter(stage.scenarios)))
    what.add_argument("--first", metavar="SCENE", help="any scene")
    options = parser.parse_args(arguments)
    program = SceneProgram(stage, options.scene)
    program.obey(options.first or f"scenario {options.scenario}")
    say(ready=True, url=program.url)
    with Commands() as commands:
        program.run(commands)
    return 0
