"""A month without a line and the drain after it, or thousands of single days; prints what was broken.

    python -m benchmarks.soak_days                              30 days, 15,000 visits of 12 pages
    python -m benchmarks.soak_days --runs 1000 --days 1 --visits 60 --pages 2     many seeds

A run that breaks a promise prints its seed; the same seed is the same run. `--folder` on a memory disk
(/dev/shm) takes the disk's syncs out of the time, nothing else.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.helpers.month import Outcome, Plan, simulate


def main(words: Sequence[str] | None = None) -> int:
    """Run the plan; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1, help="this many seeds from --seed on")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--visits", type=int, default=15_000)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--folder", type=Path, help="where the data goes while it runs")
    given = parser.parse_args(words)
    logging.getLogger("app").setLevel(logging.CRITICAL)  # damage on the way is part of the plan
    broken = 0
    for seed in range(given.seed, given.seed + given.runs):
        plan = Plan(seed=seed, days=given.days, visits=given.visits, pages=given.pages)
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            told = print if given.runs == 1 else lambda _line: None
            found = simulate(Path(folder), plan, told)
        if given.runs == 1 or found.broken:
            report(seed, found)
        broken += bool(found.broken)
    print(f"{given.runs} runs, {given.runs * given.days} days, {broken} broke a promise")
    return 1 if broken else 0


def report(seed: int, found: Outcome) -> None:
    """Print one run."""
    print(
        f"seed {seed}: {found.stored:,} records and {found.blobs:,} pages stored, {found.poison} poisoned; "
        f"drain {found.simulated:,.0f} simulated s, {found.seconds:,.0f} real s"
    )
    print("  " + ", ".join(f"{name} {count:,}" for name, count in sorted(found.happened.items())))
    for line in found.broken[:20]:
        print(f"  BROKEN {line}")


if __name__ == "__main__":
    sys.exit(main())
