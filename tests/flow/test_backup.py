"""The drill: real visits, a backup, a damaged page, the backup put back, everything checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from app.cli import main
from app.errors import Cancelled, Expected, StorageProblem, StoreDamaged
from app.lanes import DB, UPKEEP
from app.main import open_or_restore
from app.paths import Places
from app.services import backups, issuing, trail, upkeep
from app.services.desk import Desk, open_desk
from app.services.verify import findings
from app.settings import BackupSettings, Settings
from app.storage import audit, backup, copying, intakes, restoring
from app.storage.blobs import BlobTree
from app.storage.opening import load_key, mark_damaged, refuse_marked
from tests.helpers.cases import MOMENT, SteppingClock
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import finish, ready

PAGE = 4096


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return tmp_path / "second"


@pytest.fixture
def settings(tmp_path: Path, second: Path) -> Settings:
    kept = BackupSettings(second=str(second))
    return Settings(hall=HALL, devices=file_devices(tmp_path), backup=kept)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "desk"


def visit(desk: Desk, folder: Path) -> str:
    ready(desk, folder)
    return finish(desk).receipt_no


def test_the_list_of_backups_says_which_is_good_and_which_is_not(
    settings: Settings, folder: Path, second: Path
) -> None:
    with desk_in(folder, settings) as desk:
        visit(desk, folder)
        made = do(desk, backups.back_up)
        view = do(desk, backups.overview)
        assert {one.path for one in view.backups} == {one.path for one in made.backups}
        assert [view.is_second(one) for one in view.backups] == [
            one.path.parent == second for one in view.backups
        ]
        near, far = sorted(view.backups, key=view.is_second)
        assert do(desk, backups.check, near.path) == near
        damage(far.path)
        with pytest.raises(StorageProblem, match="已损坏"):
            do(desk, backups.check, far.path)
        far.path.unlink()
        with pytest.raises(StorageProblem, match="已经不在"):
            do(desk, backups.check, far.path)


def damage(path: Path, page: int = 6) -> None:
    """Flip one bit in the middle of a page."""
    content = bytearray(path.read_bytes())
    assert len(content) > (page + 1) * PAGE
    content[page * PAGE + 1000] ^= 0x10
    path.write_bytes(content)


def receipts(desk: Desk) -> set[str]:
    return {one.receipt_no for one in desk.store(intakes.all_intakes)}


def says_everything(problem: Expected) -> None:
    assert problem.happened
    assert problem.safe
    assert problem.next_step


def test_the_drill(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the commands an administrator has: back up, damage, told, restore, verify, work on."""
    data = ["--data", str(folder)]
    with desk_in(folder) as desk:
        before = {visit(desk, tmp_path), visit(desk, tmp_path)}
    assert main(["backup", *data]) == 0
    with desk_in(folder) as desk:
        lost = visit(desk, tmp_path)
    places = Places.under(folder)
    damaged = places.store
    for page in range(2, damaged.stat().st_size // PAGE - 1):
        damage(damaged, page)
    broken = damaged.read_bytes()
    assert main(["verify", *data]) == 2
    assert "损坏" in capsys.readouterr().out
    assert damaged.read_bytes() == broken, "the damaged file is not touched"
    assert main(["restore", *data, "--yes"]) == 0
    assert "✓" in capsys.readouterr().out
    assert main(["verify", *data]) == 0
    (aside,) = places.data.glob("damaged-*")
    assert (aside / "store.db").read_bytes() == broken
    with desk_in(folder) as desk:
        assert receipts(desk) == before
        after = visit(desk, tmp_path)
        assert after not in before | {lost}
        assert findings(desk) == []


def test_a_backup_in_the_second_place_brings_the_pictures_back_too(
    tmp_path: Path, folder: Path, settings: Settings, second: Path
) -> None:
    with desk_in(folder, settings) as desk:
        visit(desk, tmp_path)
        made = do(desk, backups.back_up)
        assert made.pictures == len(desk.store(audit.facts).blobs) > 3
    places = Places.under(folder)
    shutil.rmtree(places.data)  # the disk is gone; the key lay elsewhere
    key = load_key(places, for_restore=True)
    (chosen,) = backups.good(places, settings.backup, key)
    assert chosen.path.parent == second
    done = backups.put_back(places, chosen, load_key(places, for_restore=True), MOMENT, "管理员")
    assert done.kept_aside is None
    assert (done.blobs_back, done.blobs_missing) == (made.pictures, 0)
    with desk_in(folder, settings) as desk:
        assert findings(desk) == []
    assert load_key(places) == key


def test_numbers_printed_after_the_backup_never_come_again(tmp_path: Path, folder: Path) -> None:
    clock = SteppingClock()
    seen: set[str] = set()
    with desk_in(folder, clock=clock) as desk:
        seen.add(visit(desk, tmp_path))
        do(desk, backups.back_up)
    for _ in range(2):
        with desk_in(folder, clock=clock) as desk:
            number = do(desk, issuing.take_ticket, "立案", False)
            receipt = visit(desk, tmp_path)
            assert not {number, receipt} & seen
            seen |= {number, receipt}
            assert findings(desk) == []
        places = Places.under(folder)
        chosen = backup.listed(places.backups)[0]
        restoring.restore(places, chosen, load_key(places), clock.now(), "管理员")
    with desk_in(folder, clock=clock) as desk:
        assert len(desk.store(intakes.all_intakes)) == 1
        (line,) = [x for x in desk.store(lambda c: tuple(trail.trail.lines(c))) if x.act == "restored"]
        assert json.loads(line.detail)["made_at"] == chosen.made_at.isoformat(timespec="microseconds")


@pytest.mark.parametrize("when", ["copy", "rename", "blobs"])
def test_a_restore_that_is_cut_off_leaves_the_old_file_or_the_restored_one(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    with desk_in(folder) as desk:
        visit(desk, tmp_path)
        do(desk, backups.back_up)
        kept = receipts(desk)
    places = Places.under(folder)
    damage(places.store)
    (chosen,) = backup.listed(places.backups)
    target = {
        "copy": "app.storage.restoring._put_aside",
        "rename": "app.storage.restoring.sync_folder",
        "blobs": "app.storage.restoring._bring_back_blobs",
    }[when]

    def cut(*_arguments: object) -> None:
        raise OSError(5, "cut off")

    with monkeypatch.context() as scope:
        scope.setattr(target, cut)
        with pytest.raises(StorageProblem):
            backups.put_back(places, chosen, load_key(places, for_restore=True), MOMENT, "管理员")
    backups.put_back(
        places, chosen, load_key(places, for_restore=True), MOMENT + timedelta(seconds=2), "管理员"
    )
    with desk_in(folder) as desk:
        assert receipts(desk) == kept
        assert findings(desk) == []


def test_at_the_start_the_clerk_is_asked_and_a_yes_restores(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_in(folder) as desk:
        visit(desk, tmp_path)
        do(desk, backups.back_up)
    places = Places.under(folder)
    damage(places.store, 0)
    broken = places.store.read_bytes()
    started = subprocess.run(
        [sys.executable, "-m", "app", "--data", str(folder)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert started.returncode == 2, "without a screen nobody can be asked"
    assert "1 份登记" in started.stderr
    assert places.store.read_bytes() == broken
    asked: list[Expected] = []

    def yes(offered: Expected) -> bool:
        asked.append(offered)
        return True

    monkeypatch.setattr("app.main._agreed", yes)
    opened = open_or_restore(Settings(hall=HALL), places, ())
    assert len(receipts(opened)) == 1
    assert opened.close()
    says_everything(asked[0])


def test_a_missing_store_is_told_and_never_made_anew(tmp_path: Path, folder: Path) -> None:
    with desk_in(folder) as desk:
        do(desk, backups.back_up)
    places = Places.under(folder)
    places.store.unlink()
    with pytest.raises(StoreDamaged) as told:
        open_desk(Settings(), places)
    says_everything(told.value)
    assert not places.store.exists()


def test_what_is_no_good_backup_is_passed_over_for_an_older_one(tmp_path: Path, folder: Path) -> None:
    clock = SteppingClock()
    with desk_in(folder, clock=clock) as desk:
        visit(desk, tmp_path)
        for _ in range(4):
            clock.forward(minutes=1)
            do(desk, issuing.take_ticket, "立案", False)
            do(desk, backups.back_up)
    places = Places.under(folder)
    newest, third, second, first = backup.listed(places.backups)
    damage(newest.path)
    third.manifest.write_text("{", encoding="utf-8")
    shutil.copyfile(first.path, second.path)
    (chosen,) = backups.good(places, BackupSettings(), load_key(places))
    assert chosen == first
    told = backups.offer(StoreDamaged("打不开"), chosen)
    says_everything(told)
    assert "1 份登记" in told.safe


def test_with_another_key_no_backup_is_good_and_nothing_is_put_back(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk_in(folder) as desk:
        do(desk, backups.back_up)
    places = Places.under(folder)
    places.key.write_bytes(bytes(32))
    before = places.store.read_bytes()
    assert main(["restore", "--data", str(folder), "--yes"]) == 2
    assert "没有找到能用的备份" in capsys.readouterr().err
    assert places.store.read_bytes() == before


def test_nobody_restores_under_an_open_desk(tmp_path: Path, folder: Path) -> None:
    with desk_in(folder) as desk:
        do(desk, backups.back_up)
        (chosen,) = backup.listed(desk.places.backups)
        with pytest.raises(StorageProblem, match="已经打开"):
            backups.put_back(desk.places, chosen, load_key(desk.places, for_restore=True), MOMENT, "管理员")


def test_the_schedule_makes_one_when_the_time_has_come_and_not_before(
    folder: Path, settings: Settings
) -> None:
    clock = SteppingClock()
    with desk_in(folder, settings, clock=clock) as desk:
        assert do(desk, backups.back_up_if_due)
        assert not do(desk, backups.back_up_if_due)
        clock.forward(hours=3, minutes=59)
        assert not do(desk, backups.back_up_if_due)
        clock.forward(minutes=2)
        assert do(desk, backups.back_up_if_due)
        clock.forward(days=-1)
        assert do(desk, backups.back_up_if_due), "a clock that was set back does not stop the backups"


def test_a_second_place_that_is_away_is_told_and_the_first_is_still_made(
    folder: Path, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    away = replace(settings, backup=BackupSettings(second=str(tmp_path / "file" / "disk")))
    with desk_in(folder, away) as desk:
        assert do(desk, backups.back_up_if_due)
        assert len(backup.listed(desk.places.backups)) == 1
        (notice,) = desk.notices.standing()
        assert notice.happened.startswith("没有做成备份")
        assert notice.safe
        assert notice.next_step


def test_saving_goes_on_while_a_backup_is_made(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is made on another lane and connection; the visit finished meanwhile is in the next backup."""
    with desk_in(folder) as desk:
        visit(desk, tmp_path)
        real = copying._let_go
        during: list[str] = []

        def finish_meanwhile(file: BinaryIO) -> None:
            if not during:
                during.append(visit(desk, tmp_path))
            real(file)

        monkeypatch.setattr(copying, "_let_go", finish_meanwhile)
        made = do(desk, backups.back_up)
        assert made.backups[0].contents.intakes == 1
        assert during[0] in receipts(desk)
        assert do(desk, backups.back_up).backups[0].contents.intakes == 2


def test_nobody_who_saves_waits_for_a_backup_however_much_it_has_to_count(folder: Path) -> None:
    with desk_in(folder) as desk:
        release = threading.Event()
        busy = desk.lanes.submit(DB, release.wait, 60)
        try:
            made = do(desk, backups.back_up)
        finally:
            release.set()
        assert busy.result(timeout=10)
        assert backup.listed(desk.places.backups) == made.backups


def test_every_picture_goes_to_the_second_place_however_few_are_asked_for_at_once(
    tmp_path: Path, folder: Path, settings: Settings, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_AT_ONCE", 2)
    with desk_in(folder, settings) as desk:
        for _ in range(2):
            visit(desk, tmp_path)
        keys = desk.store(backup.blob_keys)
        assert len(keys) > 2
        made = do(desk, backups.back_up)
        assert made.pictures == len(keys)
        copies = BlobTree(second / "blobs")
        assert all(copies.intact(sha256, key) for sha256, key in keys.items())


def test_closing_the_desk_stops_a_running_backup(tmp_path: Path, folder: Path) -> None:
    desk = open_desk(Settings(hall=HALL), Places.under(folder))
    flag = desk.cancel_flag("backup")
    flag.set()
    held = desk.store(backup.contents)
    future = desk.lanes.submit(
        UPKEEP, desk.store.aside, backup.make, held, desk.places.backups, "hand", MOMENT, flag.is_set
    )
    with pytest.raises(Cancelled):
        future.result(timeout=10)
    assert list(desk.places.backups.iterdir()) == []
    assert desk.close()


def test_damage_found_while_working_is_told_and_offered_at_the_next_start(
    tmp_path: Path, folder: Path
) -> None:
    with desk_in(folder) as desk:
        visit(desk, tmp_path)
        do(desk, upkeep.check_store)
        assert desk.notices.standing() == ()
        do(desk, backups.back_up)
    places = Places.under(folder)
    damage(places.store, places.store.stat().st_size // PAGE - 2)
    desk = open_desk(Settings(hall=HALL), places)
    do(desk, upkeep.check_store)
    (notice,) = desk.notices.standing()
    assert notice.key == "store-damaged"
    desk.close()
    with pytest.raises(StoreDamaged) as told:
        refuse_marked(places)
    says_everything(told.value)
    refuse_marked(places)  # said once; who declines may go on
    mark_damaged(places)
    assert main(["restore", "--data", str(folder), "--yes"]) == 0
    with desk_in(folder) as again:
        assert findings(again) == []


def test_pictures_of_a_backup_that_was_thinned_out_go_with_it(
    tmp_path: Path, folder: Path, settings: Settings, second: Path
) -> None:
    clock = SteppingClock()
    with desk_in(folder, settings, clock=clock) as desk:
        visit(desk, tmp_path)
        do(desk, backups.back_up)
        held = {path.name for path in (second / "blobs").glob("??/*")}
        assert held
        stray = second / "blobs" / "ab" / ("ab" * 32)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"of a backup that is gone")
        clock.forward(days=61)
        made = do(desk, backups.back_up)
        assert made.thinned == 2
        assert {path.name for path in (second / "blobs").glob("??/*")} == held
