"""A hall of real servers under everything that goes wrong: ``python -m benchmarks.soak_hall_servers``.

Three nats-servers on the product's configuration, 32 windows and 6 issuing points in ten processes (each
member with its own seat, encrypted store and connection), as fast as they can. Faults at random from a seed:
kills, pauses, partitions, lost answers, clock jumps, older copies put back. After each day everything is
mended, everybody is served, and a member who was never there reads the log: ``soak_hall_proof``. Days are
eight apart, so that no window looks for yesterday's work; a week of days has servers and stores of its own.

``--operations`` counts writes asked of the log (events and numbers), nothing else. Ends with status 1 when
anything is wrong or a promise was broken. With ``--write`` every finished day goes into
docs/hall-soak-servers.json and its report, beside what other seeds added; with ``--resume`` a seed goes on
after its last day, until all runs of this state of the program have made so many operations. Ends only what
it started. ``--control calls`` or ``numbers`` switches a rule off: then it has to fail.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from app.hall.isolated import Member
from app.hall.journal import Entry
from app.hall.log import is_claim
from app.hall.nats_log import NatsLog
from benchmarks.soak_hall_crew import CONTROLS
from benchmarks.soak_hall_faults import Size, Week
from benchmarks.soak_hall_proof import FATES, Verdict, judge, read_said
from benchmarks.soak_hall_record import Record, Run, report

RECORD: Final = Path(__file__).parents[1] / "docs" / "hall-soak-servers.json"
FIRST: Final = date(2026, 1, 5)
_DAYS_APART: Final = 8
_DRAIN_SECONDS: Final = 300.0
_PATIENCE: Final = 120.0
"""Seconds the newcomer waits for servers that were all put back a moment ago."""


class Soak:
    """A run: its options, what was counted, what is wrong."""

    def __init__(self, options: argparse.Namespace, record: Record | None) -> None:
        self.options = options
        self.size = Size(options.windows, options.points, options.crews)
        self.record = record
        self.done = Run.now(options.seed, self.command())
        known = record is not None and options.resume
        self.day_number = record.days_of(options.seed) if record and known else 0
        self.before = record.writes_of(self.done.program) if record and known else 0
        self.operations = Counter[str]()
        self.faults = Counter[str]()
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def is_over(self) -> bool:
        late = self.options.minutes and self.seconds > 60 * self.options.minutes
        return bool(late) or self.before + self.operations["writes"] >= self.options.operations

    def run(self) -> int:
        while not self.is_over and not self.stops:
            self.week()
        return 1 if self.failed else 0

    @property
    def failed(self) -> bool:
        """Whether anything was wrong, or a promise broken."""
        return bool(self.done.wrong or self.done.broken)

    @property
    def stops(self) -> bool:
        return self.failed and bool(self.options.stop)

    def week(self) -> None:
        """Set up a hall, run days until it is old, take it down."""
        with tempfile.TemporaryDirectory(prefix="hall-soak-", dir=self.options.folder) as folder:
            chance = random.Random(f"{self.options.seed}.{self.day_number}")  # noqa: S311  # a seeded week
            with Week(Path(folder), chance, self.size, self.options.control) as week:
                for _day in range(self.options.week):
                    self.day(week, FIRST + timedelta(days=_DAYS_APART * self.day_number))
                    if self.is_over or self.stops:
                        return

    def day(self, week: Week, day: date) -> None:
        """Give numbers with faults all along, mend everything, let everybody be served, and judge."""
        writes, faults = Counter(self.operations), Counter(self.faults)
        week.order(day, "open")
        while week.printed(day) < self.options.people and not self.is_over:
            self.operations = writes + week.go_on(self.options.every)
        week.mend()
        week.order(day, "closing")
        week.wait_for_all(day, "rests", _DRAIN_SECONDS)
        left = self.drain(week, day)
        week.order(day, "over")
        week.wait_for_all(day, "settled", _DRAIN_SECONDS)
        log = newcomer(week)
        try:
            events = [one.event for one in log.since(day, 0) if not is_claim(one)]
        finally:
            log.close()
        verdict = judge(events, read_said(week.said(day)))
        verdict.wrong += [*left, *week.surprises]
        week.surprises.clear()
        self.operations = writes + week.counted()
        self.faults = faults + week.faults
        week.forget_counts()
        self.add(day, verdict)

    def drain(self, week: Week, day: date) -> list[str]:
        """Wait until everybody was served or missed and every window has reported."""
        until, waiting = time.monotonic() + _DRAIN_SECONDS, list[str]()
        log = newcomer(week)
        try:
            member = Member(log, _Nothing(), self.size.newcomer, day)
            while time.monotonic() < until:
                week.tend()
                read = member.read()
                waiting = [t.number for t in member.state.tickets.values() if t.state not in FATES]
                if read and not waiting and not member.state.owed:
                    return []
                time.sleep(0.5)
            owed = sorted(member.state.owed)
            return [f"{day}: not over after {_DRAIN_SECONDS:.0f} s: {waiting[:9]}, reports of {owed}"]
        finally:
            log.close()

    def add(self, day: date, verdict: Verdict) -> None:
        done = self.done
        self.day_number += 1
        done.days, done.seconds = done.days + 1, self.seconds
        done.operations, done.faults = Counter(self.operations), Counter(self.faults)
        done.counts.update(verdict.counts)
        done.wrong += [f"{day}: {words}" for words in verdict.wrong]
        done.broken += [f"{day}: {words}" for words in verdict.broken]
        rate = self.operations["writes"] / self.seconds
        told = f"{verdict.counts['issued']} numbers, {len(verdict.wrong)} wrong, {len(verdict.broken)} broken"
        sys.stdout.write(f"{day}: {told}; {self.operations['writes']} writes, {rate:.0f}/s\n")
        sys.stdout.writelines(f"  {words}\n" for words in (*verdict.wrong, *verdict.broken))
        sys.stdout.flush()
        if self.record is not None:
            self.record.keep(done)

    def command(self) -> str:
        o = self.options
        more = f" --windows {o.windows} --points {o.points} --crews {o.crews}"
        more += f" --control {o.control}" if o.control else ""
        return (
            f"python -m benchmarks.soak_hall_servers --operations {o.operations} --people {o.people} "
            f"--every {o.every} --week {o.week} --seed {o.seed}{more}"
        )


class _Nothing:
    """The journal of somebody who was never there."""

    def add(self, day: date, entries: Sequence[Entry]) -> None:
        raise AssertionError(f"it only reads: {day} {entries}")

    def entries(self, day: date) -> tuple[()]:  # noqa: ARG002
        return ()


def newcomer(week: Week) -> NatsLog:
    return NatsLog(week.host.member(f"window-{week.size.newcomer}"), _PATIENCE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--operations", type=int, default=20_000, help="stop after so many writes")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so many minutes")
    parser.add_argument("--windows", type=int, default=32)
    parser.add_argument("--points", type=int, default=6, help="points that give numbers")
    parser.add_argument("--crews", type=int, default=10, help="processes the members are spread over")
    parser.add_argument("--people", type=int, default=400, help="numbers printed a day")
    parser.add_argument("--every", type=int, default=100, help="writes between two faults, on average")
    parser.add_argument("--week", type=int, default=20, help="days with the same servers and stores")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="for servers and stores, while it runs")
    parser.add_argument("--control", choices=CONTROLS, help="switch a rule off: the run has to fail")
    parser.add_argument(
        "--stop", action="store_true", help="stop after the first day with anything wrong or broken"
    )
    parser.add_argument("--write", action="store_true", help=f"add to {RECORD.name} and write its report")
    parser.add_argument("--resume", action="store_true", help="go on after the seed's last day; writes too")
    options = parser.parse_args()
    record = Record(RECORD) if options.write or options.resume else None
    if record is not None and not options.resume and record.days_of(options.seed):
        parser.error(f"seed {options.seed} is there already: --resume goes on with it, another --seed adds")
    soak = Soak(options, record)
    status = soak.run()
    sys.stdout.write("\n".join(report([soak.done])) + "\n")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
