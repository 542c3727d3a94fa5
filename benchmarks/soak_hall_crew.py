"""Some members of a hall in one process: what ``benchmarks.soak_hall_servers`` starts, kills and pauses.

Each member is a thread with a seat of the product, a store and a connection of its own. Whatever a ticket or
a board would show is written to ``said/DAY/WINDOW.jsonl`` first or last, outside the product (see ``say``).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from app.domain.hall import HallState, Promise
from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import Ticket, TicketState, Wanted
from app.errors import Expected
from app.hall.address import HallAddress
from app.hall.giving_line import NatsGiving
from app.hall.isolated import Member
from app.hall.journal import StoreJournal
from app.hall.log import LoggedEvent
from app.hall.nats_log import NatsLog
from app.hall.seat import Seat, Terms
from app.hall.wire import Names
from app.lanes import DB, HALL, Lanes
from app.paths import Places
from app.storage.access import StoreAccess
from app.storage.opening import open_store

_WAITING: Final = 2
"""Points give no more numbers while so many people a window wait."""
CONTROLS: Final = ("calls", "numbers")
_PREFIXES: Final = ("A", "B", "G")
_LEAVES: Final = (EventKind.PARKED, EventKind.RETURNED, EventKind.NO_SHOW, EventKind.TRANSFERRED)
_CALLABLE: Final = "_callable"
_USED: Final = "_used"
_LOOK: Final = 0.1
_REST: Final = 0.05


_log = logging.getLogger(__name__)


class SetClock:
    """The computer's clock as somebody set it: wrong by ``offset``, which may jump at any moment."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def monotonic(self) -> float:
        return time.monotonic()


class CountedLog(NatsLog):
    """The product's log; what is asked of it is counted."""

    counted: Counter[str]

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        self._note(event)
        seq = super().append(day, subject, expected, event_id, event)
        self.counted["stored"] += seq is not None
        return seq

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        self._note(event)
        number = super().take(day, prefix, event_id, event)
        self.counted["stored"] += 1
        return number

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        self.counted["writes"] += 1
        super().skip_to(day, prefix, count, event_id, now)
        self.counted["stored"] += 1

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        self.counted["reads"] += 1
        return super().since(day, seq)

    def _note(self, event: HallEvent) -> None:
        self.counted["writes"] += 1
        self.counted["told again"] += event.report


@dataclass(frozen=True)
class Orders:
    """What everybody is told: the day, and whether numbers are given (open), not any more, or it is over."""

    day: date
    phase: str


