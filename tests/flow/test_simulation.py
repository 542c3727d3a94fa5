"""The counter without hardware that training and demo use: it lasts a day and leaves nothing behind."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.settings import HallSettings, Settings
from app.simulation import Child, Simulation
from tests.helpers.devices import wait_until

MORE_THAN_A_PIPE = 3000
"""Answers of about forty bytes; a pipe holds 64 KiB."""


def test_everything_runs_and_the_settings_point_at_it(tmp_path: Path) -> None:
    base = Settings(hall=HallSettings(window=7))
    with Simulation(tmp_path / "counter", base) as counter:
        assert counter.settings.hall.window == 7
        assert httpx.get(f"{counter.settings.court.url}/health", trust_env=False).status_code == 200
        assert Path(counter.settings.court.token_file).read_text("ascii").strip()
        children = [counter.reader, counter.printer, counter.scanner, counter.court]
        assert all(child.process.poll() is None for child in children)
    assert [child.process.returncode for child in children] == [0, 0, 0, 0]
    assert (tmp_path / "counter" / "children.log").read_text("utf-8") == ""


def test_a_child_that_is_told_a_day_of_commands_still_works(tmp_path: Path) -> None:
    child = Child(["simulate", "printer", "--port", "0", "--out", str(tmp_path)], tmp_path / "log")
    try:
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
    with pytest.raises(RuntimeError, match="did not start"):
        Child(["simulate", "printer", "--port", "-1", "--out", str(tmp_path)], tmp_path / "log")
    assert "OverflowError" in (tmp_path / "log").read_text("utf-8")


def test_a_simulation_that_cannot_start_whole_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "roll").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(RuntimeError, match="did not start"), Simulation(tmp_path, Settings()):
        pytest.fail("it must not start")
