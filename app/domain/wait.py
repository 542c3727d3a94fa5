"""How long somebody will wait, as a range from the hall's own days, and how often that was right.

A wait is learnt as minutes per person before (the one who waits counted), because halls differ in people and
windows, not in that. Only days like the moment count: the same group of matters and hour and as many windows
open; where too few are known, the hour, then the windows, then the group are let go, in that order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from app.domain.hall import HallState, fold
from app.domain.hall_event import EventKind, HallEvent

LOW: Final = 0.15
HIGH: Final = 0.85
"""The range holds seven of ten waits of days like this one."""
ENOUGH: Final = 12
_OPEN_MINUTES: Final = 45


@dataclass(frozen=True)
class Waited:
    """One wait as it was: ``ahead`` people before, ``windows`` open, ``hour`` of arrival, ``minutes`` waited.

    ``said`` is the range the ticket carried, empty when nothing was said.
    """

    group: str
    hour: int
    windows: int
    ahead: int
    minutes: float
    said: tuple[int, ...] = ()

    @property
    def pace(self) -> float:
        return self.minutes / (self.ahead + 1)


def estimate(
    history: Sequence[Waited], group: str, hour: int, windows: int, ahead: int
) -> tuple[int, int] | None:
    """Return minutes from and to, or None when the hall has not seen enough to say anything."""
    like = (
        lambda w: w.group == group and abs(w.hour - hour) <= 1 and w.windows == windows,
        lambda w: w.group == group and w.windows == windows,
        lambda w: w.group == group,
        None,
    )
    for alike in like:
        paces = sorted(w.pace for w in history if alike is None or alike(w))
        if len(paces) >= ENOUGH:
            low = math.floor(_quantile(paces, LOW) * (ahead + 1))
            high = math.ceil(_quantile(paces, HIGH) * (ahead + 1))
            return low, max(high, low + 1)
    return None


def _quantile(values: Sequence[float], share: float) -> float:
    """Return the share's quantile, interpolated between neighbours."""
    place = share * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def score(waits: Iterable[Waited]) -> tuple[int, int]:
    """Return how many waits ended within what was said, of how many where something was."""
    told = [w for w in waits if len(w.said) == 2]
    return sum(w.said[0] <= w.minutes <= w.said[1] for w in told), len(told)


def waits_of(events: Iterable[HallEvent], zone: tzinfo) -> list[Waited]:
    """Return the waits of one day's events, each as it looked when the number was given out."""
    state = HallState()
    begun: dict[str, tuple[int, int]] = {}
    waits: list[Waited] = []
    for event in events:
        if event.kind is EventKind.ISSUED and event.number not in state.tickets:
            begun[event.number] = (len(state.waiting()), windows_open(state, event.at))
        before = state.tickets.get(event.number)
        state = fold([event], state)
        after = state.tickets.get(event.number)
        called = event.kind is EventKind.CALLED and after is not None and after is not before
        if called and after is not None and after.calls == 1 and event.number in begun:
            ahead, windows = begun[event.number]
            hour = after.arrived_at.astimezone(zone).hour
            minutes = max(0.0, (event.at - after.arrived_at).total_seconds() / 60)
            waits.append(Waited(after.group, hour, windows, ahead, minutes, after.wait))
    return waits


def windows_open(state: HallState, now: datetime) -> int:
    """Return how many windows call just now: enrolled, not in a pause, at work within the last 45 minutes."""
    recent = {
        t.window
        for t in state.tickets.values()
        if t.called_at is not None and (now - t.called_at).total_seconds() < _OPEN_MINUTES * 60
    }
    return max(1, len({w for w in recent if w is not None} - state.paused.keys()))
