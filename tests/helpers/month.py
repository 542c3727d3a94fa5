"""Days without a line, then the drain over a bad one: real store, real sender, real court, one thread.

Clock and chance are handed in: the same seed gives the same run. Between desk and court stands a line that
loses answers, doubles and delays what it carries, breaks, and changes bytes. Pages are a few hundred bytes.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import select

from app.court.errors import BlobRefusal
from app.court.settings import Settings
from app.court.tables import event as event_table
from app.lanes import DB, Lanes
from app.paths import Places
from app.storage import intakes, pages, visits
from app.storage.access import StoreAccess, Transaction
from app.storage.opening import open_store
from app.storage.records import BlobRecord, VisitRecord
from app.sync.errors import CourtTrouble, CourtUnreachable
from app.sync.line import InTurn
from app.sync.outbox import StoreInbox, StoreOutbox
from app.sync.protocol import sha256_hex
from app.sync.sender import Did, Sender
from tests.helpers.cases import MOMENT, SteppingClock
from tests.helpers.near_court import NearCourt
from tests.helpers.outbox import MemoryBlobs, intake, new_id, seeded

T = TypeVar("T")
DEVICE: Final = "desk-1"
PUT_BY: Final = 500
"""Visits of one transaction while the days are made."""


@dataclass(frozen=True)
class Faults:
    """How often of a hundred calls each thing happens."""

    lost: float = 20.0
    cut: float = 3.0
    twice: float = 5.0
    late: float = 3.0
    damaged: float = 2.0
    trouble: float = 1.0


class Line(NearCourt):
    """A court over a bad line: of every hundred calls so many meet each fault."""

    def __init__(self, data: Path, rng: random.Random, faults: Faults) -> None:
        super().__init__(Settings(data, min_free_bytes=0))
        self._rng = rng
        self._faults = faults
        self._delayed: list[Callable[[], object]] = []
        self.happened: Counter[str] = Counter()

    def restart(self) -> None:
        """The gateway ends and starts again on its data."""
        self.close()
        self.start()

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self._faults = Faults(0, 0, 0, 0, 0, 0)

    def through(self, call: Callable[[bool], T], *, carries: bool = False) -> T:
        self.happened["calls"] += 1
        if self._delayed and self._chance(50.0):
            self._again(self._delayed.pop(self._rng.randrange(len(self._delayed))))
        if self._fault("cut"):
            raise CourtUnreachable("cut")
        if self._fault("trouble"):
            raise CourtTrouble(503, "storage")
        if self._fault("twice"):
            self._again(lambda: call(False))
        found = call(carries and self._fault("damaged"))
        if carries and self._fault("late"):
            self._delayed.append(lambda: call(False))  # a copy that took another way and comes much later
        if self._fault("lost"):
            raise CourtUnreachable("lost")
        return found

    def _again(self, call: Callable[[], object]) -> None:
        """What arrives without anybody waiting for the answer."""
        try:
            call()
        except BlobRefusal:
            self.happened["refused again"] += 1

    def _fault(self, name: str) -> bool:
        hit = self._chance(getattr(self._faults, name))
        self.happened[name] += hit
        return hit

    def _chance(self, percent: float) -> bool:
        return self._rng.random() * 100.0 < percent


@dataclass(frozen=True)
class Plan:
    """What is simulated. Of a hundred visits `poison` break a rule and `second` have a second record."""

    seed: int = 1
    days: int = 1
    visits: int = 60
    pages: int = 3
    poison: float = 5.0
    second: float = 10.0
    faults: Faults = Faults()


@dataclass(frozen=True)
class Outcome:
    """What was found: simulated and real seconds of the drain, counts, and every broken promise as a line."""

    simulated: float
    seconds: float
    stored: int
    poison: int
    blobs: int
    happened: Counter[str]
    broken: list[str]


class Month:
    """One desk and one court."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.clock = SteppingClock(MOMENT - timedelta(days=plan.days))
        self.rng = seeded(plan.seed)
        self.lanes = Lanes()
        places = Places.under(folder / "desk")
        opened = self.lanes.submit(DB, open_store, places, self.clock.now()).result(60)
        self.store = StoreAccess(opened, self.lanes)
        self.blobs = MemoryBlobs()
        self.line = Line(folder / "court", self.rng, plan.faults)
        self.poisoned: set[str] = set()
        self.owed: dict[str, list[str]] = {}

    def close(self) -> None:
        self.line.close()
        self.lanes.close(last=(DB, self.store.close))

    def live(self) -> None:
        """Let the days pass without a line; every visit is finished into the store."""
        made = 0
        while made < self.plan.visits:
            count = min(PUT_BY, self.plan.visits - made)
            self.store(self._finish_some, made, count)
            made += count
            self.clock.forward(days=self.plan.days * count / self.plan.visits)

    def _finish_some(self, connection: Transaction, first: int, count: int) -> None:
        for number in range(first, first + count):
            visit_id, at = new_id(), self.clock.now()
            papers = [b"%d page %d " % (number, page) * 20 for page in range(self.plan.pages)]
            day = at.date().isoformat()
            ticket = f"A{number % 1000:03d}"
            visits.add(connection, VisitRecord(visit_id, ticket, day, 3, "其木格", False, at, "finished", at))
            poison = self.rng.random() * 100.0 < self.plan.poison
            self._event(connection, visit_id, papers, at, poison)
            if self.rng.random() * 100.0 < self.plan.second:
                self._event(connection, visit_id, [], at, poison=False)
            for paper in papers:
                sha256 = sha256_hex(paper)
                self.blobs.by_hash[sha256] = paper
                pages.add_blob(connection, BlobRecord(sha256, len(paper), bytes(32), "image/png"), at)
            names = [sha256_hex(paper) for paper in papers]
            intakes.owe_blobs(connection, visit_id, names)
            self.owed[visit_id] = names

    def _event(
        self, connection: Transaction, visit_id: str, papers: list[bytes], at: datetime, poison: bool
    ) -> None:
        more = {"matters": []} if poison else {}
        made = intake(1, visit_id, papers, **more)
        if poison:
            self.poisoned.add(visit_id)
        intakes.add_event(
            connection, event_id=made.id, visit_id=visit_id, kind=made.kind, schema=made.schema,
            body=made.body, sha256=made.sha256, at=at,
        )  # fmt: skip

    def _sender(self) -> Sender:
        outbox = StoreOutbox(self.store, self.clock, DEVICE)
        inbox = StoreInbox(self.store, self.clock)
        calls = InTurn(3)
        return Sender(outbox, self.blobs, inbox, self.line, self.clock.monotonic, self.rng, calls)

    def drain(self, told: Callable[[str], None] = lambda _: None) -> Outcome:
        """Send until nothing is left, restarting either end now and then; then look at everything."""
        began, simulated = time.perf_counter(), self.clock.monotonic()
        sender = self._sender()
        for steps in range(1, 400 * self.plan.visits + 2_000):
            result = sender.step()
            self.clock.forward(seconds=max(result.next_in, 0.05))
            if steps % 997 == 0:
                sender.close()
                self.line.restart()
                sender = self._sender()
                told(f"{steps} steps, {self.store(intakes.backlog)[:2]} left")
            if result.did is Did.IDLE and not any(self._left()):
                break
        sender.close()
        simulated = self.clock.monotonic() - simulated
        seconds = time.perf_counter() - began
        broken = list(self._broken())
        stored = sum(event.state == "stored" for event in self.store(intakes.all_events))
        blobs = sum(len(names) for visit, names in self.owed.items() if visit not in self.poisoned)
        return Outcome(simulated, seconds, stored, len(self.poisoned), blobs, self.line.happened, broken)

    def _left(self) -> tuple[int, int]:
        """Records and pictures that could still go; what follows a poisoned record waits with it."""
        due = self.store(intakes.due, 1, frozenset())
        return len(due), len(self.store(intakes.blobs_due, 1))

    def _broken(self) -> Iterator[str]:
        with self.line.store._engine.begin() as connection:
            table = event_table.c
            columns = select(table.id, table.visit_id, table.seq, table.verdict, table.sha256, table.body)
            rows = connection.execute(columns.order_by(table.no)).all()
        at_court = {row.id: row for row in rows}
        yield from _disorder([(row.visit_id, row.seq) for row in rows if row.verdict == "stored"])
        parked: set[str] = set()
        receipts: Counter[str] = Counter()
        for event in self.store(intakes.all_events):
            there = at_court.pop(event.id, None)
            if event.visit_id in self.poisoned:
                first = event.visit_id not in parked
                parked.add(event.visit_id)
                if event.state != ("rejected" if first else "waiting"):
                    yield f"a record of a poisoned visit is {event.state}"
            elif there is None or (there.verdict, there.sha256) != ("stored", event.sha256):
                yield f"{event.id} is not at the court as it was finished"
            elif event.state != "stored" or sha256_hex(there.body) != event.sha256:
                yield f"{event.id} is {event.state} here"
            else:
                receipts[event.receipt_no or ""] += 1
        yield from (f"receipt {number!r} was given {n} times" for number, n in receipts.items() if n > 1)
        yield from (f"the court has {one}, which nobody sent" for one in at_court)
        yield from self._broken_blobs()
        listed = {
            event.visit_id for event in self.store(intakes.unsent, 100_000) if event.state == "rejected"
        }
        if listed != self.poisoned:
            yield f"{len(listed)} poisoned records are listed, {len(self.poisoned)} were made"

    def _broken_blobs(self) -> Iterator[str]:
        for visit_id, names in self.owed.items():
            if visit_id in self.poisoned:
                continue
            for sha256 in names:
                if self.line.blobs.whole(sha256) is None:
                    yield f"a page of {visit_id} is missing"
                elif sha256_hex(b"".join(self.line.blobs.read(sha256))) != sha256:
                    yield f"a page of {visit_id} is damaged"
            total, stored = self.store(intakes.owed, visit_id)
            if total != stored:
                yield f"{visit_id} still owes {total - stored} pages"


def _disorder(stored: list[tuple[str, int]]) -> Iterator[str]:
    last: dict[str, int] = {}
    for visit_id, seq in stored:
        if seq <= last.get(visit_id, 0):
            yield f"the records of {visit_id} are out of order"
        last[visit_id] = seq


def simulate(folder: Path, plan: Plan, told: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run one plan in an empty folder."""
    month = Month(folder, plan)
    try:
        month.live()
        return month.drain(told)
    finally:
        month.close()
