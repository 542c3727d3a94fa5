"""What a member of the hall knows: the hall's log as far as it was read, and its own journal on top.

Also how it comes back: after being cut off, and after the log turned out to be an older copy.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from app.domain.hall import HallState, Promise, fold, fold_noting
from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import TicketState, parse_number
from app.domain.ticket_moves import fits
from app.errors import HallProblem
from app.hall import refusals, restored
from app.hall.journal import Entry, Journal
from app.hall.log import LoggedEvent, RestorableLog, is_claim, ticket_subject, window_subject
from app.hall.numbering import counted
from app.ids import new_id

_AGAIN: Final = "/"
_LATE: Final = "late."
"""Subjects of what is kept for a report only; the id of the fact it came before follows."""
_log = logging.getLogger(__name__)


class Ledger:
    """One member's knowledge of one business day. Belongs to the ``hall`` lane."""

    def __init__(
        self,
        log: RestorableLog,
        journal: Journal,
        window: int,
        day: date,
        *,
        reserve: int,
        promise: Promise | None = None,
    ) -> None:
        self.log = log
        self.window = window
        self.day = day
        self.cut_off = True
        self.conflicts: list[Entry] = []
        """Facts of ours that the hall had overruled meanwhile: for the supervisor's eyes."""
        self._journal = journal
        kept = list(journal.entries(day))
        self._own = [entry for entry in kept if not entry.subject.startswith(_LATE)]
        self._told: list[Entry] = []
        for entry in kept:
            _tell(self._told, entry)
        self._own_ids = {entry.event_id for entry in kept}
        self._unsent: set[str] = set()
        self._reserve = reserve
        self._promise = promise
        self._forget_hub()
        self._on_top: tuple[HallState, list[Entry], HallState] | None = None
        self._before: list[LoggedEvent] = []
        self._known_epoch = ""

    # ---- what is known ----------------------------------------------------------------------------

    @property
    def state(self) -> HallState:
        """The hall as last read, with what is only in our journal on top.

        While our report is owed all of that is a report: what others must not touch any more we did before.
        """
        unmerged = self._unmerged()
        if not unmerged:
            return self._hub
        if self._on_top is None or self._on_top[0] is not self._hub or self._on_top[1] != unmerged:
            report = self.window in self._hub.owed
            told = fold((replace(entry.event, report=report) for entry in unmerged), self._hub)
            self._on_top = self._hub, unmerged, told
        return self._on_top[2]

    def about(self, number: str) -> list[HallEvent]:
        """Return what is known to have happened to a ticket, in order."""
        seen = (e.event for e in self._by_subject.get(ticket_subject(number), ()))
        mine = (e.event for e in self._unmerged() if e.subject == ticket_subject(number))
        return [*seen, *mine]

    def history(self, number: str) -> list[Entry]:
        """Return the facts that led to where a ticket stands, in order, as this member would tell them."""
        subject = ticket_subject(number)
        seen = [Entry(fact_id(e.event_id), subject, e.event) for e in self._by_subject.get(subject, ())]
        mine = [entry for entry in self._unmerged() if entry.subject == subject]
        held = _gone_on_with(mine, self.window)
        told = (replace(e, event=replace(e.event, to=self.window)) if e.event_id in held else e for e in mine)
        return [*(entry for entry in seen if entry.event_id not in self._mute), *told]

    def state_after(self, facts: Iterable[Entry]) -> HallState:
        """Return the state as it would be with what another window tells."""
        return fold((fact.event for fact in self._unknown(facts)), self.state)

    def take_over(self, facts: Iterable[Entry]) -> None:
        """Make durable what another window tells of a ticket: whoever comes back first tells it the hall."""
        for fact in self._unknown(facts):
            self._keep_with_history(fact)

    def _unknown(self, facts: Iterable[Entry]) -> list[Entry]:
        return [f for f in facts if f.event_id not in self._ids and f.event_id not in self._own_ids]

    def _forget_hub(self) -> None:
        self._hub = HallState()
        self._seq = 0
        self._newest_epoch = ""
        self._seen: list[LoggedEvent] = []
        self._by_subject: dict[str, list[LoggedEvent]] = {}
        self._ids: set[str] = set()
        self._mute: set[str] = set()
        self._pending = {entry.event_id: entry for entry in self._own}
        self._counts: dict[str, int] = {}
        self._calls: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

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
        if not news:
            return
        facts = [logged for logged in news if not is_claim(logged)]
        self._hub, mute = fold_noting((logged.event for logged in facts), self._hub)
        self._mute |= {fact_id(facts[place].event_id) for place in mute}
        self._seen += news
        for logged in news:
            fact = fact_id(logged.event_id)
            self._ids.add(fact)
            self._pending.pop(fact, None)
            self._unsent.discard(fact)
            self._by_subject.setdefault(logged.subject, []).append(logged)
            if logged.event.kind is EventKind.EPOCH:
                self._newest_epoch = logged.event_id
            if logged.event.kind is EventKind.CALLED and logged.event.window == self.window:
                self._calls[logged.event.number] = fact
        self._counts.update((e.subject, e.subject_seq) for e in news if e.subject_seq)
        for prefix, count in counted(news).items():
            self._numbers[prefix] = max(count, self._numbers.get(prefix, 0))
        self._seq = news[-1].seq

    def _read_restored(self) -> bool:
        """Read an older copy from its beginning, but use it only when its epoch was raised."""
        known, ids, mute = self._seen, self._ids, self._mute
        self.log.accept_restored()
        self._forget_hub()
        if self.read() and self._epoch() not in {"", *ids}:
            self._before += [logged for logged in known if fact_id(logged.event_id) not in mute]
            return True
        self._forget_hub()
        self._take_in(known)
        if known:
            self.log.remember(known[-1].seq, known[-1].event_id)
        return False

    def _epoch(self) -> str:
        """Return the id of the log's newest epoch event; counting would not tell two restores apart."""
        return self._newest_epoch

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
                self._say_unanswered()
            self.take_back_unannounced(now)
            if returning:
                self._release_own_issued(now)
        except HallProblem as problem:
            _log.info("hall: still cut off: %s", problem.detail)
            self.cut_off = True
        return not self.cut_off

    def _report(self, now: datetime) -> None:
        """Tell the restored log what we knew: all that was seen, and all that is in the journal."""
        seen = [Entry(fact_id(e.event_id), e.subject, e.event) for e in self._before]
        facts = [e for e in (*seen, *self._told) if e.subject.startswith("ticket.")]
        self._append_all([e for e in facts if e.event_id not in self._ids], report=True)
        highest = self._highest(seen)
        for prefix, count in highest.items():
            if self._numbers.get(prefix, 0) < count:
                restored.skip(self.log, self.day, now, prefix, count)
                self._must_read()
        if self.window in self._hub.owed:
            event = HallEvent(EventKind.REPORTED, "", now, self.window)
            self._append(Entry(new_id(), window_subject(self.window), event))
        self._known_epoch = self._epoch()
        self._before = []

    def _highest(self, seen: Iterable[Entry]) -> dict[str, int]:
        """Return the highest number by prefix that anything we knew of has used or reserved."""
        highest: dict[str, int] = {}
        for entry in (*seen, *self._told):
            if entry.event.kind in {EventKind.ISSUED, EventKind.BLOCK}:
                prefix, first = parse_number(entry.event.number)
                highest[prefix] = max(highest.get(prefix, 0), first + entry.event.span - 1)
        return highest

    def _append_all(self, entries: Iterable[Entry], *, report: bool) -> None:
        """Tell the hall facts one by one, none of which leaves a person to others before the last is told.

        What a window does alone keeps the person its own at every step but one: a missed number is anybody's.
        So a NO_SHOW after which the window went on says that only this window may.
        """
        entries = list(entries)
        held = _gone_on_with(entries, self.window)
        for entry in entries:
            if entry.event_id in self._ids:
                continue
            event = replace(entry.event, report=report)
            event = replace(event, to=self.window) if entry.event_id in held else event
            ticket = self._hub.tickets.get(event.number)
            about_ticket = entry.subject.startswith("ticket.") and event.kind is not EventKind.ISSUED
            known = not about_ticket or (ticket is not None and fits(ticket, event))
            if not known and not report:
                self.conflicts.append(entry)
            event_id = f"{entry.event_id}{_AGAIN}{self._epoch()[-8:]}" if report else entry.event_id
            self._append(Entry(event_id, entry.subject, event))

    def _say_unanswered(self) -> None:
        """Say of each call of ours whose answer was lost that we were alone when we announced it.

        The log has it as a call in touch with the hall; it was not held against what came just before it.
        """
        said = {(e.event.about, e.event.at) for e in self._own if e.event.kind is EventKind.UNANSWERED}
        ours = {e.event_id: e.event for e in self._own if e.event.kind is EventKind.CALLED and e.event.alone}
        for logged in self._seen if ours else ():
            called = ours.get(logged.event_id)
            if called is not None and not logged.event.alone and (called.number, called.at) not in said:
                event = HallEvent(EventKind.UNANSWERED, "", called.at, self.window, about=called.number)
                self._fact(event)

    def _append(self, entry: Entry) -> None:
        """Append a fact after whatever is there; the fold decides what it means. Raises HallProblem."""
        self._unsent.discard(fact_id(entry.event_id))
        while fact_id(entry.event_id) not in self._ids:
            if entry.event.kind is EventKind.BLOCK:
                prefix, _first = parse_number(entry.event.number)
                self.log.take(self.day, prefix, entry.event_id, entry.event)
            else:
                expected = self._counts.get(entry.subject, 0)
                self.log.append(self.day, entry.subject, expected, entry.event_id, entry.event)
            self._must_read()

    def _tell_about(self, subject: str) -> None:
        """Append what the log lacks of ours about one subject, in order. Raises HallProblem."""
        for entry in self._unmerged():
            if entry.subject == subject:
                self._append(entry)

    def _must_read(self) -> None:
        if not self.read():
            raise refusals.unreachable("cut off", 0)

    def take_back_unannounced(self, now: datetime) -> None:
        """Take back a claim the log has, but whose answer never came: nobody was called, nobody overtaken.

        Servers that were silent may store it only after this window is back. Whoever is handed over, set
        aside here or bound to this window is so again.
        """
        if self.cut_off or self.window in self._hub.owed:
            return
        calls, self._calls = self._calls, {}
        for number, event_id in calls.items():
            ticket = self._hub.tickets.get(number)
            if ticket is None or (ticket.state, ticket.window) != (TicketState.CALLED, self.window):
                continue
            if event_id not in self._own_ids and not self._is_announced(number):
                undone = HallEvent(EventKind.UNDONE, number, now, self.window)
                returned = replace(undone, kind=EventKind.RETURNED)
                self._fact(undone if fits(ticket, undone) else returned)

    def _is_announced(self, number: str) -> bool:
        """Say whether the last we did with the ticket was to call it, under whatever id."""
        mine = (e.event for e in reversed(self._own) if e.event.window == self.window)
        last = next((event for event in mine if event.number == number), None)
        return last is not None and last.kind in {EventKind.CALLED, EventKind.RECALLED}

    def _release_own_issued(self, now: datetime) -> None:
        """Let the hall have the numbers issued alone beyond our reserve."""
        mine = [t for t in self.state.bound_to(self.window) if not t.sent]
        for ticket in mine[self._reserve :]:
            self._fact(HallEvent(EventKind.RELEASED, ticket.number, now, self.window))

    # ---- making durable ------------------------------------------------------------

    def _keep(self, *entries: Entry) -> None:
        fresh = [entry for entry in entries if entry.event_id not in self._own_ids]
        if fresh:
            self._journal.add(self.day, fresh)
        for entry in fresh:
            self._own_ids.add(entry.event_id)
            _tell(self._told, entry)
            if entry.subject.startswith(_LATE):
                continue
            self._own.append(entry)
            if entry.event_id not in self._ids:
                self._pending[entry.event_id] = entry

    def _keep_with_history(self, entry: Entry) -> None:
        """Keep a fact together with all that led to it: alone, nobody else could tell a restored log.

        What had no effect led to nothing: told to a hall that stands otherwise, it would have one.

        Without it the log would be told of a call before the return that made it possible. What is learnt
        only after a later fact of ours was kept is for such a report alone, which tells it before that fact.

        All at once: a call that is in the journal without the act that takes it back counts as announced.
        """
        seen = [(fact_id(e.event_id), e.event) for e in self._by_subject.get(entry.subject, ())]
        ours = [e.event_id for e in self._own if e.subject == entry.subject]
        read = [known for known, _event in seen]
        following = next((own for own in ours if own not in read), "")
        facts: list[Entry] = []
        for known, event in reversed(seen):
            subject = f"{_LATE}{following}.{entry.subject}" if following else entry.subject
            if known not in self._mute:
                facts.append(Entry(known, subject, event))
            following = known if known in ours else following
        self._keep(*reversed(facts), entry)

    def _fact_alone(self, event: HallEvent) -> Entry:
        entry = Entry(new_id(), _subject(event), event)
        self._keep_with_history(entry)
        self._unsent.add(entry.event_id)
        return entry

    def _fact(self, event: HallEvent) -> None:
        """Record something nobody can dispute: durable here first, in the log now or on return."""
        entry = self._fact_alone(event)
        if self.cut_off:
            return
        try:
            self._tell_about(entry.subject)
        except HallProblem:
            self.cut_off = True


