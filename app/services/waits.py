"""The wait that is said on a ticket, learnt from the hall's last two weeks, and how often it was right."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.clock import COURT_ZONE, local
from app.domain.hall import HallState
from app.domain.wait import estimate, waits_of, windows_open
from app.errors import HallProblem
from app.lanes import HALL, on
from app.services.desk import Desk

_DAYS: Final = 14


def said(desk: Desk, state: HallState, group: str) -> tuple[int, ...]:
    """Return minutes from and to for somebody who comes now, empty when nothing honest can be said."""
    now = desk.clock.now()
    ahead, windows = len(state.waiting()), windows_open(state, now)
    known = [wait for day in desk.waits.values() for wait in day]
    found = estimate(known, group, local(now).hour, windows, ahead)
    return found or ()


@on(HALL)
def catch_up(desk: Desk) -> bool:
    """Learn from one more of the days before, so that calls come in between; True when there is none left.

    Only a day that was read whole is kept: while the hall does not answer nothing is learnt, for now.
    """
    today = desk.today()
    days = [today - timedelta(days=back) for back in range(1, _DAYS + 1)]
    desk.waits = {day: waits for day, waits in desk.waits.items() if day in days}
    missing = next((day for day in days if day not in desk.waits), None)
    if missing is None or not desk.hall.is_answering():
        return True
    try:
        events = desk.hall.past(missing)
    except HallProblem:
        return True
    if not desk.hall.is_answering():
        return True
    desk.waits[missing] = tuple(waits_of(events, COURT_ZONE))
    return False
