"""A day of a hall of eight windows with faults: ``python -m benchmarks.soak_hall_day --people 400``.

Real nats-servers (three nodes, every write on the disk) and eight real desks, each a process of its own with
its own encrypted store. People are served, missed, set aside, sent on, handed over with their drafts; windows
are killed (SIGKILL) and start again, servers are killed and paused, now and then two of three are gone. Then
the day sheets of all windows are put together. Writes docs/hall-soak-day.md with ``--write``; status 1 when
anything does not add up.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from app.domain.day import Doubt
from app.domain.hall import HallState, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_promise import Kept, Less, Reason, proved
from app.domain.ticket import TicketState, Wanted
from app.errors import Expected
from app.hall.join import Codes
from app.hall.seat import Standing
from app.paths import Places
from app.services import calling, day, handover, issuing, queue, seating
from app.services.desk import Desk, open_desk
from app.services.verify import findings
from app.settings import Settings
from app.storage import visits
from benchmarks.soak_hall_proof import called_twice, story
from tests.helpers.desks import do
from tests.helpers.hall_desks import door_of, settings_of
from tests.helpers.nats import Host, until
from tests.helpers.visits import fill, finish, lay, print_all

WINDOWS: Final = 8
ISSUING: Final = (1, 2)
REPORT: Final = Path(__file__).parents[1] / "docs" / "hall-soak-day.md"
_PAPERS: Final = frozenset({Doubt.NO_PAPER, Doubt.PAPER_IN_DOUBT})
_DRAIN_SECONDS: Final = 180.0
_TEND_SECONDS: Final = 1.0


# ---- one window, in its own process ------------------------------------------------------------------------


class Window:
    """What a clerk does all day; each number given and each call is written down before it is told."""

    def __init__(self, desk: Desk, folder: Path, chance: random.Random) -> None:
        self.desk = desk
        self.folder = folder
        self.chance = chance
        self.said = (folder / f"said-{desk.window}.jsonl").open("a", encoding="utf-8")

    def say(self, what: str, number: str) -> None:
        line = {"what": what, "number": number, "window": self.desk.window, "at": time.time()}
        self.said.write(json.dumps(line) + "\n")
        self.said.flush()
        os.fsync(self.said.fileno())

    def turn(self) -> bool:
        """Do one thing; return whether there was anything to do."""
        do(self.desk, queue.keep_up)
        if self.desk.window in ISSUING and not (self.folder / "closed").exists():
            self._give_number()
        here = self.desk.store(visits.open_at, self.desk.window)
        if here is None and not self._call():
            return self._bring_back()
        self._serve()
        return True

    def _give_number(self) -> None:
        chance = self.chance.random()
        wanted = Wanted("立案", green=chance < 0.15, urgent=chance > 0.95)
        try:
            self.say("issued", do(self.desk, issuing.take_for, wanted).number)
        except Expected:
            return

    def _call(self) -> bool:
        try:
            record = do(self.desk, calling.call_next)
        except Expected:
            return False
        self.say("called", record.ticket)
        return True

    def _bring_back(self) -> bool:
        state = self.desk.hall.state
        missed = [t.number for t in state.tickets.values() if t.state is TicketState.NO_SHOW]
        parked = [t.number for t in state.parked() if t.bound == self.desk.window]
        try:
            if parked:
                do(self.desk, calling.call_one, parked[0])
                self.say("called", parked[0])
                return True
            if missed and self.chance.random() < 0.05:
                do(self.desk, calling.bring_back, self.chance.choice(missed))
                return True
        except Expected:
            pass
        return False

    def _serve(self) -> None:
        here = self.desk.store(visits.open_at, self.desk.window)
        if here is None:
            return
        acts: tuple[tuple[float, Callable[[], Any]], ...] = (
            (0.08, lambda: do(self.desk, calling.no_show)),
            (0.13, lambda: do(self.desk, calling.park, "取材料")),
            (0.18, lambda: do(self.desk, calling.put_back, "叫错了")),
            (0.22, lambda: do(self.desk, calling.transfer, "专办", self._another())),
            (0.28, self._hand_over),
        )
        chance = self.chance.random()
        act = next((act for upto, act in acts if chance < upto), self._finish)
        try:
            act()
        except Expected:
            self._finish()

    def _finish(self) -> None:
        here = self.desk.store(visits.open_at, self.desk.window)
        if here is None:
            return
        fill(self.desk)
        lay(self.desk, here.id)
        finish(self.desk, unsigned=True)

    def _hand_over(self) -> None:
        fill(self.desk)
        do(self.desk, handover.give, self._another(), "要能办的窗口接着办")

    def _another(self) -> int:
        others = self.desk.hall.state.enrolled - {self.desk.window}
        return self.chance.choice(sorted(others) or [self.desk.window])


def work(folder: Path, window: int, join_port: int, seed: int) -> int:
    """Be one window until the hall is closed and nobody is left."""
    settings = settings_for(folder, window, join_port)
    desk = open_desk(settings, Places.under(folder / f"w{window}"))
    news, ended = threading.Event(), threading.Event()
    desk.hall.follow(news.set)
    do(desk, calling.resume)
    mine = Window(desk, folder, random.Random(seed))  # noqa: S311
    tending = threading.Thread(target=_tend, args=(desk, news, ended))
    tending.start()
    try:
        while not (folder / "stop").exists():
            if not mine.turn():
                time.sleep(0.05)
    finally:
        ended.set()
        tending.join()
        desk.close()
    return 0


def _tend(desk: Desk, news: threading.Event, ended: threading.Event) -> None:
    """Follow the hall while somebody is served, as the window's own program does."""
    while not ended.is_set():
        news.wait(_TEND_SECONDS)
        news.clear()
        do(desk, queue.keep_up)


