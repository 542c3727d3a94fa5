"""Desk views for tests: the same made-up people the gallery of states shows."""

from __future__ import annotations

from app.services.before_end import OpenPoint, StillOpen, Why
from ui.gallery_views import (
    CONFIRMATION,
    NOW,
    SIGNATURE,
    FixedClock,
    advice,
    desk,
    devices,
    idle,
    offline_status,
    outcome,
    pages,
    queue,
    status,
    visit,
)

__all__ = [
    "CONFIRMATION",
    "NOW",
    "SIGNATURE",
    "FixedClock",
    "advice",
    "desk",
    "devices",
    "idle",
    "many_to_do",
    "offline_status",
    "outcome",
    "pages",
    "queue",
    "status",
    "visit",
]


def many_to_do() -> StillOpen:
    """What F12 says of thirty matters in which nothing was asked."""
    points = [OpenPoint(n, Why.BY_LAW, f"matter.{n}.claims", f"请求{n}") for n in range(1, 31)]
    return StillOpen(points, several=True)
