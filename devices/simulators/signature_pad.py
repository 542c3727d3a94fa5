"""A signature pad as a program: whether and how somebody signs is told, the worker it names plays it.

    python -m devices.simulators.signature_pad --scene FILE [--scenario NAME | --first SCENE]

Its commands are those of ``devices.simulators.scene_program``; its scenes, ``wait``, ``sign``, ``refuse``,
``endless``, ``outside`` and ``silent``, those of ``devices.simulators.signature_worker``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from devices.simulators.scene_program import UNPLUGGED, Stage, play

SCENARIOS: Mapping[str, str] = {
    "nobody-signs": "wait",
    "signs": "sign",
    "refuses": "refuse",
    "endless": "endless",
    "off-the-pad": "outside",
    "silent": "silent",
    "unplugged": UNPLUGGED,
}
STAGE = Stage(
    "signature+worker",
    "signature-worker",
    frozenset({"wait", "sign", "refuse", "endless", "outside", "flood", "silent"}),
    SCENARIOS,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; see the top of this module."""
    return play(STAGE, "signature_pad", arguments)


if __name__ == "__main__":
    sys.exit(main())
