"""Whatever a device, a worker, a table or a file brings: a result or a DeviceError, and no hang."""

from __future__ import annotations

import contextlib
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import requests
from devices.address import (
    parse_camera,
    parse_file,
    parse_folder,
    parse_program,
    parse_sdt,
    parse_serial,
    parse_speaker,
)
from devices.drivers.gun_serial import MOST_BYTES, SerialScanGun
from devices.errors import DeviceError
from devices.escl.messages import parse_capabilities, parse_status
from devices.keypad import KeypadFrames, keypad_table
from devices.pictures import density
from devices.scan_gun import Burst, BurstDetector, Key, Typed
from devices.sdt.frames import HEADER, build
from devices.sdt.mask import SdtMask
from devices.simulators import counter_devices
from devices.simulators.replay import parse as parse_recording
from devices.sound import Sound, read_wav, wav
from devices.strip import strip_table
from devices.tables import load, parse
from devices.traffic import mask_text
from devices.vendor import protocol

TABLES = Path(__file__).resolve().parents[2] / "resources" / "devices"
KEYPADS = [keypad_table(load(TABLES / "keypads", name)) for name in ("sample-a", "sample-b")]
STRIPS = [strip_table(load(TABLES / "strips", f"sample-{name}")) for name in ("sum", "xor", "crc16")]
TEXTS = st.text(max_size=60)
ADDRESS_PARSERS = (
    parse_sdt,
    parse_folder,
    parse_speaker,
    parse_camera,
    lambda text: parse_program(text, "sdt+vendor"),
    lambda text: parse_file(text, "speaker+file"),
    lambda text: parse_serial(text, "gun+serial"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


# ---- scan gun ----------------------------------------------------------------------------------------

KEYS = st.lists(
    st.tuples(
        st.sampled_from(["a", "7", "一", "\r", "\t", "", "\x1b", "ab", " "]),
        st.sampled_from([0.0, 0.001, 0.02, 0.034, 0.035, 0.05, 1.0, -5.0]),
        st.booleans(),
    ),
    max_size=80,
)


@given(events=KEYS)
def test_every_key_comes_out_once_and_in_order(events: list[tuple[str, float, bool]]) -> None:
    detector, now = BurstDetector(), 100.0
    keys: list[Key] = []
    out: list[Typed | Burst] = []
    for number, (text, gap, repeated) in enumerate(events):
        now += gap
        if detector.due is not None and now >= detector.due:
            out += detector.pause(detector.due)
        keys.append(Key(text, now, repeated, number))
        out += detector.key(keys[-1])
    out += detector.reset()
    left = list(keys)
    for item in out:
        if isinstance(item, Typed):
            assert list(item.keys) == left[: len(item.keys)]
            del left[: len(item.keys)]
        else:
            assert item.text == "".join(key.text for key in left[: len(item.text)])
            assert len(item.text) >= 6
            assert left[len(item.text)].text in {"\r", "\n", "\t"}
            times = [key.at for key in left[: len(item.text) + 1]]
            assert all(0 <= b - a < 0.035 for a, b in pairwise(times))
            del left[: len(item.text) + 1]
    assert left == []


@given(text=st.text(alphabet="ab 一\r\t", max_size=40), gap=st.floats(0.036, 2.0))
def test_what_is_typed_slower_than_a_gun_is_never_a_burst(text: str, gap: float) -> None:
    detector = BurstDetector()
    out = [item for n, c in enumerate(text) for item in detector.key(Key(c, 5 + n * gap))]
    assert not any(isinstance(item, Burst) for item in out)


class _ScriptedLine:
    """Gives its pieces, then silence; each read takes 50 ms of the clock."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.now = 0.0

    def read(self) -> bytes:
        self.now += 0.05
        return self.pieces.pop(0) if self.pieces else b""


@given(pieces=st.lists(st.binary(max_size=3000), max_size=12))
def test_a_gun_gives_printable_lines_or_says_garbled_and_always_ends(pieces: list[bytes]) -> None:
    line = _ScriptedLine(list(pieces))
    gun = SerialScanGun("gun+serial://COM1", clock=lambda: line.now)
    gun._line = line  # type: ignore[assignment]
    for _ in range(sum(map(len, pieces)) + 20):
        start = line.now
        with contextlib.suppress(DeviceError):
            text = gun.next_scan(0.2)
            assert line.now - start < 3.0
            if text is None and not line.pieces:
                break
            assert text is None or (text.isprintable() and text.strip() and len(text) <= MOST_BYTES)
    assert not line.pieces


# ---- keypad, strip, tables ---------------------------------------------------------------------------


@pytest.mark.parametrize("table", KEYPADS, ids=lambda table: table.title)
@given(noise=st.lists(st.binary(max_size=30), max_size=8), data=st.data())
def test_keypad_frames_are_found_among_noise_and_nothing_else_counts(
    table: object, noise: list[bytes], data: st.DataObject
) -> None:
    assert isinstance(table, type(KEYPADS[0]))
    frames = KeypadFrames(table)
    for piece in noise:
        assert all(score in table.keys.values() for score in frames.feed(piece))
        assert len(frames._held) < table.length + len(table.prefix)
    key = data.draw(st.sampled_from(sorted(table.keys)))
    frames.feed(bytes(table.length))
    assert frames.feed(bytes(64) + table.frame(key))[-1:] == [table.keys[key]]


@pytest.mark.parametrize("table", STRIPS, ids=lambda table: table.title)
@given(text=st.text(max_size=80))
def test_any_text_becomes_a_frame_the_strip_understands(table: object, text: str) -> None:
    assert isinstance(table, type(STRIPS[0]))
    machine = counter_devices.StripMachine(table)
    assert machine.hear(table.frame(text)) == table.reply
    shown = machine.obey("shown")
    assert (shown["frames"], shown["bad"]) == (1, 0)
    assert str(shown["shown"]).encode("gb2312") == table.text_bytes(text)
    assert len(table.text_bytes(text)) <= table.most_bytes


@given(
    values=st.dictionaries(
        st.sampled_from(["title", "baud", "prefix", "length", "key_at", "check", "template", "most_bytes"]),
        st.one_of(
            st.integers(-5, 300), st.sampled_from(["AA", "{text}", "{len} {sum}", "sum", "", "一", "zz"])
        ),
    )
)
def test_any_table_is_understood_or_refused(values: dict[str, object]) -> None:
    text = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    for read in (keypad_table, strip_table):
        with contextlib.suppress(DeviceError):
            read(parse("x.toml", text + "[keys]\n01 = 5\n"))


@given(text=st.text(max_size=80))
def test_any_toml_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(DeviceError):
        parse("x.toml", text)


# ---- vendor protocol, eSCL, addresses, recordings ----------------------------------------------------


@given(reply=st.one_of(JSON, st.fixed_dictionaries({"id": st.just(1), "ok": JSON}),
                       st.fixed_dictionaries({"id": st.just(1), "error": JSON, "facts": JSON})))  # fmt: skip
def test_any_reply_of_a_worker_is_understood_or_refused(reply: object) -> None:
    line = json.dumps(reply)
    requests.answers(line, 1)
    with contextlib.suppress(DeviceError):
        found = requests.answer(line, 1)
        for read in (protocol.opened, protocol.state, protocol.card, protocol.png):
            with contextlib.suppress(DeviceError):
                read(found)


@given(line=st.one_of(st.text(max_size=200), st.just("[" * 100_000), st.just('{"id":' + "9" * 5000 + "}")))
def test_a_line_that_is_no_reply_is_none(line: str) -> None:
    requests.answers(line, 1)


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "text": st.text(alphabet="QUA=!一", max_size=360),
            "photo": TEXTS,
            "finger": st.one_of(st.integers(), st.booleans(), TEXTS),
            "addresses": st.lists(st.one_of(TEXTS, st.integers()), max_size=6),
            "png": st.text(alphabet="iVBORw0KGgo=", max_size=100),
            "state": TEXTS,
        },
    )
)
def test_wrong_fields_of_a_reply_are_garbled(fields: dict[str, object]) -> None:
    for read in (protocol.state, protocol.card, protocol.png):
        with contextlib.suppress(DeviceError):
            read(fields)


@given(
    words=st.lists(
        st.sampled_from(
            ["<a>", "</a>", "<ScannerStatus>", "</ScannerStatus>", "<State>", "Idle", "<AdfState/>",
             "&lt;", "&x;", "<XResolution>", "99999999", "</XResolution>", "<AdfSimplexInputCaps/>",
             "<![CDATA[",
             "\x00", "\ufeff"]
        ),
        max_size=20,
    )
)  # fmt: skip
def test_almost_escl_is_understood_or_refused(words: list[str]) -> None:
    for root in ("ScannerStatus", "ScannerCapabilities"):
        document = f"<{root}>{''.join(words)}</{root}>".encode()
        for read in (parse_capabilities, lambda data: parse_status(data, has_feeder=True)):
            with contextlib.suppress(DeviceError):
                read(document)


@given(rest=TEXTS)
def test_any_address_of_the_new_schemes_is_understood_or_refused(rest: str) -> None:
    starts = (
        "sdt+usb://", "sdt+vendor:///", "folder:///", "gun+serial:///", "speaker:", "speaker+file:///",
        "camera:", "camera+file:///",
    )  # fmt: skip
    for url in (start + rest for start in starts):
        for read in ADDRESS_PARSERS:
            with contextlib.suppress(DeviceError):
                read(url)


@given(text=TEXTS, reply=JSON)
def test_any_recording_is_read_or_refused_with_its_line(text: str, reply: object) -> None:
    for line in (
        text,
        json.dumps(reply),
        json.dumps({"t": 0, "sent": text}),
        json.dumps({"t": 0, "got": text}),
    ):
        with contextlib.suppress(ValueError):
            parse_recording('{"t": 0, "sent": "aa"}\n' + line)


@given(data=st.binary(max_size=400))
def test_the_resolution_of_any_bytes_is_believable_or_none(data: bytes) -> None:
    for head in (b"", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\1", b"\x89PNG\r\n\x1a\npHYs"):
        assert 50 <= (density(head + data) or 50) <= 1200


@given(
    data=st.binary(max_size=200), cut=st.integers(0, 60), place=st.integers(0, 59), byte=st.integers(0, 255)
)
def test_any_sound_file_is_read_or_refused(data: bytes, cut: int, place: int, byte: int) -> None:
    whole = bytearray(wav(Sound(bytes(20), 22050)))
    whole[place] = byte
    for file in (data, bytes(whole), bytes(whole[:cut]), bytes(whole) + data):
        with contextlib.suppress(DeviceError):
            sound = read_wav(file)
            assert 0 < sound.seconds <= 60


# ---- masking -----------------------------------------------------------------------------------------


@given(
    secret=st.binary(min_size=256, max_size=256),
    cut=st.integers(0, 40),
    drop=st.integers(0, 60),
    size=st.integers(1, 400),
)
def test_no_four_bytes_of_a_card_in_a_row_get_into_the_traffic(
    secret: bytes, cut: int, drop: int, size: int
) -> None:
    secret = secret.replace(b"\xaa", b"\xab")  # the mask may show bytes of the header itself
    frame = build(b"\0\0\x90\1\0\4\0" + secret + bytes(1024))
    frame = frame[:cut] + frame[cut + drop :]
    mask = SdtMask()
    shown = " ".join(mask.received(frame[at : at + size]) for at in range(0, len(frame), size))
    visible = bytes.fromhex("".join(t if t[0] not in "*=" else "" for t in shown.split()))
    assert len(visible) <= len(HEADER) + 2 + 3 + 6


@given(
    name=st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20)
)
def test_no_chinese_and_no_number_is_left_in_masked_words(name: str) -> None:
    assert not set(mask_text(f"{name}110105197303050019{name}")) & set(name + "0123456789")