def settings_for(folder: Path, window: int, join_port: int) -> Settings:
    """Return a window's settings; green people wait a minute at most, because the day lasts a few."""
    settings = settings_of(folder / f"w{window}", window, join_port)
    return replace(settings, queue=replace(settings.queue, green_wait=1))


# ---- the hall and its faults -------------------------------------------------------------------------------


@dataclass
class Day:
    """A running day: its servers, its windows, what was done to them."""

    folder: Path
    host: Host
    join_port: int
    chance: random.Random
    windows: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)

    def start(self, window: int) -> None:
        words = ["--window", str(window), "--folder", str(self.folder), "--join-port", str(self.join_port)]
        seed = ["--seed", str(self.chance.randrange(1 << 30))]
        command = [sys.executable, "-m", "benchmarks.soak_hall_day", *words, *seed]
        with (self.folder / f"log-{window}").open("ab") as log:
            self.windows[window] = subprocess.Popen(command, stdout=log, stderr=log)

    def tend(self) -> None:
        """Start again whoever ended; an end nobody caused is a fault of its own."""
        for window, process in list(self.windows.items()):
            if process.poll() is not None:
                self.faults["a window ended by itself"] += 1
                self.start(window)

    def fault(self) -> None:
        """Do one random thing to the hall."""
        what = self.chance.choice(("window", "window", "node", "pause", "quorum"))
        node = self.chance.randint(1, 3)
        if what == "window":
            window = self.chance.choice(sorted(self.windows))
            self.windows[window].send_signal(signal.SIGKILL)
            self.windows[window].wait()
            self.start(window)
            self.faults["window killed"] += 1
        elif what == "node":
            self.host.kill(node)
            time.sleep(1.0)
            self.host.start(node)
            self.faults["server killed"] += 1
        elif what == "pause":
            self.host.pause(node)
            time.sleep(3.0)
            self.host.go_on(node)
            self.faults["server paused 3 s"] += 1
        else:
            others = [n for n in (1, 2, 3) if n != node]
            for one in others:
                self.host.kill(one)
            time.sleep(5.0)
            for one in others:
                self.host.start(one)
            self.faults["two of three servers gone 5 s"] += 1

    def said(self) -> list[dict[str, Any]]:
        lines = (path.read_text("utf-8").splitlines() for path in self.folder.glob("said-*.jsonl"))
        return sorted((json.loads(line) for text in lines for line in text), key=lambda one: one["at"])

    def end(self) -> None:
        (self.folder / "stop").touch()
        for process in self.windows.values():
            process.wait(60)


