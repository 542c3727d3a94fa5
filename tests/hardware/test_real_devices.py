"""The driver contract on real devices; see README.md here. Skipped without addresses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.base import Device, DeviceKind, ScanSettings, Source
from devices.errors import DeviceError, Unplugged
from devices.registry import make_device
from devices.sdt.card import contradicts
from devices.traffic import export
from tests.helpers.device_cases import TABLES, as_gun, as_keypad, as_reader, as_scanner, use
from tests.helpers.devices import wait_until

ADDRESSES = os.environ.get("YICHUANG_HARDWARE", "").split()
FOLDER = Path(os.environ.get("YICHUANG_TABLES", TABLES))
PERSON = pytest.mark.skipif(not os.environ.get("YICHUANG_PERSON"), reason="YICHUANG_PERSON is not set")
WAIT = 30.0

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="YICHUANG_HARDWARE names no device")


@pytest.fixture(params=ADDRESSES or ["none"])
def device(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Device]:
    made = make_device(request.param, FOLDER)
    yield made
    made.close()
    for number, fault in enumerate(made.traffic.faults()):
        (tmp_path / f"fault-{number}.jsonl").write_text(export(fault), "utf-8")


def ask(what: str) -> None:
    print(f"\n>>> {what}", flush=True)  # noqa: T201 - the person at the desk


def only(device: Device, *kinds: DeviceKind) -> None:
    if device.kind not in kinds:
        pytest.skip(f"not for a {device.kind.value}")


def test_it_opens_works_closes_and_opens_again(device: Device) -> None:
    assert device.available() is None
    for _ in range(3):
        with device:
            use(device)
    with pytest.raises(Unplugged):
        use(device)


def test_fifty_uses_in_a_row_take_no_longer_at_the_end(device: Device) -> None:
    with device:
        times = []
        for _ in range(50):
            start = time.monotonic()
            use(device)
            times.append(time.monotonic() - start)
    assert sum(times[-10:]) < 2 * sum(times[:10]) + 1


@PERSON
def test_the_cable_is_pulled_and_put_back(device: Device) -> None:
    with device:
        use(device)
        ask("pull the cable out (or switch the device off)")
        wait_until(lambda: not _works(device), "it is gone", WAIT)
        ask("put it back")
        wait_until(lambda: _works(device), "it works again", WAIT)


def _works(device: Device) -> bool:
    try:
        device.open()
        use(device)
    except DeviceError:
        device.close()
        return False
    return True


@PERSON
def test_a_card_is_read_and_agrees_with_itself(device: Device) -> None:
    only(device, DeviceKind.ID_READER)
    reader = as_reader(device)
    with reader:
        ask("lay a card down")
        wait_until(lambda: reader.poll().value == "card_present", "a card is there", WAIT)
        card = reader.read()
        ask(f"{card.kind.name}, addresses complete: {card.addresses_complete}")
        assert not contradicts(card.raw)


@PERSON
def test_pages_come_from_the_feeder(device: Device) -> None:
    only(device, DeviceKind.SCANNER)
    ask("put three sheets into the feeder")
    with as_scanner(device) as scanner:
        pages = list(scanner.scan(ScanSettings(Source.FEEDER, 200), lambda: False))
    assert len(pages) == 3


@PERSON
def test_a_key_or_a_code_arrives(device: Device) -> None:
    only(device, DeviceKind.RATING_KEYPAD, DeviceKind.SCAN_GUN)
    waits: dict[DeviceKind, Callable[[], object]] = {
        DeviceKind.RATING_KEYPAD: lambda: as_keypad(device).ask(WAIT, lambda: False),
        DeviceKind.SCAN_GUN: lambda: as_gun(device).next_scan(WAIT),
    }
    with device:
        ask("press a key of the keypad, or scan any code")
        assert waits[device.kind]() is not None
