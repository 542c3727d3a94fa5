"""Readers of chip cards: pyscard in its worker against a virtual card, and what is said without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.chip import ChipReader
from devices.drivers.chip_pcsc import PcscReader
from devices.errors import (
    BadAddress,
    DeviceError,
    Garbled,
    LibraryMissing,
    NoCard,
    NotSupported,
    ReadFailed,
    Unplugged,
)
from devices.registry import make_chip_reader, open_chip_reader
from devices.social_card import holder
from tests.helpers.chip import ATR, NO_PCSC, UID, VirtualCard, virtual_card
from tests.helpers.devices import nothing_left, wait_until

__all__ = ["nothing_left"]


@pytest.fixture
def card() -> Iterator[VirtualCard]:
    with virtual_card() as inserted:
        yield inserted


def readable(reader: ChipReader) -> bool:
    try:
        return reader.read().atr == ATR
    except (NoCard, ReadFailed):
        return False


@NO_PCSC
def test_a_card_is_recognised_and_answers(card: VirtualCard) -> None:
    with open_chip_reader("pcsc:Virtual") as reader:
        wait_until(lambda: readable(reader), "the card is seen")
        assert reader.poll()
        found = reader.read()
        assert (found.atr, found.uid) == (ATR, UID)
        assert reader.exchange(bytes.fromhex("00A40400")) == (b"", 0x9000)
        assert reader.exchange(bytes.fromhex("0084000008")) == (b"", 0x6D00)
        assert UID.hex() not in repr(found)
        assert not any(UID.hex() in entry.text.lower() for entry in reader.traffic.entries())
        assert "Virtual" in reader.title


@NO_PCSC
def test_a_card_taken_out_is_noticed_and_back_again(card: VirtualCard) -> None:
    with open_chip_reader("pcsc:") as reader:
        wait_until(lambda: readable(reader), "the card is seen")
        card.remove()
        wait_until(lambda: not reader.poll(), "the card is gone")
        with pytest.raises(NoCard):
            reader.read()
        card.insert()
        wait_until(lambda: readable(reader), "the card is back")


@NO_PCSC
def test_a_reader_that_is_not_there_is_unplugged(card: VirtualCard) -> None:
    with pytest.raises(Unplugged, match="no such PC/SC reader"):
        make_chip_reader("pcsc:No%20such%20reader").open()


def test_without_pyscard_the_reader_says_so_in_one_sentence() -> None:
    reader = PcscReader("pcsc:", library="no_such_library")
    assert reader.available() == "the Python package pyscard is not installed"
    with pytest.raises(LibraryMissing):
        reader.open()


def test_addresses_and_commands_are_checked() -> None:
    for url in ("pcsc:%0A", "pcsc:" + "x" * 300):
        with pytest.raises(BadAddress):
            make_chip_reader(url)
    with pytest.raises(BadAddress, match="no address of a reader of chip cards"):
        make_chip_reader("speaker:")
    for command in (b"", b"abc", bytes(262)):
        with pytest.raises(ValueError, match="a command of"):
            PcscReader("pcsc:").exchange(command)


ANY = st.none() | st.booleans() | st.integers() | st.text(alphabet="QUA=!一", max_size=80)


@given(reply=st.fixed_dictionaries({}, optional={"atr": ANY, "uid": ANY, "answer": ANY, "present": ANY}))
def test_any_reply_of_a_worker_is_understood_or_garbled(reply: dict[str, object]) -> None:
    reader = PcscReader("pcsc:")
    reader._worker.ask = lambda *_args, **_data: reply  # type: ignore[method-assign]
    for act in (reader.poll, reader.read, lambda: reader.exchange(b"1234")):
        with suppress(DeviceError):
            act()


ANSWERS = st.lists(
    st.tuples(st.binary(max_size=60), st.sampled_from((0x9000, 0x6A82, 0x6982))), min_size=0, max_size=6
)


@given(ANSWERS)
def test_whatever_a_card_says_is_a_holder_or_a_named_error(answers: list[tuple[bytes, int]]) -> None:
    try:
        found = holder(answers)
    except (Garbled, NotSupported):
        return
    assert found.name and found.number  # noqa: PT018
    assert found.name not in repr(found)
