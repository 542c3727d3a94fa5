"""SIGKILL at random moments of a visit, again and again on the same data: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.helpers.court import Gateway
from tests.helpers.killing import KilledDemo, Moment, moments

COUNTERS, KILLS = 2, 15
RUN_THROUGH_EVERY = 8

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_the_moment_of_the_kill_nothing_is_lost_and_the_visit_goes_on(tmp_path: Path) -> None:
    """Two counters side by side, each killed 15 times on its own data."""
    seed = int(os.environ.get("YICHUANG_KILL_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"seed {seed}; repeat with YICHUANG_KILL_SEED={seed}\n")
    with ThreadPoolExecutor(COUNTERS) as pool:
        futures = [pool.submit(_kill_again_and_again, tmp_path / str(n), seed + n) for n in range(COUNTERS)]
        for future in futures:
            sys.stdout.write(f"{future.result()}\n")


def _kill_again_and_again(folder: Path, seed: int) -> object:
    demo = KilledDemo(folder)
    for moment in moments(random.Random(seed)):  # noqa: S311 - chooses moments, keeps no secret
        killed = not demo.run_until(moment)
        if demo.tally.kills >= KILLS:
            break
        if killed and demo.tally.kills % RUN_THROUGH_EVERY == 0:
            _run_through(demo)
    _run_through(demo)
    assert demo.all_sent(), "every finished visit reached the court"
    data = demo.out / "counter" / "court"
    with Gateway(data) as court:
        counted = demo.verify("--court", court.url, "--token-file", str(data / "window.token"))
    assert counted["visits"] == counted["events"] >= demo.tally.completed
    return demo.tally


def _run_through(demo: KilledDemo) -> None:
    """The next run without a kill takes up the open visit and finishes it."""
    draft = demo.open_draft
    assert demo.run_until(None)
    assert draft is None or demo.finished_visit() == draft
    assert demo.open_draft is None


@pytest.mark.timeout(300)
def test_a_kill_while_finishing_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    demo = KilledDemo(tmp_path)
    if demo.run_until(Moment(8, 0.1)):
        pytest.skip("this machine finished the visit before the kill")
    draft = demo.open_draft
    if draft is None:
        assert demo.verify()["visits"] == 1
    else:
        _run_through(demo)
