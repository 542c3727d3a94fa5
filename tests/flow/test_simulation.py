"""The counter without hardware that training and demo use: it lasts a day and leaves nothing behind."""

from __future__ import annotations

import socket
from contextlib import closing
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.cli import main
from app.errors import Expected
from app.settings import HallSettings, Settings
from app.simulation import SIMULATORS, TRAINING, Child, Simulation
from devices.base import ScannedPage, ScanSettings, Source
from devices.errors import FeederJam
from devices.registry import open_camera, open_scanner
from tests.helpers.devices import wait_until

MORE_THAN_A_PIPE = 3000
"""Answers of about forty bytes; a pipe holds 64 KiB."""


def test_everything_runs_and_the_settings_point_at_it(tmp_path: Path) -> None:
    base = Settings(hall=HallSettings(window=7))
    with Simulation(tmp_path / "counter", base) as counter:
        assert counter.settings.hall.window == 7
        assert httpx.get(f"{counter.settings.court.url}/health", trust_env=False).status_code == 200
        assert Path(counter.settings.court.token_file).read_text("ascii").strip()
        children = [*counter.devices.values(), counter.court]
        with open_camera(counter.settings.devices.camera) as camera:
            assert camera.preview().page is not None
        assert all(child.process.poll() is None for child in children)
    assert [child.process.returncode for child in children] == [0, 0, 0, 0, 0]
    assert (tmp_path / "counter" / "children.log").read_text("utf-8") == ""


@pytest.mark.parametrize("name", sorted(TRAINING))
def test_every_scenario_of_the_training_is_one_of_its_simulator(name: str) -> None:
    module, *device = SIMULATORS[TRAINING[name].device]
    found = import_module(module)
    assert TRAINING[name].own in (found.SCENARIOS_OF[device[0]] if device else found.SCENARIOS)
    assert TRAINING[name].title.strip()


def test_training_begins_in_the_scenario_that_was_named(tmp_path: Path) -> None:
    with (
        Simulation(tmp_path / "counter", Settings(), "feeder-jam-on-page-7") as counter,
        open_scanner(counter.settings.devices.scanner) as scanner,
    ):
        came: list[ScannedPage] = []
        pages = scanner.scan(ScanSettings(Source.FEEDER, 100), lambda: False)
        with closing(pages), pytest.raises(FeederJam):
            came.extend(pages)
    assert len(came) == 6


def test_an_unknown_scenario_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--simulate", "--scenario", "no-such"]) == 2
    refused = capsys.readouterr().out
    assert main(["--scenario", "list"]) == 0
    assert capsys.readouterr().out == refused
    assert all(name in refused for name in TRAINING)


def test_a_child_that_is_told_a_day_of_commands_still_works(tmp_path: Path) -> None:
    child = Child(["simulate", "printer", "--port", "0", "--out", str(tmp_path)], tmp_path / "log")
    try:
        child.wait()
        for _number in range(MORE_THAN_A_PIPE):
            child.tell("fault near_end")
        child.tell("fault refuse")
        port = urlsplit(child.ready["url"]).port
        wait_until(lambda: not listens(port), "the last command, carried out")
    finally:
        child.stop()
    assert child.process.returncode == 0


def listens(port: int | None) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port or 0), 1.0).close()
    except OSError:
        return False
    return True


def test_a_child_that_does_not_start_says_where_its_words_are(tmp_path: Path) -> None:
    child = Child(["simulate", "printer", "--port", "-1", "--out", str(tmp_path)], tmp_path / "log")
    with pytest.raises(Expected, match="没有启动"):
        child.wait()
    child.stop()
    assert "OverflowError" in (tmp_path / "log").read_text("utf-8")


def test_a_simulation_that_cannot_start_whole_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "roll").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(Expected, match="没有启动"), Simulation(tmp_path, Settings()):
        pytest.fail("it must not start")
