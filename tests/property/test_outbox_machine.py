"""Any sequence of work and mishap: everything is stored once, in order within a visit, poison alone.

The sender runs against a real store and a real blob tree in this process; between them stands a transport
that loses, doubles, damages and refuses. Clock and chance are handed in, so a failing run can be repeated.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from app.court.settings import Settings
from app.court.tables import event as event_table
from app.sync.errors import CourtRefused, CourtTrouble, CourtUnreachable
from app.sync.protocol import (
    Answers,
    is_sha256,
    sha256_hex,
)
from tests.helpers.court import Desk
from tests.helpers.near_court import NearCourt
from tests.helpers.outbox import intake, new_id

T = TypeVar("T")
FAULTS = ["away", "trouble", "refused", "lost", "twice", "damaged", "forgetful"]


VISIT = st.tuples(st.integers(-3, 3), st.integers(0, 5), st.integers(0, 9))


class FaultyCourt(NearCourt):
    """A court whose calls are spoiled by the next word of `faults`."""

    def __init__(self, data: Path) -> None:
        self.faults: deque[str] = deque()
        super().__init__(Settings(data))

    def through(self, call: Callable[[bool], T], *, carries: bool = False) -> T:
        """Make a call; it is told whether to damage what it carries. Damage waits for one that carries."""
        waits = not carries and bool(self.faults) and self.faults[0] in {"damaged", "forgetful"}
        fault = self.faults.popleft() if self.faults and not waits else ""
        if fault == "away":
            raise CourtUnreachable(fault)
        if fault == "trouble":
            raise CourtTrouble(500, fault)
        if fault == "refused":
            raise CourtRefused(401, fault)
        if fault == "twice":
            call(False)
        found = call(fault == "damaged")
        if fault == "lost":
            raise CourtUnreachable(fault)
        if fault == "forgetful" and isinstance(found, Answers):
            return replace(found, by_id={})
        return found


class OutboxMachine(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.data, self.backup = root / "court", root / "backup.db"
        self.court = FaultyCourt(self.data)
        self.desk = Desk(self.court)
        self.poison: set[str] = set()
        self.seq = 0

    @rule(visits=st.lists(VISIT, min_size=1, max_size=5))
    def finish_visits(self, visits: list[tuple[int, int, int]]) -> None:
        """New visits, or for a positive first number another event of an old one; a sixth are poison."""
        for visit, poison, page in visits:
            old = [row.event.visit_id for row in self.desk.outbox.rows.values()]
            visit_id = old[-visit] if 0 < visit <= len(old) else new_id()
            pages = [bytes([page]) * 700 * page] if page else []
            self.desk.blobs.by_hash |= {sha256_hex(one): one for one in pages}
            self.seq += 1
            more = {"matters": []} if poison == 0 else {}
            event = self.desk.outbox.add(intake(self.seq, visit_id, pages, **more), pages)
            if poison == 0:
                self.poison.add(event.id)

    @rule(
        visits=st.lists(VISIT, min_size=1, max_size=5),
        faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=6),
        steps=st.integers(1, 12),
    )
    def work_through_trouble(self, visits: list[tuple[int, int, int]], faults: list[str], steps: int) -> None:
        self.finish_visits(visits)
        self.court.faults.extend(faults)
        self.send(steps)

    @rule(steps=st.integers(1, 12))
    def send(self, steps: int) -> None:
        for _ in range(steps):
            self.desk.step()

    @rule(seconds=st.floats(0, 300))
    def wait(self, seconds: float) -> None:
        self.desk.clock.now += seconds

    @rule()
    def the_link_comes_up(self) -> None:
        self.desk.sender.link_up()

    @rule(seed=st.integers(0, 9))
    def the_desk_restarts(self, seed: int) -> None:
        self.desk.restart(seed)

    @rule()
    def the_court_restarts_and_keeps_a_backup(self) -> None:
        self.court.close()
        shutil.copy(self.data / "court.db", self.backup)
        self.court.start()

    @precondition(lambda self: self.backup.exists())
    @rule()
    def the_court_is_restored_from_its_backup(self) -> None:
        self.court.close()
        shutil.copy(self.backup, self.data / "court.db")
        self.court.start()

    @invariant()
    def what_the_desk_believes_is_true(self) -> None:
        if self.desk.outbox.known_epoch != self.court.store.epoch:
            return
        for row in self.desk.outbox.rows.values():
            if row.state == "stored":
                told = self.court.store.event(row.event.id)
                assert told is not None
                assert (told.word, told.sha256, told.receipt_no) == (
                    "stored",
                    row.event.sha256,
                    row.receipt_no,
                )

    @invariant()
    def the_court_has_each_visit_in_order_and_every_body_whole(self) -> None:
        order: dict[str, list[int]] = {}
        with self.court.store._engine.begin() as connection:
            table = event_table.c
            columns = select(table.visit_id, table.seq, table.body, table.sha256).order_by(table.no)
            for visit_id, seq, body, sha256 in connection.execute(columns):
                order.setdefault(visit_id, []).append(seq)
                assert sha256_hex(body) == sha256
        assert all(seqs == sorted(seqs) for seqs in order.values())

    def teardown(self) -> None:
        if not hasattr(self, "court"):
            return
        try:
            self.court.faults.clear()
            self.desk.clock.now += 60.0
            self._settle()
            self._check_the_end()
        finally:
            self.desk.close()
            self.folder.cleanup()

    def _settle(self) -> None:
        for _ in range(300):
            self.desk.step()
            if not self.desk.outbox.due(1) and not self.desk.outbox.blobs_due(1):
                held = [row for row in self.desk.outbox.rows.values() if row.not_before > self.desk.clock()]
                if not held and self.desk.outbox.known_epoch == self.court.store.epoch:
                    return
        raise AssertionError("something never went")

    def _check_the_end(self) -> None:
        closed: set[str] = set()
        for row in self.desk.outbox.rows.values():
            visit_id = row.event.visit_id
            if row.event.id in self.poison and visit_id not in closed:
                closed.add(visit_id)
                assert row.state == "rejected"
            else:
                assert row.state == ("waiting" if visit_id in closed else "stored")
        for visit_id in {row.event.visit_id for row in self.desk.outbox.rows.values()} - closed:
            visit = self.court.store.visit(visit_id)
            assert visit is not None
            assert visit.complete
        numbers = [row.receipt_no for row in self.desk.outbox.rows.values() if row.state == "stored"]
        assert len(set(numbers)) == len(numbers)
        for path in (self.data / "blobs").rglob("*"):
            assert not is_sha256(path.name) or sha256_hex(path.read_bytes()) == path.name


OutboxMachine.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestOutbox = OutboxMachine.TestCase
