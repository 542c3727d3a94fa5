"""What every ID card reader does, over every line it can be on. The reader is another process."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.base import CardKind, CardRead, CardState, IdCardReader
from devices.errors import CardNotLifted, DeviceError, InUse, NoCard, Unplugged
from devices.line import NetworkPort
from devices.registry import make_id_reader, open_id_reader
from devices.sdt.card import Payload, parse_card
from devices.simulators.cards import CARDS, card_named
from tests.helpers.devices import Simulator, id_reader, nothing_left, wait_until

__all__ = ["nothing_left"]

# pyserial 3.5 names its RFC 2217 thread in the old way
pytestmark = [
    pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:setName:DeprecationWarning"),
]
NO_PTY = pytest.mark.skipif(sys.platform == "win32", reason="no pty on Windows")


@pytest.fixture(params=[pytest.param("serial", marks=NO_PTY), "tcp", "rfc2217"])
def simulator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Simulator]:
    with id_reader(request.param, tmp_path) as running:
        yield running


@pytest.fixture
def reader(simulator: Simulator) -> Iterator[IdCardReader]:
    with open_id_reader(simulator.url) as opened:
        yield opened


def becomes(reader: IdCardReader, state: CardState) -> None:
    wait_until(lambda: reader.poll() is state, f"the reader says {state}")


def test_a_reader_tells_who_it_is(reader: IdCardReader, simulator: Simulator) -> None:
    assert reader.key == simulator.url
    assert reader.title
    assert reader.available() is None
    assert reader.capabilities.sam_id == "05.01-20230718-0001234567-0987654321"


def test_opening_and_closing_twice_is_fine(simulator: Simulator) -> None:
    reader = make_id_reader(simulator.url)
    reader.close()
    reader.open()
    reader.open()
    assert reader.poll() is CardState.NO_CARD
    reader.close()
    reader.close()
    with pytest.raises(Unplugged):
        reader.poll()
    with reader:
        assert reader.poll() is CardState.NO_CARD


def test_a_card_is_seen_read_once_and_must_be_lifted(reader: IdCardReader, simulator: Simulator) -> None:
    assert reader.poll() is CardState.NO_CARD
    with pytest.raises(NoCard):
        reader.read()
    simulator.tell("place adult")
    becomes(reader, CardState.CARD_PRESENT)
    assert reader.read().name == "张𬭎"
    assert reader.poll() is CardState.LIFT_CARD
    with pytest.raises(CardNotLifted):
        reader.read()
    simulator.tell("lift")
    simulator.tell("place 巴特尔·苏和")
    becomes(reader, CardState.CARD_PRESENT)
    assert reader.read().name == "巴特尔·苏和"


def test_every_card_comes_through_whole(reader: IdCardReader, simulator: Simulator) -> None:
    kinds = set()
    for name, card in CARDS.items():
        simulator.tell(f"place {name}")
        read: CardRead = reader.read()
        wanted = parse_card(Payload(card.text, read.photo, card.finger_length), card.later_addresses)
        assert read == wanted
        assert read.raw == card_named(name).text
        assert len(read.photo) == 1024
        kinds.add(read.kind)
    assert kinds == set(CardKind)


def test_a_pulled_cable_is_noticed_and_the_reader_works_again_once_it_is_back(
    reader: IdCardReader, simulator: Simulator
) -> None:
    simulator.tell("unplug")

    def gone() -> bool:
        try:
            reader.poll()
        except Unplugged:
            return True
        return False

    wait_until(gone, "the pulled cable is noticed")
    with pytest.raises(Unplugged):
        reader.open()
    simulator.tell("replug")
    simulator.tell("place elder")
    reader.open()
    assert reader.read().name == "王桂兰"


def test_a_reader_pulled_in_the_middle_of_a_read_is_unplugged(
    reader: IdCardReader, simulator: Simulator
) -> None:
    simulator.tell("place adult")
    simulator.tell("fault unplug")
    with pytest.raises(Unplugged) as raised:
        reader.read()
    assert raised.value.diagnostics
    simulator.tell("replug")
    reader.open()
    assert reader.read().name == "张𬭎"


def test_a_network_port_whose_other_end_is_gone_lets_its_socket_go() -> None:
    port = NetworkPort()
    held = port._socket = socket.socket()  # not connected, as after a reset: shutdown fails
    port.close()
    assert held.fileno() == -1


@NO_PTY
def test_a_serial_port_is_opened_by_one_program_only(tmp_path: Path) -> None:
    with id_reader("serial", tmp_path) as simulator, open_id_reader(simulator.url):
        second = make_id_reader(simulator.url)
        with pytest.raises(InUse):
            second.open()


@NO_PTY
def test_a_port_that_is_not_there_is_unplugged(tmp_path: Path) -> None:
    with pytest.raises(Unplugged):
        open_id_reader(f"sdt+serial://{tmp_path}/nothing")


@pytest.mark.parametrize("scheme", ["sdt+tcp", "sdt+rfc2217"])
def test_a_port_nobody_listens_on_is_unplugged(scheme: str) -> None:
    with pytest.raises(Unplugged):
        open_id_reader(f"{scheme}://127.0.0.1:9")


@NO_PTY
def test_a_port_without_permission_or_of_another_kind_raises_a_device_error(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    with pytest.raises(DeviceError):
        open_id_reader(f"sdt+serial://{plain}")
