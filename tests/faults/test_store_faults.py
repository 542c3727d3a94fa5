"""Backup, restore and clocks under failing calls: each is told, nothing half done counts, work goes on."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from app.errors import StorageProblem
from app.paths import Places
from app.services import backups
from app.services.desk import Desk
from app.services.verify import findings
from app.storage import backup, intakes, restoring
from app.storage.opening import load_key
from benchmarks.soak_power import Tally, cut_once
from tests.faults.test_disk import failing_calls, says_everything
from tests.helpers.cases import MOMENT, SteppingClock
from tests.helpers.desks import desk_in, do
from tests.helpers.visits import finish, ready

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and rights of POSIX")


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_backup_whose_nth_call_fails_does_not_count_and_the_next_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = tmp_path / "second"
    with desk_in(tmp_path) as desk:
        ready(desk, tmp_path)
        finish(desk, unsigned=False)
        number = 0
        while True:
            number += 1
            with failing_calls(monkeypatch, name, number, errno.EIO) as seen:
                try:
                    do(desk, backups.back_up, place)
                except StorageProblem as told:
                    says_everything(told)
                count = len(seen)
            for one in backup.listed(place):
                backup.prove(one, load_key(desk.places))
            if count < number:
                break
        assert number > 1
        assert len(list(place.glob("*-*-*"))) == 2 * len(backup.listed(place)), "nothing half made stays"
        assert findings(desk) == []


@pytest.mark.parametrize("name", ["fsync", "rename"])
def test_a_restore_whose_nth_call_fails_leaves_a_store_or_says_that_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with desk_in(tmp_path) as desk:
        ready(desk, tmp_path)
        finish(desk)
        do(desk, backups.back_up)
    places, number = Places.under(tmp_path), 0
    (chosen,) = backup.listed(places.backups)
    key = load_key(places)
    while True:
        number += 1
        with failing_calls(monkeypatch, name, number, errno.EIO) as seen:
            try:
                restoring.restore(places, chosen, key, MOMENT, "管理员")
            except StorageProblem as told:
                says_everything(told)
            count = len(seen)
        if count < number:
            break
    with desk_in(tmp_path) as desk:
        assert findings(desk) == []
        assert len(desk.store(intakes.all_intakes)) == 1


def _visit(desk: Desk, folder: Path) -> str:
    ready(desk, folder)
    return finish(desk).receipt_no


def test_a_clock_that_jumps_a_day_either_way_gives_no_number_twice(tmp_path: Path) -> None:
    clock = SteppingClock()
    seen: list[str] = []
    with desk_in(tmp_path, clock=clock) as desk:
        for jump in (0, 1, -1):
            clock.forward(days=jump)
            seen.append(_visit(desk, tmp_path))
        assert len(set(seen)) == len(seen)
        assert findings(desk) == []


_RIG = os.name == "posix" and hasattr(os, "geteuid") and os.geteuid() == 0
_RIG = (
    _RIG and Path("/dev/fuse").exists() and bool(shutil.which("losetup")) and bool(shutil.which("mkfs.ext4"))
)


@pytest.mark.skipif(not _RIG, reason="needs root, /dev/fuse and loop devices")
def test_a_power_cut_takes_nothing_that_was_acknowledged() -> None:
    tally = Tally()
    cut_once("shipped", 7, tally)
    assert tally.acknowledged > 0
    assert (tally.lost, tally.damaged) == (0, 0)


@pytest.mark.skipif(not _RIG, reason="needs root, /dev/fuse and loop devices")
def test_the_same_cuts_take_something_from_a_store_that_does_not_wait_for_the_disk() -> None:
    tally = Tally()
    for seed in range(7, 13):
        cut_once("normal", seed, tally)
        if tally.lost:
            return
    # One cut may fall right behind a checkpoint, which loses nothing; six in a row do not.
    pytest.fail(f"the rig does not bite: {tally}")
