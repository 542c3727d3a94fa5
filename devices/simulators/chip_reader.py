"""A reader of chip cards as a program: which card is in it is told, the worker it names plays it.

    python -m devices.simulators.chip_reader --scene FILE [--scenario NAME | --first SCENE]

Its commands are those of ``devices.simulators.scene_program``; its scenes, ``none``, ``social``, ``other``,
``broken``, ``silent`` and ``crash``, those of ``devices.simulators.chip_worker``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from devices.simulators.scene_program import UNPLUGGED, Stage, play

SCENARIOS: Mapping[str, str] = {
    "no-card": "none",
    "social-card": "social",
    "another-card": "other",
    "broken-card": "broken",
    "silent": "silent",
    "crash": "crash",
    "unplugged": UNPLUGGED,
}
STAGE = Stage(
    "pcsc+worker",
    "chip-worker",
    frozenset({"none", "social", "other", "broken", "flood", "silent", "crash"}),
    SCENARIOS,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; see the top of this module."""
    return play(STAGE, "chip_reader", arguments)


if __name__ == "__main__":
    sys.exit(main())
