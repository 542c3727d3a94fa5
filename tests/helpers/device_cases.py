"""Every driver with the simulator behind it, for the suites that all drivers have to pass."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from PIL import Image

from devices.base import (
    Device,
    DeviceKind,
    IdCardReader,
    LedStrip,
    RatingKeypad,
    ScanGun,
    Scanner,
)
from devices.camera import DocumentCamera
from devices.chip import ChipReader
from devices.drivers.id_sdt import SdtIdReader
from devices.registry import make_device
from devices.signature import SignaturePad
from devices.simulators.usb_backend import PRODUCT, SERIAL, VENDOR, SimulatedUsb
from devices.sound import Speaker, SpeechEngine, silence, wav
from tests.helpers.chip import NO_PCSC, virtual_card
from tests.helpers.devices import ROOT, Simulator, document_camera, escl_scanner, id_reader, sane_folder

BLIP = silence(0.05, 22050)
TABLES = ROOT / "resources" / "devices"
NO_PTY = pytest.mark.skipif(sys.platform == "win32", reason="no pty, no shell script on Windows")
NO_SOUND = pytest.mark.skipif(not list(Path("/dev/snd").glob("pcm*p")), reason="no sound device here")
NO_WIA = pytest.mark.skipif(not os.environ.get("YICHUANG_WIA"), reason="YICHUANG_WIA names no scanner here")
NO_CAMERA = pytest.mark.skipif(not Path("/dev/video0").exists(), reason="no camera here")
NO_SANE = pytest.mark.skipif(shutil.which("scanimage") is None, reason="scanimage is not installed")


def nothing() -> None:
    """Nothing to do."""


@dataclass
class Case:
    """A driver and its device: how to make the one, and how to pull and plug the other."""

    make: Callable[[], Device]
    url: str
    kind: DeviceKind
    pull: Callable[[], object] | None = None
    plug: Callable[[], object] = nothing
    simulator: Simulator | None = field(default=None, repr=False)


def use(device: Device) -> object:
    """One harmless act that needs the device."""
    drivers: Mapping[DeviceKind, Callable[[], object]] = {
        DeviceKind.ID_READER: lambda: as_reader(device).poll(),
        DeviceKind.SCANNER: lambda: as_scanner(device).status(),
        DeviceKind.SCAN_GUN: lambda: as_gun(device).next_scan(0.05),
        DeviceKind.RATING_KEYPAD: lambda: as_keypad(device).ask(0.05, lambda: False),
        DeviceKind.LED_STRIP: lambda: as_strip(device).show("1号窗口"),
        DeviceKind.CAMERA: lambda: as_camera(device).preview(),
        DeviceKind.CHIP_READER: lambda: as_chip_reader(device).poll(),
        DeviceKind.SIGNATURE_PAD: lambda: as_pad(device).capture(0.05, lambda: False, lambda _points: None),
        DeviceKind.SPEAKER: lambda: as_speaker(device).play(BLIP, lambda: False),
        DeviceKind.SPEECH: lambda: as_speech(device).spoken("窗口"),
    }
    return drivers[device.kind]()


def as_reader(device: Device) -> IdCardReader:
    return device  # type: ignore[return-value]  # by its kind


def as_scanner(device: Device) -> Scanner:
    return device  # type: ignore[return-value]


def as_gun(device: Device) -> ScanGun:
    return device  # type: ignore[return-value]


def as_keypad(device: Device) -> RatingKeypad:
    return device  # type: ignore[return-value]


def as_strip(device: Device) -> LedStrip:
    return device  # type: ignore[return-value]


def as_camera(device: Device) -> DocumentCamera:
    return device  # type: ignore[return-value]


def as_chip_reader(device: Device) -> ChipReader:
    return device  # type: ignore[return-value]


def as_pad(device: Device) -> SignaturePad:
    return device  # type: ignore[return-value]


def as_speaker(device: Device) -> Speaker:
    return device  # type: ignore[return-value]


def as_speech(device: Device) -> SpeechEngine:
    return device  # type: ignore[return-value]


def counter_device(name: str, folder: Path, table: str = "") -> Simulator:
    """A gun, keypad or strip on a pty; ``table`` is the path of its table below ``TABLES``."""
    options = ["--table", str(TABLES / f"{table}.toml")] if table else []
    return Simulator("counter_devices", name, "--pty", str(folder / name), *options)


def vendor_url(reader: str, *options: str) -> str:
    """The address of the sample worker in front of the reader at ``reader``."""
    arguments = ["-W", "error", "-m", "devices.simulators.vendor_worker", "--reader", reader, *options]
    return f"sdt+vendor://{quote(sys.executable)}?args={quote(shlex.join(arguments))}"


def usb_reader(simulator: Simulator, url: str = "") -> tuple[SdtIdReader, SimulatedUsb]:
    """A reader on a simulated USB bus, with the simulator (on TCP) behind it."""
    backend = SimulatedUsb(urlsplit(simulator.url).port or 0)
    return SdtIdReader(url or f"sdt+usb://{VENDOR:04X}:{PRODUCT:04X}:{SERIAL}", usb=backend), backend


def picture(path: Path, shade: int = 200, dpi: int = 200) -> Path:
    """A page of A4 proportions as JPEG."""
    Image.new("L", (210, 297), shade).save(path, "JPEG", dpi=(dpi, dpi))
    return path


@contextmanager
def _sdt(wire: str, folder: Path) -> Iterator[Case]:
    with id_reader(wire, folder) as running:
        yield _plugged(running, DeviceKind.ID_READER)


@contextmanager
def _usb(folder: Path) -> Iterator[Case]:
    with id_reader("tcp", folder) as running:
        url = f"sdt+usb://{VENDOR:04X}:{PRODUCT:04X}:{SERIAL}"
        yield Case(
            lambda: usb_reader(running)[0], url, DeviceKind.ID_READER,
            lambda: running.tell("unplug"), lambda: running.tell("replug"), running,
        )  # fmt: skip


@contextmanager
def _vendor(folder: Path) -> Iterator[Case]:
    with id_reader("tcp", folder) as running:
        url = vendor_url(running.url, "--photo")
        yield Case(
            lambda: make_device(url, TABLES), url, DeviceKind.ID_READER,
            lambda: running.tell("unplug"), lambda: running.tell("replug"), running,
        )  # fmt: skip


@contextmanager
def _escl(folder: Path) -> Iterator[Case]:
    with escl_scanner() as running:
        yield Case(
            lambda: make_device(running.url, TABLES), running.url, DeviceKind.SCANNER,
            lambda: running.tell("fault vanish"), lambda: running.tell("clear"), running,
        )  # fmt: skip


@contextmanager
def _sane(folder: Path) -> Iterator[Case]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANE_CONFIG_DIR", str(sane_folder(folder / "sane")))
        url = "sane:test:0"
        yield Case(lambda: make_device(url, TABLES), url, DeviceKind.SCANNER)


@contextmanager
def _folder(folder: Path) -> Iterator[Case]:
    watched, gone = folder / "watched", folder / "gone"
    watched.mkdir()
    picture(watched / "page.jpg")
    url = f"folder://{quote(str(watched))}?settle=0.1"
    yield Case(
        lambda: make_device(url, TABLES), url, DeviceKind.SCANNER,
        lambda: watched.rename(gone), lambda: gone.rename(watched),
    )  # fmt: skip


@contextmanager
def _counter(name: str, table: str, kind: DeviceKind, folder: Path) -> Iterator[Case]:
    with counter_device(name, folder, table) as running:
        yield _plugged(running, kind)


@contextmanager
def _typing_gun() -> Iterator[Case]:
    url = "gun+keyboard:"
    yield Case(lambda: make_device(url, TABLES), url, DeviceKind.SCAN_GUN)


@contextmanager
def _camera(folder: Path) -> Iterator[Case]:
    with document_camera(folder, "page 0") as running:
        yield _plugged(running, DeviceKind.CAMERA)


@contextmanager
def _camera_files(folder: Path) -> Iterator[Case]:
    there, gone = folder / "pictures", folder / "gone"
    there.mkdir()
    for number in range(1, 4):
        picture(there / f"{number}.jpg", 100 + number)
    url = f"camera+file://{quote(str(there))}/%25d.jpg"
    yield Case(
        lambda: make_device(url, TABLES), url, DeviceKind.CAMERA,
        lambda: there.rename(gone), lambda: gone.rename(there),
    )  # fmt: skip


@contextmanager
def _real_camera(_folder: Path) -> Iterator[Case]:
    yield Case(lambda: make_device("camera:0", TABLES), "camera:0", DeviceKind.CAMERA)


@contextmanager
def _pcsc(_folder: Path) -> Iterator[Case]:
    with virtual_card():
        yield Case(lambda: make_device("pcsc:", TABLES), "pcsc:", DeviceKind.CHIP_READER)


def chips_url(scene: Path) -> str:
    """The address of the simulated reader of chip cards that does what ``scene`` says."""
    words = ["-W", "error", "-m", "devices.simulators.chip_worker", "--scene", str(scene)]
    return f"pcsc+worker://{quote(sys.executable)}?args={quote(shlex.join(words))}"


@contextmanager
def _chips(folder: Path) -> Iterator[Case]:
    scene = folder / "scene"
    scene.write_text("social", "utf-8")
    url = chips_url(scene)
    yield Case(
        lambda: make_device(url, TABLES), url, DeviceKind.CHIP_READER,
        lambda: scene.write_text("unplugged", "utf-8"), lambda: scene.write_text("social", "utf-8"),
    )  # fmt: skip


def pad_url(scene: Path) -> str:
    """The address of the simulated signature pad that does what ``scene`` says."""
    words = ["-W", "error", "-m", "devices.simulators.signature_worker", "--scene", str(scene)]
    return f"signature+worker://{quote(sys.executable)}?args={quote(shlex.join(words))}"


def scan_worker_url(scene: Path) -> str:
    """The address of the simulated scanner behind a worker that does what ``scene`` says."""
    words = ["-W", "error", "-m", "devices.simulators.scan_worker", "--scene", str(scene)]
    return f"scan+worker://{quote(sys.executable)}?args={quote(shlex.join(words))}"


@contextmanager
def _scan_worker(folder: Path) -> Iterator[Case]:
    scene = folder / "scene"
    scene.write_text("load 3", "utf-8")
    url = scan_worker_url(scene)
    yield Case(
        lambda: make_device(url, TABLES), url, DeviceKind.SCANNER,
        lambda: scene.write_text("unplugged", "utf-8"), lambda: scene.write_text("load 3", "utf-8"),
    )  # fmt: skip


@contextmanager
def _wia(_folder: Path) -> Iterator[Case]:
    yield Case(lambda: make_device("wia:", TABLES), "wia:", DeviceKind.SCANNER)


@contextmanager
def _pad(folder: Path) -> Iterator[Case]:
    scene = folder / "scene"
    scene.write_text("sign", "utf-8")
    url = pad_url(scene)
    yield Case(
        lambda: make_device(url, TABLES), url, DeviceKind.SIGNATURE_PAD,
        lambda: scene.write_text("unplugged", "utf-8"), lambda: scene.write_text("sign", "utf-8"),
    )  # fmt: skip


@contextmanager
def _speaker(url: str) -> Iterator[Case]:
    yield Case(lambda: make_device(url, TABLES), url, DeviceKind.SPEAKER)


@contextmanager
def _sound_file(folder: Path) -> Iterator[Case]:
    there, gone = folder / "sounds", folder / "gone"
    there.mkdir()
    url = f"speaker+file://{quote(str(there))}/last.wav"
    yield Case(
        lambda: make_device(url, TABLES), url, DeviceKind.SPEAKER,
        lambda: there.rename(gone), lambda: gone.rename(there),
    )  # fmt: skip


@contextmanager
def _speech(folder: Path) -> Iterator[Case]:
    url = f"speech+command://{quote(str(speech_program(folder, wav(BLIP))))}"
    yield Case(lambda: make_device(url, TABLES), url, DeviceKind.SPEECH)


def speech_program(folder: Path, sound: bytes, before: str = "") -> Path:
    """A program that says the same sound whatever it reads; ``before`` is a line of shell run first."""
    (folder / "said.wav").write_bytes(sound)
    program = folder / "speech"
    program.write_text(f"#!/bin/sh\ncat > '{folder}/text'\n{before}\ncat '{folder}/said.wav'\n", "utf-8")
    program.chmod(0o755)
    return program


def _plugged(running: Simulator, kind: DeviceKind) -> Case:
    return Case(
        lambda: make_device(running.url, TABLES), running.url, kind,
        lambda: running.tell("unplug"), lambda: running.tell("replug"), running,
    )  # fmt: skip


CASES: Mapping[str, Callable[[Path], AbstractContextManager[Case]]] = {
    "sdt+serial": lambda folder: _sdt("serial", folder),
    "sdt+tcp": lambda folder: _sdt("tcp", folder),
    "sdt+rfc2217": lambda folder: _sdt("rfc2217", folder),
    "sdt+usb": _usb,
    "sdt+vendor": _vendor,
    "escl+http": _escl,
    "sane": _sane,
    "folder": _folder,
    "gun+keyboard": lambda _folder: _typing_gun(),
    "gun+serial": lambda folder: _counter("gun", "", DeviceKind.SCAN_GUN, folder),
    "keypad+serial": lambda folder: _counter("keypad", "keypads/sample-a", DeviceKind.RATING_KEYPAD, folder),
    "led+serial": lambda folder: _counter("strip", "strips/sample-sum", DeviceKind.LED_STRIP, folder),
    "camera": _real_camera,
    "camera+file": _camera_files,
    "camera+worker": _camera,
    "pcsc": _pcsc,
    "wia": _wia,
    "scan+worker": _scan_worker,
    "signature+worker": _pad,
    "pcsc+worker": _chips,
    "speaker": lambda _folder: _speaker("speaker:"),
    "speaker+null": lambda _folder: _speaker("speaker+null:"),
    "speaker+file": _sound_file,
    "speech+command": _speech,
}
"""Scheme to driver and simulator: one for every scheme of the registry."""

_PTY = {"sdt+serial", "gun+serial", "keypad+serial", "led+serial", "speech+command"}


def parameters() -> list[object]:
    """All cases for ``pytest.fixture(params=...)``, with what this system cannot run marked."""
    marks = {
        "sane": [NO_SANE],
        "speaker": [NO_SOUND],
        "camera": [NO_CAMERA],
        "pcsc": [NO_PCSC],
        "wia": [NO_WIA],
    } | ({name: [NO_PTY] for name in _PTY} if sys.platform == "win32" else {})
    return [pytest.param(name, marks=marks.get(name, [])) for name in CASES]
