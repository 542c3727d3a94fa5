"""Loudspeakers, speech engines, and the calls that go to them: real processes, real files."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import time as time_of_day
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from app.domain.voice import CHIME, Span, call_words
from app.hall.speech import LocalTurn
from app.services.voice import Announcer, Call, VoicePlan
from devices.clips import ClipBank, load_clips
from devices.drivers import speaker_worker
from devices.drivers.speaker_worker import SpeakerLimits, WorkerSpeaker
from devices.drivers.speech_command import CommandSpeech
from devices.errors import (
    BadAddress,
    Cancelled,
    DeviceError,
    DriverFault,
    Garbled,
    LibraryMissing,
    NotAnswering,
    Unplugged,
)
from devices.registry import make_speaker, make_speech, open_speaker, open_speech
from devices.sound import Sound, Speaker, read_wav, silence, wav
from tests.helpers.device_cases import NO_SOUND, speech_program
from tests.helpers.devices import ROOT, nothing_left, wait_until, workers_of

__all__ = ["nothing_left"]

VOICE = ROOT / "resources" / "voice"
NOON = time_of_day(12, 0)


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def clips() -> ClipBank:
    return load_clips(VOICE)


@contextmanager
def recording(folder: Path) -> Iterator[Speaker]:
    with open_speaker(f"speaker+file://{quote(str(folder))}/last.wav") as opened:
        yield opened


def child_of(module: str) -> psutil.Process:
    return workers_of(module)[0]


# ---- loudspeakers ------------------------------------------------------------------------------------


def test_a_sound_is_played_to_its_end_and_begins_soon(clips: ClipBank) -> None:
    sound = clips.sound(["chime", "d1"])
    with open_speaker("speaker+null:") as speaker:
        start = time.monotonic()
        first = speaker.play(sound, never)
        took = time.monotonic() - start
    assert 0 < first < sound.seconds, "the figure is measured elsewhere"
    assert took >= sound.seconds


def test_a_file_holds_the_last_sound(tmp_path: Path) -> None:
    with recording(tmp_path) as speaker:
        for sound in (silence(0.3, 22050), Sound(bytes(range(100)), 16000)):
            speaker.play(sound, never)
            assert read_wav((tmp_path / "last.wav").read_bytes()) == sound
    assert [path.name for path in tmp_path.iterdir()] == ["last.wav"]


def test_a_sound_stops_when_the_program_is_left() -> None:
    with open_speaker("speaker+null:") as speaker:
        start = time.monotonic()
        with pytest.raises(Cancelled):
            speaker.play(silence(30, 22050), lambda: time.monotonic() - start > 0.2)
        assert time.monotonic() - start < 20
        with pytest.raises(Unplugged):
            speaker.play(silence(0.1, 22050), never)
        speaker.open()
        speaker.play(silence(0.1, 22050), never)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals on Windows")
@pytest.mark.parametrize(("sign", "kind"), [("SIGKILL", DriverFault), ("SIGSTOP", NotAnswering)])
def test_a_worker_that_dies_or_hangs_is_named_and_replaced(sign: str, kind: type[DeviceError]) -> None:
    with WorkerSpeaker("speaker+null:", SpeakerLimits(over=0.3)) as speaker:
        speaker.play(silence(0.05, 22050), never)
        child = child_of("devices.workers.speaker")

        def in_the_middle() -> bool:
            with suppress(psutil.NoSuchProcess):
                child.send_signal(getattr(signal, sign))
            return False

        with pytest.raises(kind):
            speaker.play(silence(1.0, 22050), in_the_middle)
        speaker.open()
        speaker.play(silence(0.05, 22050), never)
    wait_until(lambda: not psutil.pid_exists(child.pid), "the worker is gone")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_worker_that_floods_is_garbled_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as flooding:
        flooding.setattr(speaker_worker, "worker_command", lambda _name: ["/bin/sh", "-c", "yes"])
        with pytest.raises(Garbled):
            WorkerSpeaker("speaker+null:").open()
    with WorkerSpeaker("speaker+null:") as speaker:
        speaker.play(silence(0.05, 22050), never)


def test_without_the_library_the_speaker_says_so_in_one_sentence() -> None:
    speaker = WorkerSpeaker("speaker:", library="no_such_library")
    assert speaker.available() == "the Python package no_such_library is not installed"
    with pytest.raises(LibraryMissing):
        speaker.open()


@pytest.mark.skipif(not NO_SOUND.args[0], reason="there is a sound device here")
@pytest.mark.parametrize("url", ["speaker:", "speaker:No%20Such%20Device"])
def test_without_a_sound_device_the_speaker_is_unplugged_and_plays_nowhere(url: str) -> None:
    speaker = make_speaker(url)
    with pytest.raises(Unplugged, match="sound device"):
        speaker.open()
    assert speaker.traffic.faults()


@pytest.mark.parametrize(
    "url", ["speaker+null:x", "speaker:%00", "speaker+file:last.wav", "speech+command:x"]
)
def test_addresses_are_checked(url: str) -> None:
    with pytest.raises(BadAddress):
        (make_speech if url.startswith("speech") else make_speaker)(url)


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(BadAddress, match="no address of a loudspeaker"):
        make_speaker("sane:test:0")
    with pytest.raises(BadAddress, match="no address of a speech engine"):
        make_speech("speaker:")


# ---- speech engines ----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_an_engine_reads_the_text_and_gives_its_sound(tmp_path: Path) -> None:
    whole = wav(silence(0.4, 22050))
    unknown_length = whole[:40] + b"\xff\xff\xff\x7f" + whole[44:]
    program = speech_program(tmp_path, unknown_length)
    with open_speech(f"speech+command://{quote(str(program))}") as engine:
        assert engine.spoken("立案\n窗口").seconds == pytest.approx(0.4)
    assert (tmp_path / "text").read_text("utf-8") == "立案窗口"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
@pytest.mark.parametrize(
    ("sound", "before", "kind"),
    [
        (b"", "", Garbled),
        (b"x" * 99, "", Garbled),
        (b"", "exit 3", DriverFault),
        (b"", "exec sleep 5", NotAnswering),
    ],
)
def test_an_engine_that_fails_says_how(
    tmp_path: Path, sound: bytes, before: str, kind: type[DeviceError]
) -> None:
    program = speech_program(tmp_path, sound, before)
    with CommandSpeech(f"speech+command://{quote(str(program))}", limit=0.5) as engine, pytest.raises(kind):
        engine.spoken("张三")
    assert not any("张三" in entry.text for entry in engine.traffic.entries())


def test_an_engine_that_is_not_installed_is_missing() -> None:
    with pytest.raises(LibraryMissing, match="is not there"):
        open_speech("speech+command:///no/such/engine")


# ---- calls -------------------------------------------------------------------------------------------


def voice(folder: Path, clips: ClipBank, plan: VoicePlan | None = None) -> Announcer:
    return Announcer(lambda: recording(folder), clips, LocalTurn(), lambda: NOON, plan)


def test_a_call_is_chime_and_words_twice_in_one_sound(tmp_path: Path, clips: ClipBank) -> None:
    announcer = voice(tmp_path, clips)
    assert announcer.call("A012", 3)
    assert announcer.speak_all() == 1
    heard = read_wav((tmp_path / "last.wav").read_bytes())
    words = clips.sound([word.clip for word in call_words("A012", 3)])
    assert heard == announcer.sound(Call("A012", 3))
    assert heard.pcm.startswith(clips.sound([CHIME.clip]).pcm)
    assert heard.pcm.count(words.pcm) == 2
    assert heard.pcm.endswith(words.pcm)


def test_calls_wait_in_line_each_once(tmp_path: Path, clips: ClipBank) -> None:
    announcer = voice(tmp_path, clips, VoicePlan(repeats=1, chime=False))
    assert [announcer.call(number, 3) for number in ("A001", "A002", "A001")] == [True, True, False]
    assert announcer.speak_all() == 2
    assert read_wav((tmp_path / "last.wav").read_bytes()) == announcer.sound(Call("A002", 3))
    assert announcer.call("A001", 3)
    assert announcer.speak_all() == 1


def test_in_quiet_hours_nothing_is_said(tmp_path: Path, clips: ClipBank) -> None:
    announcer = voice(tmp_path, clips, VoicePlan(quiet=(Span(NOON, time_of_day(13, 30)),)))
    assert not announcer.call("A001", 3)
    assert announcer.speak_all() == 0
    assert list(tmp_path.iterdir()) == []


def test_two_windows_never_speak_at_once(clips: ClipBank) -> None:
    plan = VoicePlan(repeats=1, chime=False)
    spans: list[tuple[float, float]] = []
    asking: set[int] = set()
    asked = threading.Condition()

    class Watched(LocalTurn):
        def ask(self, window: int, seconds: float) -> bool:
            mine = super().ask(window, seconds)
            with asked:
                asking.add(window)
                asked.notify_all()
            return mine

    class Timed:
        """Speaks until everybody who has not spoken has asked meanwhile."""

        def play(self, *_args: object) -> float:
            with asked:
                start = time.monotonic()
                asking.clear()
                asked.wait_for(lambda: len(asking) + len(spans) >= 2, 5)
                spans.append((start, time.monotonic()))
            return 0.0

    turn = Watched()

    @contextmanager
    def timed() -> Iterator[Speaker]:
        yield Timed()  # type: ignore[misc]

    windows = [Announcer(timed, clips, turn, lambda: NOON, plan) for _ in range(3)]
    for window, announcer in enumerate(windows, 1):
        announcer.call("A001", window)
    threads = [threading.Thread(target=announcer.speak_all) for announcer in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    ordered = sorted(spans)
    assert len(ordered) == 3
    assert all(first[1] <= second[0] for first, second in pairwise(ordered))


class _Row:
    """Windows 1 and 2 have calls of 11.7 s before ours; time passes while a window waits."""

    LENGTH = 11.7

    def __init__(self) -> None:
        self.now = 0.0
        self.turn = LocalTurn(lambda: self.now)
        assert self.turn.ask(1, self.LENGTH + 3)
        self._row = [1, 2]
        self._since: float | None = 0.0
        assert not self.turn.ask(2, self.LENGTH + 3)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        if self._since is None and self._row and self.turn.ask(self._row[0], self.LENGTH + 3):
            self._since = self.now
        elif self._since is not None and self.now - self._since >= self.LENGTH:
            self.turn.done(self._row.pop(0))
            self._since = None
        elif len(self._row) > 1:
            self.turn.ask(self._row[1], self.LENGTH + 3)


def test_the_third_of_three_calls_waits_for_both_before_it(tmp_path: Path, clips: ClipBank) -> None:
    row, spoken = _Row(), list[float]()

    class Timed:
        def play(self, _sound: Sound, _cancelled: object = None) -> None:
            spoken.append(row.now)

    @contextmanager
    def timed() -> Iterator[Speaker]:
        yield Timed()  # type: ignore[misc]

    third = Announcer(timed, clips, row.turn, lambda: NOON, pause=row.wait)
    third.call("A003", 3)
    assert third.speak_all() == 1
    assert spoken == [pytest.approx(2 * row.LENGTH, abs=1.0)], "after both, not into the second one"


def test_what_the_window_called_again_since_is_not_said_late(tmp_path: Path, clips: ClipBank) -> None:
    row = _Row()

    def wait(seconds: float) -> None:
        row.wait(seconds)
        if 5.0 < row.now < 5.2:
            third.call("A004", 3)

    third = Announcer(lambda: recording(tmp_path), clips, row.turn, lambda: NOON, pause=wait)
    third.call("A003", 3)
    assert third.speak_all() == 1
    assert read_wav((tmp_path / "last.wav").read_bytes()) == third.sound(Call("A004", 3))
    assert row.now == pytest.approx(2 * row.LENGTH, abs=1.0), "it kept its place in the row"


def test_a_call_whose_loudspeaker_fails_is_given_up_and_the_next_is_said(
    tmp_path: Path, clips: ClipBank
) -> None:
    folder = tmp_path / "sounds"
    turn = LocalTurn()
    announcer = Announcer(lambda: recording(folder), clips, turn, lambda: NOON)
    announcer.call("A001", 3)
    announcer.call("A002", 3)
    with pytest.raises(Unplugged):
        announcer.speak_all()
    folder.mkdir()
    assert turn.ask(9, 1.0)
    turn.done(9)
    assert announcer.speak_all() == 1
    assert read_wav((folder / "last.wav").read_bytes()) == announcer.sound(Call("A002", 3))


def test_what_has_no_clip_is_said_by_the_engine_or_left_out(tmp_path: Path, clips: ClipBank) -> None:
    plan = VoicePlan(repeats=1, chime=False)
    asked: list[str] = []

    def engine(text: str) -> Sound:
        asked.append(text)
        return silence(0.5, clips.rate)

    without = voice(tmp_path, clips, plan).sound(Call("立1", 3))
    speaking = Announcer(lambda: recording(tmp_path), clips, LocalTurn(), lambda: NOON, plan, engine)
    assert speaking.sound(Call("立1", 3)).seconds == pytest.approx(without.seconds + 0.5)
    assert asked == ["立"]

    def broken(_text: str) -> Sound:
        raise NotAnswering("engine")

    failing = Announcer(lambda: recording(tmp_path), clips, LocalTurn(), lambda: NOON, plan, broken)
    assert failing.sound(Call("立1", 3)).seconds == pytest.approx(without.seconds + 0.1, abs=0.01)
