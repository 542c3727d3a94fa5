"""Frames, status words and numbers of the card reader protocol, byte for byte."""

from __future__ import annotations

import pytest

from devices import errors
from devices.drivers.id_sdt import sam_id_text
from devices.sdt import commands
from devices.sdt.frames import HEADER, LONGEST, SHORTEST_REQUEST, FrameReader, build
from devices.simulators.cards import card_named
from devices.simulators.sdt_machine import SdtMachine

REPLY = build(b"\0\0\x90" + b"data")


def bodies(reader: FrameReader) -> list[bytes]:
    found = []
    while (body := reader.next_body()) is not None:
        found.append(body)
    return found


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        (commands.SAM_STATUS, "aaaaaa9669 0003 11ff ed"),
        (commands.SAM_ID, "aaaaaa9669 0003 12ff ee"),
        (commands.FIND, "aaaaaa9669 0003 2001 22"),
        (commands.SELECT, "aaaaaa9669 0003 2002 21"),
        (commands.READ, "aaaaaa9669 0003 3001 32"),
        (commands.READ_WITH_FINGER, "aaaaaa9669 0003 3010 23"),
        (commands.LATER_ADDRESSES, "aaaaaa9669 0003 3003 30"),
    ],
)
def test_a_request_has_the_published_bytes(command: bytes, frame: str) -> None:
    assert build(command) == bytes.fromhex(frame)


@pytest.mark.parametrize(
    ("body", "frame"),
    [
        (b"\0\0\x90", "aaaaaa9669 0004 000090 94"),
        (b"\0\0\x9f" + bytes(4), "aaaaaa9669 0008 00009f 00000000 97"),
        (b"\0\0\x90" + bytes(8), "aaaaaa9669 000c 000090 0000000000000000 9c"),
        (b"\0\0\x80", "aaaaaa9669 0004 000080 84"),
        (b"\0\0\x81", "aaaaaa9669 0004 000081 85"),
        (b"\0\0\x41", "aaaaaa9669 0004 000041 45"),
        (b"\0\0\x91", "aaaaaa9669 0004 000091 95"),
        (b"\0\0\x31", "aaaaaa9669 0004 000031 35"),
        (b"\0\0\x10", "aaaaaa9669 0004 000010 14"),
    ],
)
def test_a_published_reply_is_read_as_its_body(body: bytes, frame: str) -> None:
    reader = FrameReader()
    reader.feed(bytes.fromhex(frame))
    assert bodies(reader) == [body]
    assert (reader.dropped, reader.bad_sums, reader.pending) == (0, 0, 0)


def test_a_frame_that_comes_byte_by_byte_is_found_once_whole() -> None:
    reader = FrameReader()
    for byte in REPLY[:-1]:
        reader.feed(bytes([byte]))
        assert reader.next_body() is None
    reader.feed(REPLY[-1:])
    assert bodies(reader) == [b"\0\0\x90data"]


def test_two_frames_in_one_piece_come_out_in_order() -> None:
    reader = FrameReader()
    reader.feed(build(b"\0\0\x9f") + build(b"\0\0\x90"))
    assert bodies(reader) == [b"\0\0\x9f", b"\0\0\x90"]


def test_forty_bytes_of_garbage_are_dropped_and_counted() -> None:
    reader = FrameReader()
    reader.feed(bytes(range(37)) + HEADER[1:4] + REPLY)
    assert bodies(reader) == [b"\0\0\x90data"]
    assert reader.dropped == 40


def test_a_wrong_sum_is_counted_and_the_next_frame_found() -> None:
    reader = FrameReader()
    reader.feed(REPLY[:-1] + bytes([REPLY[-1] ^ 0xFF]) + REPLY)
    assert bodies(reader) == [b"\0\0\x90data"]
    assert (reader.bad_sums, reader.dropped) == (1, len(REPLY))


def test_a_good_frame_swallowed_by_a_false_header_is_found_after_the_bad_sum() -> None:
    reader = FrameReader()
    reader.feed(HEADER + (len(REPLY)).to_bytes(2, "big") + REPLY)
    assert bodies(reader) == [b"\0\0\x90data"]
    assert (reader.bad_sums, reader.dropped) == (1, 7)


