"""Signature pads that are no screen of ours: movement of a pen, point by point, and the picture of it.

A pad that acts as a tablet of the system needs no driver: the party screen takes its pen. Others are driven
by their vendor's program, which answers as in ``devices.requests``:

    {"do": "open"}                  -> {"title": "...", "width": 128.0, "height": 80.0}     millimetres
    {"do": "begin"}                 -> {}               empty the pad and let the person write
    {"do": "points", "after": 12}   -> {"points": [[stroke, t, x, y, pressure], ...],
                                        "state": "writing" | "done" | "refused"}
    {"do": "end"}                   -> {}               the pad takes no more

``stroke`` counts from 0, ``t`` is in seconds since ``begin``, x and y are fractions from the top left,
pressure is 0 to 1. ``after`` is how many points the desk has; the worker waits up to half a second for more.
``done`` and ``refused`` are keys on the pad.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from devices.base import Device, PadCapabilities
from devices.errors import Garbled

Point = tuple[float, float, float, float]
"""t, x, y, pressure."""
STATES = frozenset({"writing", "done", "refused"})
MOST_POINTS = 20_000
_PICTURE_WIDTH = 640
_MARGIN = 12
_NUMBERS = 5
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, repr=False)
class Signature:
    """``strokes``: each a movement without lifting the pen; ``aspect``: width by height of the pad."""

    strokes: tuple[tuple[Point, ...], ...]
    aspect: float

    def __repr__(self) -> str:
        """Show nothing of it."""
        return f"<Signature of {len(self.strokes)} strokes>"


class SignaturePad(Device, Protocol):
    """A pad on which a person signs."""

    @property
    def capabilities(self) -> PadCapabilities: ...

    def capture(
        self, seconds: float, cancelled: Callable[[], bool], drawn: Callable[[Sequence[Point]], None]
    ) -> Signature | None:
        """Let somebody sign; return None when they refused or ``seconds`` went by without "done".

        ``drawn`` hears the points as they come, on the calling thread. Raises Cancelled, NotAnswering,
        Garbled, Unplugged, DriverFault.
        """
        ...


def picture(signature: Signature) -> bytes:
    """Draw a signature, black on white, as a PNG of 640 pixels' width."""
    from PIL import Image, ImageDraw

    width, height = _PICTURE_WIDTH, max(1, round(_PICTURE_WIDTH / signature.aspect))
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    across, down = width - 2 * _MARGIN, height - 2 * _MARGIN
    for stroke in signature.strokes:
        places = [(_MARGIN + x * across, _MARGIN + y * down) for _, x, y, _ in stroke]
        if len(places) == 1:
            x, y = places[0]
            draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=0)
        for line, (*_, pressure) in zip(pairwise(places), stroke, strict=False):
            draw.line(line, fill=0, width=round(2 + 3 * pressure))
    held = io.BytesIO()
    image.save(held, "PNG", optimize=True)
    return held.getvalue()


def new_points(reply: Mapping[str, Any]) -> tuple[list[tuple[int, Point]], str]:
    """Read the reply to ``points``: stroke and point, and the state. Raises Garbled."""
    found, state = reply.get("points"), reply.get("state")
    if not isinstance(found, list) or len(found) > MOST_POINTS or state not in STATES:
        raise Garbled("points: no list of points, or no state")
    return [_point(one) for one in found], str(state)


def capabilities(reply: Mapping[str, Any]) -> PadCapabilities:
    """Read the reply to ``open``. Raises Garbled."""
    sides = [reply.get(key) for key in ("width", "height")]
    if not all(type(side) in {int, float} and 1 <= float(str(side)) <= 1000 for side in sides):
        raise Garbled("open: no size of the pad")
    return PadCapabilities(*(float(str(side)) for side in sides))


def _point(found: object) -> tuple[int, Point]:
    if not isinstance(found, list) or len(found) != _NUMBERS:
        raise Garbled("points: a point has five numbers")
    stroke, *rest = found
    if type(stroke) is not int or not 0 <= stroke <= MOST_POINTS:
        raise Garbled("points: no stroke")
    if not all(type(number) in {int, float} for number in rest):
        raise Garbled("points: a point has five numbers")
    t, x, y, pressure = (float(number) for number in rest)
    if not (0 <= t <= _LONGEST_SECONDS and 0 <= x <= 1 and 0 <= y <= 1 and 0 <= pressure <= 1):
        raise Garbled("points: a point lies outside the pad")
    return stroke, (t, x, y, pressure)
