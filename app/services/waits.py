"""The wait that is said on a ticket, learnt from the hall's last two weeks, and how often it was right."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from app.clock import COURT_ZONE, local
from app.domain.hall import HallState
from app.domain.wait import Waited, estimate, waits_of, windows_open
from app.errors import HallProblem
from app.services.desk import Desk

_DAYS: Final = 14


def said(desk: Desk, state: HallState, group: str) -> tuple[int, ...]:
    """Return minutes from and to for somebody who comes now, empty when nothing honest can be said."""
    now = desk.clock.now()
    ahead, windows = len(state.waiting()), windows_open(state, now)
    found = estimate(_learnt(desk), group, local(now).hour, windows, ahead)
    return found or ()


def _learnt(desk: Desk) -> tuple[Waited, ...]:
    """Return the waits of the days before, read from the log once a day."""
    today = desk.today()
    if desk.waits is not None and desk.waits[0] == today:
        return desk.waits[1]
    found: list[Waited] = []
    with suppress(HallProblem):
        for back in range(1, _DAYS + 1):
            found += waits_of(desk.hall.past(today - timedelta(days=back)), COURT_ZONE)
    desk.waits = (today, tuple(found))
    return desk.waits[1]
