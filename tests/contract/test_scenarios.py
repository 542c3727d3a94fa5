"""Every named scenario can be listed and started; ``tests/flow/test_scenarios_told.py`` says what it does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from devices import errors
from devices.registry import make_device, open_id_reader
from devices.simulators.scenarios import SCENARIOS, SIMULATORS
from tests.helpers.device_cases import TABLES
from tests.helpers.devices import ROOT, Simulator, id_reader, nothing_left

__all__ = ["nothing_left"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pty on Windows")

ONE_OF_EACH = {found.device: name for name, found in reversed(SCENARIOS.items())}
ONE_AFTER_ANOTHER: Mapping[str, type[errors.DeviceError] | str] = {
    "unplugged": errors.Unplugged,
    "back-under-another-name": errors.Unplugged,
    "silent": errors.NotAnswering,
    "clean-read": "张𬭎",
}


@pytest.mark.parametrize("name", sorted(ONE_OF_EACH.values()))
def test_a_device_can_be_started_in_a_scenario_by_its_name(name: str, tmp_path: Path) -> None:
    with (
        Simulator("__main__", "--scenario", name, "--folder", str(tmp_path)) as running,
        make_device(running.url, TABLES) as device,
    ):
        assert device.key == running.url


def test_all_scenarios_can_be_listed_and_every_simulator_has_some() -> None:
    command = [sys.executable, "-m", "devices.simulators", "--list"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    listed = [json.loads(line)["scenario"] for line in done.stdout.splitlines()]
    assert listed == list(SCENARIOS)
    assert set(ONE_OF_EACH) == set(SIMULATORS)


def test_a_scenario_can_follow_another_in_the_same_simulator(tmp_path: Path) -> None:
    with id_reader("serial", tmp_path) as running:
        for name, wanted in ONE_AFTER_ANOTHER.items():
            running.tell(f"scenario {SCENARIOS[name].own}")
            assert _read(running.url) == wanted, name


def _read(url: str) -> type[errors.DeviceError] | str:
    try:
        with open_id_reader(url) as reader:
            return reader.read().name
    except errors.DeviceError as error:
        return type(error)
