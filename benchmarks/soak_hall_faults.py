"""Three servers, ten processes of members, and what is done to them: for ``benchmarks.soak_hall_servers``."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.helpers.nats import Line
from tests.helpers.nats_parted import ALL, PartedHost

_OVER_LINES: Final = 3
"""So many crews reach the servers over lines that can be cut; a line costs work for every byte."""
_JUMPS: Final = (0, 3600, -3600, 86_400, -86_400, 400 * 86_400, -400 * 86_400)
_CATCH_UP: Final = 60.0
_LOOK: Final = 0.05
_MOMENT: Final = 0.4


@dataclass(frozen=True)
class Size:
    """How many windows, issuing points (the numbers after those), and processes they are spread over."""

    windows: int
    points: int
    crews: int

    @property
    def members(self) -> range:
        return range(1, self.windows + self.points + 1)

    @property
    def issuing(self) -> range:
        return range(self.windows + 1, self.windows + self.points + 1)

    @property
    def newcomer(self) -> int:
        """The number of a window that was never there."""
        return self.windows + self.points + 1


@dataclass
class Crew:
    """A process of members."""

    name: str
    members: tuple[int, ...]
    servers: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    touched: bool = False
    """Whether something is being done to it, so that its end is no surprise."""

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Week:
    """A hall with its folder. Belongs to the main thread: the kernel ends the servers with it."""

    folder: Path
    chance: random.Random
    size: Size
    control: str | None = None
    faults: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.host = PartedHost(self.folder / "hall")
        self.crews: list[Crew] = []
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._servers_touched = False
        self._next = 0.0
        self._day = date.min
        self._before = Counter[str]()
        self._copies: dict[str, Path] = {}

    def __enter__(self) -> Self:
        (self.folder / "counted").mkdir()
        for number in (*self.size.members, self.size.newcomer):
            self.host.member(f"window-{number}")
        self.host.__enter__()
        self.order(date.min, "over")
        crews = self.size.crews
        for number in range(crews):
            ports = [node.port for node in self.host.nodes]
            lines = tuple(Line(port) for port in ports) if number < _OVER_LINES else ()
            servers = tuple(f"127.0.0.1:{port}" for port in [line.port for line in lines] or ports)
            self.crews.append(Crew(f"c{number}", tuple(self.size.members[number::crews]), servers, lines))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (self.folder / "stop").touch()
        for crew in self.crews:
            crew.signal(signal.SIGCONT)
            crew.signal(signal.SIGKILL)
            if crew.process is not None:
                crew.process.wait()
            for line in crew.lines:
                line.__exit__(None, None, None)
        self.host.__exit__(kind, error, trace)

    # ---- orders, and what the crews tell ------------------------------------------------------------

    def order(self, day: date, phase: str) -> None:
        """Tell everybody the day and its phase; a new day has copies of its own."""
        if day != self._day:
            self._day, self._copies = day, {}
        fresh = self.folder / "orders.new"
        fresh.write_text(json.dumps({"day": day.isoformat(), "phase": phase}), "utf-8")
        fresh.replace(self.folder / "orders.json")

    def said(self, day: date) -> Path:
        return self.folder / "said" / day.isoformat()

    def printed(self, day: date) -> int:
        """Return how many numbers were printed that day."""
        told = (self.said(day) / f"{point}.jsonl" for point in self.size.issuing)
        return sum(path.read_bytes().count(b'"issued"') for path in told if path.exists())

    def wait_for_all(self, day: date, word: str, seconds: float) -> None:
        """Wait until every member has said the word: what it knew is in the hall. Else that is a surprise."""
        until, left = time.monotonic() + seconds, {0}
        while left and time.monotonic() < until:
            time.sleep(0.3)
            self.tend()
            left = set(self.size.members) - self._have_said(day, word)
        if left:
            words = [self._last_words(crew) for crew in self.crews if left & set(crew.members)]
            self.surprises.append(f"windows {sorted(left)} did not come back to the hall: {words}")

    def _have_said(self, day: date, word: str) -> set[int]:
        told = (self.said(day) / f"{number}.jsonl" for number in self.size.members)
        return {
            int(path.stem) for path in told if path.exists() and f'"{word}"'.encode() in path.read_bytes()
        }

    def counted(self) -> Counter[str]:
        """Return what was asked of the log since ``forget_counts``; a kill loses its last moment."""
        total = Counter[str]()
        for path in (self.folder / "counted").glob("*.json"):
            total.update(json.loads(path.read_text("utf-8")))
        return total - self._before

    def forget_counts(self) -> None:
        self._before += self.counted()
        self._next = 0.0
        self.faults.clear()

    # ---- living -------------------------------------------------------------------------------------

    def tend(self) -> None:
        """End what is due to end, and start every crew that does not run."""
        for due in sorted((due for due in self._due if due[0] <= time.monotonic()), key=lambda due: due[0]):
            self._due.remove(due)
            due[1]()
        for crew in self.crews:
            if crew.process is not None and crew.process.poll() is not None and not crew.touched:
                self.surprises.append(f"{crew.name} ended by itself: {self._last_words(crew)}")
                crew.process = None
            if crew.process is None and not crew.touched:
                self._start(crew)

    def _last_words(self, crew: Crew) -> str:
        return (self.folder / f"log-{crew.name}").read_text("utf-8", "replace")[-1500:]

    def _start(self, crew: Crew) -> None:
        words = {
            "--folder": str(self.folder),
            "--crew": crew.name,
            "--members": ",".join(map(str, crew.members)),
            "--windows": str(self.size.windows),
            "--servers": ",".join(crew.servers),
            "--seed": str(self.chance.randrange(1 << 30)),
        } | ({"--control": self.control} if self.control else {})
        command = [sys.executable, "-m", "benchmarks.soak_hall_crew", *sum(words.items(), ())]
        with (self.folder / f"log-{crew.name}").open("ab") as log:
            crew.process = subprocess.Popen(command, stdout=log, stderr=log)

    def go_on(self, every: int) -> Counter[str]:
        """Let the hall live for a moment, and do something to it after so many writes on average.

        Return what was asked of the log since ``forget_counts``.
        """
        until = time.monotonic() + _MOMENT
        while time.monotonic() < until:
            self.tend()
            time.sleep(_LOOK)
        counted = self.counted()
        if counted["writes"] >= self._next:
            self._next = counted["writes"] + self.chance.uniform(0.5, 1.5) * every
            self.fault()
        return counted

    def mend(self) -> None:
        """Let everything run and nothing be cut."""
        while self._due:
            self.tend()
            time.sleep(_LOOK)
        self.tend()

    def _later(self, seconds: float, end: Callable[[], None]) -> None:
        self._due.append((time.monotonic() + seconds, end))

    # ---- faults -------------------------------------------------------------------------------------

    def fault(self) -> None:
        """Do one random thing; to the servers one after the other, to each crew one at a time."""
        crew = self.chance.choice([crew for crew in self.crews if not crew.touched] or [None])
        if crew is not None and (self._servers_touched or self.chance.random() < 0.6):
            self.chance.choice((self._kill, self._kill, self._pause, self._cut, self._jump))(crew)
        elif not self._servers_touched:
            node = self.chance.randint(1, 3)
            others = tuple(number for number in ALL if number != node)
            many = self.chance.choices(
                (
                    lambda: self._servers_killed("server killed", (node,)),
                    lambda: self._server_paused(node),
                    lambda: self._server_alone(node),
                    lambda: self._servers_killed("two of three servers killed", others),
                    lambda: self._servers_killed("all servers killed", ALL),
                    lambda: self._copy("copy", (node,)),
                    lambda: self._node_put_back(),
                    lambda: self._copy("hall", ALL),
                    lambda: self._hall_put_back(),
                ),
                (6, 4, 4, 1, 1, 2, 2, 0.7, 0.4),
            )
            many[0]()

    def _kill(self, crew: Crew) -> None:
        crew.signal(signal.SIGKILL)
        if crew.process is not None:
            crew.process.wait()
        self.faults["windows or points killed (SIGKILL)"] += len(crew.members)
        self._touch(crew, self.chance.uniform(0, 2), lambda: setattr(crew, "process", None))

    def _pause(self, crew: Crew) -> None:
        crew.signal(signal.SIGSTOP)
        self.faults["windows or points paused (SIGSTOP)"] += len(crew.members)
        self._touch(crew, self.chance.uniform(0.5, 8), lambda: crew.signal(signal.SIGCONT))

    def _cut(self, _crew: Crew) -> None:
        crew = self.chance.choice(self.crews[:_OVER_LINES])
        if crew.touched:
            return
        one_way = self.chance.random() < 0.4
        for line in crew.lines:
            line.swallow_answers, line.silent = one_way, not one_way
        what = "answers to windows or points lost" if one_way else "windows or points parted from all servers"
        self.faults[what] += len(crew.members)

        def mend() -> None:
            for line in crew.lines:
                line.cut()
                line.swallow_answers = line.silent = False

        self._touch(crew, self.chance.uniform(1, 8), mend)

    def _jump(self, crew: Crew) -> None:
        (self.folder / f"clock-{crew.name}").write_text(str(self.chance.choice(_JUMPS)), "utf-8")
        self.faults["clocks of windows or points set"] += len(crew.members)

    def _touch(self, crew: Crew, seconds: float, end: Callable[[], None]) -> None:
        def over() -> None:
            end()
            crew.touched = False

        crew.touched = True
        self._later(seconds, over)

    def _touch_servers(self, seconds: float, end: Callable[[], None]) -> None:
        def over() -> None:
            end()
            self._servers_touched = False

        self._servers_touched = True
        self._later(seconds, over)

    def _servers_killed(self, what: str, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            self.host.kill(number)
        self.faults[f"{what} (SIGKILL)"] += 1
        self._touch_servers(self.chance.uniform(0.5, 6), lambda: self.host.begin(numbers))

    def _server_paused(self, number: int) -> None:
        self.host.pause(number)
        self.faults["server paused (SIGSTOP)"] += 1
        self._touch_servers(self.chance.uniform(0.5, 8), lambda: self.host.go_on(number))

    def _server_alone(self, number: int) -> None:
        self.host.isolate(number)
        self.faults["server parted from the other two"] += 1
        self._touch_servers(self.chance.uniform(1, 10), self.host.rejoin)

    def _copy(self, name: str, numbers: tuple[int, ...]) -> None:
        """Make a copy as a backup would: of one node, or of all three at the same moment."""
        for number in numbers:
            self.host.kill(number)
        for number in numbers:
            copy = self.folder / "copies" / f"{name}-{number}"
            self.host.copy(number, copy)
            self._copies[f"{name}-{number}"] = copy
        self.host.begin(numbers)

    def _node_put_back(self) -> None:
        """One node comes back with an older copy; the two others stay up until it has caught up."""
        copies = [number for number in ALL if f"copy-{number}" in self._copies]
        if not copies or not self.host.caught_up(_CATCH_UP):
            return
        number = self.chance.choice(copies)
        self.host.kill(number)
        self.host.put_back(number, self._copies[f"copy-{number}"])
        self.host.begin((number,))
        self.faults["one node put back from an older copy"] += 1
        if not self.host.caught_up(_CATCH_UP):
            self.surprises.append(f"node {number} was put back and did not catch up")

    def _hall_put_back(self) -> None:
        """The whole hall comes back as an older copy (``--restored``); only the windows know the rest."""
        if "hall-1" not in self._copies:
            return
        for number in ALL:
            self.host.kill(number)
        for number in ALL:
            self.host.put_back(number, self._copies[f"hall-{number}"])
        self.host.fence(self._day, tuple(self.size.members))
        self.faults["whole hall put back from an older copy"] += 1
        self._copies = {name: copy for name, copy in self._copies.items() if name.startswith("hall")}
