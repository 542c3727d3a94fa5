"""Which driver drives which address.

Third parties add drivers through the entry-point group ``yichuang.drivers``: the name of the entry point is
the scheme, the object a :class:`Driver`. A scheme of our own cannot be taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TypeVar

from devices.address import scheme_of
from devices.base import Device, IdCardReader, LedStrip, RatingKeypad, ScanGun, Scanner
from devices.camera import DocumentCamera
from devices.chip import ChipReader
from devices.errors import BadAddress, DriverFault, LibraryMissing
from devices.signature import SignaturePad
from devices.sound import Speaker, SpeechEngine

D = TypeVar("D", bound=Device)
M = TypeVar("M", bound=Callable[..., Device])
GROUP = "yichuang.drivers"


@dataclass(frozen=True, slots=True)
class Driver:
    """What makes a device from its address; it raises BadAddress or BadTable and opens nothing.

    A driver fills the field of its kind. Keypads and strips also get the folder of their tables, which has
    the folders ``keypads`` and ``strips``.
    """

    id_reader: Callable[[str], IdCardReader] | None = None
    scanner: Callable[[str], Scanner] | None = None
    scan_gun: Callable[[str], ScanGun] | None = None
    rating_keypad: Callable[[str, Path], RatingKeypad] | None = None
    led_strip: Callable[[str, Path], LedStrip] | None = None
    camera: Callable[[str], DocumentCamera] | None = None
    chip_reader: Callable[[str], ChipReader] | None = None
    signature_pad: Callable[[str], SignaturePad] | None = None
    speaker: Callable[[str], Speaker] | None = None
    speech: Callable[[str], SpeechEngine] | None = None


def _sdt(url: str) -> IdCardReader:
    from devices.drivers.id_sdt import SdtIdReader

    return SdtIdReader(url)


def _vendor(url: str) -> IdCardReader:
    from devices.drivers.id_vendor import VendorIdReader

    return VendorIdReader(url)


def _escl(url: str) -> Scanner:
    from devices.drivers.scan_escl import EsclScanner

    return EsclScanner(url)


def _sane(url: str) -> Scanner:
    from devices.drivers.scan_sane import SaneScanner

    return SaneScanner(url)


def _scan_worker(url: str) -> Scanner:
    from devices.drivers.scan_worker import WorkerScanner

    return WorkerScanner(url)


def _folder(url: str) -> Scanner:
    from devices.drivers.scan_folder import FolderScanner

    return FolderScanner(url)


def _keyboard_gun(url: str) -> ScanGun:
    from devices.drivers.gun_keyboard import KeyboardGun

    return KeyboardGun(url)


def _gun(url: str) -> ScanGun:
    from devices.drivers.gun_serial import SerialScanGun

    return SerialScanGun(url)


def _keypad(url: str, tables: Path) -> RatingKeypad:
    from devices.drivers.keypad_serial import SerialKeypad

    return SerialKeypad(url, tables)


def _strip(url: str, tables: Path) -> LedStrip:
    from devices.drivers.led_serial import SerialLedStrip

    return SerialLedStrip(url, tables)


def _camera(url: str) -> DocumentCamera:
    from devices.drivers.camera_worker import WorkerCamera

    return WorkerCamera(url)


def _pcsc(url: str) -> ChipReader:
    from devices.drivers.chip_pcsc import PcscReader

    return PcscReader(url)


def _signature(url: str) -> SignaturePad:
    from devices.drivers.signature_worker import WorkerPad

    return WorkerPad(url)


def _speaker(url: str) -> Speaker:
    from devices.drivers.speaker_worker import WorkerSpeaker

    return WorkerSpeaker(url)


def _sound_file(url: str) -> Speaker:
    from devices.drivers.speaker_file import FileSpeaker

    return FileSpeaker(url)


def _speech(url: str) -> SpeechEngine:
    from devices.drivers.speech_command import CommandSpeech

    return CommandSpeech(url)


# The functions import late, so that a desk without scanner does not load an HTTP client at start.
_OURS: Mapping[str, Driver] = {
    "sdt+serial": Driver(id_reader=_sdt),
    "sdt+tcp": Driver(id_reader=_sdt),
    "sdt+rfc2217": Driver(id_reader=_sdt),
    "escl+http": Driver(scanner=_escl),
    "sane": Driver(scanner=_sane),
    "sdt+usb": Driver(id_reader=_sdt),
    "sdt+vendor": Driver(id_reader=_vendor),
    "folder": Driver(scanner=_folder),
    "gun+serial": Driver(scan_gun=_gun),
    "gun+keyboard": Driver(scan_gun=_keyboard_gun),
    "keypad+serial": Driver(rating_keypad=_keypad),
    "led+serial": Driver(led_strip=_strip),
    "wia": Driver(scanner=_scan_worker),
    "scan+worker": Driver(scanner=_scan_worker),
    "camera": Driver(camera=_camera),
    "camera+file": Driver(camera=_camera),
    "camera+worker": Driver(camera=_camera),
    "pcsc": Driver(chip_reader=_pcsc),
    "pcsc+worker": Driver(chip_reader=_pcsc),
    "signature+worker": Driver(signature_pad=_signature),
    "speaker": Driver(speaker=_speaker),
    "speaker+null": Driver(speaker=_speaker),
    "speaker+file": Driver(speaker=_sound_file),
    "speech+command": Driver(speech=_speech),
}


def make_id_reader(url: str) -> IdCardReader:
    """Return the closed reader at ``url``. Raises BadAddress; DriverFault for a broken foreign driver."""
    return _wanted(_driver(url).id_reader, url, "an ID card reader")(url)


def make_scanner(url: str) -> Scanner:
    """Return the closed scanner at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).scanner, url, "a scanner")(url)


