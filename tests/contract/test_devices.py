"""What every driver does, whatever its device is: each against its simulator in another process."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devices.base import DeviceKind
from devices.errors import DeviceError, Unplugged
from devices.registry import schemes
from devices.traffic import export
from tests.helpers.device_cases import CASES, Case, parameters, use
from tests.helpers.devices import nothing_left, wait_until

__all__ = ["nothing_left"]

# pyserial 3.5 names its RFC 2217 thread in the old way
pytestmark = [
    pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:setName:DeprecationWarning"),
]

BOUND = 20.0
"""Seconds within which every driver has said something, on a busy machine."""


@pytest.fixture(params=parameters(), scope="module")
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with CASES[request.param](tmp_path_factory.mktemp("case")) as found:
        yield found


def test_every_scheme_of_the_registry_is_held_to_the_contract() -> None:
    assert set(schemes()) == set(CASES)


def test_a_device_says_what_it_is_before_it_is_opened(case: Case) -> None:
    device = case.make()
    assert device.key == case.url
    assert device.kind is case.kind
    assert device.title.strip()
    assert dataclasses.is_dataclass(device.capabilities)
    assert device.available() is None
    assert device.traffic.entries() == ()


def test_a_device_may_be_opened_and_closed_at_any_time(case: Case) -> None:
    device = case.make()
    device.close()
    device.open()
    device.open()
    use(device)
    device.close()
    device.close()
    with device as opened:
        use(opened)
    with pytest.raises(Unplugged):
        use(device)


def test_a_device_that_is_closed_says_so_at_once(case: Case) -> None:
    device = case.make()
    start = time.monotonic()
    with pytest.raises(Unplugged):
        use(device)
    assert time.monotonic() - start < 10


def test_a_device_pulled_out_is_noticed_and_works_when_it_is_back(case: Case) -> None:
    if case.pull is None:
        pytest.skip("this one cannot be pulled out here")
    with case.make() as device:
        use(device)
        case.pull()
        start = time.monotonic()

        def noticed() -> bool:
            try:
                device.open()
                use(device)
            except Unplugged as error:
                return bool(error.diagnostics)
            return False

        wait_until(noticed, "the pulled device is noticed")
        assert time.monotonic() - start < BOUND
        case.plug()
        wait_until(lambda: _works(device), "the device works again")
        assert any(f"{Unplugged.__name__}:" in entry.text for entry in device.traffic.entries())


def _works(device: object) -> bool:
    try:
        device.open()  # type: ignore[attr-defined]
        use(device)  # type: ignore[arg-type]
    except Unplugged:
        device.close()  # type: ignore[attr-defined]
        return False
    return True


def test_a_device_may_be_used_by_one_thread_after_another(case: Case) -> None:
    device = case.make()
    failed: list[BaseException] = []

    def act() -> None:
        try:
            device.open()
            use(device)
            device.close()
        except DeviceError as error:
            failed.append(error)

    for _ in range(2):
        thread = threading.Thread(target=act)
        thread.start()
        thread.join(BOUND)
    assert failed == []


def test_what_went_over_the_wire_can_be_exported_as_json_lines(case: Case) -> None:
    with case.make() as device:
        use(device)
        entries = device.traffic.entries()
        lines = [json.loads(line) for line in export(entries).splitlines()]
    assert len(lines) == len(entries)
    assert all(set(line) - {"t"} <= {"sent", "got", "event"} and line["t"] >= 0 for line in lines)
    silent = {DeviceKind.SCAN_GUN}
    assert bool(lines) is (device.kind not in silent and "folder" not in case.url)


def open_handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_opening_and_closing_leaves_no_handle_thread_or_process(case: Case) -> None:
    device = case.make()

    def once() -> None:
        with device:
            use(device)

    once()
    handles, threads = open_handles(), threading.active_count()
    children = len(psutil.Process().children())
    for _ in range(4):
        once()
    assert open_handles() <= handles
    assert threading.active_count() <= threads
    assert len(psutil.Process().children()) == children
