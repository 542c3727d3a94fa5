"""A watched folder: every file once, whole, whatever its name, and none lost in a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devices.base import FeederState, ScannedPage, ScanSettings, Source
from devices.drivers.scan_folder import DONE, REFUSED, TAKING, FolderLimits, FolderScanner
from devices.errors import Cancelled, FeederEmpty, Garbled, Unplugged
from tests.helpers.device_cases import picture
from tests.helpers.devices import ROOT, nothing_left, wait_until

__all__ = ["nothing_left"]

FEEDER = ScanSettings(Source.FEEDER, 100)


def never() -> bool:
    return False


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[FolderScanner]:
    limits = FolderLimits(growing=30.0, torn=0.3)
    with FolderScanner(f"folder://{tmp_path}?settle=0.1", limits) as opened:
        yield opened


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_are_handed_out_once_in_the_order_they_came(scanner: FolderScanner, tmp_path: Path) -> None:
    for number, name in enumerate(("c.jpg", "a.JPG", "b.jpeg")):
        os.utime(picture(tmp_path / name, shade=50 * number), (1000 + number, 1000 + number))
    assert scanner.status().feeder is FeederState.LOADED
    pages: list[ScannedPage] = list(scanner.scan(FEEDER, never))
    assert [(p.index, p.dpi, p.width, p.height) for p in pages] == [(n, 200, 210, 297) for n in range(3)]
    assert len({page.data for page in pages}) == 3
    assert names(tmp_path / DONE) == {"c.jpg", "a.JPG", "b.jpeg"}
    assert scanner.status().feeder is FeederState.EMPTY
    with pytest.raises(FeederEmpty):
        list(scanner.scan(FEEDER, never))


def test_the_flatbed_gives_the_oldest_only(scanner: FolderScanner, tmp_path: Path) -> None:
    os.utime(picture(tmp_path / "late.jpg"), (2000, 2000))
    os.utime(picture(tmp_path / "early.jpg"), (1000, 1000))
    assert len(list(scanner.scan(ScanSettings(Source.FLATBED), never))) == 1
    assert names(tmp_path / DONE) == {"early.jpg"}


def test_a_file_that_grows_is_waited_for_and_comes_whole(tmp_path: Path) -> None:
    data = picture(tmp_path.parent / "whole.jpg").read_bytes()
    size = len(data) // 8 + 1
    pieces = iter([data[at : at + size] for at in range(0, len(data), size)])

    def grow() -> bool:
        """Before each look of the driver there is a piece more, until the file is whole."""
        if piece := next(pieces, b""):
            with (tmp_path / "slow.jpg").open("ab") as file:
                file.write(piece)
        return False

    grow()
    with FolderScanner(f"folder://{tmp_path}?settle=0.1", FolderLimits(growing=30.0, torn=30.0)) as scanner:
        (page,) = scanner.scan(FEEDER, grow)
    assert page.data == data


def test_a_picture_that_stays_torn_and_what_is_none_go_to_the_refused(
    scanner: FolderScanner, tmp_path: Path
) -> None:
    data = picture(tmp_path / "good.jpg").read_bytes()
    (tmp_path / "torn.jpg").write_bytes(data[:-40])
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7 is no picture")
    pages = scanner.scan(FEEDER, never)
    assert next(pages).width == 210
    with pytest.raises(Garbled, match="moved to refused"):
        next(pages)
    assert names(tmp_path / REFUSED) == {"torn.jpg", "letter.pdf"}


def test_hostile_names_and_things_that_are_no_files_do_no_harm(
    scanner: FolderScanner, tmp_path: Path
) -> None:
    hostile = [
        "-rf",
        "$(reboot).jpg",
        "a\nb.jpg",
        "\u202egpj.exe",
        "张" * 80 + ".jpg",
        "%2e%2e%2f",
        b"\xff.jpg",
    ]
    for name in hostile:
        picture(tmp_path / os.fsdecode(name))
    (tmp_path / "link.jpg").symlink_to("/etc/passwd")
    (tmp_path / "folder.jpg").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / ".hidden.jpg").write_bytes(b"x")
    (tmp_path / "upload.part").write_bytes(b"x")
    assert len(list(scanner.scan(FEEDER, never))) == len(hostile)
    assert len(names(tmp_path / DONE)) == len(hostile)
    assert (tmp_path / "link.jpg").is_symlink()
    assert not any("张" in entry.text for entry in scanner.traffic.entries())


def test_a_name_that_was_done_before_overwrites_nothing(scanner: FolderScanner, tmp_path: Path) -> None:
    for shade in (10, 120, 240):
        picture(tmp_path / "scan0001.jpg", shade)
        assert len(list(scanner.scan(FEEDER, never))) == 1
    assert len({path.read_bytes() for path in (tmp_path / DONE).iterdir()}) == 3


def test_a_scan_left_early_counts_what_it_gave_and_leaves_the_rest(
    scanner: FolderScanner, tmp_path: Path
) -> None:
    for number in range(3):
        picture(tmp_path / f"{number}.jpg", number)
    with closing(scanner.scan(FEEDER, never)) as pages:
        next(pages)
    assert len(names(tmp_path / DONE)) == 1
    assert len(list(scanner.scan(FEEDER, never))) == 2


def test_a_page_in_hand_when_the_program_is_killed_comes_again(tmp_path: Path) -> None:
    picture(tmp_path / "page.jpg")
    program = (
        "import sys, os\n"
        "from devices.drivers.scan_folder import FolderScanner\n"
        "from devices.base import ScanSettings, Source\n"
        "s = FolderScanner(sys.argv[1]); s.open()\n"
        "pages = s.scan(ScanSettings(Source.FEEDER), lambda: False); page = next(pages)\n"
        "print(len(page.data), flush=True); os.kill(os.getpid(), 9)\n"
    )
    url = f"folder://{tmp_path}?settle=0.1"
    done = subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, capture_output=True, timeout=60)
    size = int(done.stdout)
    assert names(tmp_path / TAKING) == {"page.jpg"}
    with FolderScanner(url) as scanner:
        (page,) = scanner.scan(FEEDER, never)
    assert len(page.data) == size
    assert names(tmp_path / DONE) == {"page.jpg"}


def test_waiting_for_a_file_can_be_called_off(scanner: FolderScanner, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    looks = iter([False, False, True])
    with pytest.raises(Cancelled):
        list(scanner.scan(FEEDER, lambda: next(looks)))


def test_a_folder_that_goes_away_in_the_middle_is_unplugged(scanner: FolderScanner, tmp_path: Path) -> None:
    for number in range(2):
        picture(tmp_path / f"{number}.jpg", number)
    pages = scanner.scan(FEEDER, never)
    next(pages)
    tmp_path.rename(tmp_path.with_name("gone"))
    with pytest.raises(Unplugged):
        next(pages)
    tmp_path.with_name("gone").rename(tmp_path)
    wait_until(lambda: scanner.open() is None, "the folder opens again")
    assert len(list(scanner.scan(FEEDER, never))) == 2
