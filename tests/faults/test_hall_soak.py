"""A short run of the soak over real servers: the long one is made by command (docs/hall-soak-servers.md)."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.soak_hall_servers import Soak

SEED = 11383
"""Deals a node and the whole hall put back, kills, pauses, cuts and lost answers among its first cards."""
SIZE = ("--windows", "6", "--points", "2", "--crews", "4", "--people", "40", "--every", "12", "--week", "1")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_short_day_over_real_servers_with_faults_is_right_and_breaks_no_promise(tmp_path: Path) -> None:
    words = ("--operations", "400", "--seed", str(SEED), "--folder", str(tmp_path), *SIZE)
    command = [sys.executable, "-m", "benchmarks.soak_hall_servers", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    faults = dict(re.findall(r"\| fault: (.+?) \| (\d+) \|", done.stdout))
    met = [what for what, times in faults.items() if times != "0"]
    assert met, "it was not disturbed: how many faults fit in depends on the machine"


def test_a_broken_promise_fails_a_run_and_stops_it_like_anything_wrong() -> None:
    size = {"windows": 6, "points": 2, "crews": 4, "people": 1, "every": 1, "week": 1, "operations": 9}
    options = argparse.Namespace(**size, seed=1, minutes=0, control=None, resume=False, stop=True)
    soak = Soak(options, None)
    assert not soak.failed
    soak.done.broken.append("A001 was passed")
    assert soak.failed
    assert soak.stops
    assert soak.run() == 1
