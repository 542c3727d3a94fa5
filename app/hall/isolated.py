"""A member of the hall that goes on alone when the log is out of reach, and comes back without harm.

Connected, it claims by compare-and-set. Cut off, it calls only what is bound to it and issues only numbers
of blocks granted to it; both are in the log *before* they are needed and neither ever runs out by a clock.
What it does alone is durable in its journal before anybody hears of it, and is appended to the log on return.

Rules and their evidence: bindings never called anyone twice in 200 simulated halls, time leases did in 90 of
100. ``tests/property/test_hall_simulation.py`` runs this very code against crashes, cuts and restores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import takewhile
from typing import Final

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent, issued
from app.domain.hall_next import (
    Choice,
    next_in_block,
    next_ticket,
    overdue_elsewhere,
    to_ask,
    to_bind,
    to_release,
)
from app.domain.hall_promise import CHOSEN, less_at
from app.domain.ticket import Ticket, TicketState, Wanted, format_number, parse_number
from app.domain.ticket_moves import UNDOABLE, fits
from app.errors import HallProblem
from app.hall import refusals
from app.hall.asking import Asking
from app.hall.freeing import free, retire
from app.hall.journal import Entry, Journal
from app.hall.ledger import Ledger
from app.hall.log import (
    EPOCH_SUBJECT,
    RULES_SUBJECT,
    RestorableLog,
    counter_subject,
    is_claim,
    ticket_subject,
    window_subject,
)
from app.ids import new_id

RESERVE: Final = 2
BLOCK: Final = 60
_TRIES: Final = 50


class Member(Ledger):
    """One window (or issuing point) on one business day. Belongs to the ``hall`` lane.

    ``tags`` are what the window can do, ``alone`` is the prefix of the numbers it gives while cut off ("" to
    go on with the prefix asked for).
    """

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
        tags: frozenset[str] = frozenset(),
        alone: str = "",
    ) -> None:
        super().__init__(log, journal, window, day, reserve=reserve, promise=promise)
        self._block = block
        self._tags = tags
        self._alone = alone
        self._asking = Asking(window, promise)

    # ---- getting ready for being alone ------------------------------------------------------------

    def prepare(self, now: datetime, prefixes: Iterable[str] = ()) -> None:
        """Connected and idle: enrol, hold a block of each prefix, keep the reserve, let go what is asked for.

        Does nothing when cut off; a connection lost meanwhile only makes it cut off.
        """
        if self.cut_off:
            return
        try:
            self._enrol(now)
            released = to_release(self.state, self.window)
            for ticket in released:
                self._fact(self._event(EventKind.RELEASED, ticket.number, now))
            for prefix in prefixes:
                self._hold_block(prefix, now)
            if not released:  # whoever asked comes first
                self._hold_reserve(now)
        except HallProblem:
            self.cut_off = True

    def _enrol(self, now: datetime) -> None:
        if self._hub.tags.get(self.window) != self._tags or self.window not in self._hub.enrolled:
            event = HallEvent(EventKind.ENROLLED, "", now, self.window, tags=tuple(sorted(self._tags)))
            self._append(Entry(new_id(), window_subject(self.window), event))
        if self._hub.promise is None and self._promise is not None:
            self.log.append(self.day, RULES_SUBJECT, 0, new_id(), self._promised(self._promise, now))
            self._must_read()

    def _hold_block(self, prefix: str, now: datetime) -> None:
        blocked = next_in_block(self.state, self.window, prefix, self._used(prefix)) is not None
        if blocked or self._hub.owed:
            return
        event, event_id = HallEvent(EventKind.BLOCK, "", now, self.window, span=self._block), new_id()
        first = self.log.take(self.day, prefix, event_id, event)
        self._keep(Entry(event_id, counter_subject(prefix), replace(event, number=first)))
        self._must_read()

    def _hold_reserve(self, now: datetime) -> None:
        ticket = to_bind(self.state, self.window, now, self._reserve, self._promise)
        if ticket is not None:
            self._claim(self._event(EventKind.BOUND, ticket.number, now))
        elif self._idle and next_ticket(self.state, now, self._promise, self.window) is None:
            self._ask_for(to_ask(self.state, self.window), now)

    @property
    def _idle(self) -> bool:
        return self.window not in self.state.paused and self.state.called_by(self.window) is None

    def ask(self, now: datetime) -> bool:
        """Ask other windows for whom this one should call but may not; say whether a wait may help."""
        if self.cut_off or not self.read():
            return False
        for ticket in self._asking.wanted(self.state, now):
            self._ask_for(ticket, now)
        return self.waits_for_release and not self.cut_off

    @property
    def waits_for_release(self) -> bool:
        """Whether somebody who was asked for is still held by another window."""
        return bool(self._asking.still_held(self.state))

    @property
    def unanswered(self) -> list[Ticket]:
        """Who is still held by a window that did not let them go when asked."""
        return self._asking.unanswered(self.state)

    def give_up(self) -> None:
        """Go on without whom others have not let go."""
        self._asking.give_up(self.state)

    def _ask_for(self, wanted: Ticket | None, now: datetime) -> None:
        if wanted is not None and wanted.asked is None:
            self._claim(self._event(EventKind.ASKED, wanted.number, now))

    # ---- numbers ------------------------------------------------------------------------------------

    def issue(self, prefix: str, wanted: Wanted, now: datetime) -> str:
        """Return a number nobody else has, durable before it is printed. Raises HallProblem.

        Another reader may have been faster with the same person: then it is that number (see ``gave``).
        """
        if not self.cut_off and not self._hub.owed:
            number = self._issue_connected(prefix, wanted, now)
            held = self.state.open_for(wanted.person, wanted.group) if number is None else None
            if held is not None and not self.cut_off:
                return held.number
            if number is not None:
                return number
        prefix = self._alone or prefix
        count = next_in_block(self.state, self.window, prefix, self._used(prefix))
        if count is None:
            owed = self._hub.owed if not self.cut_off else frozenset()
            raise refusals.reports_missing(owed) if owed else refusals.no_numbers_left()
        number = format_number(prefix, count)
        self._keep_alone(issued(number, wanted, now))
        return number

    def gave(self, number: str) -> bool:
        """Say whether this member itself gave the number out."""
        mine = (e.event for e in self._own if e.event.kind is EventKind.ISSUED)
        return any(event.number == number for event in mine)

    def _issue_connected(self, prefix: str, wanted: Wanted, now: datetime) -> str | None:
        """Take the next number; None when it is not sure that the hall has let this ticket in."""
        event, event_id = issued("", wanted, now), new_id()
        try:
            number = self.log.take(self.day, prefix, event_id, event)
            self._must_read()
        except HallProblem:
            self.cut_off = True
            return None  # the hall may have it: it is nobody's then, and called once to nobody
        if number not in self._hub.tickets:
            return None
        self._keep(Entry(event_id, ticket_subject(number), replace(event, number=number)))
        return number

    def _keep_alone(self, event: HallEvent) -> None:
        """Keep a ticket that is issued alone: bound by the same event, so that it is never anybody's else."""
        self._fact(replace(event, window=self.window, to=self.window))

    def _used(self, prefix: str) -> int:
        """Return the highest number we ever took from our blocks; it only grows."""
        blocks = [b for b in self.state.blocks if b.window == self.window and b.prefix == prefix]
        counts = (parse_number(e.event.number) for e in self._own if e.event.kind is EventKind.ISSUED)
        mine = [n for p, n in counts if p == prefix and any(b.first <= n <= b.last for b in blocks)]
        return max(mine, default=0)

    def admit(self, number: str, wanted: Wanted, arrived: datetime) -> bool:
        """Take in a number that was torn from a printed roll; False when the hall has it already.

        Raises HallProblem when cut off: the same stub could be taken in twice.
        """
        self._must_be_connected()
        event = replace(issued(number, wanted, arrived), window=self.window)
        entry = Entry(new_id(), ticket_subject(number), event)
        if number in self._hub.tickets:
            return False
        taken = self.log.append(self.day, entry.subject, 0, entry.event_id, event) is not None
        self._must_read()
        if taken:
            self._keep(entry)
        return taken

    # ---- calling ------------------------------------------------------------------------------------

    def call_next(self, now: datetime) -> Choice | None:
        """Claim who is next and return why, durable before the announcement; None: nobody may be called."""
        for _attempt in range(_TRIES):
            self._ask_for_overdue(now)
            choice = next_ticket(self._callable(), now, self._promise, self.window)
            if choice is None:
                return None
            other = choice.otherwise or choice.runner_up or ""
            called = self._event(EventKind.CALLED, choice.ticket.number, now, choice.reason)
            called = replace(called, rule=choice.rule, other=other, alone=self.cut_off)
            if self.cut_off:
                self._fact_alone(called)
                return choice
            if self._claim_by_rule(called):
                return choice
        return None

    def _ask_for_overdue(self, now: datetime) -> None:
        """Read, and ask for everybody another window holds whom the promise lets nobody pass."""
        if not self.cut_off and not self.read():
            self.cut_off = True
        if not self.cut_off:
            for held in overdue_elsewhere(self.state, self.window, now, self._promise):
                self._ask_for(held, now)

    def _claim_by_rule(self, called: HallEvent) -> bool:
        """Claim, unless somebody else's call just before makes ours break the promise: it is taken back.

        Two windows that call at the same moment each see a hall in which the promise has room for one call.
        The log has an order; who comes second chooses again, before anybody was announced.
        """
        before, known = self._hub, len(self._seen)

        def is_fair() -> bool:
            news = (logged for logged in self._seen[known:] if not is_claim(logged))
            ours = self.window, called.kind
            others = takewhile(lambda e: (e.event.window, e.event.kind) != ours, news)
            then = fold((logged.event for logged in others), before)
            return all(less.reason is not None for less in less_at(then, called))

        return self._claim(called, is_fair)

    def call(self, number: str, now: datetime, reason: str) -> bool:
        """Claim one certain number, waiting or parked here; False when this window may not or was late."""
        if not self.cut_off and not self.read():
            self.cut_off = True
        ticket = self.state.tickets.get(number)
        event = replace(self._event(EventKind.CALLED, number, now, reason), rule=CHOSEN)
        if ticket is None or not fits(ticket, event) or self.state.frozen(ticket):
            return False
        if self.cut_off:
            if ticket.bound == self.window:
                self._fact_alone(replace(event, alone=True))
            return ticket.bound == self.window
        return self._claim(event)

    def _callable(self) -> HallState:
        state = self.state
        if not self.cut_off:
            return state
        bound = {t.number: t for t in state.bound_to(self.window)}
        return replace(state, tickets=bound, owed=frozenset())

    def close(
        self,
        kind: EventKind,
        number: str,
        now: datetime,
        *,
        reason: str = "",
        to: int | None = None,
        needs: tuple[str, ...] = (),
        urgent: bool = False,
        parcel: str = "",
    ) -> None:
        """Record what became of the ticket called here, which nobody can dispute.

        SERVED, NO_SHOW, RETURNED, RECALLED, PARKED, or TRANSFERRED to a window or to what it needs.
        """
        event = self._event(kind, number, now, reason)
        to = self.window if kind is EventKind.RETURNED and self.cut_off else to
        self._fact(replace(event, to=to, needs=needs, urgent=urgent, parcel=parcel))

    def about_papers(
        self,
        kind: EventKind,
        now: datetime,
        *,
        parcel: str = "",
        wish: str = "",
        to: int | None = None,
        person: str = "",
    ) -> None:
        """Say that papers are WANTED, GIVEN to a window or TAKEN; cut off, the hall hears it later."""
        event = self._event(kind, "", now)
        self._fact(replace(event, parcel=parcel, wish=wish, to=to, person=person))

    def bring_back(self, number: str, now: datetime) -> bool:
        """Let a missed number wait again; False when it does not miss any more, or a report may say so.

        Cut off, only a number that was missed here after the cut: the others are everybody's. Raises
        HallProblem.
        """
        if not self.cut_off and not self.read():
            self.cut_off = True
        event = self._event(EventKind.RETURNED, number, now)
        ticket = self.state.tickets.get(number)
        if ticket is None or ticket.state is not TicketState.NO_SHOW or not fits(ticket, event):
            return False
        if not self.cut_off:
            return not self.state.frozen(ticket) and self._claim(event)
        if not self._surely_ours(number):
            raise refusals.not_alone()
        self._fact_alone(replace(event, to=self.window))
        return True

    def let_go(self, number: str, to: int, now: datetime) -> None:
        """Leave a bound person to another window, which must not wait for the hall: it is told later."""
        self._fact_alone(replace(self._event(EventKind.RELEASED, number, now), to=to))

    def undo(self, number: str, now: datetime) -> bool:
        """Take our last act on the ticket back; False when the hall went on. Raises HallProblem.

        Cut off, a person given back to the hall is not taken back: another window may have called.
        """
        if not self.cut_off and not self.read():
            self.cut_off = True
        event = self._event(EventKind.UNDONE, number, now)
        ticket = self.state.tickets.get(number)
        if ticket is None or not fits(ticket, event):
            return False
        if not self.cut_off:
            here = ticket.state is TicketState.CALLED or ticket.bound == self.window
            if not here:
                return not self.state.frozen(ticket) and self._claim(event)
            self._fact(event)  # nobody can be faster, and an answer that is lost changes nothing
            return True
        if ticket.state is TicketState.WAITING or not self._surely_ours(number):
            raise refusals.not_alone()
        self._fact_alone(event)
        return True

    def _surely_ours(self, number: str) -> bool:
        """Say whether nobody else can have gone on with the ticket, whatever reached the hall.

        A missed number is anybody's as soon as the hall may have heard that it was missed.
        """
        ticket = self.state.tickets[number]
        if ticket.state is TicketState.NO_SHOW:
            about = (e.event_id for e in reversed(self._own) if e.event.number == number)
            return next(about, "") in self._unsent
        return self.window in (ticket.bound, ticket.window)

    def last_act(self) -> HallEvent | None:
        """Return our last act on a ticket if it can still be undone."""
        mine = (e.event for e in reversed(self._own) if e.event.window == self.window)
        acts = (event for event in mine if event.kind in _ACTS)
        last = next(acts, None)
        ticket = self.state.tickets.get(last.number) if last else None
        if last is None or ticket is None:
            return None
        return last if fits(ticket, replace(last, kind=EventKind.UNDONE)) else None

    # ---- the window and the hall --------------------------------------------------------------------

    def pause(self, reason: str, now: datetime) -> None:
        """Say that this window does not call for a while."""
        self._fact(self._event(EventKind.PAUSED, "", now, reason))

    def resume(self, now: datetime) -> None:
        self._fact(self._event(EventKind.RESUMED, "", now))

    def help(self, kind: EventKind, now: datetime, to: int | None = None) -> bool:
        """Call for help (ALARM), answer it (COMING) or end one's own (CALM); say whether others hear."""
        self._fact(replace(self._event(kind, "", now), to=to))
        return not self.cut_off

    def say(self, event: HallEvent) -> bool:
        """Say what concerns no ticket, as this window; return whether others hear it now."""
        self._fact(replace(event, window=self.window))
        return not self.cut_off

    def promise(self, promise: Promise, now: datetime) -> bool:
        """Change the hall's promise for the rest of the day; False when somebody was faster.

        Raises HallProblem when cut off.
        """
        self._must_be_connected()
        expected = self._counts.get(RULES_SUBJECT, 0)
        event = self._promised(promise, now)
        changed = self.log.append(self.day, RULES_SUBJECT, expected, new_id(), event) is not None
        self._must_read()
        return changed

    def free(self, number: str, window: int, now: datetime) -> bool:
        """Take a ticket from a window that is dead: a supervisor's act. Raises HallProblem when cut off."""
        self._must_be_connected()
        expected = self._counts.get(ticket_subject(number), 0)
        freed = free(self.log, self.day, window, number, now, expected) is not None
        self._must_read()
        return freed

    def retire(self, window: int, now: datetime) -> bool:
        """Put a window out of service: no report of it is waited for, nobody waits for what only it can do.

        A supervisor's act; a window that lives enrols again. False when somebody was faster. Raises
        HallProblem when cut off.
        """
        self._must_be_connected()
        retired = retire(self.log, self.day, window, now, self._counts.get(EPOCH_SUBJECT, 0)) is not None
        self._must_read()
        return retired

    def _must_be_connected(self) -> None:
        if self.cut_off:
            raise refusals.not_alone()
        self._must_read()

    def _promised(self, promise: Promise, now: datetime) -> HallEvent:
        return HallEvent(EventKind.PROMISED, "", now, self.window, limits=promise.limits)

    def _event(self, kind: EventKind, number: str, now: datetime, reason: str = "") -> HallEvent:
        return HallEvent(kind, number, now, self.window, reason=reason)

    def _claim(self, event: HallEvent, is_fair: Callable[[], bool] = lambda: True) -> bool:
        """Append by compare-and-set and keep it; True when the hall agrees that it is ours.

        What is not ``is_fair`` as it lies in the log is taken back. That is asked before it is kept: what is
        in the journal counts as announced when this computer starts again.
        """
        ticket = self.state.tickets[event.number]
        entry = Entry(new_id(), ticket_subject(event.number), event)
        try:
            self._tell_about(entry.subject)
            expected = self._counts.get(entry.subject, 0)
            claimed = self.log.append(self.day, entry.subject, expected, entry.event_id, event)
            self._must_read()
        except HallProblem:
            self.cut_off = True
            if event.kind is EventKind.CALLED and ticket.bound == self.window:
                # Nobody else may call it, whether the answer was lost or not.
                self._keep_with_history(replace(entry, event=replace(event, alone=True)))
                return True
            return False
        if claimed is None or entry.event_id not in self._ids:
            return False
        if not self._holds(event):
            return False
        if not is_fair():
            self._fact(self._event(EventKind.UNDONE, event.number, event.at))
            return False
        self._keep_with_history(entry)
        return True

    def _holds(self, event: HallEvent) -> bool:
        """Say whether the claim had its effect: a hall that waits for reports may not have let it."""
        after = self._hub.tickets[event.number]
        if event.kind is EventKind.CALLED:
            return after.state is TicketState.CALLED and after.window == self.window
        if event.kind is EventKind.BOUND:
            return after.bound == self.window
        if event.kind is EventKind.RETURNED:
            return after.state is TicketState.WAITING
        return event.kind is not EventKind.UNDONE or after.before is None


_ACTS: Final = UNDOABLE | {EventKind.SERVED, EventKind.UNDONE}
