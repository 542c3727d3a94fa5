"""The log holds no personal numbers, and bugs get an incident number without values."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest

from app import crash
from app.logs import logging_to, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("number 150402199003075517 read", "number 150***********5517 read"),
        ("11010519491231002X", "110***********002X"),
        ("call 13804761234 back", "call 138****1234 back"),
        ("job 01a2021c-5ff7-7131-b1c5-2a39076b180b", "job 01a2021c-5ff7-7131-b1c5-2a39076b180b"),
        ("1250402199003075517", "1250402199003075517"),
    ],
)
def test_numbers_of_people_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_line_and_its_traceback_are_masked_in_the_file(tmp_path: Path) -> None:
    with logging_to(tmp_path):
        try:
            raise ValueError("150402199003075517")
        except ValueError:
            logging.getLogger("somebody").info("read 13804761234", exc_info=True)
    written = (tmp_path / "desk.log").read_text("utf-8")
    assert "138****1234" in written
    assert "150***********5517" in written
    assert "13804761234" not in written
    assert "150402199003075517" not in written


def test_the_log_is_given_back(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    with logging_to(tmp_path):
        assert len(logging.getLogger().handlers) == len(before) + 1
    assert logging.getLogger().handlers == before


@pytest.mark.logs("app.crash")
def test_an_incident_names_the_place_and_no_value(caplog: pytest.LogCaptureFixture) -> None:
    try:
        int("张三 150402199003075517")
    except ValueError as error:
        incident = crash.record(error)
    assert incident.number in caplog.text
    assert "test_logs.py" in caplog.text
    assert "张三" not in caplog.text
    assert incident.kind == "ValueError"


@pytest.mark.logs("app.crash")
def test_what_escapes_from_a_thread_is_told_and_hooks_are_given_back() -> None:
    told: list[crash.Incident] = []
    before = sys.excepthook, threading.excepthook

    def fail() -> None:
        raise RuntimeError("escaped")

    with crash.unhandled(told.append):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert [incident.kind for incident in told] == ["RuntimeError"]
    assert (sys.excepthook, threading.excepthook) == before