def make_scan_gun(url: str) -> ScanGun:
    """Return the closed scan gun at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).scan_gun, url, "a scan gun")(url)


def make_rating_keypad(url: str, tables: Path) -> RatingKeypad:
    """Return the closed keypad at ``url``, described by a table. Raises BadTable too."""
    return _wanted(_driver(url).rating_keypad, url, "a rating keypad")(url, tables)


def make_led_strip(url: str, tables: Path) -> LedStrip:
    """Return the closed LED strip at ``url``, described by a table. Raises BadTable too."""
    return _wanted(_driver(url).led_strip, url, "an LED strip")(url, tables)


def make_camera(url: str) -> DocumentCamera:
    """Return the closed document camera at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).camera, url, "a document camera")(url)


def make_chip_reader(url: str) -> ChipReader:
    """Return the closed reader of chip cards at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).chip_reader, url, "a reader of chip cards")(url)


def make_signature_pad(url: str) -> SignaturePad:
    """Return the closed signature pad at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).signature_pad, url, "a signature pad")(url)


def make_speaker(url: str) -> Speaker:
    """Return the closed loudspeaker at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).speaker, url, "a loudspeaker")(url)


def make_speech(url: str) -> SpeechEngine:
    """Return the closed speech engine at ``url``. Raises as :func:`make_id_reader`."""
    return _wanted(_driver(url).speech, url, "a speech engine")(url)


def make_device(url: str, tables: Path) -> Device:
    """Return the closed device at ``url``, whatever its kind: for lists and checks of all devices."""
    driver = _driver(url)
    for make in (
        driver.id_reader, driver.scanner, driver.scan_gun, driver.camera,
        driver.chip_reader, driver.signature_pad, driver.speaker, driver.speech,
    ):  # fmt: skip
        if make is not None:
            return make(url)
    for make_with_table in (driver.rating_keypad, driver.led_strip):
        if make_with_table is not None:
            return make_with_table(url, tables)
    raise DriverFault(f"the driver of {url!r} makes nothing")


def open_id_reader(url: str) -> IdCardReader:
    """Return the opened reader at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_id_reader(url))


def open_scanner(url: str) -> Scanner:
    """Return the opened scanner at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_scanner(url))


def open_scan_gun(url: str) -> ScanGun:
    """Return the opened gun at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_scan_gun(url))


def open_rating_keypad(url: str, tables: Path) -> RatingKeypad:
    """Return the opened keypad at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_rating_keypad(url, tables))


def open_led_strip(url: str, tables: Path) -> LedStrip:
    """Return the opened strip at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_led_strip(url, tables))


def open_camera(url: str) -> DocumentCamera:
    """Return the opened camera at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_camera(url))


def open_chip_reader(url: str) -> ChipReader:
    """Return the opened reader at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_chip_reader(url))


def open_signature_pad(url: str) -> SignaturePad:
    """Return the opened pad at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_signature_pad(url))


def open_speaker(url: str) -> Speaker:
    """Return the opened loudspeaker at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_speaker(url))


def open_speech(url: str) -> SpeechEngine:
    """Return the opened speech engine at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    return _opened(make_speech(url))


def schemes() -> tuple[str, ...]:
    """Return the schemes that can be driven here, ours first; loads no third-party code."""
    foreign = {point.name for point in entry_points(group=GROUP)} - _OURS.keys()
    return (*_OURS, *sorted(foreign))


def _wanted(make: M | None, url: str, what: str) -> M:
    if make is None:
        raise BadAddress(f"{url!r} is no address of {what}")
    return make


def _opened(device: D) -> D:
    reason = device.available()
    if reason is not None:
        raise LibraryMissing(reason)
    device.open()
    return device


def _driver(url: str) -> Driver:
    scheme = scheme_of(url)
    if scheme in _OURS:
        return _OURS[scheme]
    for point in entry_points(group=GROUP):
        if point.name == scheme:
            return _load(point)
    raise BadAddress(f"no driver for {scheme!r}; known: {', '.join(schemes())}")


def _load(point: EntryPoint) -> Driver:
    try:
        driver = point.load()
    except (ImportError, AttributeError) as error:
        raise DriverFault(f"driver {point.value!r} does not load: {error}") from error
    if not isinstance(driver, Driver):
        raise DriverFault(
            f"driver {point.value!r} is a {type(driver).__name__}, not a devices.registry.Driver"
        )
    return driver
