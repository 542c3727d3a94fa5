"""Desk views for tests: the same made-up people the gallery of states shows."""

from __future__ import annotations

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
    "offline_status",
    "outcome",
    "pages",
    "queue",
    "status",
    "visit",
]
