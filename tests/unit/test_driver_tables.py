"""Tables of keypads and strips: shipped ones are right, wrong ones say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.checks import crc16, sum8, xor8
from devices.errors import BadTable
from devices.keypad import KeypadFrames, KeypadTable, keypad_table
from devices.strip import StripTable, strip_table
from devices.tables import load, parse

TABLES = Path(__file__).resolve().parents[2] / "resources" / "devices"
KEYPAD = """
title = "x"
prefix = "AA 55"
length = 5
key_at = 3
check = "sum"
[keys]
01 = 5
"""
STRIP = 'title = "x"\nmost_bytes = 8\ntemplate = "AA {len} {text} {xor}"\n'


def keypad(name: str) -> KeypadTable:
    return keypad_table(load(TABLES / "keypads", name))


def strip(name: str) -> StripTable:
    return strip_table(load(TABLES / "strips", name))


def test_checksums_are_those_of_their_standards() -> None:
    assert crc16(b"123456789").hex() == "374b"
    assert crc16(bytes.fromhex("010300000001")).hex() == "840a"  # Modbus over serial line V1.02, read example
    assert sum8(b"\xff\x02") == b"\x01"
    assert xor8(b"\xf0\x0f") == b"\xff"


@pytest.mark.parametrize("path", sorted(TABLES.rglob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_table_is_read(path: Path) -> None:
    read = keypad_table if path.parent.name == "keypads" else strip_table
    assert read(load(path.parent, path.stem)).title


def test_keypad_frames_give_their_scores_in_any_pieces_and_after_noise() -> None:
    table = keypad("sample-a")
    data = b"\x01\xaa" + table.frame(0x01) + b"\xff\x55" + table.frame(0x05)
    assert table.frame(0x01) == bytes.fromhex("aa55000100")
    for size in (1, 2, 3, 100):
        frames = KeypadFrames(table)
        scores = [s for at in range(0, len(data), size) for s in frames.feed(data[at : at + size])]
        assert scores == [5, 1]
        assert frames.dropped == 4


def test_a_keypad_frame_with_a_wrong_check_or_an_unknown_key_gives_nothing() -> None:
    table = keypad("sample-b")
    good = table.frame(0x41)
    assert KeypadFrames(table).feed(good) == [5]
    assert KeypadFrames(table).feed(good[:-1] + bytes([good[-1] ^ 1])) == []
    assert KeypadFrames(table).feed(table.frame(0x7A)) == []


def test_a_strip_frame_is_what_its_table_writes() -> None:
    assert strip("sample-sum").frame("A1请") == bytes.fromhex("aa55 01 04 4131c7eb 29 0d")
    assert strip("sample-crc16").frame("")[-2:] == crc16(bytes.fromhex("011000"))
    assert strip("sample-xor").frame("1").hex(" ") == "02 01 01 31 33 03"


def test_what_gb2312_lacks_is_substituted_and_control_characters_vanish() -> None:
    assert strip("sample-sum").text_bytes("张𬭎\n龘\x00") == "张??".encode("gb2312")
    assert strip("sample-xor").text_bytes("𬭎") == "□".encode("gb2312")


def test_a_text_that_is_too_long_is_cut_between_characters() -> None:
    table = strip("sample-xor")
    assert table.text_bytes("一" * 20) == "一".encode("gb2312") * 8
    assert table.text_bytes("1" + "一" * 20) == b"1" + "一".encode("gb2312") * 7


@pytest.mark.parametrize(
    ("read", "text", "why"),
    [
        (keypad_table, KEYPAD.replace("length = 5", "length = 99"), "'length' is no number from 2 to 64"),
        (keypad_table, KEYPAD.replace('"sum"', '"md5"'), "'check' is none of"),
        (keypad_table, KEYPAD.replace("key_at = 3", "key_at = 4"), "'key_at'"),
        (keypad_table, KEYPAD.replace('prefix = "AA 55"', 'prefix = "AA 5"'), "'prefix' is no hex"),
        (keypad_table, KEYPAD.replace('prefix = "AA 55"', 'prefix = ""'), "leaves no room"),
        (keypad_table, KEYPAD.replace("01 = 5", "0102 = 5"), "no byte in hex"),
        (keypad_table, KEYPAD.replace("01 = 5", ""), "names no key"),
        (keypad_table, KEYPAD.replace('title = "x"', 'title = "x"\nspeed = 3'), "'speed' is unknown"),
        (keypad_table, KEYPAD.replace('title = "x"', 'title = "x"\nbaud = 1'), "'baud' is none of"),
        (keypad_table, KEYPAD.replace('title = "x"\n', ""), "'title' is missing"),
        (strip_table, STRIP.replace("{text}", ""), "not one {text}"),
        (strip_table, STRIP.replace("{xor}", "{xor} {sum}"), "more than one check"),
        (strip_table, STRIP.replace("{xor}", "{md5}"), "neither hex nor a field"),
        (strip_table, STRIP + 'substitute = "𬭎"', "not in GB2312"),
        (strip_table, STRIP + "reply_seconds = 99", "'reply_seconds'"),
        (strip_table, "title = [", "x.toml"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(read: object, text: str, why: str) -> None:
    with pytest.raises(BadTable) as raised:
        read(parse("x.toml", text))  # type: ignore[operator]
    assert why in raised.value.diagnostics


def test_a_table_that_is_not_there_or_no_text_is_a_bad_table(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="No such file"):
        load(tmp_path, "nothing")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadTable, match="UTF-8"):
        load(tmp_path, "x")
    (tmp_path / "y.toml").write_bytes(b"#" * 70_000)
    with pytest.raises(BadTable, match="larger"):
        load(tmp_path, "y")
