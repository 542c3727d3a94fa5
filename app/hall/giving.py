"""A window that is cut off and holds nobody gets a person another window holds, while the log is silent.

Nobody but the holder may call who is bound to it, so the holder alone can give them away; no leader and no
quorum is needed. First the holder's journal says that the person is the asker's (RELEASED ``to`` it), then
the asker is told every fact about the ticket and keeps them under the same ids before it calls. Whoever comes
back first tells the hall. A lost answer leaves the person to the asker, who is given them when it asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Protocol

from app.domain.hall import HallState
from app.domain.hall_event import EventKind
from app.domain.hall_next import next_ticket, to_give
from app.domain.ticket import Ticket, TicketState
from app.hall.isolated import Member
from app.hall.journal import Entry

_ABOUT: Final = frozenset(
    {
        EventKind.ISSUED,
        EventKind.CALLED,
        EventKind.RECALLED,
        EventKind.RETURNED,
        EventKind.NO_SHOW,
        EventKind.PARKED,
        EventKind.TRANSFERRED,
        EventKind.UNDONE,
        EventKind.BOUND,
        EventKind.ASKED,
        EventKind.RELEASED,
        EventKind.FREED,
    }
)
"""What can have happened to a ticket: nothing else is taken from another window's word."""


@dataclass(frozen=True)
class Offer:
    """Whom a window would give, or gives: the facts about that ticket, in order."""

    holder: int
    number: str
    facts: tuple[Entry, ...]

    @property
    def is_about_one(self) -> bool:
        """Whether nothing but what can happen to this ticket is told."""
        told = (fact.event for fact in self.facts)
        return bool(self.facts) and all(e.number == self.number and e.kind in _ABOUT for e in told)


@dataclass(frozen=True)
class Asked:
    """What window ``asker`` wants: to hear whom it could have, or with a ``number`` that person."""

    asker: int
    day: date
    number: str = ""


class Giving(Protocol):
    """The way between windows. Calls block for under a second; they belong to the ``hall`` lane."""

    def offers(self, day: date, others: int) -> list[Offer]:
        """Return whom other windows would give; waits until ``others`` have answered or time is up."""

    def take(self, day: date, chosen: Offer) -> Offer | None:
        """See ``Take``."""

    def serve(self, answer: Callable[[Asked], Future[Offer | None]]) -> None:
        """Answer what other windows ask."""


Take = Callable[[Offer], Offer | None]
"""Ask the holder for whom it offered; None when it does not answer, or the person went elsewhere."""


def offer(member: Member, asker: int, now: datetime) -> Offer | None:
    """Return whom this member could give; first of all whom it gave before, if the answer was lost."""
    if not member.cut_off:
        member.read()
    state = member.state
    if asker not in state.enrolled or asker == member.window:
        return None
    given = next(iter(_given(member, state, asker)), None)
    ticket = given or to_give(state, member.window, asker, now)
    return Offer(member.window, ticket.number, tuple(member.history(ticket.number))) if ticket else None


def give(member: Member, asker: int, number: str, now: datetime) -> Offer | None:
    """Give the person away, durable here before the asker hears of it; None when they went elsewhere."""
    found = offer(member, asker, now)
    if found is None or found.number != number:
        return None
    if member.state.tickets[number].bound == member.window:
        member.let_go(number, asker, now)
    if member.state.tickets[number].bound != asker:
        return None
    return replace(found, facts=tuple(member.history(number)))


def _given(member: Member, state: HallState, asker: int) -> list[Ticket]:
    def gave(ticket: Ticket) -> bool:
        last = member.about(ticket.number)[-1]
        return last.kind is EventKind.RELEASED and (last.window, last.to) == (member.window, asker)

    return [ticket for ticket in state.bound_to(asker) if gave(ticket)]


def take_best(member: Member, offers: Iterable[Offer], take: Take, now: datetime) -> bool:
    """Take whom the rule chooses of all who are offered, the next one where a holder says no."""
    left = {o.number: o for o in offers}
    while left:
        chosen = _choose(member, left.values(), now)
        if chosen is None:
            return False
        del left[chosen.number]
        given = take(chosen)
        if given is not None and _is_ours(member, chosen, given):
            member.take_over(given.facts)
            return True
    return False


def _choose(member: Member, offers: Iterable[Offer], now: datetime) -> Offer | None:
    by_number = {o.number: o for o in offers}
    tickets = dict[str, Ticket]()
    for number, one in by_number.items():
        ticket = member.state_after(one.facts).tickets.get(number)
        if ticket is not None and ticket.state is TicketState.WAITING:
            tickets[number] = ticket.moved(bound=None)
    choice = next_ticket(replace(member.state, tickets=tickets, owed=frozenset()), now, window=member.window)
    return by_number[choice.ticket.number] if choice else None


def _is_ours(member: Member, chosen: Offer, given: Offer) -> bool:
    if given.number != chosen.number:
        return False
    ticket = member.state_after(given.facts).tickets.get(given.number)
    return ticket is not None and ticket.state is TicketState.WAITING and ticket.bound == member.window