class Clerk:
    """One member, doing one thing after the other as fast as it can. Belongs to its own ``hall`` lane."""

    def __init__(
        self,
        folder: Path,
        seat: Seat,
        windows: int,
        clock: SetClock,
        chance: random.Random,
        lanes: Lanes,
    ) -> None:
        self.lanes = lanes
        self.folder = folder
        self.seat = seat
        self.windows = windows
        self.clock = clock
        self.chance = chance
        self.day = date.min
        self.here = ""
        self._rests = False
        self._settled = False
        self._file = -1

    @property
    def window(self) -> int:
        return self.seat.window

    @property
    def is_point(self) -> bool:
        return self.window > self.windows

    @property
    def member(self) -> Member:
        return self.seat.member(self.day)

    def say(self, what: str, number: str = "", **more: object) -> None:
        """Write down what people are told, after the act; what ends their being here, before it.

        One write to a file that is only added to: it outlasts this process, whatever becomes of it.
        """
        line = {"at": time.monotonic_ns(), "window": self.window, "what": what, "number": number, **more}
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def turn(self, orders: Orders) -> bool:
        """Do one thing; return whether there was anything to do."""
        if orders.day != self.day:
            self._begin(orders.day)
        if self._settled and orders.phase == "over":
            return False
        if self.member.cut_off or self.chance.random() < 0.3:
            self.seat.tend(self.day)
        if orders.phase == "over":
            return self._settle()
        is_open = orders.phase == "open"
        if not is_open:
            self._rest()
        return is_open and self._issue() if self.is_point else self._call_or_serve(is_open)

    def _begin(self, day: date) -> None:
        said = self.folder / "said" / day.isoformat()
        said.mkdir(parents=True, exist_ok=True)
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(said / f"{self.window}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.day, self.here, self._rests, self._settled = day, "", False, False
        if self.is_point:
            self.member.pause("取号", self.clock.now())

    def _rest(self) -> None:
        """Say that no number comes from here any more and the hall has all that was done here before."""
        if not self._rests and self.member.settle(self.clock.now()):
            self.say("rests")
            self._rests = True

    def _settle(self) -> bool:
        if not self._settled and self.member.settle(self.clock.now()):
            self.say("settled", conflicts=[e.event.number for e in self.member.conflicts])
            self._settled = True
        return False

    # ---- a point that gives numbers ---------------------------------------------------------------

    def _issue(self) -> bool:
        if len(self.seat.refresh(self.day).waiting()) >= _WAITING * self.windows:
            return False
        chance = self.chance.random()
        wanted = Wanted("立案", green=chance < 0.15, urgent=chance > 0.95)
        number = self.member.issue(self.chance.choice(_PREFIXES), wanted, self.clock.now())
        self.say("issued", number, alone=self.member.cut_off)
        return True

    # ---- a window ---------------------------------------------------------------------------------

    def _call_or_serve(self, is_open: bool) -> bool:
        state = self.member.state
        here = state.called_by(self.window)
        if here is not None and here.number != self.here:
            self.member.take_back_unannounced(self.clock.now())  # as the desk does before it looks
            here = self.member.state.called_by(self.window)
        if here is not None:
            if here.number != self.here:
                self._is_here("found", here.number)
            self._serve(here, is_open)
            return True
        self.here = ""
        if is_open and self.chance.random() < 0.1 and self._something_else(state):
            return True
        parked = [t.number for t in state.parked() if t.bound == self.window]
        if parked:
            return self._call(parked[0], "回来")
        self.seat.ask_around(self.day)
        choice = self.seat.call_next(self.day)
        if choice is not None:
            self._is_here("called", choice.ticket.number)
        return choice is not None

    def _is_here(self, what: str, number: str) -> None:
        self.say(what, number, alone=self.member.cut_off)
        self.here = number

    def _call(self, number: str, reason: str) -> bool:
        called = self.member.call(number, self.clock.now(), reason)
        if called:
            self._is_here("called", number)
        return called

    def _serve(self, here: Ticket, is_open: bool) -> None:
        """Let the person go: served; in every fourth case otherwise; now and then the call is taken back."""
        chance = self.chance.random() if is_open else 1.0
        if chance < 0.03:
            self._undo(here.number)
            return
        kind = self.chance.choice(_LEAVES) if chance < 0.25 else EventKind.SERVED
        if kind is EventKind.TRANSFERRED and self.member.cut_off:
            kind = EventKind.PARKED
        others = [n for n in range(1, self.windows + 1) if n != self.window]
        to = self.chance.choice(others) if kind is EventKind.TRANSFERRED else None
        self.say("leaves", here.number, kind=kind)
        self.member.close(kind, here.number, self.clock.now(), to=to)
        self.say("left", here.number, kind=kind)

    def _undo(self, number: str) -> bool:
        """Take the last act on the ticket back: a call, or what let the person go."""
        ticket = self.member.state.tickets[number]
        again = ticket.before is not None and ticket.before.state is TicketState.CALLED
        leaves = ticket.state is TicketState.CALLED and ticket.window == self.window
        if leaves:
            self.say("leaves", number, kind=EventKind.UNDONE)
        undone = False
        with contextlib.suppress(Expected):
            undone = self.member.undo(number, self.clock.now())
        if undone and again:
            self._is_here("called", number)
        elif leaves:
            self.say("left" if undone else "stays", number, kind=EventKind.UNDONE)
        return undone

    def _something_else(self, state: HallState) -> bool:
        last = self.member.last_act()
        if last is not None and self.chance.random() < 0.3:
            return self._undo(last.number)
        missed = [t.number for t in state.tickets.values() if t.state is TicketState.NO_SHOW]
        if missed and self.chance.random() < 0.5:
            return self.member.bring_back(self.chance.choice(missed), self.clock.now())
        waiting = [t.number for t in state.waiting()]
        return bool(waiting) and self._call(self.chance.choice(waiting), "点名")


class Crew:
    """The members of this process, and what they are told from outside through files."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder: Path = options.folder
        self.name: str = options.crew
        self.servers = tuple(options.servers.split(","))
        self.windows: int = options.windows
        self.chance = random.Random(options.seed)  # noqa: S311  # a seeded day, not a secret
        self.clock = SetClock()
        self.counted = Counter[str]()
        self.ended = threading.Event()
        self.orders = self._read_orders()

    def clerk(self, window: int, follows: bool) -> Clerk:
        """Return a member with a store of its own; who ``follows`` is told of every event."""
        lanes = Lanes()
        places = Places.under(self.folder / f"w{window}")
        store = StoreAccess(lanes.submit(DB, open_store, places, datetime.now(UTC)).result(), lanes)
        address = HallAddress.read(self.folder / "hall" / f"window-{window}")
        log = CountedLog(replace(address, servers=self.servers))
        log.counted = self.counted
        terms = Terms(window, promise=Promise(), issues=window > self.windows)
        giving = NatsGiving(log, Names(address.hall), window)
        seat = Seat(log, StoreJournal(store), terms, self.clock, shared=log, giving=giving)
        seat.give_to_others(partial(lanes.submit, HALL))
        if follows:
            seat.follow(lambda: None)
        chance = random.Random(self.chance.random())  # noqa: S311
        return Clerk(self.folder, seat, self.windows, self.clock, chance, lanes)

    def _read_orders(self) -> Orders:
        told = json.loads((self.folder / "orders.json").read_text("utf-8"))
        return Orders(date.fromisoformat(told["day"]), told["phase"])

    def live(self, clerk: Clerk) -> None:
        while not self.ended.is_set():
            busy = False
            try:
                busy = clerk.lanes.submit(HALL, clerk.turn, self.orders).result()
            except Expected as problem:
                _log.error("%s: %s %s", clerk.window, problem, problem.detail)
            self.counted["acts"] += busy
            if not busy:
                self.ended.wait(_REST)

    def watch(self, parent: int) -> None:
        """Follow the orders and the clock, tell what was done, and end with who started us."""
        told = self.folder / "counted" / f"{self.name}-{os.getpid()}.json"
        while os.getppid() == parent and not (self.folder / "stop").exists():
            self.orders = self._read_orders()
            with contextlib.suppress(OSError, ValueError):
                seconds = float((self.folder / f"clock-{self.name}").read_text("utf-8"))
                self.clock.offset = timedelta(seconds=seconds)
            fresh = told.with_suffix(".new")
            fresh.write_text(json.dumps(self.counted), "utf-8")
            fresh.replace(told)
            time.sleep(_LOOK)
        self.ended.set()


def spoil(control: str) -> None:
    """Switch a rule of the product off, so that the verdict is seen to fail."""
    if control == "calls":  # a window that is cut off calls whomever it knows to wait
        setattr(Member, _CALLABLE, lambda self: replace(self.state, owed=frozenset()))
    if control == "numbers":  # a window that is cut off begins its block again
        setattr(Member, _USED, lambda _self, _prefix: 0)


def end_at_once(failed: threading.ExceptHookArgs) -> None:
    """A clerk met what nobody expects: say what and end, so that it is seen."""
    traceback.print_exception(failed.exc_value)
    os._exit(3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--crew", required=True)
    parser.add_argument("--members", required=True, help="numbers, separated by commas")
    parser.add_argument("--windows", type=int, required=True, help="members above it give numbers")
    parser.add_argument("--servers", required=True, help="host:port, separated by commas")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--control", choices=CONTROLS)
    options = parser.parse_args()
    logging.getLogger("app").setLevel(logging.ERROR)
    spoil(options.control or "")
    threading.excepthook = end_at_once
    parent = os.getppid()
    crew = Crew(options)
    members = [int(number) for number in options.members.split(",")]
    clerks = [crew.clerk(number, follows=number % 4 == 0) for number in members]
    threads = [threading.Thread(target=crew.live, args=(clerk,), daemon=True) for clerk in clerks]
    for thread in threads:
        thread.start()
    crew.watch(parent)
    for thread in threads:
        thread.join(10)
    os._exit(0)  # the stores and connections are left as a power cut would leave them


if __name__ == "__main__":
    raise SystemExit(main())
