"""Scanners behind a worker (WIA, TWAIN): the driver against a program that does what such scanners do."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from devices.base import Colour, FeederState, ScanSettings, Source
from devices.drivers.scan_worker import ScanWorkerLimits, WorkerScanner
from devices.errors import (
    BadAddress,
    Cancelled,
    DeviceError,
    FeederEmpty,
    FeederJam,
    Garbled,
    LibraryMissing,
    NotAnswering,
    ScannerCoverOpen,
    TransferCut,
    Unplugged,
)
from devices.registry import make_scanner, open_scanner
from tests.helpers.device_cases import scan_worker_url
from tests.helpers.devices import nothing_left

__all__ = ["nothing_left"]

FEEDER = ScanSettings(Source.FEEDER, 100)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene"
    path.write_text("load 3", "utf-8")
    return path


def never() -> bool:
    return False


def test_all_sheets_of_the_feeder_come_and_one_of_the_glass(scene: Path) -> None:
    with open_scanner(scan_worker_url(scene)) as scanner:
        pages = list(scanner.scan(FEEDER, never))
        assert [(page.index, page.dpi, page.width) for page in pages] == [(n, 100, 827) for n in range(3)]
        (page,) = scanner.scan(ScanSettings(Source.FLATBED, 200, Colour.COLOUR), never)
        assert (page.width, page.height, page.media_type) == (1654, 2339, "image/jpeg")
        assert scanner.capabilities.sources == frozenset(Source)
        assert not scanner.traffic.faults()  # the end of the paper is none


@pytest.mark.parametrize(
    ("word", "whole", "kind"),
    [("jam 2", 2, FeederJam), ("empty", 0, FeederEmpty), ("cover", 0, ScannerCoverOpen),
     ("half", 0, TransferCut), ("elsewhere", 0, Garbled), ("unplugged", 0, Unplugged),
     ("silent", 0, NotAnswering)],
)  # fmt: skip
def test_what_goes_wrong_has_its_name_and_whole_pages_stay(
    scene: Path, word: str, whole: int, kind: type[DeviceError]
) -> None:
    came = []
    with WorkerScanner(scan_worker_url(scene), ScanWorkerLimits(page=0.7)) as scanner:
        scene.write_text(word, "utf-8")
        pages = scanner.scan(FEEDER, never)
        with closing(pages), pytest.raises(kind):
            came.extend(pages)
        assert scanner.traffic.faults()
        scene.write_text("load 1", "utf-8")
        scanner.open()
        assert len(list(scanner.scan(FEEDER, never))) == 1
    assert len(came) == whole


@pytest.mark.parametrize(
    ("word", "state"),
    [("load 1", FeederState.LOADED), ("jam 1", FeederState.JAMMED), ("empty", FeederState.EMPTY)],
)
def test_the_feeder_can_be_asked(scene: Path, word: str, state: FeederState) -> None:
    scene.write_text(word, "utf-8")
    with open_scanner(scan_worker_url(scene)) as scanner:
        assert scanner.status().feeder is state


def test_a_scan_can_be_called_off(scene: Path) -> None:
    with open_scanner(scan_worker_url(scene)) as scanner:
        pages = scanner.scan(FEEDER, lambda: True)
        with closing(pages), pytest.raises(Cancelled):
            next(pages)


@pytest.mark.skipif(sys.platform == "win32", reason="WIA may be there")
def test_without_windows_wia_says_so_in_one_sentence() -> None:
    scanner = make_scanner("wia:Canon%20DR")
    assert scanner.available() == "WIA exists on Windows only"
    with pytest.raises(LibraryMissing):
        scanner.open()
    with pytest.raises(LibraryMissing, match="is not there"):
        open_scanner("scan+worker:///no/such/program")
    with pytest.raises(BadAddress):
        make_scanner("wia:%0A")
