"""A card counts when it came twice alike on a line without a checksum worth the name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devices.drivers import id_sdt
from devices.drivers.id_sdt import SdtIdReader
from devices.errors import Garbled, ReadFailed
from devices.sdt import commands
from devices.sdt.card import contradicts
from devices.sdt.frames import FrameReader, build
from devices.simulators.cards import CARDS, card_named
from devices.simulators.sdt_machine import SdtMachine

Spoil = Callable[[int, bytes], bytes]
"""From the number of the read (1 is the first) and the good reply body to what is sent."""


class SpoiledLine:
    """A reader whose replies to "read" are spoiled while their sums stay right."""

    def __init__(self, spoil: Spoil) -> None:
        self.machine = SdtMachine(card_named("adult"))
        self.spoil = spoil
        self.reads = 0
        self._frames = FrameReader(shortest=3)
        self._waiting = b""

    def read(self) -> bytes:
        data, self._waiting = self._waiting, b""
        return data

    def drain(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self._frames.feed(data)
        request = self._frames.next_body()
        assert request is not None
        reply = self.machine.answer(request)
        if request == commands.READ_WITH_FINGER:
            self.reads += 1
            reply = self.spoil(self.reads, reply)
        self._waiting += build(reply)

    def close(self) -> None:
        """Nothing is held."""


def reader(monkeypatch: pytest.MonkeyPatch, spoil: Spoil, url: str) -> tuple[SdtIdReader, SpoiledLine]:
    line = SpoiledLine(spoil)
    monkeypatch.setattr(id_sdt, "open_line", lambda _address: line)
    made = SdtIdReader(url)
    made.open()
    return made, line


def flipped(body: bytes, first: int, second: int, bit: int = 1) -> bytes:
    """Flip the same bit of two bytes: no XOR sees it."""
    data = bytearray(body)
    data[first] ^= bit
    data[second] ^= bit
    assert build(bytes(data))[-1] == build(body)[-1]
    return bytes(data)


ADDRESS = 9 + 52
NUMBER = 9 + 122


def test_flipped_bits_with_a_right_sum_are_never_taken_from_a_serial_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once, line = reader(
        monkeypatch,
        lambda n, body: flipped(body, ADDRESS, ADDRESS + 4) if n == 1 else body,
        "sdt+serial://COM3",
    )
    assert once.read().raw == card_named("adult").text
    assert line.reads == 3


def test_a_card_that_never_comes_twice_alike_is_garbled(monkeypatch: pytest.MonkeyPatch) -> None:
    always, _ = reader(
        monkeypatch, lambda n, body: flipped(body, ADDRESS + n, ADDRESS + 20 + n), "sdt+serial://COM3"
    )
    with pytest.raises(Garbled, match="never twice alike"):
        always.read()


def test_a_line_with_checksums_of_its_own_is_read_once_unless_a_number_contradicts_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clean, line = reader(monkeypatch, lambda _n, body: body, "sdt+tcp://reader:1")
    clean.read()
    assert line.reads == 1
    odd, line = reader(
        monkeypatch,
        lambda n, body: flipped(body, NUMBER, NUMBER + 2) if n == 1 else body,
        "sdt+tcp://reader:1",
    )
    assert odd.read().number == "110105197303050019"
    assert line.reads == 3


def test_a_reader_that_answers_only_once_is_believed_on_a_quiet_line(monkeypatch: pytest.MonkeyPatch) -> None:
    once, _ = reader(monkeypatch, lambda n, body: body if n == 1 else b"\0\0\x41", "sdt+serial://COM3")
    assert once.read().name == "张𬭎"


def test_a_reader_that_used_to_answer_twice_is_not_believed_when_it_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used, line = reader(monkeypatch, lambda n, body: body if n <= 3 else b"\0\0\x41", "sdt+serial://COM3")
    used.read()
    line.machine.place(card_named("adult"))
    with pytest.raises(ReadFailed):
        used.read()


@pytest.mark.parametrize("name", [n for n in CARDS if not n.startswith("foreigner-2017")])
def test_a_card_agrees_with_itself_until_a_bit_of_its_number_or_birth_flips(name: str) -> None:
    text = CARDS[name].text
    assert not contradicts(text)
    for at in (*range(122, 158, 2), *range(36, 52, 2)):
        assert contradicts(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]), at
