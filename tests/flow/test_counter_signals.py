"""Strip, voice and rating around a visit, each over its own wire; a device that fails interrupts nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from app.court.rules import judge
from app.errors import DeviceProblem
from app.lanes import KEYPAD
from app.paths import resources
from app.services import rating, signalling
from app.services.desk import Desk
from app.settings import Settings, VoiceSettings
from app.storage import intakes, ratings
from app.sync.protocol import Event
from devices.clips import load_clips
from devices.sound import read_wav, silence, wav
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.device_cases import counter_device, speech_program
from tests.helpers.devices import Simulator, wait_until
from tests.helpers.visits import called, fill, finish, hand_in

CLIP_RATE = load_clips(resources() / "voice", resources() / "no-own-clips").rate
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


class Bench:
    """A desk with strip, keypad and loudspeaker."""

    def __init__(self, folder: Path, stack: ExitStack, voice: VoiceSettings | None = None) -> None:
        self.sound = folder / "said.wav"
        self.strip: Simulator = stack.enter_context(counter_device("strip", folder, "strips/sample-sum"))
        self.keypad: Simulator = stack.enter_context(counter_device("keypad", folder, "keypads/sample-a"))
        devices = replace(
            file_devices(folder),
            led_strip=f"led+serial://{folder}/strip?table=sample-sum",
            rating_keypad=f"keypad+serial://{folder}/keypad?table=sample-a",
            speaker=self.sound.as_uri().replace("file://", "speaker+file://"),
        )
        settings = Settings(hall=HALL, devices=devices, voice=voice or VoiceSettings(repeats=1))
        self.desk: Desk = stack.enter_context(desk_in(folder, settings, SteppingClock()))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_a_call_stands_on_the_strip_and_is_said_whole(tmp_path: Path, stack: ExitStack) -> None:
    bench = Bench(tmp_path, stack)
    do(bench.desk, signalling.show_called, "A012")
    assert bench.strip.tell("shown")["shown"] == "请 A012 号到 3 号窗口"
    assert do(bench.desk, signalling.speak, "A012")
    once = read_wav(bench.sound.read_bytes()).seconds
    assert 2 < once < 12
    assert do(bench.desk, signalling.speak, "A0120")
    assert read_wav(bench.sound.read_bytes()).seconds > once


def test_in_quiet_hours_nothing_is_said_and_the_strip_shows_it_all_the_same(
    tmp_path: Path, stack: ExitStack
) -> None:
    bench = Bench(tmp_path, stack, VoiceSettings(quiet="00:00-12:00,12:00-23:59"))
    assert not do(bench.desk, signalling.speak, "A012")
    assert not bench.sound.exists()
    do(bench.desk, signalling.show_called, "A012")


def test_a_strip_that_is_pulled_says_so(tmp_path: Path, stack: ExitStack) -> None:
    bench = Bench(tmp_path, stack)
    (tmp_path / "strip").unlink()
    with pytest.raises(DeviceProblem, match="条屏"):
        do(bench.desk, signalling.show_called, "A012")


def finished_visit(desk: Desk, folder: Path) -> str:
    called(desk)
    fill(desk)
    hand_in(desk, folder)
    return finish(desk, unsigned=True).visit_id


def test_a_rating_given_on_the_keypad_is_stored_once_with_an_event_the_court_takes(
    tmp_path: Path, stack: ExitStack
) -> None:
    bench = Bench(tmp_path, stack)
    visit_id = finished_visit(bench.desk, tmp_path)
    asked = bench.desk.lanes.submit(KEYPAD, rating.ask_keypad, bench.desk)
    wait_until(lambda: bench.keypad.tell("prompts")["prompts"] > 0, "the keypad is asked")
    bench.keypad.tell("press 4")
    assert asked.result(timeout=10) == 4
    assert do(bench.desk, rating.rate, visit_id, 4, "keypad")
    assert not do(bench.desk, rating.rate, visit_id, 1, "screen")
    assert bench.desk.store(ratings.of_visit, visit_id) == 4
    (event,) = [e for e in bench.desk.store(intakes.all_events) if e.kind == "rating"]
    assert json.loads(event.body)["score"] == 4
    verdict = judge(
        Event(event.id, "desk-1", event.seq, visit_id, event.kind, event.schema, event.body, event.sha256)
    )
    assert verdict == []


def test_an_open_visit_is_not_rated_and_a_score_is_one_to_five(tmp_path: Path, stack: ExitStack) -> None:
    bench = Bench(tmp_path, stack)
    assert not do(bench.desk, rating.rate, called(bench.desk), 5, "screen")
    with pytest.raises(ValueError, match="1 to 5"):
        do(bench.desk, rating.rate, "x", 6, "screen")


def test_the_question_on_the_keypad_is_taken_back_when_the_next_person_is_called(
    tmp_path: Path, stack: ExitStack
) -> None:
    bench = Bench(tmp_path, stack)
    asked = bench.desk.lanes.submit(KEYPAD, rating.ask_keypad, bench.desk)
    wait_until(lambda: bench.keypad.tell("prompts")["prompts"] > 0, "the keypad is asked")
    bench.desk.cancelled[KEYPAD].set()
    assert asked.result(timeout=10) is None


def test_what_has_no_clip_is_said_by_the_engine_and_a_missing_engine_is_told(
    tmp_path: Path, stack: ExitStack
) -> None:
    program = speech_program(tmp_path, wav(silence(0.5, CLIP_RATE)))
    url = f"speech+command://{quote(str(program))}"
    bench = Bench(tmp_path, stack, VoiceSettings(repeats=1, engine=url))
    assert do(bench.desk, signalling.speak, "甲12")
    assert (tmp_path / "text").read_text("utf-8") == "甲"
    program.unlink()
    bench.desk.announcer = None
    assert do(bench.desk, signalling.speak, "甲13")
    assert any("语音程序" in notice.happened for notice in bench.desk.notices.standing())
