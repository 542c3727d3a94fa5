"""The interpreter understands what a Chinese ticket printer understands, and says what it does not."""

from __future__ import annotations

import pytest
import zxingcpp

from printing.simulators.interpreter import interpret
from printing.simulators.tokens import take, tokens


def test_native_chinese_becomes_lines_of_text() -> None:
    job = b"\x1b@\x1c&" + "排队号 A012\n张𬭎\n".encode("gb18030")
    paper = interpret(job, 384)
    assert paper.lines == ("排队号 A012", "张𬭎")
    assert paper.unknown == ()
    assert paper.picture.width == 384
    assert paper.picture.getextrema() == (0, 255)


def test_outside_kanji_mode_chinese_is_mojibake() -> None:
    paper = interpret(b"\x1c." + "号\n".encode("gb18030"), 384)
    assert paper.lines == ("║┼",)


def test_broken_chinese_is_a_replacement_character() -> None:
    assert interpret(b"\xff\xff\n\x81\n", 384).lines == ("\ufffd", "\ufffd")


def test_a_line_that_is_too_wide_wraps() -> None:
    assert interpret(b"\x1d!\x11" + b"A" * 20 + b"\n", 384).lines == ("A" * 16, "A" * 4)


@pytest.mark.parametrize(("align", "side"), [(0, "left"), (49, "centre"), (2, "right")])
def test_text_is_aligned(align: int, side: str) -> None:
    picture = interpret(b"\x1ba" + bytes((align,)) + b"HHHH\n", 384).picture
    box = picture.point(lambda value: 255 - value).getbbox()
    assert box is not None
    middle = (box[0] + box[2]) / 2
    assert {"left": middle < 60, "centre": 180 < middle < 204, "right": middle > 320}[side]


def test_a_native_qr_code_is_stored_and_printed() -> None:
    payload = b"https://court.example/1"
    store = b"\x1d(k" + (len(payload) + 3).to_bytes(2, "little") + b"1P0" + payload
    settings = b"\x1d(k\x03\x001C\x05"
    paper = interpret(settings + store + b"\x1d(k\x03\x001Q0", 384)
    assert paper.qr == (payload.decode(),)
    assert paper.lines == (f"[QR {payload.decode()}]",)
    (code,) = zxingcpp.read_barcodes(paper.picture)
    assert code.text == payload.decode()


def test_raster_can_be_enlarged() -> None:
    dot = b"\x01\x00\x01\x00\x80"
    sizes = [interpret(b"\x1dv0" + bytes((mode,)) + dot, 384).picture for mode in range(4)]
    assert [(p.histogram()[0], p.height) for p in sizes] == [(1, 1), (2, 1), (2, 2), (4, 2)]


def test_an_empty_raster_prints_nothing() -> None:
    assert interpret(b"\x1dv0\x00\x00\x00\x05\x00", 384).picture.height == 0


def test_feeds_cuts_and_spacing_move_the_paper() -> None:
    paper = interpret(b"\x1bJ\x0a\x1bd\x02\x1b3\x14\n\x1b2\n\x1dV\x42\x08\x1dV\x00", 384)
    assert paper.cuts == (10 + 60 + 20 + 30 + 8,) * 2
    assert paper.picture.height == 128


def test_status_questions_are_recorded_and_styles_change_nothing() -> None:
    paper = interpret(b"\x10\x04\x01\x1dr\x01\x1da\xff\x1bE\x01\x1b!\x00\x1cS\x00\x00\r", 384)
    assert paper.queries == ("100401", "1d7201", "1d61ff")
    assert paper.unknown == ()


@pytest.mark.parametrize(
    ("data", "unknown"), [(b"\x1bZ", "1b5a"), (b"\x07", "07"), (b"\x10\x14\x08", "1014"), (b"\x7f", "7f")]
)
def test_what_no_printer_knows_is_listed(data: bytes, unknown: str) -> None:
    assert unknown in interpret(data, 384).unknown


@pytest.mark.parametrize(
    "data", [b"\x1b", b"\x1dv0\x00\x01", b"\x1dv0\x00\x48\x00\xff\x00abc", b"\x1dV", b"\x1dVB", b"\x1d(k\x03"]
)
def test_a_command_cut_short_is_unknown(data: bytes) -> None:
    assert take(data, 0) is None
    assert [token.known for token in tokens(data)] == [False]
    assert interpret(data, 384).unknown


def test_a_last_line_without_an_end_is_printed() -> None:
    assert interpret(b"A", 384).lines == ("A",)
