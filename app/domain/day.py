"""The day equation: what a counter gave out, took in and sent on must add up, number by number.

    tickets issued   = served + no-show + open
    receipt numbers  = intakes = stored + waiting + attention
    the promise      = nobody passed over by a call that could have been theirs

A difference names the number it is about, so that it can be looked for before the drawer is closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.domain.hall_promise import Kept, Side
from app.domain.receipt import plain_count


class TicketFate(StrEnum):
    """What became of a ticket."""

    SERVED = "served"
    NO_SHOW = "no_show"
    OPEN = "open"


class Fate(StrEnum):
    """What became of an intake on its way to the court."""

    STORED = "stored"
    WAITING = "waiting"
    ATTENTION = "attention"


class Doubt(StrEnum):
    """The kinds of difference."""

    TICKET_TWICE = "ticket_twice"
    SERVED_WITHOUT_VISIT = "served_without_visit"
    VISIT_NOT_SERVED = "visit_not_served"
    VISIT_WITHOUT_TICKET = "visit_without_ticket"
    RECEIPT_MISSING = "receipt_missing"
    RECEIPT_TWICE = "receipt_twice"
    NOT_SENT = "not_sent"
    SENT_TWICE = "sent_twice"
    NO_PAPER = "no_paper"
    PAPER_IN_DOUBT = "paper_in_doubt"
    NOT_AT_COURT = "not_at_court"
    OTHER_AT_COURT = "other_at_court"
    PASSED_OVER = "passed_over"
    GREEN_PASSED_OVER = "green_passed_over"


@dataclass(frozen=True)
class DayTicket:
    """One number of the day. ``window`` is where it was called, None while it waits."""

    number: str
    fate: TicketFate
    window: int | None


@dataclass(frozen=True)
class DayIntake:
    """One finished visit of this counter.

    ``sent`` counts its intake events, of which there must be one; ``fate`` is where the newest event of the
    visit stands, an amendment's if there is one. ``papers`` are the states of its receipts' print jobs, ()
    when nothing was handed in and none is due. ``hash`` and ``event_id`` are of the first event.
    """

    receipt_no: str
    count: int
    window: int
    ticket: str
    finished_at: datetime
    matters: tuple[str, ...]
    fate: Fate
    sent: int = 1
    papers: tuple[str, ...] = ()
    court_receipt_no: str = ""
    hash: str = ""
    event_id: str = ""


@dataclass(frozen=True)
class Difference:
    """Something that does not add up: what, and the ticket or receipt number it is about.

    A receipt number nobody can show is named by window and count: 03-0007.
    """

    kind: Doubt
    number: str


@dataclass(frozen=True)
class DaySheet:
    """A counter's day, frozen: what a day sheet prints. ``reprints`` are (paper, why) of papers made anew,
    ``voids`` (receipt number, why).

    ``left`` are (ticket, matters) of who left the window without an outcome and did not come back.
    ``court_checked`` says whether the court was asked; ``audit_size`` and ``audit_head`` (12 characters) are
    the trail's head, written on paper so that a trail cut off later shows. ``kept`` is what the hall's log
    proves of its promise, None while the log is out of reach.
    """

    court: str
    centre: str
    window: int
    clerk: str
    day: date
    made_at: datetime
    tickets: tuple[DayTicket, ...]
    intakes: tuple[DayIntake, ...]
    differences: tuple[Difference, ...]
    reprints: tuple[tuple[str, str], ...]
    court_checked: bool
    audit_size: int
    audit_head: str
    voids: tuple[tuple[str, str], ...] = ()
    kept: Kept | None = None
    left: tuple[tuple[str, str], ...] = ()

    @property
    def balanced(self) -> bool:
        return not self.differences

    def tickets_of(self, fate: TicketFate) -> tuple[str, ...]:
        return tuple(ticket.number for ticket in self.tickets if ticket.fate is fate)

    def intakes_of(self, fate: Fate) -> tuple[str, ...]:
        return tuple(intake.receipt_no for intake in self.intakes if intake.fate is fate)

    @property
    def by_matter(self) -> tuple[tuple[str, int], ...]:
        """Return how often each matter was handled, the most frequent first."""
        counted = Counter(title for intake in self.intakes for title in intake.matters)
        return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


_OUT: Final = frozenset({"confirmed", "printed"})
_DOUBTFUL: Final = frozenset({"sending", "unconfirmed"})


def differences(
    tickets: Sequence[DayTicket],
    intakes: Sequence[DayIntake],
    *,
    window: int,
    given: int = 0,
    bands: Sequence[int] = (),
    at_court: Mapping[str, str | None] | None = None,
    kept: Kept | None = None,
) -> tuple[Difference, ...]:
    """Return everything that does not add up, tickets first.

    ``given`` is how many receipt numbers the day's counter has given out, ``bands`` are where a restore moved
    them to, ``kept`` is what the log proves of the promise. ``at_court`` gives the hash the court holds of
    each acknowledged event by its id, None for one it does not have; without it the court was not asked.
    """
    found = [*_about_tickets(tickets, intakes, window), *_about_receipts(intakes, window, given, bands)]
    for intake in intakes:
        found += _about_papers(intake)
        if at_court is not None:
            found += _about_court(intake, at_court)
    found += [Difference(_PASSED[less.side], less.number) for less in kept.broken] if kept else []
    return tuple(dict.fromkeys(found))


_PASSED: Final = {Side.ORDINARY: Doubt.PASSED_OVER, Side.GREEN: Doubt.GREEN_PASSED_OVER}


def _about_tickets(
    tickets: Sequence[DayTicket], intakes: Sequence[DayIntake], window: int
) -> Iterator[Difference]:
    for number, times in Counter(ticket.number for ticket in tickets).items():
        if times > 1:
            yield Difference(Doubt.TICKET_TWICE, number)
    known = {ticket.number: ticket for ticket in tickets}
    finished = Counter(intake.ticket for intake in intakes)
    for ticket in tickets:
        if ticket.window == window and ticket.fate is TicketFate.SERVED and not finished[ticket.number]:
            yield Difference(Doubt.SERVED_WITHOUT_VISIT, ticket.number)
    for number in sorted(finished):
        if number not in known:
            yield Difference(Doubt.VISIT_WITHOUT_TICKET, number)
        elif known[number].fate is not TicketFate.SERVED:
            yield Difference(Doubt.VISIT_NOT_SERVED, number)


def _about_receipts(
    intakes: Sequence[DayIntake], window: int, given: int, bands: Sequence[int]
) -> Iterator[Difference]:
    """Numbers of a counter follow each other from 1; after a restore from the next band on."""
    for number, times in Counter(intake.receipt_no for intake in intakes).items():
        if times > 1:
            yield Difference(Doubt.RECEIPT_TWICE, number)
    for at in sorted({window, *(intake.window for intake in intakes)}):
        had = {plain_count(intake.count, bands) for intake in intakes if intake.window == at}
        last = max((given if at == window else 0, *had))
        for missing in sorted(set(range(1, last + 1)) - had):
            yield Difference(Doubt.RECEIPT_MISSING, f"{at:02d}-{missing:04d}")


def _about_papers(intake: DayIntake) -> Iterator[Difference]:
    if intake.sent < 1:
        yield Difference(Doubt.NOT_SENT, intake.receipt_no)
    if intake.sent > 1:
        yield Difference(Doubt.SENT_TWICE, intake.receipt_no)
    if intake.papers and not _OUT.intersection(intake.papers):
        doubtful = _DOUBTFUL.intersection(intake.papers)
        yield Difference(Doubt.PAPER_IN_DOUBT if doubtful else Doubt.NO_PAPER, intake.receipt_no)


def _about_court(intake: DayIntake, at_court: Mapping[str, str | None]) -> Iterator[Difference]:
    held = at_court.get(intake.event_id)
    if intake.event_id in at_court and held is None:
        yield Difference(Doubt.NOT_AT_COURT, intake.receipt_no)
    if held is not None and held != intake.hash:
        yield Difference(Doubt.OTHER_AT_COURT, intake.receipt_no)
