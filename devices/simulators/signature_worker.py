"""The program of a simulated signature pad; the sample for vendors, too.

    python -m devices.simulators.signature_worker --scene FILE

FILE holds one word, read at every request: ``sign`` (somebody writes and presses done), ``refuse``, ``wait``
(nobody comes), ``endless`` (writes for ever), ``outside`` (points off the pad), ``silent``, ``unplugged``,
``flood`` (never stops talking).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.errors import Unplugged
from devices.simulators.misbehaviour import misbehave
from devices.workers.serving import serve

_POINTS = 60
_AT_ONCE = 20
_PAUSE_SECONDS = 0.01
_FLOOD = 5000


class SimulatedPad:
    """Writes two waves."""

    def __init__(self, scene: Path) -> None:
        self._file = scene

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        scene = self._scene()
        if scene == "unplugged":
            raise Unplugged("the pad is gone")
        misbehave(scene)
        match request["do"]:
            case "open":
                return {"title": "签名板 (模拟)", "width": 128.0, "height": 64.0}
            case "points":
                time.sleep(_PAUSE_SECONDS)
                return self._points(scene, int(request["after"]))
            case _:
                return {}

    def _scene(self) -> str:
        try:
            return self._file.read_text("utf-8").strip()
        except OSError:
            return "unplugged"

    def _points(self, scene: str, after: int) -> dict[str, Any]:
        match scene:
            case "refuse":
                return {"points": [], "state": "refused"}
            case "wait":
                return {"points": [], "state": "writing"}
            case "endless":
                return {"points": [_point(n) for n in range(_FLOOD)], "state": "writing"}
            case "outside":
                return {"points": [[0, 0.0, 7.5, 0.5, 1.0]], "state": "writing"}
        end = min(_POINTS, after + _AT_ONCE)
        return {
            "points": [_point(n) for n in range(after, end)],
            "state": "done" if end == _POINTS else "writing",
        }


def _point(number: int) -> list[float | int]:
    stroke, place = divmod(number % _POINTS, _POINTS // 2)
    along = place / (_POINTS // 2)
    height = 0.5 + 0.3 * math.sin(6 * along) * (1 if stroke else -1)
    return [stroke, round(number * 0.02, 3), round(0.1 + 0.8 * along, 4), round(height, 4), 0.5]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.signature_worker")
    parser.add_argument("--scene", type=Path, required=True, metavar="FILE")
    serve(SimulatedPad(parser.parse_args(arguments).scene).answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
