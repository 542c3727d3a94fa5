"""SIGKILL at random moments of a visit, again and again on the same data: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest

from app.ids import new_id
from app.services import drafts
from app.storage import pages, visits
from benchmarks.soak_store_kill import missing
from tests.helpers.court import Gateway
from tests.helpers.desks import desk_in, do
from tests.helpers.killing import ROOT, KilledDemo, Moment, moments
from tests.helpers.visits import called, lay

COUNTERS, KILLS = 2, 15
RUN_THROUGH_EVERY = 8
WHILE_FINISHING = Moment(8, 0.1)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whatever_the_moment_of_the_kill_nothing_is_lost_and_the_visit_goes_on(tmp_path: Path) -> None:
    """Two counters side by side, whole windows, each killed several times on its own data."""
    seed = int(os.environ.get("YICHUANG_KILL_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"seed {seed}; repeat with YICHUANG_KILL_SEED={seed}\n")
    with ThreadPoolExecutor(COUNTERS) as pool:
        futures = [pool.submit(_kill_again_and_again, tmp_path / str(n), seed + n) for n in range(COUNTERS)]
        for future in futures:
            sys.stdout.write(f"{future.result()}\n")


def _kill_again_and_again(folder: Path, seed: int) -> object:
    demo = KilledDemo(folder)
    chosen = moments(random.Random(seed))  # noqa: S311 - chooses moments, keeps no secret
    for moment in chain((WHILE_FINISHING,), chosen):
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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_eighty_kills_of_desk_and_gateway_lose_no_fact_that_was_told() -> None:
    """In a process of its own, because it forks; it fails with the facts that are gone and the seed."""
    command = [sys.executable, "-m", "benchmarks.soak_store_kill", "--kills", "80", "--renew", "40"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=550, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "80 of the desk, 2 of the gateway" in ran.stdout


def test_the_search_for_lost_facts_finds_what_is_not_there(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        visit_id = called(desk)
        do(desk, drafts.set_field, "identity.name", "张三")
        lay(desk, visit_id)
        [page] = [one.page for one in desk.store(pages.of_visit, visit_id)]
        number = desk.store(visits.get, visit_id).ticket  # type: ignore[union-attr]
        there = [
            ("number", number),
            ("visit", visit_id),
            ("field", visit_id, "identity.name", "张三"),
            ("page", visit_id, page.page_id, page.sha256),
        ]
        gone = [
            ("number", "A999"),
            ("visit", new_id()),
            ("field", visit_id, "identity.name", "李四"),
            ("page", visit_id, new_id(), page.sha256),
            ("signature", visit_id),
            ("receipt", visit_id, "SJ20261122-03-0001"),
            ("at court", visit_id),
        ]
        assert missing(desk, there + gone) == gone
        path = desk.blobs.path(page.sha256)
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
        assert missing(desk, there) == there[3:], "a damaged picture is a lost one"