def test_a_byte_inserted_into_the_header_loses_only_that_frame() -> None:
    reader = FrameReader()
    reader.feed(b"\xaa\x00" + REPLY[1:])
    assert bodies(reader) == []
    assert reader.dropped == len(REPLY) + 1
    reader.feed(REPLY)
    assert bodies(reader) == [b"\0\0\x90data"]


@pytest.mark.parametrize("length", [0, 3, LONGEST + 1, 0xFFFF])
def test_an_unbelievable_length_is_no_reason_to_wait(length: int) -> None:
    reader = FrameReader()
    reader.feed(HEADER + length.to_bytes(2, "big") + REPLY)
    assert bodies(reader) == [b"\0\0\x90data"]


@pytest.mark.parametrize("tail", [HEADER[:n] for n in range(1, 5)])
def test_a_tail_that_could_begin_a_header_is_kept(tail: bytes) -> None:
    reader = FrameReader()
    reader.feed(b"noise" + tail)
    assert reader.next_body() is None
    assert (reader.pending, reader.dropped) == (len(tail), 5)
    reader.feed(REPLY[len(tail) :])
    assert bodies(reader) == [b"\0\0\x90data"]


def test_noise_does_not_fill_the_memory() -> None:
    reader = FrameReader()
    for _ in range(100):
        reader.feed(bytes(4096))
        assert reader.next_body() is None
    assert reader.pending == 0
    assert reader.dropped == 409_600


@pytest.mark.parametrize(
    ("card", "command", "size"),
    [
        ("young", commands.READ, 1295),
        ("young", commands.READ_WITH_FINGER, 1297),
        ("mongol", commands.READ_WITH_FINGER, 1809),
        ("adult", commands.READ_WITH_FINGER, 2321),
    ],
)
def test_whole_read_replies_have_the_published_sizes(card: str, command: bytes, size: int) -> None:
    machine = SdtMachine()
    machine.place(card_named(card))
    machine.answer(commands.FIND)
    machine.answer(commands.SELECT)
    assert len(build(machine.answer(command))) == size


def test_the_simulated_reader_blocks_find_after_a_read_until_the_card_is_lifted() -> None:
    machine = SdtMachine()
    assert machine.answer(commands.FIND)[2] == commands.NOT_FOUND
    machine.place(card_named("adult"))
    assert machine.answer(commands.SELECT)[2] == 0x81
    assert machine.answer(commands.READ)[2] == 0x41
    assert machine.answer(commands.FIND)[2] == commands.FOUND
    assert machine.answer(commands.FIND)[2] == commands.FOUND
    assert machine.answer(commands.SELECT)[2] == commands.OK
    assert machine.answer(commands.READ)[2] == commands.OK
    assert machine.answer(commands.LATER_ADDRESSES)[2] == commands.ABSENT
    assert len(machine.answer(b"\x30\x05")) == 3 + 28
    assert machine.answer(commands.FIND)[2] == commands.NOT_FOUND
    machine.lift()
    assert machine.answer(commands.LATER_ADDRESSES)[2] == 0x41
    assert machine.answer(b"\x77\x77")[2] == 0x21
    assert machine.answer(b"\x61\xff\x50")[2] == commands.OK


def test_a_request_is_shorter_than_any_reply() -> None:
    reader = FrameReader(shortest=SHORTEST_REQUEST)
    reader.feed(build(commands.FIND))
    assert bodies(reader) == [commands.FIND]


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        (0x10, errors.Garbled),
        (0x21, errors.DriverFault),
        (0x31, errors.ReadFailed),
        (0x41, errors.ReadFailed),
        (0x60, errors.ReaderDefective),
        (0x66, errors.NotAuthorised),
        (0x81, errors.ReadFailed),
        (0xEE, errors.Garbled),
    ],
)
def test_a_status_word_becomes_its_condition(status: int, condition: type[errors.DeviceError]) -> None:
    error = commands.failure(commands.READ, status)
    assert type(error) is condition
    assert f"{status:02x}" in error.diagnostics
    assert "30 01" in error.diagnostics


def test_the_module_number_is_written_as_printed_on_readers() -> None:
    data = bytes.fromhex("0500 0100 4eb03401 87d61200 b168de3a")
    assert sam_id_text(data) == "05.01-20230222-0001234567-0987654321"
    with pytest.raises(errors.Garbled):
        sam_id_text(data[:-1])