def _tell(told: list[Entry], entry: Entry) -> None:
    """Add what was kept to what a report tells, in the order in which it happened."""
    if not entry.subject.startswith(_LATE):
        told.append(entry)
        return
    following, _, subject = entry.subject.removeprefix(_LATE).partition(".")
    place = next((n for n, fact in enumerate(told) if fact.event_id == following), len(told))
    told.insert(place, replace(entry, subject=subject))


_MISSES: Final = frozenset({EventKind.NO_SHOW, EventKind.UNDONE})


def _gone_on_with(entries: Iterable[Entry], window: int) -> set[str]:
    """Return the ids of what let a person be missed, and the same window itself goes on with the ticket."""
    held: set[str] = set()
    last: dict[str, Entry] = {}
    for entry in {entry.event_id: entry for entry in entries}.values():  # a fact is told once, at its first
        before = last.get(entry.subject)
        if before is not None and {before.event.window, entry.event.window} == {window}:
            held |= {before.event_id} if before.event.kind in _MISSES else set()
        last[entry.subject] = entry
    return held


def _subject(event: HallEvent) -> str:
    if event.number:
        return ticket_subject(event.number)
    return window_subject(event.window or 0)


def fact_id(event_id: str) -> str:
    """Return the id of the fact itself; told again it has another: no log must look like its older copy."""
    return event_id.partition(_AGAIN)[0]
