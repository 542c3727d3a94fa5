"""What the runs of ``benchmarks.soak_hall_servers`` found, day after day, and the report made of it.

Kept as JSON, so that a run that was interrupted goes on and another seed adds to it. A run belongs to one
state of what decides of the queue (``app/hall`` and its rules): what is counted together is said, never mixed
silently.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.soak_hall_faults import FAULTS
from benchmarks.soak_hall_proof import FATES, kind_of

_SHOWN: Final = {"issued", "open", *FATES.values()}
_DECIDES: Final = ("app/hall", "app/domain/hall*.py", "app/domain/ticket*.py")
_MOST_TOLD: Final = 100
_OPERATIONS: Final = {
    "acts": "acts of windows and points that came about (a number, a call, its end, its being taken back)",
    "stored": "of those writes, stored; the others were races that were lost, or got no answer",
    "told again": "of those writes, reports after the whole hall was put back",
    "reads": "reads of the log",
}


@dataclass
class Run:
    """Days of one seed on one state of the program. ``load`` is that of the machine when it began."""

    seed: int
    command: str
    commit: str
    program: str
    machine: str
    load: float
    began: str
    seconds: float = 0.0
    days: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @classmethod
    def now(cls, seed: int, command: str) -> Self:
        changed = _git("status", "--porcelain", "--", "app", "benchmarks", "tests/helpers")
        return cls(
            seed,
            command,
            commit=_git("rev-parse", "--short", "HEAD") + " changed" * bool(changed),
            program=_program() + " changed" * bool(changed),
            machine=f"{os.cpu_count()} cores {platform.machine()}",
            load=round(os.getloadavg()[0], 1),
            began=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        )

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        run = cls(**told)
        run.operations, run.faults, run.counts = map(Counter, (run.operations, run.faults, run.counts))
        return run


class Record:
    """All runs that were written down in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        told = json.loads(path.read_text("utf-8")) if path.exists() else {"runs": []}
        self.runs = [Run.read(one) for one in told["runs"]]

    def days_of(self, seed: int) -> int:
        """Return how many days of a seed are there, whatever the program was then."""
        return sum(run.days for run in self.runs if run.seed == seed)

    def writes_of(self, program: str) -> int:
        return sum(run.operations["writes"] for run in self.runs if run.program == program)

    def keep(self, run: Run) -> None:
        """Write the run down as it is now; an interruption loses the day that is running."""
        self.runs = [*(one for one in self.runs if one is not run), run]
        told = {"runs": [vars(one) for one in self.runs if one.days]}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
        fresh.replace(self.path)
        self.path.with_suffix(".md").write_text("\n".join(report(self.runs)).rstrip() + "\n", "utf-8")


def _program() -> str:
    """Return a name for what decides of the queue as it is committed: another state has another one."""
    return hashlib.sha256(_git("ls-files", "-s", "--", *_DECIDES).encode()).hexdigest()[:7]


def _git(*words: str) -> str:
    folder = Path(__file__).parents[1]
    told = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def report(runs: Sequence[Run]) -> Iterator[str]:
    """Return the report: for each state of the program what its runs add up to, and each run."""
    yield "# Soak of a hall over real servers"
    yield ""
    yield "`python -m benchmarks.soak_hall_servers` (`--resume` goes on after the last day). Real"
    yield "nats-servers (TLS, a certificate a member, every write on the disk), the product's own seats and"
    yield "stores. Judged from the log, read by a member that was never there, and from what each window"
    yield "wrote down outside the product when it gave a number or called somebody."
    for program in dict.fromkeys(run.program for run in reversed(runs)):
        yield ""
        yield from _summed(program, [run for run in runs if run.program == program])


def _summed(program: str, runs: Sequence[Run]) -> Iterator[str]:
    operations, faults, counts = Counter[str](), Counter[str](), Counter[str]()
    for run in runs:
        operations.update(run.operations)
        faults.update(run.faults)
        counts.update(run.counts)
    wrong = [words for run in runs for words in run.wrong]
    broken = [words for run in runs for words in run.broken]
    kinds = Counter(kind_of(one) for one in wrong)
    yield f"## The queue in state {program}: {sum(run.days for run in runs)} days"
    yield ""
    yield "| began (UTC) | commit | machine, load when it began | days, seconds | writes | wrong, broken | |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, runs)
    yield ""
    yield "| all of these runs | |"
    yield "|---|---|"
    yield f"| operations: writes asked of the log | {operations['writes']:,} |"
    yield from (f"| {words} | {operations[name]:,} |" for name, words in _OPERATIONS.items())
    parts = " + ".join(f"{counts[name]:,} {name}" for name in (*FATES.values(), "open"))
    yield f"| issued | {counts['issued']:,} = {parts} |"
    yield f"| numbers printed twice | {kinds['printed']} |"
    yield f"| people called twice | {kinds['called']} |"
    yield f"| people forgotten | {kinds['forgotten']} |"
    yield f"| anything else wrong | {kinds['']} |"
    yield f"| promise broken | {len(broken)} |"
    yield from (f"| {name} | {n:,} |" for name, n in sorted(counts.items()) if name not in _SHOWN)
    yield from (f"| fault: {name} | {faults[name]:,} |" for name in FAULTS)
    yield ""
    yield from (f"- {one}" for one in (*wrong, *broken)[:_MOST_TOLD])


def _row(run: Run) -> str:
    writes = run.operations["writes"]
    rate = writes / run.seconds if run.seconds else 0
    return (
        f"| {run.began} | {run.commit} | {run.machine}, {run.load} | {run.days}, {run.seconds:.0f} "
        f"| {writes:,} ({rate:.0f}/s) | {len(run.wrong)}, {len(run.broken)} | `{run.command}` |"
    )
