"""Three servers, ten processes of members, and what is done to them: for ``benchmarks.soak_hall_servers``."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.helpers.nats import Line
from tests.helpers.nats_parted import ALL, PartedHost

_OVER_LINES: Final = 3
"""So many crews reach the servers over lines that can be cut; a line costs work for every byte."""
_JUMPS: Final = (0, 3600, -3600, 86_400, -86_400, 400 * 86_400, -400 * 86_400)
_CATCH_UP: Final = 60.0
_WHOLE: Final = 15.0
_LOOK: Final = 0.05
_MOMENT: Final = 0.4
KILLED: Final = "windows or points killed (SIGKILL)"
PAUSED: Final = "windows or points paused (SIGSTOP)"
PARTED: Final = "windows or points parted from all servers"
ANSWERS_LOST: Final = "answers to windows or points lost"
CLOCKS_SET: Final = "clocks of windows or points set"
SERVER_KILLED: Final = "server killed (SIGKILL)"
TWO_KILLED: Final = "two of three servers killed (SIGKILL)"
ALL_KILLED: Final = "all servers killed (SIGKILL)"
SERVER_PAUSED: Final = "server paused (SIGSTOP)"
SERVER_PARTED: Final = "server parted from the other two"
NODE_PUT_BACK: Final = "one node put back from an older copy"
HALL_PUT_BACK: Final = "whole hall put back from an older copy"
FAULTS: Final = (
    *(KILLED, PAUSED, PARTED, ANSWERS_LOST, CLOCKS_SET),
    *(SERVER_KILLED, TWO_KILLED, ALL_KILLED, SERVER_PAUSED, SERVER_PARTED, NODE_PUT_BACK, HALL_PUT_BACK),
)


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
        self._cards: list[Callable[[], bool]] = []

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
        """Tell everybody the day and its phase."""
        self._day = day
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

    def _deal(self) -> list[Callable[[], bool]]:
        """Return what is done before anything is done again, in a random order, each as often as said.

        A copy that is to be put back later is made by the card before it: of two, one puts back.
        """
        kinds: tuple[tuple[int, Callable[[], bool]], ...] = (
            (10, self._kill),
            (5, self._pause),
            (3, partial(self._cut, one_way=False)),
            (3, partial(self._cut, one_way=True)),
            (3, self._jump),
            (5, partial(self._servers_killed, SERVER_KILLED, 1)),
            (1, partial(self._servers_killed, TWO_KILLED, 2)),
            (1, partial(self._servers_killed, ALL_KILLED, 3)),
            (3, self._server_paused),
            (3, self._server_alone),
            (4, self._older_node),
            (2, self._older_hall),
        )
        cards = [do for times, do in kinds for _ in range(times)]
        self.chance.shuffle(cards)
        return cards

    def fault(self) -> None:
        """Do what lies uppermost and can be done: one thing at a time to the servers, and to each crew."""
        self._cards = self._cards or self._deal()
        done = next((do for do in self._cards if do()), None)
        if done is not None:
            self._cards.remove(done)

    def _untouched(self, crews: Sequence[Crew]) -> Crew | None:
        return self.chance.choice([crew for crew in crews if not crew.touched] or [None])

    def _kill(self) -> bool:
        crew = self._untouched(self.crews)
        if crew is None or crew.process is None:
            return False
        crew.signal(signal.SIGKILL)
        crew.process.wait()
        self.faults[KILLED] += len(crew.members)
        return self._touch(crew, self.chance.uniform(0, 2), lambda: setattr(crew, "process", None))

    def _pause(self) -> bool:
        crew = self._untouched(self.crews)
        if crew is None:
            return False
        crew.signal(signal.SIGSTOP)
        self.faults[PAUSED] += len(crew.members)
        return self._touch(crew, self.chance.uniform(0.5, 8), lambda: crew.signal(signal.SIGCONT))

    def _cut(self, *, one_way: bool) -> bool:
        crew = self._untouched(self.crews[:_OVER_LINES])
        if crew is None:
            return False
        for line in crew.lines:
            line.swallow_answers, line.silent = one_way, not one_way
        self.faults[ANSWERS_LOST if one_way else PARTED] += len(crew.members)

        def mend() -> None:
            for line in crew.lines:
                line.cut()
                line.swallow_answers = line.silent = False

        return self._touch(crew, self.chance.uniform(1, 8), mend)

    def _jump(self) -> bool:
        crew = self.chance.choice(self.crews)
        (self.folder / f"clock-{crew.name}").write_text(str(self.chance.choice(_JUMPS)), "utf-8")
        self.faults[CLOCKS_SET] += len(crew.members)
        return True

    def _touch(self, crew: Crew, seconds: float, end: Callable[[], None]) -> bool:
        def over() -> None:
            end()
            crew.touched = False

        crew.touched = True
        self._later(seconds, over)
        return True

    def _touch_servers(self, seconds: float, end: Callable[[], None]) -> bool:
        def over() -> None:
            end()
            self._servers_touched = False

        self._servers_touched = True
        self._later(seconds, over)
        return True

    def _servers_killed(self, what: str, many: int) -> bool:
        if self._servers_touched:
            return False
        numbers = tuple(self.chance.sample(ALL, many))
        for number in numbers:
            self.host.kill(number)
        self.faults[what] += 1
        return self._touch_servers(self.chance.uniform(0.5, 6), lambda: self.host.begin(numbers))

    def _server_paused(self) -> bool:
        if self._servers_touched:
            return False
        number = self.chance.choice(ALL)
        self.host.pause(number)
        self.faults[SERVER_PAUSED] += 1
        return self._touch_servers(self.chance.uniform(0.5, 8), lambda: self.host.go_on(number))

    def _server_alone(self) -> bool:
        if self._servers_touched:
            return False
        self.host.isolate(self.chance.choice(ALL))
        self.faults[SERVER_PARTED] += 1
        return self._touch_servers(self.chance.uniform(1, 10), self.host.rejoin)

    def _copy(self, name: str, numbers: tuple[int, ...]) -> None:
        """Make a copy as a backup would: of one node, or of all three at the same moment."""
        for number in numbers:
            self.host.kill(number)
        for number in numbers:
            self._copies[f"{name}-{number}"] = self.folder / "copies" / f"{name}-{number}"
            self.host.copy(number, self._copies[f"{name}-{number}"])
        self.host.begin(numbers)

    def _older_node(self) -> bool:
        """One node comes back with an older copy; the two others stay up until it has caught up."""
        if self._servers_touched:
            return False
        number = next((one for one in ALL if f"node-{one}" in self._copies), None)
        if number is None:
            self._copy("node", (self.chance.choice(ALL),))
            return True
        if not self.host.caught_up(_WHOLE):
            return False
        self.host.kill(number)
        self.host.put_back(number, self._copies.pop(f"node-{number}"))
        self.host.begin((number,))
        self.faults[NODE_PUT_BACK] += 1
        if not self.host.caught_up(_CATCH_UP):
            self.surprises.append(f"node {number} was put back and did not catch up")
        return True

    def _older_hall(self) -> bool:
        """The whole hall comes back as an older copy (``--restored``); only the windows know the rest.

        Every second time it is the same copy as the time before.
        """
        if self._servers_touched:
            return False
        if "hall-1" not in self._copies:
            self._copy("hall", ALL)
            return True
        for number in ALL:
            self.host.kill(number)
        for number in ALL:
            self.host.put_back(number, self._copies[f"hall-{number}"])
        self.host.fence(self._day, tuple(self.size.members))
        self.faults[HALL_PUT_BACK] += 1
        again = self.chance.random() < 0.5
        self._copies = {name: path for name, path in self._copies.items() if again and "hall" in name}
        return True
