"""A document camera as a program: what it sees is told, the worker it names shows it.

    python -m devices.simulators.document_camera --scene FILE [--scenario NAME | --first SCENE]

Its commands are those of ``devices.simulators.scene_program``; its scenes, ``empty``, ``page N``, ``hand N``,
``frozen``, ``silent``, ``slow``, ``crash``, ``garbage``, ``flood`` and ``busy``, those of
``devices.simulators.camera_worker``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from devices.simulators.scene_program import UNPLUGGED, Stage, play

SCENARIOS: Mapping[str, str] = {
    "empty-desk": "empty",
    "still-page": "page 0",
    "moving-hand": "hand 0",
    "camera-frozen": "frozen",
    "camera-silent": "silent",
    "camera-slow": "slow",
    "camera-unplugged": UNPLUGGED,
    "camera-busy": "busy",
    "camera-crash": "crash",
}
STAGE = Stage(
    "camera+worker",
    "camera-worker",
    frozenset({"empty", "page", "hand", "frozen", "silent", "slow", "crash", "garbage", "flood", "busy"}),
    SCENARIOS,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; see the top of this module."""
    return play(STAGE, "document_camera", arguments)


if __name__ == "__main__":
    sys.exit(main())
