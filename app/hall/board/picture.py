"""What the public sees of a hall: numbers and windows, how many wait, nothing else.

No group, no priority and no person is in it: neither a screen nor a phone can show what it never gets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.clock import stamp
from app.domain.hall import HallState
from app.domain.ticket import Ticket, TicketState

_REFERENCE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.([A-Z]\d{3,4})")
_LAST: Final = 8


@dataclass(frozen=True)
class Picture:
    """The hall of one moment."""

    day: date
    state: HallState

    def board(self) -> dict[str, Any]:
        """Return who is called where, the newest first, who was before, and how many wait."""
        tickets = self.state.tickets.values()
        called = sorted((t for t in tickets if t.state is TicketState.CALLED), key=_called_at, reverse=True)
        before = (t for t in tickets if t.called_at and t.state not in _STILL_TO_COME)
        last = sorted(before, key=_called_at, reverse=True)[:_LAST]
        return {
            "day": self.day.isoformat(),
            "calls": [_call(t) for t in called],
            "last": [_call(t) for t in last],
            "waiting": len(self.state.waiting()),
        }

    def ticket(self, number: str) -> dict[str, Any]:
        """Return where one number stands; ``ahead`` are the people who came before and still wait."""
        ticket = self.state.tickets.get(number)
        told: dict[str, Any] = {"number": number, "state": "unknown"}
        if ticket is None:
            return told
        told |= {"state": ticket.state.value, "wait": list(ticket.wait)}
        if ticket.state is TicketState.WAITING:
            told["ahead"] = self.state.people_ahead(number)
            told["issued"] = stamp(ticket.arrived_at)
        if ticket.state is TicketState.CALLED:
            told["window"] = ticket.window
        return told


_STILL_TO_COME: Final = frozenset({TicketState.CALLED, TicketState.WAITING, TicketState.PARKED})


def _called_at(ticket: Ticket) -> tuple[str, str]:
    return (stamp(ticket.called_at) if ticket.called_at else "", ticket.number)


def _call(ticket: Ticket) -> Mapping[str, object]:
    """Return one call; ``times`` grows when the person is called again."""
    return {"number": ticket.number, "window": ticket.window, "times": ticket.calls}


def parse_reference(text: str) -> tuple[str, str] | None:
    """Return day and number of a ticket's reference (2026-11-23.A017), None for anything else."""
    match = _REFERENCE.fullmatch(text)
    return (match[1], match[2]) if match else None
