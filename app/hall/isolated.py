"""A member of the hall that goes on alone when the log is out of reach, and comes back without harm.

Connected, it claims by compare-and-set. Cut off, it calls only what is bound to it and issues only numbers
of blocks granted to it; both are in the log *before* they are needed and neither ever runs out by a clock.
What it does alone is durable in its journal before anybody hears of it, and is appended to the log on return.

Rules and their evidence: bindings never called anyone twice in 200 simulated halls, time leases did in 90 of
100. ``tests/property/test_hall_simulation.py`` runs this very code against crashes, cuts and restores.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from app.domain.hall import (
    Choice,
    EventKind,
    HallEvent,
    HallState,
    Promise,
    fits,
    fold,
    next_in_block,
    next_ticket,
    to_ask,
    to_bind,
    to_release,
)
from app.domain.ticket import Ticket, TicketState, format_number, parse_number
from app.errors import HallProblem
from app.hall import refusals, restored
from app.hall.journal import Entry, Journal
from app.hall.log import (
    LoggedEvent,
    RestorableLog,
    counter_subject,
    ticket_subject,
    window_subject,
)
from app.ids import new_id

RESERVE: Final = 2
BLOCK: Final = 60
_TRIES: Final = 50
_AGAIN: Final = "/"
_log = logging.getLogger(__name__)


class Member:
    """One window (or issuing point) on one business day. Belongs to the ``hall`` lane."""

    def __init__(
        self,
        log: RestorableLog,
        journal: Journal,
        window: int,
        day: date,
        *,
        reserve: int = RESERVE,
        block: int = BLOCK,
        promise: Promise | None = None,
    ) -> None:
        self.log = log
        self.window = window
        self.day = day
        self.cut_off = True
        self.conflicts: list[Entry] = []
        """Facts of ours that the hall had overruled meanwhile: for the supervisor's eyes."""
        self._journal = journal
        self._own = list(journal.entries(day))
        self._own_ids = {entry.event_id for entry in self._own}
        self._reserve = reserve
        self._block = block
        self._promise = promise
        self._forget_hub()
        self._before: list[LoggedEvent] = []
        self._known_epoch = ""

    # ---- what is known ----------------------------------------------------------------------------

    @property
    def state(self) -> HallState:
        """The hall as last read, with what is only in our journal on top."""
        unmerged = self._unmerged()
        return fold((entry.event for entry in unmerged), self._hub) if unmerged else self._hub

    def _forget_hub(self) -> None:
        self._hub = HallState()
        self._seq = 0
        self._seen: list[LoggedEvent] = []
        self._ids: set[str] = set()
        self._pending = {entry.event_id: entry for entry in self._own}
        self._counts: dict[str, int] = {}

    def _unmerged(self) -> list[Entry]:
        return list(self._pending.values())

    def read(self) -> bool:
        """Read what is new; return False, and be cut off, when the log is out of reach or an older copy."""
        try:
            news = self.log.since(self.day, self._seq)
        except refusals.OlderCopy:
            self.cut_off = True
            return self._read_restored()
        except HallProblem:
            self.cut_off = True
            return False
        self._take_in(news)
        return True

    def _take_in(self, news: Iterable[LoggedEvent]) -> None:
        news = list(news)
        self._hub = fold((e.event for e in news if not _is_claim(e.subject, e.event)), self._hub)
        self._seen += news
        for logged in news:
            self._ids.add(_fact_id(logged.event_id))
            self._pending.pop(_fact_id(logged.event_id), None)
        self._counts.update((e.subject, e.subject_seq) for e in news)
        self._seq = news[-1].seq if news else self._seq

    def _read_restored(self) -> bool:
        """Read an older copy from its beginning, but use it only when its epoch was raised."""
        known, ids = self._seen, self._ids
        self.log.accept_restored()
        self._forget_hub()
        if self.read() and self._epoch() not in {"", *ids}:
            self._before += known
            return True
        self._forget_hub()
        self._take_in(known)
        if known:
            self.log.remember(known[-1].seq, known[-1].event_id)
        return False

    def _epoch(self) -> str:
        """Return the id of the log's newest epoch event; counting would not tell two restores apart."""
        return next((e.event_id for e in reversed(self._seen) if e.event.kind is EventKind.EPOCH), "")

    # ---- coming back ------------------------------------------------------------------------------

    def settle(self, now: datetime) -> bool:
        """Read, report and append what the log lacks of ours; True when connected and all is there.

        Call it when the connection is back and regularly in between. Never raises for a lost connection.
        """
        returning = self.cut_off
        if not self.read():
            return False
        try:
            if self._epoch() != self._known_epoch or self.window in self._hub.owed:
                self._report(now)
            self._append_all(self._unmerged(), report=False)
            self.cut_off = False
            if returning:
                self._return_unannounced(now)
                self._release_own_issued(now)
        except HallProblem as problem:
            _log.info("hall: still cut off: %s", problem.detail)
            self.cut_off = True
        return not self.cut_off

    def _report(self, now: datetime) -> None:
        """Tell the restored log what we knew: all that was seen, and all that is in the journal."""
        seen = [Entry(_fact_id(e.event_id), e.subject, e.event) for e in self._before]
        facts = [e for e in (*seen, *self._own) if e.subject.startswith("ticket.")]
        self._append_all([e for e in facts if e.event_id not in self._ids], report=True)
        highest = self._highest(seen)
        for prefix, count in highest.items():
            while self._counts.get(counter_subject(prefix), 0) < count:
                here = self._counts.get(counter_subject(prefix), 0)
                restored.skip(self.log, self.day, now, prefix, here, beyond=count)
                self._must_read()
        if self.window in self._hub.owed:
            event = HallEvent(EventKind.REPORTED, "", now, self.window)
            self._append(Entry(new_id(), window_subject(self.window), event))
        self._known_epoch = self._epoch()
        self._before = []

    def _highest(self, seen: Iterable[Entry]) -> dict[str, int]:
        """Return the highest number by prefix that anything we knew of has used or reserved."""
        highest: dict[str, int] = {}
        for entry in (*seen, *self._own):
            if entry.event.kind in {EventKind.ISSUED, EventKind.BLOCK}:
                prefix, first = parse_number(entry.event.number)
                highest[prefix] = max(highest.get(prefix, 0), first + entry.event.span - 1)
        return highest

    def _append_all(self, entries: Iterable[Entry], *, report: bool) -> None:
        for entry in entries:
            if entry.event_id in self._ids:
                continue
            event = replace(entry.event, report=report)
            ticket = self._hub.tickets.get(event.number)
            known = event.kind is EventKind.ISSUED or (ticket is not None and fits(ticket, event))
            if not known and not report:
                self.conflicts.append(entry)
            event_id = f"{entry.event_id}{_AGAIN}{self._epoch()[-8:]}" if report else entry.event_id
            self._append(Entry(event_id, entry.subject, event))

    def _append(self, entry: Entry) -> None:
        """Append a fact after whatever is there; the fold decides what it means. Raises HallProblem."""
        while _fact_id(entry.event_id) not in self._ids:
            expected = self._counts.get(entry.subject, 0)
            self.log.append(self.day, entry.subject, expected, entry.event_id, entry.event)
            self._must_read()

    def _must_read(self) -> None:
        if not self.read():
            raise refusals.unreachable("cut off", 0)

    def _return_unannounced(self, now: datetime) -> None:
        """Give back a claim the log has, but whose answer never came: nobody was called."""
        calls = {
            e.event.number: _fact_id(e.event_id)
            for e in self._seen
            if e.event.kind is EventKind.CALLED and e.event.window == self.window
        }
        for ticket in list(self._hub.tickets.values()):
            called = ticket.state is TicketState.CALLED and ticket.window == self.window
            if called and calls.get(ticket.number) not in self._own_ids:
                self._fact(EventKind.RETURNED, ticket.number, now)

    def _release_own_issued(self, now: datetime) -> None:
        """Let the hall have the numbers issued alone beyond our reserve."""
        for ticket in self.state.bound_to(self.window)[self._reserve :]:
            self._fact(EventKind.RELEASED, ticket.number, now)

    # ---- getting ready for being alone ------------------------------------------------------------

    def prepare(self, now: datetime, prefixes: Iterable[str] = ()) -> None:
        """Connected and idle: enrol, hold a block of each prefix, keep the reserve, let go what is asked for.

        Does nothing when cut off; a connection lost meanwhile only makes it cut off.
        """
        if self.cut_off:
            return
        try:
            if self.window not in self._hub.enrolled:
                event = HallEvent(EventKind.ENROLLED, "", now, self.window)
                self._append(Entry(new_id(), window_subject(self.window), event))
            for ticket in to_release(self.state, self.window):
                self._fact(EventKind.RELEASED, ticket.number, now)
            for prefix in prefixes:
                self._hold_block(prefix, now)
            self._hold_reserve(now)
        except HallProblem:
            self.cut_off = True

    def _hold_block(self, prefix: str, now: datetime) -> None:
        blocked = next_in_block(self.state, self.window, prefix, self._used(prefix)) is not None
        if blocked or self._hub.owed:
            return
        count = self._counts.get(counter_subject(prefix), 0)
        number = format_number(prefix, count + 1)
        event = HallEvent(EventKind.BLOCK, number, now, self.window, span=self._block)
        entry = Entry(new_id(), counter_subject(prefix), event)
        if self.log.append(self.day, entry.subject, count, entry.event_id, event) is not None:
            self._keep(entry)
        self._must_read()

    def _hold_reserve(self, now: datetime) -> None:
        ticket = to_bind(self.state, self.window, now, self._reserve, self._promise)
        if ticket is not None:
            self._claim(EventKind.BOUND, ticket, now)
        elif next_ticket(self.state, now, self._promise, self.window) is None:
            wanted = to_ask(self.state, self.window)
            if wanted is not None:
                self._claim(EventKind.ASKED, wanted, now)

    # ---- acts ---------------------------------------------------------------------------------------

    def issue(self, prefix: str, group: str, green: bool, now: datetime) -> str:
        """Return a number nobody else has, durable before it is printed. Raises HallProblem."""
        if not self.cut_off and not self._hub.owed:
            number = self._issue_connected(prefix, group, green, now)
            if number is not None:
                return number
        count = next_in_block(self.state, self.window, prefix, self._used(prefix))
        if count is None:
            owed = self._hub.owed if not self.cut_off else frozenset()
            raise refusals.reports_missing(owed) if owed else refusals.no_numbers_left()
        number = format_number(prefix, count)
        self._issued(HallEvent(EventKind.ISSUED, number, now, self.window, group, green))
        return number

    def _issue_connected(self, prefix: str, group: str, green: bool, now: datetime) -> str | None:
        try:
            for _attempt in range(_TRIES):
                self._must_read()
                if self._hub.owed:
                    return None
                count = self._counts.get(counter_subject(prefix), 0)
                number = format_number(prefix, count + 1)
                event = HallEvent(EventKind.ISSUED, number, now, group=group, green=green)
                if self.log.append(self.day, counter_subject(prefix), count, new_id(), event) is not None:
                    break
            else:
                return None
        except HallProblem:
            self.cut_off = True
            return None
        return number if self._publish_issued(event) else None

    def _publish_issued(self, event: HallEvent) -> bool:
        """The number is ours; keep the ticket, then tell the hall. False when a restore came in between."""
        entry = Entry(new_id(), ticket_subject(event.number), event)
        try:
            if self.log.append(self.day, entry.subject, 0, entry.event_id, event) is None:
                return False
            self._must_read()
        except HallProblem:
            self.cut_off = True
            self._keep(entry)
            self._bind_own(event)
            return True
        if entry.event.number not in self._hub.tickets:
            return False
        self._keep(entry)
        return True

    def _issued(self, event: HallEvent) -> None:
        """Keep a ticket that was issued alone; nobody else may call it until we let it go."""
        self._keep(Entry(new_id(), ticket_subject(event.number), event))
        self._bind_own(event)

    def _bind_own(self, event: HallEvent) -> None:
        bound = HallEvent(EventKind.BOUND, event.number, event.at, self.window)
        self._keep(Entry(new_id(), ticket_subject(event.number), bound))

    def _used(self, prefix: str) -> int:
        """Return the highest number we ever took from our blocks; it only grows."""
        blocks = [b for b in self.state.blocks if b.window == self.window and b.prefix == prefix]
        counts = (parse_number(e.event.number) for e in self._own if e.event.kind is EventKind.ISSUED)
        mine = [n for p, n in counts if p == prefix and any(b.first <= n <= b.last for b in blocks)]
        return max(mine, default=0)

    def call_next(self, now: datetime) -> Choice | None:
        """Claim who is next and return why, durable before the announcement; None: nobody may be called."""
        for _attempt in range(_TRIES):
            if not self.cut_off and not self.read():
                self.cut_off = True
            choice = next_ticket(self._callable(), now, self._promise, self.window)
            if choice is None:
                return None
            if self.cut_off:
                self._fact_alone(EventKind.CALLED, choice.ticket.number, now)
                return choice
            if self._claim(EventKind.CALLED, choice.ticket, now):
                return choice
        return None

    def _callable(self) -> HallState:
        state = self.state
        if not self.cut_off:
            return state
        bound = {t.number: t for t in state.bound_to(self.window)}
        return replace(state, tickets=bound, owed=frozenset())

    def close(self, kind: EventKind, number: str, now: datetime) -> None:
        """Record what became of the ticket called here: SERVED, NO_SHOW, RETURNED or RECALLED."""
        self._fact(kind, number, now)

    def _claim(self, kind: EventKind, ticket: Ticket, now: datetime) -> bool:
        """Append by compare-and-set and keep it; True when the hall agrees that it is ours."""
        event = HallEvent(kind, ticket.number, now, self.window)
        entry = Entry(new_id(), ticket_subject(ticket.number), event)
        expected = self._counts.get(entry.subject, 0)
        try:
            claimed = self.log.append(self.day, entry.subject, expected, entry.event_id, event)
            self._must_read()
        except HallProblem:
            self.cut_off = True
            if kind is EventKind.CALLED and ticket.bound == self.window:
                self._keep_with_issue(entry)  # nobody else may call it, whether the answer was lost or not
                return True
            return False
        if claimed is None or entry.event_id not in self._ids:
            return False
        after = self._hub.tickets[ticket.number]
        if kind is EventKind.CALLED:
            held = after.state is TicketState.CALLED and after.window == self.window
        else:
            held = after.bound == self.window
        if held:
            self._keep_with_issue(entry)
        return held

    def _keep_with_issue(self, entry: Entry) -> None:
        """Keep the claim together with the ticket it is about: alone, nobody else could tell us of it."""
        for event in self._seen:
            if event.subject == entry.subject and event.event.kind is EventKind.ISSUED:
                self._keep(Entry(_fact_id(event.event_id), event.subject, event.event))
        self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        if entry.event_id not in self._own_ids:
            self._journal.add(self.day, entry)
            self._own.append(entry)
            self._own_ids.add(entry.event_id)
            if entry.event_id not in self._ids:
                self._pending[entry.event_id] = entry

    def _fact_alone(self, kind: EventKind, number: str, now: datetime) -> Entry:
        event = HallEvent(kind, number, now, self.window)
        entry = Entry(new_id(), ticket_subject(number), event)
        self._keep(entry)
        return entry

    def _fact(self, kind: EventKind, number: str, now: datetime) -> None:
        """Record something nobody can dispute: durable here first, in the log now or on return."""
        entry = self._fact_alone(kind, number, now)
        if self.cut_off:
            return
        try:
            self._append(entry)
        except HallProblem:
            self.cut_off = True


def free(log: RestorableLog, day: date, window: int, number: str, now: datetime, expected: int) -> int | None:
    """A supervisor takes a ticket from a window that is dead; None when the log went on meanwhile.

    A visible act of a human, never of a timer: should the window live, the person may be called twice.
    """
    event = HallEvent(EventKind.FREED, number, now, window)
    return log.append(day, ticket_subject(number), expected, new_id(), event)


def _fact_id(event_id: str) -> str:
    """Return the id of the fact itself; told again it has another: no log must look like its older copy."""
    return event_id.partition(_AGAIN)[0]


def _is_claim(subject: str, event: HallEvent) -> bool:
    return event.kind is EventKind.ISSUED and subject.startswith("counter.")