def run(people: int, every: float, seed: int, folder: Path) -> tuple[Day, Verdict]:
    """Run the day until so many numbers were given, drain the hall, and judge."""
    with Host(folder / "hall", 3) as host:
        with door_of(host) as door:
            for window in range(1, WINDOWS + 1):
                settings = settings_for(folder, window, door.port)
                code = Codes(host.nodes[0]).new(f"window-{window}")
                seating.join_hall(settings, Places.under(folder / f"w{window}"), code)
            today = Day(folder, host, door.port, random.Random(seed))  # noqa: S311
        for window in range(1, WINDOWS + 1):
            today.start(window)
        last = time.monotonic()
        while sum(one["what"] == "issued" for one in today.said()) < people:
            time.sleep(0.2)
            today.tend()
            if time.monotonic() - last > every:
                today.fault()
                last = time.monotonic()
        (folder / "closed").touch()
        _drain(today)
        today.end()
        return today, judge(today)


def _drain(today: Day) -> None:
    """Wait until nobody was given, called or finished for a while."""
    quiet, before, until_ = time.monotonic(), -1, time.monotonic() + _DRAIN_SECONDS
    while time.monotonic() < until_:
        time.sleep(0.5)
        today.tend()
        count = len(today.said())
        if count != before:
            quiet, before = time.monotonic(), count
        if time.monotonic() - quiet > 10:
            return


# ---- the verdict ------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What the day adds up to, and every place where it does not."""

    issued: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    intakes: int = 0
    called: int = 0
    handed_over: int = 0
    alone: int = 0
    kept: Kept = field(default_factory=Kept)
    wrong: list[str] = field(default_factory=list)


def judge(today: Day) -> Verdict:
    """Open every window's store and put its day sheet beside the others'."""
    verdict = Verdict()
    finished: Counter[str] = Counter()
    state, events = HallState(), []
    for window in range(1, WINDOWS + 1):
        settings = settings_for(today.folder, window, today.join_port)
        desk = open_desk(settings, Places.under(today.folder / f"w{window}"))
        try:
            until(lambda d=desk: _is_back(d), 60)  # type: ignore[misc]
            do(desk, calling.resume)
            while print_all(desk):
                pass
            sheet = do(desk, day.day_sheet)
            finished.update(intake.ticket for intake in sheet.intakes)
            verdict.intakes += len(sheet.intakes)
            verdict.wrong += [
                f"window {window}: {day.sentence(one)}"
                for one in sheet.differences
                if one.kind not in _PAPERS
            ]
            verdict.wrong += [f"window {window}: {words}" for words in findings(desk)]
            verdict.wrong += [f"window {window}: {desk.hall.conflicts} conflicts"] * bool(desk.hall.conflicts)
            state = desk.hall.state
            events = desk.hall.past(desk.today())
        finally:
            desk.close()
    _tickets(verdict, state, finished, events)
    _log(verdict, events)
    _promised(verdict, events)
    _spoken(verdict, today.said())
    return verdict


def _is_back(desk: Desk) -> bool:
    do(desk, queue.keep_up)
    return desk.hall.standing() is Standing.CONNECTED


def _tickets(verdict: Verdict, state: HallState, finished: Counter[str], events: list[HallEvent]) -> None:
    """Issued = served + no-show + open; each served number has one record at one window."""
    names = {TicketState.SERVED: "served", TicketState.NO_SHOW: "no-show"}
    verdict.issued = len(state.tickets)
    verdict.fates.update(names.get(t.state, "open") for t in state.tickets.values())
    if verdict.issued != sum(verdict.fates.values()):
        verdict.wrong.append("issued is not served + no-show + open")
    for ticket in state.tickets.values():
        served = ticket.state is TicketState.SERVED
        if finished[ticket.number] != served:
            told = f"{ticket.number}: {finished[ticket.number]} records, {ticket.state.value}"
            verdict.wrong.append(f"{told}; {story(events, ticket.number)}")


