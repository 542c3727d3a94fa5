"""What is said when a number is called, when nothing is, and the clips it is made from."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tomllib
from datetime import time
from pathlib import Path

import pytest

from app.domain.voice import call_words, counted, is_quiet, parse_spans, spelled
from devices.clips import ClipBank, load_clips
from devices.errors import BadTable, Garbled
from devices.sound import Sound, joined, read_wav, silence, wav

VOICE = Path(__file__).resolve().parents[2] / "resources" / "voice"


def said(words: object) -> str:
    return "".join(word.text for word in words)  # type: ignore[attr-defined]


def test_a_call_says_number_and_window_and_nothing_else() -> None:
    assert said(call_words("A012", 3)) == "请A零幺二号到三号窗口办理"
    assert said(call_words("b1107", 12)) == "请B幺幺零七号到十二号窗口办理"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "一"), (2, "二"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (100, "一百"),
     (101, "一百零一"), (110, "一百一十"), (118, "一百一十八"), (999, "九百九十九")],
)  # fmt: skip
def test_a_window_is_read_as_people_say_it(value: int, text: str) -> None:
    assert said(counted(value)) == text


@pytest.mark.parametrize("value", [0, -1, 1000])
def test_a_window_that_does_not_exist_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="is not 1 to 999"):
        counted(value)


def test_a_character_without_clip_keeps_its_text() -> None:
    words = spelled("立-1 2")
    assert [(word.clip, word.text) for word in words] == [("", "立"), ("d1", "幺"), ("d2", "二")]


def test_quiet_hours_hold_their_start_and_not_their_end_also_over_midnight() -> None:
    spans = parse_spans("12:00-13:30，22:00-7:00")
    held = [
        is_quiet(time(h, m), spans)
        for h, m in ((11, 59), (12, 0), (13, 29), (13, 30), (23, 0), (6, 59), (7, 0))
    ]
    assert held == [False, True, True, False, True, True, False]
    assert parse_spans(" ") == ()


@pytest.mark.parametrize("text", ["noon", "12:00", "25:00-26:00", "12:60-13:00", "12:00-13:00;"])
def test_quiet_hours_written_wrong_are_named(text: str) -> None:
    with pytest.raises(ValueError, match="时"):
        parse_spans(text)


# ---- clips -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bank() -> ClipBank:
    return load_clips(VOICE)


def test_there_is_a_clip_for_every_word_of_every_call(bank: ClipBank) -> None:
    numbers = ["".join(chr(ord("A") + n) for n in range(26)), "0123456789"]
    words = [w for number in numbers for window in range(1, 1000) for w in call_words(number, window)]
    assert {word.clip for word in words} <= bank.names


def test_every_clip_says_what_the_list_says() -> None:
    clips = tomllib.loads((VOICE / "clips.toml").read_text("utf-8"))
    texts = {w.clip: w.text for n in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789") for w in call_words(n, 111)}
    assert {name: clips[name]["text"] for name in texts} == texts
    assert {path.stem for path in VOICE.glob("*.wav")} == {*clips, "chime"}


def test_clips_are_the_ones_that_were_made_alike_and_short(bank: ClipBank) -> None:
    for line in (VOICE / "SHA256SUMS").read_text("ascii").splitlines():
        digest, name = line.split("  ")
        data = (VOICE / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
        assert 0.15 < read_wav(data).seconds < 1.5
    assert bank.rate == 22050


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_the_clips_can_be_made_again_to_the_byte(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, VOICE / "render.py", "--out", tmp_path], check=False, capture_output=True, text=True
    )
    if "the clips are made with" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "SHA256SUMS").read_text() == (VOICE / "SHA256SUMS").read_text()


def test_clips_join_without_a_gap(bank: ClipBank) -> None:
    names = ["please", "a", "d0", "d1"]
    whole = bank.sound(names)
    assert whole.pcm == b"".join(bank.sound([name]).pcm for name in names)


def test_a_clip_of_the_court_stands_in_for_ours(tmp_path: Path) -> None:
    (tmp_path / "please.wav").write_bytes(wav(silence(0.2, 22050)))
    own = load_clips(VOICE, tmp_path, tmp_path / "nothing")
    assert own.sound(["please"]).seconds == pytest.approx(0.2)
    assert own.names == load_clips(VOICE).names


def test_a_file_that_is_no_clip_is_named(tmp_path: Path) -> None:
    (tmp_path / "please.wav").write_bytes(b"RIFF")
    with pytest.raises(BadTable, match=r"please\.wav"):
        load_clips(tmp_path)
    (tmp_path / "please.wav").write_bytes(wav(silence(0.2, 8000)))
    with pytest.raises(BadTable, match="Hz"):
        load_clips(VOICE, tmp_path)
    with pytest.raises(BadTable, match="no Hz"):
        load_clips(tmp_path / "nothing")


def test_sounds_of_different_rates_are_not_joined() -> None:
    with pytest.raises(ValueError, match="cannot be joined"):
        joined([silence(1, 8000), silence(1, 16000)])
    with pytest.raises(ValueError, match="cannot be joined"):
        joined([])


def test_a_sound_comes_back_from_its_file() -> None:
    sound = Sound(bytes(range(200)), 16000)
    assert read_wav(wav(sound)) == sound
    with pytest.raises(Garbled):
        read_wav(wav(Sound(b"", 16000)))
