"""Codes of a scan gun: heard on the gun's lane, understood, the ticket among them brought to the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.scanned import LONGEST, Kind, Scanned, understand
from app.domain.ticket import TicketState
from app.errors import HallProblem
from app.lanes import HALL, SCAN_GUN, on
from app.services import calling
from app.services.desk import Desk
from app.texts import _
from devices.drivers.gun_keyboard import SCHEME, prefix_of
from devices.errors import Garbled
from devices.scan_gun import Burst, BurstDetector, Key, Typed

__all__ = [
    "Brought", "Burst", "BurstDetector", "Key", "Kind", "Outcome", "Scanned", "Typed",
    "bring", "listen", "typed_codes",
]  # fmt: skip

_LISTEN_SECONDS: Final = 0.5
_MOST_IN_A_SECOND: Final = 5
_UNREADABLE: Final = "\ufffd"


def typed_codes(desk: Desk) -> BurstDetector | None:
    """Return what tells the bursts of this counter's gun from typing; None where it is no keyboard."""
    url = str(desk.bench.urls[SCAN_GUN])
    return BurstDetector(prefix=prefix_of(url)) if url.startswith(f"{SCHEME}:") else None


@on(SCAN_GUN)
def listen(desk: Desk) -> Scanned | None:
    """Wait half a second for a code; None without one. Raises DeviceProblem, also for a gun that floods."""
    if not desk.bench.has(SCAN_GUN):
        return None
    text = heard(desk, _LISTEN_SECONDS)
    return None if text is None else understand(text)


def heard(desk: Desk, seconds: float) -> str | None:
    """Wait so long for a code, on the gun's lane; None without one. Raises as ``listen``."""
    with desk.bench.gun() as gun:
        text = gun.next_scan(seconds)
        if text is None:
            return None
        if desk.bench.scans_in_a_second(desk.clock.monotonic()) > _MOST_IN_A_SECOND:
            raise Garbled(f"more than {_MOST_IN_A_SECOND} codes within a second")
        if _UNREADABLE in text or len(text) > LONGEST:
            raise Garbled(f"a code of {len(text)} characters that is no text")
    return text


class Outcome(StrEnum):
    """What became of a scanned ticket."""

    CALLED = "called"
    BACK = "back"
    HERE = "here"


@dataclass(frozen=True)
class Brought:
    """``number`` and what was done with it."""

    number: str
    outcome: Outcome


@on(HALL)
def bring(desk: Desk, number: str, day: date) -> Brought:
    """Call the ticket to this window, or put it back into the queue where it was missed.

    Who was called here before and has no visit yet comes first: then it is that one's number that is told.
    Raises HallProblem with what to do: of another day, served, at another window, or somebody is here.
    """
    if day != desk.today():
        raise HallProblem(
            _("{number} 是 {day} 的号，今天不能用。").format(number=number, day=day.isoformat()),
            safe=_("排队没有变动。"),
            next_step=_("请按 F2 取今天的号；补材料的按 Shift+F9。"),
        )
    desk.hall.refresh(day)
    ticket = desk.hall.state.tickets.get(number)
    if ticket is not None and ticket.state is TicketState.CALLED and ticket.window == desk.window:
        return Brought(number, Outcome.HERE)
    if ticket is not None and ticket.state is TicketState.NO_SHOW:
        calling.bring_back(desk, number)
        return Brought(number, Outcome.BACK)
    return Brought(calling.call_one(desk, number).ticket, Outcome.CALLED)
