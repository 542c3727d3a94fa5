"""The signature pad beside the party: one signature, point by point; without it the screen is signed on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.errors import Cancelled
from app.lanes import SIGNATURE_PAD, on
from app.services.desk import Desk
from devices.signature import Point, picture

_SECONDS: Final = 180.0


@dataclass(frozen=True)
class Captured:
    """``png``: black on white; ``strokes``: each a list of (t, x, y, pressure), x and y as fractions."""

    png: bytes = field(repr=False)
    strokes: tuple[tuple[Point, ...], ...] = field(repr=False)


@on(SIGNATURE_PAD)
def capture(desk: Desk, unwanted: threading.Event, writing: Callable[[], None]) -> Captured | None:
    """Let the party sign; None when they put it away, or nobody wrote for three minutes.

    ``writing`` is called on this lane as points come. Raises DeviceProblem, Cancelled once ``unwanted``.
    """
    try:
        with desk.bench.pad() as device:
            signed = device.capture(_SECONDS, unwanted.is_set, lambda _points: writing())
    except Cancelled:
        desk.bench.close(SIGNATURE_PAD)  # its program was stopped in the middle of an answer
        raise
    if signed is None:
        return None
    return Captured(picture(signed), signed.strokes)
