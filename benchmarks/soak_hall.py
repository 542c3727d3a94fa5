"""Many simulated days of a hall: `python -m benchmarks.soak_hall --operations 1000000`.

Writes docs/hall-soak.md. The product's own `Member` with 32 windows and 6 issuing points; what goes wrong is
in tests/helpers/hall_simulation.py. Ends with status 1 when a number was printed twice, a person called
twice or somebody forgotten.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.helpers.hall_simulation import Hall

WINDOWS, POINTS, STEPS = 32, 6, 2000
REPORT = Path(__file__).parents[1] / "docs" / "hall-soak.md"


def day(seed: int) -> tuple[int, Counter[str], dict[str, list[str]]]:
    """Run one day; return its seed, what was counted, and what the verdict found wrong."""
    hall = Hall(seed, WINDOWS, POINTS)
    hall.run(STEPS)
    counted = Counter(
        {
            "numbers printed": sum(hall.printed.values()),
            "people called": sum(hall.called.values()),
            "numbers issued while cut off": hall.alone["issued"],
            "people called while cut off": hall.alone["called"],
            "arrivals refused (no block left, or reports missing)": hall.refused,
            "numbers nobody holds, called once (lost answer while issuing)": len(
                set(hall.called) - set(hall.printed)
            ),
            "calls again on a supervisor's word": sum(hall.freed.values()),
            "operations on the log": hall.operations,
        }
    )
    counted.update({f"fault: {name}": times for name, times in hall.faults.items()})
    wrong = {
        "printed twice": hall.duplicates(),
        "called twice": hall.double_calls(),
        "forgotten": hall.stuck(),
    }
    return seed, counted, wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=100_000, help="stop after so many calls to the log")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    failures: list[str] = []
    began, days, seed = time.monotonic(), 0, options.first
    with ProcessPoolExecutor(options.processes) as pool:
        while total["operations on the log"] < options.operations:
            seeds = range(seed, seed + 2 * options.processes)
            seed = seeds.stop
            for number, counted, wrong in pool.map(day, seeds):
                days += 1
                total += counted
                failures += [f"seed {number}: {what} {who[:5]}" for what, who in wrong.items() if who]
            print(f"{days} days, {total['operations on the log']} operations, {failures}", flush=True)
    write(total, failures, days, options.first, time.monotonic() - began)
    return 1 if failures else 0


def write(total: Counter[str], failures: list[str], days: int, first: int, seconds: float) -> None:
    """Write the report with the machine and the command, so that anybody can repeat it."""
    size = f"{days} days, {WINDOWS} windows, {POINTS} issuing points, seeds {first} to {first + days - 1}."
    lines = [
        "# Soak of the hall rules",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores {platform.machine()}, {seconds:.0f} s: {size}",
        "",
        "The log is in memory; the rules and the member's code are the product's.",
        "Real servers are in `tests/faults/test_hall_*.py`.",
        "",
        "| | |",
        "|---|---|",
        f"| numbers printed twice | {sum('printed' in f for f in failures)} |",
        f"| people called twice without a supervisor's word | {sum('called' in f for f in failures)} |",
        f"| people forgotten | {sum('forgotten' in f for f in failures)} |",
        *(f"| {name} | {times:,} |" for name, times in sorted(total.items())),
        "",
        *(f"- {failure}" for failure in failures),
    ]
    REPORT.write_text("\n".join(lines).rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
