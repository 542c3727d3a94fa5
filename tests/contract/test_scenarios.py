"""Every named scenario, as the driver sees it: what the table promises happens, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from devices import errors
from devices.base import ScanSettings, Source
from devices.drivers.camera_worker import CameraLimits, WorkerCamera
from devices.registry import open_id_reader, open_scanner
from devices.simulators.scenarios import SCENARIOS
from tests.helpers.devices import ROOT, Simulator, id_reader, nothing_left

__all__ = ["nothing_left"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pty on Windows")

OUTCOMES: Mapping[str, type[errors.DeviceError] | None] = {
    "no-card": errors.NoCard,
    "clean-read": None,
    "elder-card": None,
    "lifted-too-soon": errors.ReadFailed,
    "bad-checksum": None,
    "bad-checksums": errors.Garbled,
    "half-frame": errors.Garbled,
    "extra-nul": errors.Garbled,
    "silent": errors.NotAnswering,
    "slow": None,
    "back-under-another-name": errors.Unplugged,
    "unplugged": errors.Unplugged,
    "unauthorised": errors.NotAuthorised,
    "reader-floods": errors.Garbled,
    "three-sheets": None,
    "feeder-jam-on-page-7": errors.FeederJam,
    "feeder-empty": errors.FeederEmpty,
    "page-cut-off": errors.TransferCut,
    "scanner-busy": None,
    "cover-open": errors.ScannerCoverOpen,
    "scanner-broken": errors.DriverFault,
    "empty-desk": None,
    "page-at-rest": None,
    "moving-hand": None,
    "camera-frozen": errors.Frozen,
    "camera-busy": errors.InUse,
    "camera-unplugged": errors.Unplugged,
    "camera-silent": errors.NotAnswering,
    "camera-crash": errors.DriverFault,
}
"""Of the devices that decide whether a counter is usable; those of the others stand in
``tests/flow/test_scenarios_told.py``, seen from the device page."""


def read(url: str) -> object:
    with open_id_reader(url) as reader:
        return reader.read().name


def scan(url: str) -> object:
    with (
        open_scanner(url) as scanner,
        closing(scanner.scan(ScanSettings(Source.FEEDER, 100), never)) as pages,
    ):
        return len(list(pages))


def watch(url: str) -> object:
    with WorkerCamera(url, CameraLimits(open=2.0, frame=1.0, frozen=0.3)) as camera:
        return [camera.preview() for _ in range(12)][-1].number


def never() -> bool:
    return False


USES: Mapping[str, Callable[[str], object]] = {"id-reader": read, "scanner": scan, "camera": watch}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_scenario_does_what_its_name_says(name: str, tmp_path: Path) -> None:
    with Simulator("__main__", "--scenario", name, "--folder", str(tmp_path)) as running:
        try:
            assert USES[SCENARIOS[name].device](running.url)
            met = None
        except errors.DeviceError as error:
            met = type(error)
    assert met is OUTCOMES[name]


def test_all_scenarios_can_be_listed() -> None:
    command = [sys.executable, "-m", "devices.simulators", "--list"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    listed = [json.loads(line)["scenario"] for line in done.stdout.splitlines()]
    assert listed == list(SCENARIOS)
    assert set(OUTCOMES) == {name for name, found in SCENARIOS.items() if found.device in USES}


def test_a_scenario_can_follow_another_in_the_same_simulator(tmp_path: Path) -> None:
    with id_reader("serial", tmp_path) as running:
        for name in ("unplugged", "back-under-another-name", "silent", "clean-read"):
            running.tell(f"scenario {SCENARIOS[name].own}")
            try:
                met = read(running.url)
            except errors.DeviceError as error:
                met = type(error)
            assert met == (OUTCOMES[name] or "张𬭎"), name
