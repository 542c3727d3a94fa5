"""The record of the long runs adds up what belongs together and says of everything what it belongs to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.soak_hall_faults import FAULTS, HALL_PUT_BACK
from benchmarks.soak_hall_record import Record, Run, report

RUN = Run(
    seed=7,
    command="python -m benchmarks.soak_hall_servers --seed 7",
    commit="abc1234",
    program="0123456",
    machine="2 cores x86_64",
    load=1.5,
    began="2026-11-23 00:00",
    seconds=100.0,
    days=2,
    operations=Counter(writes=5000, reads=9000),
    faults=Counter({HALL_PUT_BACK: 3}),
    counts=Counter(issued=400, served=399, open=1),
    wrong=["2026-01-05: A001: forgotten"],
)


def test_a_run_that_was_interrupted_goes_on_from_what_was_written_down(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    first = Record(path)
    first.keep(RUN)
    later = replace(RUN, days=3)
    first.keep(RUN)
    again = Record(path)
    assert again.runs == [RUN]
    again.keep(later)
    last = Record(path)
    assert (last.days_of(7), last.days_of(8)) == (5, 0)
    assert (last.writes_of("0123456"), last.writes_of("other")) == (10_000, 0)


def test_runs_of_two_states_of_the_program_are_never_added_up(tmp_path: Path) -> None:
    record = Record(tmp_path / "soak.json")
    for run in (RUN, replace(RUN, seed=8), replace(RUN, seed=9, commit="def5678", program="fedcba9")):
        record.keep(run)
    told = (tmp_path / "soak.md").read_text("utf-8")
    newer, older = told.split("## ")[1:]
    assert "fedcba9: 2 days" in newer
    assert "| operations: writes asked of the log | 5,000 |" in newer
    assert "0123456: 4 days" in older
    assert "| operations: writes asked of the log | 10,000 |" in older
    assert older.count("2 cores x86_64, 1.5") == 2
    assert "| people forgotten | 2 |" in older


def test_a_kind_of_fault_that_never_happened_is_told_too() -> None:
    told = "\n".join(report([RUN]))
    assert f"| fault: {HALL_PUT_BACK} | 3 |" in told
    assert all(f"| fault: {name} | " in told for name in FAULTS)
    assert told.count("| 0 |") >= len(FAULTS) - 1


def test_the_run_says_which_program_it_is_of() -> None:
    run = Run.now(1, "command")
    assert run.commit
    assert run.program
    assert run.days == 0
