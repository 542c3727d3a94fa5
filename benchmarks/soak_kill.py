"""Kill the demo with SIGKILL at random moments of a visit, on the same data, and count what was lost.

    python -m benchmarks.soak_kill [--kills 200] [--minutes 60] [--seed N] [--folder DIR]

After every kill the store is verified and compared with what was durable before, paper by paper and field by
field; the first difference ends the run with the seed that repeats it. Every tenth run is left to finish.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.killing import STEPS, KilledDemo, moments

_RUN_THROUGH_EVERY = 10


def main() -> int:
    """Run until so many kills or minutes have passed; print the table; return 1 when something was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_kill")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60.0, help="no new run after this long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--folder", type=Path, help="keep everything here; default is a temporary folder")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as temporary:
        demo = KilledDemo(options.folder or Path(temporary))
        try:
            _soak(demo, options)
        except AssertionError as lost:
            print(f"after {demo.tally.kills} kills: {lost}")
            return 1
        finally:
            _table(demo)
    return 0


def _soak(demo: KilledDemo, options: argparse.Namespace) -> None:
    until = time.monotonic() + options.minutes * 60
    for moment in moments(random.Random(options.seed)):  # noqa: S311 - chooses moments, keeps no secret
        if demo.tally.kills >= options.kills or time.monotonic() > until:
            break
        killed = not demo.run_until(moment)
        if killed and demo.tally.kills % _RUN_THROUGH_EVERY == 0:
            demo.run_until(None)
    demo.run_until(None)
    assert demo.all_sent(), "a finished visit did not reach the court"


def _table(demo: KilledDemo) -> None:
    tally = demo.tally
    print("steps shown before   kills")
    for step in range(STEPS):
        print(f"{step:<18}{tally.after[step]:>7}")
    print(f"{'all':<18}{tally.kills:>7}")
    print(f"runs that finished a visit {tally.completed}, visits taken up again {tally.reopened}")
    print(f"children left behind {tally.orphans}, {tally.seconds:.0f} s of runs")


if __name__ == "__main__":
    sys.exit(main())
