"""The traffic log keeps what a technician needs and nothing of a card."""

from __future__ import annotations

import json

import pytest

from devices.errors import Garbled, NoCard
from devices.sdt.frames import build
from devices.sdt.mask import SdtMask
from devices.simulators.cards import CARDS, card_named
from devices.simulators.replay import parse
from devices.simulators.sdt_machine import SdtMachine
from devices.traffic import FAULTS_KEPT, LengthMask, TrafficLog, export, mask_text

READ = b"\x30\x10"


def read_reply(name: str = "adult") -> bytes:
    machine = SdtMachine(card_named(name))
    for request in (b"\x20\x01", b"\x20\x02"):
        machine.answer(request)
    return build(machine.answer(READ))


def test_a_card_is_only_counted() -> None:
    assert SdtMask().received(read_reply("young")) == "aaaaaa9669050a000090010004000000 *1280 =ok"


def test_small_answers_show_their_status_and_hide_their_data() -> None:
    assert SdtMask().received(build(b"\0\0\x80")) == "aaaaaa96690004000080 =ok"
    assert SdtMask().received(build(b"\0\0\x90" + b"SERIALNO")) == "aaaaaa9669000c000090 *8 =ok"


def test_a_wrong_sum_and_an_inserted_byte_can_be_seen() -> None:
    frame = build(b"\0\0\x90")
    assert SdtMask().received(frame[:-1] + b"\0").endswith("=bad")
    assert SdtMask().received(frame[:1] + b"\0" + frame[1:]) == "aa *1 aaaa *8"


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_mask_does_not_depend_on_the_pieces(size: int) -> None:
    frame = read_reply()
    mask = SdtMask()
    text = " ".join(mask.received(frame[at : at + size]) for at in range(0, len(frame), size))
    hidden = sum(int(token[1:]) for token in text.split() if token[0] == "*")
    assert hidden == 256 + 1024 + 1024
    assert text.endswith("=ok")


@pytest.mark.parametrize("cut", [1, 3, 5, 8, 17, 300])
def test_a_card_whose_header_got_lost_is_hidden_all_the_same(cut: int) -> None:
    for name in CARDS:
        text = SdtMask().received(read_reply(name)[cut:])
        shown = bytes.fromhex("".join(t for t in text.split() if t[0] not in "*="))
        assert len(shown) <= 13


def test_the_ring_forgets_the_oldest_and_keeps_what_came_before_a_fault() -> None:
    log = TrafficLog(capacity=10)
    for number in range(30):
        log.note("got", f"{number:02x}")
    log.error(Garbled("bad"))
    assert len(log.entries()) == 10
    (fault,) = log.faults()
    assert fault[-1].text == "Garbled: bad"
    assert fault[-2].text == "1d"
    for _ in range(20):
        log.error(Garbled(""))
    assert len(log.faults()) == FAULTS_KEPT


def test_a_card_that_is_not_there_is_no_fault() -> None:
    log = TrafficLog()
    log.error(NoCard("find answers 80"))
    assert log.faults() == ()
    assert len(log.entries()) == 1


def test_an_export_is_json_lines_from_zero_and_can_be_read_by_the_replay() -> None:
    times = iter([100.0, 100.5, 101.0])
    log = TrafficLog(clock=lambda: next(times))
    log.note("sent", build(b"\x20\x01").hex())
    log.note("got", SdtMask().received(build(b"\0\0\x9f" + bytes(4))))
    log.note("event", "Unplugged: gone")
    lines = [json.loads(line) for line in export(log.entries()).splitlines()]
    assert [line["t"] for line in lines] == [0.0, 0.5, 1.0]
    (exchange,) = parse(export(log.entries()))
    assert exchange.request == build(b"\x20\x01")
    assert [(piece.after, piece.data) for piece in exchange.pieces] == [
        (0.5, build(b"\0\0\x9f" + bytes(4))),
        (1.0, None),
    ]


@pytest.mark.parametrize("text", ["{", '{"t": "x", "sent": "aa"}', '{"t": 0, "sent": "zz"}', "[]", "7"])
def test_a_file_that_is_no_recording_says_which_line_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        parse(text)


def test_words_of_a_device_lose_names_numbers_and_data() -> None:
    masked = mask_text("card 110105197303050019 of 张三 Base64 " + "QUJD" * 20 + " status 41")
    assert masked == "card * of * Base64 * status 41"
    assert LengthMask().received("张三".encode()) == "*6"
