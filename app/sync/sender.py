"""The dull loop: offer the outbox until the court says, for each event, *stored*.

A state machine without threads, sleeps or wall clock. The caller runs `step()` on the sync lane and again
after `next_in` seconds, or at once when a visit was finished. Rules, each with a test that bites:
records before the back office's answers before blobs; order per visit, so a batch holds one event of a
visit at most; what the court rejects or calls a conflict leaves the loop; 401/403 stops the loop and touches
no row; a missing answer means later; a new epoch makes everything retained unsent, before any answer under
it is believed.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final

from app.sync.errors import CourtRefused, CourtTrouble, CourtUnreachable, SyncTrouble, raise_worst
from app.sync.inbox import Question
from app.sync.line import Calls, InTurn, Pace
from app.sync.ports import BlobSource, Clock, Court, Inbox, Outbox
from app.sync.protocol import (
    BATCH_OVERHEAD,
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    Answers,
    Conflict,
    Event,
    Later,
    Rejected,
    Settled,
    Stored,
    encode_event,
)
from app.sync.schedule import FLOOR, Holds, Schedule
from app.sync.uploads import Uploads

HEARTBEAT: Final = 60.0
"""Seconds between hellos of an idle desk; without them it would never learn of a new epoch."""
BLOCKED_RETRY: Final = 60.0
"""Seconds between hellos of a desk that was refused; the loop heals when the court lets it in again."""

_BATCHES_AT_ONCE: Final = 3
"""While the court works on one batch the next is on its way, and the answers to the last are recorded."""

_Batch = tuple[list[Event], Callable[[], Answers | SyncTrouble]]
"""Events under way to the court, and what waits for the answers."""


class Did(Enum):
    """What a step was spent on."""

    WAITED = "waited"
    RECORDS = "records"
    BLOBS = "blobs"
    ANSWERS = "answers"
    IDLE = "idle"
    TROUBLE = "trouble"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class StepResult:
    """`next_in` seconds until the next step is worth while, 0.0 for at once; counts of this step.

    `answers` counts what the back office said that is new.
    """

    did: Did
    next_in: float
    stored: int = 0
    parked: int = 0
    blobs_stored: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class SendState:
    """For the status bar. Ages are seconds; codes are for looking up a text, not for showing.

    `blocked` the court's code while it refuses this desk; `trouble` "unreachable" or the court's code while
    the last attempt failed; `last_contact_age` None before the first answer.
    """

    waiting: int
    waiting_blobs: int
    oldest_age: float | None
    last_contact_age: float | None
    blocked: str | None
    trouble: str | None
    unreadable_blobs: int


@dataclass(slots=True)
class _Tally:
    stored: int = 0
    parked: int = 0

    @property
    def progress(self) -> int:
        return self.stored + self.parked


class Sender:
    """One desk's sender. Belongs to the sync lane; call `close()` there at the end."""

    def __init__(
        self,
        outbox: Outbox,
        blobs: BlobSource,
        inbox: Inbox,
        court: Court,
        clock: Clock,
        rng: random.Random,
        calls: Calls | None = None,
        blob_bytes_per_second: int = 0,
    ) -> None:
        """Prepare; `calls` carries things side by side, `blob_bytes_per_second` caps blobs, 0 for no cap."""
        self._outbox = outbox
        self._court = court
        self._clock = clock
        self._schedule = Schedule(clock, rng)
        self._holds = Holds(clock, rng)
        self._blob_holds = Holds(clock, rng)
        self._calls = calls or InTurn()
        pace = Pace(clock, blob_bytes_per_second)
        self._uploads = Uploads(outbox, blobs, court, clock, self._blob_holds, self._calls, pace)
        self._question = Question(inbox, court, clock, rng)
        self._limit = MAX_BATCH_EVENTS
        self._under_way: deque[_Batch] = deque()
        self._greeted = False
        self._contact: float | None = None
        self._blocked: str | None = None
        self._trouble: str | None = None

    def close(self) -> None:
        """Close the blobs under way and what carries them."""
        self._uploads.drop()
        self._calls.close()

    def link_up(self) -> None:
        """Try at once: the network came back."""
        self._schedule.reset()

    def try_now(self) -> None:
        """A person asked: nothing waits any more, neither single records nor a desk that was refused."""
        self._schedule.reset()
        self._holds.clear()
        self._blob_holds.clear()
        self._outbox.hold_nothing()
        self._question.hurry()

    def step(self) -> StepResult:
        """Do one bounded round and say when to come again."""
        wait = self._schedule.wait()
        if wait > 0.0:
            return StepResult(Did.WAITED, wait)
        try:
            return self._round()
        except CourtRefused as refused:
            self._lost(refused.code)
            self._blocked = refused.code
            return StepResult(Did.BLOCKED, self._schedule.hold(BLOCKED_RETRY))
        except CourtUnreachable:
            self._lost("unreachable")
        except CourtTrouble as trouble:
            self._lost(trouble.code)
        return StepResult(Did.TROUBLE, self._schedule.failed())

    def state(self) -> SendState:
        """Look at the loop; reads the outbox, so on the sync lane too."""
        backlog = self._outbox.backlog()
        return SendState(
            waiting=backlog.events,
            waiting_blobs=backlog.blobs,
            oldest_age=backlog.oldest_age,
            last_contact_age=None if self._contact is None else max(0.0, self._clock() - self._contact),
            blocked=self._blocked,
            trouble=self._trouble,
            unreadable_blobs=len(self._uploads.unreadable),
        )

    def _lost(self, code: str) -> None:
        self._trouble = code
        self._greeted = False
        self._uploads.drop()

    def _round(self) -> StepResult:
        if not self._greeted or self._heartbeat_in() <= 0.0:
            self._meet(self._court.hello().epoch)
            self._greeted = True
            self._blocked = None
        done = self._send_records() or self._fetch_answers() or self._send_blobs()
        if done is None:
            self._succeeded()
            done = StepResult(Did.IDLE, self._idle_for())
        return done

    def _heartbeat_in(self) -> float:
        return 0.0 if self._contact is None else self._contact + HEARTBEAT - self._clock()

    def _idle_for(self) -> float:
        waits = [
            self._heartbeat_in(),
            self._question.next_in(),
            self._holds.next_in(),
            self._blob_holds.next_in(),
        ]
        return max(FLOOR, min(wait for wait in waits if wait is not None))

    def _meet(self, epoch: str) -> bool:
        """Note a sign of life; on another epoch re-offer everything before anything else is recorded."""
        self._contact = self._clock()
        passed = epoch != self._outbox.epoch()
        if passed:
            self._uploads.drop()
            self._outbox.new_epoch(epoch)
            self._blob_holds.clear()
            # What was answered meanwhile was answered under the old epoch: it is offered again.
            self._under_way.clear()
        return passed

    def _succeeded(self) -> None:
        self._trouble = None
        self._schedule.reset()

    def _send_records(self) -> StepResult | None:
        """Start what may be under way at once, take the oldest answer; None when nothing is due."""
        tally = _Tally()
        self._start_batches(tally)
        taken = self._take_answers(tally) if self._under_way else 0
        if not taken and not tally.progress:
            return None
        if tally.progress:
            self._succeeded()
            return StepResult(Did.RECORDS, 0.0, tally.stored, tally.parked)
        # One visit that has to wait is its own affair; several at once mean that the court is busy.
        wait = self._schedule.hold(FLOOR) if taken == 1 else self._schedule.failed()
        return StepResult(Did.RECORDS, wait)

    def _start_batches(self, tally: _Tally) -> None:
        at_once = min(_BATCHES_AT_ONCE, self._calls.at_once) if self._limit == MAX_BATCH_EVENTS else 1
        wide = at_once - len(self._under_way)
        if wide <= 0:
            return
        sent = frozenset(event.id for batch, _ in self._under_way for event in batch)
        due = _one_a_visit(self._outbox.due(self._limit * wide, sent))
        if not due:
            return
        # A court that was restored may lack what came before in these visits.
        epoch = self._outbox.epoch() or ""
        for batch in self._fit(due, wide, tally):
            self._under_way.append((batch, self._calls.start(partial(self._court.post, batch, epoch))))

    def _fit(self, due: Sequence[Event], wide: int, tally: _Tally) -> list[list[Event]]:
        """Take events up to the size of `wide` batches; park what can never be sent."""
        batches: list[list[Event]] = [[]]
        hopeless: dict[str, Settled] = {}
        room = MAX_BATCH_BYTES - BATCH_OVERHEAD
        for event in due:
            code, size = _measure(event)
            if code:
                hopeless[event.id] = Rejected(code, "body")
                continue
            full = len(batches[-1]) == self._limit or size + 1 > room
            if full and batches[-1]:
                if len(batches) == wide:
                    break
                batches.append([])
                room = MAX_BATCH_BYTES - BATCH_OVERHEAD
            room -= size + 1
            batches[-1].append(event)
        if hopeless:
            self._outbox.settle(hopeless)
            tally.parked += len(hopeless)
        return [batch for batch in batches if batch]

    def _take_answers(self, tally: _Tally) -> int:
        """Wait for the oldest batch under way, for all of them after trouble; return the events of the first.

        Trouble halves the next batch, so that one event that upsets the court stands alone.
        """
        first = len(self._under_way[0][0])
        raised: list[SyncTrouble] = []
        while self._under_way:
            batch, outcome = self._under_way.popleft()
            answers = outcome()
            if isinstance(answers, Answers):
                self._limit = min(MAX_BATCH_EVENTS, self._limit * 2)
                self._apply_all(batch, answers, tally)
                if not raised:
                    return first
                continue
            raised.append(answers)
            if not isinstance(answers, CourtRefused):
                self._limit = max(1, len(batch) // 2)
                if len(batch) == 1:
                    self._hold(batch, 0.0)
        raise_worst(raised)
        return first

    def _apply_all(self, batch: Sequence[Event], answers: Answers, tally: _Tally) -> None:
        passed = self._meet(answers.epoch)
        held: list[Event] = []
        settled: dict[str, Settled] = {}
        asked = 0.0
        for event in batch:
            answer = answers.by_id.get(event.id, Later(0.0))
            if isinstance(answer, Stored) and answer.epoch != answers.epoch:
                answer = Later(0.0)
            if isinstance(answer, Later):
                held.append(event)
                asked = max(asked, answer.seconds)
                continue
            if isinstance(answer, Stored) and answer.sha256 != event.sha256:
                answer = Conflict()
            settled[event.id] = answer
            self._holds.forget(event.id)
        if settled:
            self._outbox.settle(settled)
        stored = sum(isinstance(word, Stored) for word in settled.values())
        tally.stored += stored
        tally.parked += len(settled) - stored
        if not passed:
            self._hold(held, asked)

    def _hold(self, events: Sequence[Event], asked: float) -> None:
        """Hold events back together, so that they come again in one batch and not one by one."""
        if not events:
            return
        wait = self._holds.draw(max(self._holds.attempt(event.id) for event in events), asked)
        for event in events:
            self._holds.hold(event.id, wait)
            self._outbox.later(event.id, wait)

    def _fetch_answers(self) -> StepResult | None:
        """Ask what the back office answered; None when nothing new is there."""
        epoch = self._outbox.epoch()
        fetched = self._question.ask(epoch) if epoch is not None else None
        if fetched is None:
            return None
        self._meet(fetched.epoch)
        self._succeeded()
        if not fetched.new and fetched.epoch == epoch:
            return None
        return StepResult(Did.ANSWERS, 0.0, answers=fetched.new)

    def _send_blobs(self) -> StepResult | None:
        """Send a few chunks; None when no blob can be offered."""
        epoch = self._outbox.epoch()
        if epoch is None:
            return None
        moved = self._uploads.step(epoch)
        if moved.idle:
            return None
        if moved.epoch is not None:
            self._meet(moved.epoch)
        if moved.bytes_sent or moved.finished:
            self._contact = self._clock()
            self._succeeded()
        # A record that is finished meanwhile does not wait for the cap: the gate stays open.
        return StepResult(Did.BLOBS, moved.wait, blobs_stored=moved.finished)


def _one_a_visit(events: Sequence[Event]) -> list[Event]:
    """Keep the first event of each visit: a later one must not overtake it inside a batch."""
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.visit_id, event)
    return list(first.values())


def _measure(event: Event) -> tuple[str, int]:
    """Return a code when the event can never be sent, and its size in a batch in bytes."""
    if not event.intact:
        return "local_damage", 0
    try:
        size = len(encode_event(event))
    except ValueError:
        return "local_encoding", 0
    return ("local_too_large" if size + BATCH_OVERHEAD > MAX_BATCH_BYTES else ""), size
