"""A frozen build has one program only: it becomes any of the workers by a word on its command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.recognition import mrz_page
from devices.conversation import worker_command
from tests.helpers.devices import ROOT


@pytest.mark.parametrize(
    "words", [["device-worker", "speaker"], ["device-worker", "camera"], ["recognition-worker"]]
)
def test_the_program_becomes_a_worker_answers_and_ends_with_its_input(words: list[str]) -> None:
    request = json.dumps({"id": 7, "do": "open", "sink": "null", "name": "", "source": "/no/such/%d.jpg"})
    done = subprocess.run(
        [sys.executable, "-m", "app", *words], cwd=ROOT, input=request + "\n", capture_output=True, text=True,
        timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    reply = json.loads(done.stdout)
    assert reply["id"] == 7
    assert ("ok" in reply) is ("camera" not in words)


def test_a_frozen_build_starts_its_workers_through_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command("speaker", "--x") == [sys.executable, "device-worker", "speaker", "--x"]
    assert mrz_page._command() == [sys.executable, "recognition-worker"]
