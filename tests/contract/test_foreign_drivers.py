"""A driver of somebody else: a real small package with its metadata, found by its entry point."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.base import DeviceKind
from devices.errors import DriverFault, Unplugged
from devices.registry import make_device, make_id_reader, open_speaker, schemes
from devices.sound import silence
from tests.helpers.device_cases import TABLES

MODULE = '''
"""A loudspeaker that counts."""

from devices.base import DeviceKind, SpeakerCapabilities
from devices.errors import Unplugged
from devices.lifecycle import Lifecycle
from devices.registry import Driver
from devices.traffic import TrafficLog


class CountingSpeaker(Lifecycle):
    kind = DeviceKind.SPEAKER
    title = "Counting"
    capabilities = SpeakerCapabilities()

    def __init__(self, url):
        self.key, self.traffic, self.played, self._open = url, TrafficLog(), 0, False

    def available(self):
        return None

    def open(self):
        self._open = True

    def close(self):
        self._open = False

    def play(self, sound, cancelled):
        if not self._open:
            raise Unplugged(self.key)
        self.played += 1
        return 0.0


driver = Driver(speaker=CountingSpeaker)
no_driver = object()
'''
METADATA = "Metadata-Version: 2.1\nName: yichuang-counting\nVersion: 1.0\n"
ENTRIES = """[yichuang.drivers]
counting = yichuang_counting:driver
wrong = yichuang_counting:no_driver
gone = yichuang_no_such_module:driver
speaker = yichuang_counting:driver
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What pip leaves in site-packages, in a folder of its own on the path."""
    (tmp_path / "yichuang_counting.py").write_text(MODULE, "utf-8")
    info = tmp_path / "yichuang_counting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA, "utf-8")
    (info / "entry_points.txt").write_text(ENTRIES, "utf-8")
    (info / "RECORD").write_text("", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("yichuang_counting", None)


@pytest.mark.usefixtures("installed")
def test_an_installed_driver_is_found_opened_and_used() -> None:
    assert "counting" in schemes()
    assert "yichuang_counting" not in sys.modules  # listing loads nothing
    with open_speaker("counting:anything") as speaker:
        speaker.play(silence(0.1, 22050), lambda: False)
        assert speaker.played == 1  # type: ignore[attr-defined]  # the driver's own
    device = make_device("counting:anything", TABLES)
    assert (device.key, device.kind, device.title) == ("counting:anything", DeviceKind.SPEAKER, "Counting")
    with pytest.raises(Unplugged):
        device.play(silence(0.1, 22050), lambda: False)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("installed")
def test_a_broken_driver_is_named_and_no_other_suffers() -> None:
    with pytest.raises(DriverFault, match=r"not a devices\.registry\.Driver"):
        make_id_reader("wrong:x")
    with pytest.raises(DriverFault, match="does not load"):
        make_id_reader("gone:x")
    assert open_speaker("counting:x").key == "counting:x"


@pytest.mark.usefixtures("installed")
def test_a_scheme_of_ours_cannot_be_taken_over() -> None:
    assert type(make_device("speaker:", TABLES)).__module__ == "devices.drivers.speaker_worker"


def test_a_driver_that_is_not_installed_is_unknown() -> None:
    assert "counting" not in schemes()
