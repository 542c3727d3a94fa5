"""Device addresses and the registry of drivers."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from devices import registry
from devices.address import (
    EsclAddress,
    Rfc2217Port,
    SaneAddress,
    SerialPort,
    TcpPort,
    parse_escl,
    parse_sane,
    parse_sdt,
    scheme_of,
)
from devices.base import IdCardReader, ScanSettings
from devices.drivers.id_sdt import SdtIdReader
from devices.errors import BadAddress, DriverFault, LibraryMissing
from devices.registry import Driver


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("sdt+serial:///dev/ttyUSB0?baud=9600", SerialPort("/dev/ttyUSB0", 9600)),
        ("sdt+serial:///dev/ttyUSB0", SerialPort("/dev/ttyUSB0", 115200)),
        ("sdt+serial:///dev/a%20b", SerialPort("/dev/a b", 115200)),
        ("sdt+serial://COM3?baud=115200", SerialPort("COM3", 115200)),
        ("sdt+serial://com12", SerialPort("COM12", 115200)),
        ("sdt+tcp://reader.local:9001", TcpPort("reader.local", 9001)),
        ("sdt+tcp://[::1]:9001", TcpPort("::1", 9001)),
        ("sdt+rfc2217://10.0.0.5:2217?baud=57600", Rfc2217Port("10.0.0.5", 2217, 57600)),
    ],
)
def test_the_address_of_a_reader_is_understood(url: str, wanted: object) -> None:
    assert parse_sdt(url) == wanted


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "no scheme"),
        ("/dev/ttyUSB0", "no scheme"),
        ("sdt+usb://0400", "no VID:PID"),
        ("sdt+hid://reader:1", "no scheme of an ID card reader"),
        ("sdt+serial://ttyUSB0", "three slashes"),
        ("sdt+serial://", "names no port"),
        ("sdt+serial:///", "names no port"),
        ("sdt+serial://host/dev/ttyUSB0", "names no port"),
        ("sdt+serial://COM3?baud=12", "none of 9600"),
        ("sdt+serial://COM3?speed=9600", "unknown option 'speed'"),
        ("sdt+serial://COM3?baud=9600&baud=19200", "twice"),
        ("sdt+serial:///dev/tty\nUSB0", "control characters"),
        ("sdt+serial:///dev/tty%00USB0", "control characters"),
        ("sdt+serial:///dev/ttyUSB0#1", "after '#'"),
        ("sdt+tcp://reader", "names no port"),
        ("sdt+tcp://:9001", "names no host"),
        ("sdt+tcp://reader:0", "port 0"),
        ("sdt+tcp://reader:99999", "range"),
        ("sdt+tcp://reader:9001/x", "path"),
        ("sdt+tcp://me:secret@reader:9001", "user name"),
        ("sdt+tcp://[::1:9001", "IPv6"),
    ],
)
def test_a_wrong_reader_address_says_what_is_wrong(url: str, why: str) -> None:
    with pytest.raises(BadAddress) as raised:
        parse_sdt(url)
    assert why in raised.value.diagnostics
    assert "secret" not in raised.value.diagnostics


def test_the_address_of_a_network_scanner_is_understood() -> None:
    assert parse_escl("escl+http://scanner:8080/eSCL/") == EsclAddress("scanner", 8080, "/eSCL")
    assert parse_escl("escl+http://scanner") == EsclAddress("scanner", 80, "/eSCL")
    assert parse_escl("escl+http://[fe80::1]:80/eSCL").base == "http://[fe80::1]:80/eSCL"


@pytest.mark.parametrize(
    "url", ["escl+https://a/eSCL", "escl+http:///eSCL", "escl+http://a/../x", "escl+http://a?x=1"]
)
def test_a_wrong_scanner_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        parse_escl(url)


def test_the_address_of_a_sane_device_is_understood() -> None:
    assert parse_sane("sane:test:0") == SaneAddress("test:0")
    wanted = SaneAddress("airscan:e0:Court Sim", "ADF Front", {"swdeskew": "yes"})
    assert parse_sane("sane:airscan:e0:Court%20Sim?source=ADF%20Front&option.swdeskew=yes") == wanted


@pytest.mark.parametrize(
    "url", ["sane:", "sane:-rf", "sane:test:0?x=1", "sane:test:0?option.--help=1", "sane:a?source"]
)
def test_a_wrong_sane_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        parse_sane(url)


def test_a_scheme_is_lower_case_and_ends_with_a_colon() -> None:
    assert scheme_of("sdt+serial://COM3") == "sdt+serial"
    with pytest.raises(BadAddress):
        scheme_of("SDT://x")


def test_a_resolution_the_program_is_not_made_for_is_refused() -> None:
    with pytest.raises(ValueError, match="not 150"):
        ScanSettings(dpi=150)


# ---- registry ----------------------------------------------------------------------------------------


def test_each_scheme_of_ours_makes_its_device_without_opening_it() -> None:
    assert registry.make_id_reader("sdt+tcp://nobody:1").key == "sdt+tcp://nobody:1"
    assert registry.make_scanner("escl+http://nobody/eSCL").key == "escl+http://nobody/eSCL"
    assert registry.make_scanner("sane:test:0").title == "test:0 (SANE)"
    assert registry.schemes()[:5] == ("sdt+serial", "sdt+tcp", "sdt+rfc2217", "escl+http", "sane")


def test_a_scanner_is_no_card_reader_and_an_unknown_scheme_nothing() -> None:
    with pytest.raises(BadAddress, match="no address of an ID card reader"):
        registry.make_id_reader("sane:test:0")
    with pytest.raises(BadAddress, match="no address of a scanner"):
        registry.make_scanner("sdt+tcp://nobody:1")
    with pytest.raises(BadAddress, match="no driver for 'twain'"):
        registry.open_scanner("twain:1")


class _Missing(SdtIdReader):
    def available(self) -> str | None:
        return "vendor library libreader.so is not installed"


def _missing(url: str) -> IdCardReader:
    return _Missing(url.replace("acme", "sdt+tcp"))


foreign = Driver(id_reader=_missing)
not_a_driver = 42


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=registry.GROUP)


@pytest.fixture
def third_parties(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        entry("acme", f"{__name__}:foreign"),
        entry("odd", f"{__name__}:not_a_driver"),
        entry("gone", "no_such_module_at_all:driver"),
        entry("sane", f"{__name__}:foreign"),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])


@pytest.mark.usefixtures("third_parties")
def test_a_third_party_driver_is_found_by_its_scheme_and_cannot_take_ours() -> None:
    assert isinstance(registry.make_id_reader("acme://reader:1"), _Missing)
    assert registry.schemes()[-3:] == ("acme", "gone", "odd")
    assert registry.make_scanner("sane:test:0").title == "test:0 (SANE)"


@pytest.mark.usefixtures("third_parties")
def test_opening_a_device_whose_library_is_missing_says_so() -> None:
    with pytest.raises(LibraryMissing, match=r"libreader\.so"):
        registry.open_id_reader("acme://reader:1")


@pytest.mark.usefixtures("third_parties")
@pytest.mark.parametrize(("url", "why"), [("odd:1", "is a int"), ("gone:1", "does not load")])
def test_a_broken_third_party_driver_is_a_driver_fault(url: str, why: str) -> None:
    with pytest.raises(DriverFault, match=why):
        registry.make_scanner(url)