def _log(verdict: Verdict, events: list[HallEvent]) -> None:
    """Go through the log once more: a call of somebody who was called and never left is a double call."""
    state = HallState()
    for event in events:
        verdict.called += event.kind is EventKind.CALLED
        verdict.wrong += called_twice(state, event)
        verdict.handed_over += event.kind is EventKind.TRANSFERRED and bool(event.parcel)
        verdict.alone += event.kind is EventKind.ISSUED and event.window is not None
        state = fold([event], state)


def _promised(verdict: Verdict, events: list[HallEvent]) -> None:
    """Nobody was passed over by a call that could have been theirs."""
    verdict.kept = proved(events)
    for one in verdict.kept.broken:
        words = f"{one.by} was called at window {one.window} past {one.number}, {one.side} {one.much}"
        verdict.wrong.append(f"{words}; {story(events, one.number)}")


def _spoken(verdict: Verdict, said: list[dict[str, Any]]) -> None:
    """What windows said aloud: no number was given out twice, nobody was given one the hall does not know."""
    for number, times in Counter(one["number"] for one in said if one["what"] == "issued").items():
        if times > 1:
            verdict.wrong.append(f"{number}: given out {times} times")


def lines(today: Day, verdict: Verdict, seconds: float, seed: int) -> Iterator[str]:
    """Return the report."""
    yield "# Soak of a hall's day"
    yield ""
    machine = f"{os.cpu_count()} cores {platform.machine()}"
    size = f"{WINDOWS} windows as processes, 3 servers, seed {seed}."
    yield f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {seconds:.0f} s: {size}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    parts = " + ".join(f"{count} {name}" for name, count in sorted(verdict.fates.items(), reverse=True))
    yield f"| issued | {verdict.issued} = {parts} |"
    yield f"| records at the windows | {verdict.intakes} |"
    yield f"| calls | {verdict.called} |"
    yield f"| handed over with the draft | {verdict.handed_over} |"
    yield f"| numbers given by a window alone, or kept for it | {verdict.alone} |"
    yield from _promise_lines(verdict.kept)
    for name, times in sorted(today.faults.items()):
        yield f"| {name} | {times} |"
    yield f"| does not add up | {len(verdict.wrong)} |"
    yield from ["", *(f"- {one}" for one in verdict.wrong)] if verdict.wrong else ()
    yield from _exceptions(verdict.kept)


def _promise_lines(kept: Kept) -> Iterator[str]:
    minutes, times = kept.limits
    yield f"| ordinary people, overtaken at most (promised {times}) | {kept.ordinary}, {kept.most} |"
    yield f"| green people, waited at most (promised {minutes} min) | {kept.green}, {kept.longest} min |"
    yield f"| green people called later than promised | {len(kept.late)} |"
    reasons = Counter(str(one.reason) for one in kept.less if one.reason)
    listed = ", ".join(f"{times} {name}" for name, times in sorted(reasons.items()))
    yield f"| somebody passed over beyond the promise, and why | {listed or 0} |"
    yield f"| promise broken | {len(kept.broken)} |"


def _exceptions(kept: Kept) -> Iterator[str]:
    """Name everybody who got less than promised although the promise was kept."""
    told: dict[tuple[str, str, str], list[Less]] = {}
    for one in kept.less:
        if one.reason:
            told.setdefault((one.number, one.side, _because(one)), []).append(one)
    if told:
        yield ""
        yield "Passed over beyond the promise:"
        yield ""
    for (number, side, because), cases in told.items():
        calls = ", ".join(f"{one.by} at {one.window}" for one in cases)
        yield f"- {number} ({side}): {because}: {calls}"


def _because(one: Less) -> str:
    return f"window {one.holder} held it and had not let go" if one.reason is Reason.HELD else f"{one.reason}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60, help="numbers to give out")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/hall-soak-day.md")
    parser.add_argument("--window", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--join-port", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.window:
        return work(options.folder, options.window, options.join_port, options.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        today, verdict = run(options.people, options.every, options.seed, Path(folder))
    text = "\n".join(lines(today, verdict, time.monotonic() - began, options.seed)).rstrip() + "\n"
    sys.stdout.write(text)
    if options.write:
        REPORT.write_text(text, "utf-8")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
