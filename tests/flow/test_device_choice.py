"""Choosing a device: tried over its real wire, used at once, written into the settings alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from app import settings
from app.errors import SettingsProblem
from app.lanes import A4_PRINTER, READER, TICKET_PRINTER
from app.services import checkup, device_choice
from app.services.desk import Desk
from app.services.views import Health
from devices import discover
from devices.address import parse_sdt
from devices.base import DeviceKind
from printing import address as printer_address
from printing import discover as printers
from tests.helpers.desks import desk_in, do
from tests.helpers.devices import Simulator, id_reader

FILE = '# 本院设置\n[hall]\nwindow = 3 # 立案\n\n[devices]\nscanner = "sane:test:0"\n\n[unknown]\nkept = 1\n'


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Simulator]:
    with id_reader("tcp", tmp_path) as simulator:
        yield simulator


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as opened:
        opened.settings_file = tmp_path / "settings.toml"
        opened.settings_file.write_text(FILE, encoding="utf-8")
        yield opened


def test_an_address_is_tried_without_being_used(desk: Desk, reader: Simulator) -> None:
    assert "连得上" in do(desk, device_choice.TRY[READER], READER, reader.url)
    assert not desk.bench.has(READER)
    reader.tell("unplug")
    assert "没有连上" in do(desk, device_choice.TRY[READER], READER, reader.url)


def test_a_chosen_device_works_at_once_and_stands_in_the_settings(desk: Desk, reader: Simulator) -> None:
    do(desk, device_choice.USE[READER], READER, reader.url)
    assert do(desk, checkup.checks(desk)[READER]).health is Health.OK
    assert desk.settings_file is not None
    text = desk.settings_file.read_text("utf-8")
    assert all(line in text for line in FILE.splitlines() if line)
    loaded, _faults = settings.load(desk.settings_file)
    assert loaded.devices.id_reader == reader.url
    assert desk.settings_file.with_suffix(".toml.bak").read_text("utf-8") == FILE
    do(desk, device_choice.USE[READER], READER, "")
    assert not desk.bench.has(READER)


def test_what_is_no_address_is_refused_and_nothing_changes(desk: Desk) -> None:
    for role, url in ((READER, "http://x"), (READER, "sdt+serial://COM3?baud=1"), (TICKET_PRINTER, "cups")):
        with pytest.raises(SettingsProblem, match="不是"):
            do(desk, device_choice.TRY[role], role, url)
        with pytest.raises(SettingsProblem, match="不是"):
            do(desk, device_choice.USE[role], role, url)
    assert desk.settings_file is not None
    assert desk.settings_file.read_text("utf-8") == FILE


@pytest.mark.parametrize("broken", ["[devices", 'devices = "none"\n', "[hall]\nwindow = 1\n\x00"])
def test_a_settings_file_that_cannot_be_read_is_left_as_it_is(
    desk: Desk, reader: Simulator, broken: str
) -> None:
    assert desk.settings_file is not None
    desk.settings_file.write_text(broken, encoding="utf-8")
    with pytest.raises(SettingsProblem, match="没有改成"):
        do(desk, device_choice.USE[READER], READER, reader.url)
    assert desk.settings_file.read_text("utf-8") == broken
    assert not desk.bench.has(READER)


def test_without_an_a4_printer_papers_are_files_again(desk: Desk, tmp_path: Path) -> None:
    do(desk, device_choice.USE[A4_PRINTER], A4_PRINTER, f"pdf+file://{tmp_path}/elsewhere")
    do(desk, device_choice.USE[A4_PRINTER], A4_PRINTER, "")
    assert desk.bench.urls[A4_PRINTER].endswith("/papers")


def test_a_port_is_offered_by_its_usb_numbers_so_that_it_is_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ports = [
        SimpleNamespace(
            device="/dev/ttyUSB0", description="CH340", vid=0x1A86, pid=0x7523, serial_number="A1"
        ),
        SimpleNamespace(device="COM3", description="port", vid=None, pid=None, serial_number=None),
    ]
    monkeypatch.setattr(discover, "comports", lambda: ports)
    monkeypatch.setattr(printers, "comports", lambda: ports)
    found = discover.candidates(DeviceKind.ID_READER)
    assert [one.url for one in found[:2]] == [
        "sdt+serial:///dev/ttyUSB0?baud=115200&usb=1A86:7523:A1",
        "sdt+serial://COM3?baud=115200",
    ]
    assert all(parse_sdt(one.url) for one in found)
    assert all(printer_address.parse(one.url) for one in printers.ticket_printers())


@pytest.mark.parametrize("role", [READER, "scanner", TICKET_PRINTER, A4_PRINTER, "rating_keypad", "speaker"])
def test_looking_around_finds_what_this_machine_has_and_never_fails(desk: Desk, role: str) -> None:
    for choice in do(desk, device_choice.look_around, role):
        assert do(desk, device_choice.TRY[role], role, choice.url)
