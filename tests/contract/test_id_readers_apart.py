"""Card readers on USB bulk and behind a vendor's worker do what all readers do; hot plug by USB number."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
import usb.core
from PIL import Image

from devices.base import CardKind, CardState, IdCardReader
from devices.drivers.id_sdt import SdtIdReader
from devices.drivers.id_vendor import VendorIdReader, VendorLimits
from devices.errors import (
    BadAddress,
    CardNotLifted,
    DeviceError,
    InUse,
    LibraryMissing,
    NoCard,
    NoPermission,
    NotSupported,
    Unplugged,
)
from devices.line import find_port
from devices.sdt.card import Payload, parse_card
from devices.simulators.cards import CARDS
from devices.simulators.usb_backend import PRODUCT, SERIAL, VENDOR, SimulatedUsb
from devices.usb_line import missing_library
from tests.helpers.device_cases import usb_reader, vendor_url
from tests.helpers.devices import Simulator, id_reader, nothing_left, wait_until

__all__ = ["nothing_left"]

NO_PTY = pytest.mark.skipif(sys.platform == "win32", reason="no pty on Windows")


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with id_reader("tcp", tmp_path_factory.mktemp("reader")) as running:
        yield running


@pytest.fixture(params=["usb", "vendor"])
def reader(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[IdCardReader]:
    simulator.tell("clear")
    simulator.tell("lift")
    with ExitStack() as stack:
        if request.param == "usb":
            yield stack.enter_context(usb_reader(simulator)[0])
        else:
            yield stack.enter_context(VendorIdReader(vendor_url(simulator.url, "--photo")))


def test_a_reader_tells_who_it_is(reader: IdCardReader) -> None:
    assert reader.capabilities.sam_id == "05.01-20230718-0001234567-0987654321"


def test_a_card_is_seen_read_once_and_must_be_lifted(reader: IdCardReader, simulator: Simulator) -> None:
    assert reader.poll() is CardState.NO_CARD
    with pytest.raises(NoCard):
        reader.read()
    simulator.tell("place adult")
    wait_until(lambda: reader.poll() is CardState.CARD_PRESENT, "the card is seen")
    assert reader.read().name == "张𬭎"
    assert reader.poll() is CardState.LIFT_CARD
    with pytest.raises(CardNotLifted):
        reader.read()


def test_every_card_comes_through_whole(reader: IdCardReader, simulator: Simulator) -> None:
    kinds = set()
    for name, card in CARDS.items():
        simulator.tell(f"place {name}")
        read = reader.read()
        wanted = parse_card(Payload(card.text, read.photo, card.finger_length), card.later_addresses)
        assert read == wanted
        kinds.add(read.kind)
    assert kinds == set(CardKind)


def test_nothing_of_a_card_is_in_the_traffic(reader: IdCardReader, simulator: Simulator) -> None:
    simulator.tell("place adult")
    card = reader.read()
    simulator.tell("lift")
    simulator.tell("place adult")
    simulator.tell("fault garbage any 3")
    reader.read()
    traffic = " ".join(entry.text for entry in reader.traffic.entries())
    for secret in (card.raw[:6].hex(), card.photo[4:12].hex(), card.number, card.name, "3131303130"):
        assert secret not in traffic
    simulator.tell("clear")


# ---- USB ---------------------------------------------------------------------------------------------


def test_a_usb_reader_without_serial_number_in_its_address_is_found_too(simulator: Simulator) -> None:
    reader, backend = usb_reader(simulator, f"sdt+usb://{VENDOR:04x}:{PRODUCT:04x}")
    with reader:
        assert backend.claimed
    assert not backend.claimed


@pytest.mark.parametrize("identity", ["0400:C35B", f"0400:C35A:{SERIAL}X"])
def test_another_usb_device_is_not_opened(simulator: Simulator, identity: str) -> None:
    with pytest.raises(Unplugged, match="no USB device"):
        usb_reader(simulator, f"sdt+usb://{identity}")[0].open()


class _Twins(SimulatedUsb):
    def enumerate_devices(self) -> list[str]:
        return ["reader", "reader"]


def test_two_usb_readers_need_the_serial_number(simulator: Simulator) -> None:
    with pytest.raises(BadAddress, match="serial number"):
        SdtIdReader("sdt+usb://0400:C35A", usb=_Twins(1)).open()


def test_a_usb_reader_without_bulk_endpoints_is_not_supported(simulator: Simulator) -> None:
    port = usb_reader(simulator)[1].port
    with pytest.raises(NotSupported, match="vendor's worker"):
        SdtIdReader("sdt+usb://0400:C35A", usb=SimulatedUsb(port, bulk=False)).open()


class _Refusing(SimulatedUsb):
    number = errno.EACCES

    def claim_interface(self, _dev_handle: str, _intf: int) -> None:
        raise usb.core.USBError("refused", -3, self.number)


@pytest.mark.parametrize(
    ("number", "condition"),
    [(errno.EACCES, NoPermission), (errno.EBUSY, InUse), (errno.ENODEV, Unplugged), (errno.EPIPE, Unplugged)],
)
def test_what_libusb_says_becomes_its_condition(
    simulator: Simulator, number: int, condition: type[DeviceError]
) -> None:
    backend = _Refusing(usb_reader(simulator)[1].port)
    backend.number = number
    with pytest.raises(condition, match="0400:C35A"):
        SdtIdReader("sdt+usb://0400:C35A", usb=backend).open()


def test_without_libusb_the_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("libusb1", "libusb0", "openusb"):
        monkeypatch.setattr(f"usb.backend.{name}.get_backend", lambda *_, **__: None)
    assert "libusb" in str(missing_library())
    with pytest.raises(LibraryMissing):
        SdtIdReader("sdt+usb://0400:C35A").open()


# ---- hot plug ----------------------------------------------------------------------------------------


def port(device: str, serial: str = "A50285BI", vid: int = 0x1A86) -> SimpleNamespace:
    return SimpleNamespace(device=device, vid=vid, pid=0x7523, serial_number=serial)


@NO_PTY
@pytest.mark.parametrize("how", ["rename", "fault rename"])
def test_a_reader_that_comes_back_under_another_name_is_found_again(tmp_path: Path, how: str) -> None:
    url = f"sdt+serial://{tmp_path}/reader?usb=1A86:7523:A50285BI"

    def ports() -> list[SimpleNamespace]:
        links = [path for path in tmp_path.iterdir() if path.is_symlink()]
        return [port(str(link)) for link in links] + [port("/dev/other", serial="ELSE")]

    with ExitStack() as stack:
        simulator = stack.enter_context(id_reader("serial", tmp_path, "--scenario", "adult"))
        reader = stack.enter_context(SdtIdReader(url, ports=ports))
        assert reader.poll() is CardState.CARD_PRESENT
        simulator.tell(how)
        with pytest.raises(Unplugged):
            reader.read()
        wait_until(
            lambda: {path.name for path in tmp_path.iterdir()} == {"reader-2"}, "the port's other name"
        )
        reader.open()
        assert reader.read().name == "张𬭎"


def test_another_device_that_took_the_old_name_is_not_opened(tmp_path: Path) -> None:
    url = f"sdt+serial://{tmp_path}/reader?usb=1A86:7523:A50285BI"
    with pytest.raises(Unplugged, match="no serial port with USB number"):
        SdtIdReader(url, ports=lambda: [port(f"{tmp_path}/reader", serial="ELSE")]).open()


def test_ports_are_chosen_by_their_numbers() -> None:
    from devices.address import UsbIdentity

    ports = [port("/dev/a", serial="1"), port("/dev/b", serial="2"), port("/dev/c", vid=7)]
    assert find_port(UsbIdentity(0x1A86, 0x7523, "2"), lambda: ports) == "/dev/b"
    assert find_port(UsbIdentity(7, 0x7523), lambda: ports) == "/dev/c"
    with pytest.raises(BadAddress, match="2 serial ports"):
        find_port(UsbIdentity(0x1A86, 0x7523), lambda: ports)


# ---- vendor ------------------------------------------------------------------------------------------


def test_a_photo_is_decoded_by_the_vendors_library_if_there_is_one(simulator: Simulator) -> None:
    with VendorIdReader(vendor_url(simulator.url, "--photo")) as reader:
        assert reader.capabilities.decodes_photo
        with Image.open(io.BytesIO(reader.photo_png(bytes(1024)))) as picture:
            assert (picture.format, picture.size) == ("PNG", (102, 126))
    with VendorIdReader(vendor_url(simulator.url)) as reader, pytest.raises(NotSupported):
        reader.photo_png(bytes(1024))


def test_a_worker_that_is_not_there_or_no_program_is_a_missing_library(tmp_path: Path) -> None:
    plain = tmp_path / "worker"
    for why in ("is not there", "is no program"):
        reader = VendorIdReader(f"sdt+vendor://{plain}")
        assert why in str(reader.available())
        with pytest.raises(LibraryMissing):
            reader.open()
        plain.write_bytes(b"not a program")
    plain.chmod(0o755)
    with pytest.raises(LibraryMissing, match="cannot be started"):
        VendorIdReader(f"sdt+vendor://{plain}").open()


def test_a_program_that_is_no_worker_is_refused_in_time() -> None:
    with pytest.raises(DeviceError, match=r"ended, exit code 0|does not listen"):
        VendorIdReader("sdt+vendor:///bin/true", VendorLimits(open=3.0)).open()
