"""The devices on the counter: opened on their own lane when first needed, opened again after a failure.

A device belongs to its lane: only acts of that lane call these functions. What the status bar shows is kept
here as values and read from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, cast

from app import lanes
from app.clock import Clock
from app.errors import Cancelled, Expected
from app.paths import resources
from app.services.problems import device_problem, printer_problem
from app.services.recorded_printer import RecordedPrinter
from app.services.views import DeviceView, Health
from app.settings import DeviceSettings
from app.texts import _
from devices import registry
from devices.base import Device, IdCardReader, LedStrip, RatingKeypad, ScanGun, Scanner
from devices.camera import DocumentCamera
from devices.chip import ChipReader
from devices.drivers.gun_keyboard import KeyboardGun
from devices.errors import DeviceError, LibraryMissing
from devices.signature import SignaturePad
from devices.sound import Speaker
from devices.traffic import TrafficLog, mask_text
from printing.errors import PrintingError
from printing.printers.base import Printer
from printing.registry import open_printer

D = TypeVar("D", bound=Device)

TITLES: Final = {
    lanes.READER: "读卡器",
    lanes.SCANNER: "扫描仪",
    lanes.TICKET_PRINTER: "小票机",
    lanes.RECEIPT_PRINTER: "凭条打印机",
    lanes.A4_PRINTER: "文书打印机",
    lanes.SCAN_GUN: "扫码枪",
    lanes.KEYPAD: "评价器",
    lanes.LED_STRIP: "条屏",
    lanes.SPEAKER: "音箱",
    lanes.CAMERA: "高拍仪",
    lanes.SIGNATURE_PAD: "签名板",
    lanes.CHIP_READER: "IC 卡读卡器",
}
PRINTERS: Final = (lanes.TICKET_PRINTER, lanes.RECEIPT_PRINTER, lanes.A4_PRINTER)
EXTRAS: Final = (
    lanes.SCAN_GUN, lanes.KEYPAD, lanes.LED_STRIP, lanes.SPEAKER,
    lanes.CAMERA, lanes.SIGNATURE_PAD, lanes.CHIP_READER,
)  # fmt: skip
"""What many counters do not have: shown only where it is configured."""
_FAULTS_KEPT: Final = 5
_TABLES: Final = resources() / "devices"
_MAKE: Final[Mapping[str, Callable[[str], Device]]] = {
    lanes.READER: registry.make_id_reader,
    lanes.SCANNER: registry.make_scanner,
    lanes.SCAN_GUN: registry.make_scan_gun,
    lanes.KEYPAD: partial(registry.make_rating_keypad, tables=_TABLES),
    lanes.LED_STRIP: partial(registry.make_led_strip, tables=_TABLES),
    lanes.SPEAKER: registry.make_speaker,
    lanes.CAMERA: registry.make_camera,
    lanes.SIGNATURE_PAD: registry.make_signature_pad,
    lanes.CHIP_READER: registry.make_chip_reader,
}
DEVICES: Final = tuple(_MAKE)
"""The roles that are no printers."""


def make(role: str, url: str) -> Device:
    """Return the closed device of a role that is no printer. Raises BadAddress and BadTable."""
    return _MAKE[role](url)


def paper_folder(folder: Path) -> str:
    """Return the address of a folder that takes papers as PDF files."""
    return folder.absolute().as_uri().replace("file://", "pdf+file://", 1)


@dataclass(frozen=True)
class Fault:
    """What went wrong with a device: sentences for people, raw facts without anything personal, and when."""

    text: str
    detail: str
    first: datetime
    last: datetime


class Bench:
    """All devices of one counter by role; roles are named like their lanes."""

    def __init__(self, addresses: DeviceSettings, clock: Clock) -> None:
        self._clock = clock
        self._faults: dict[str, tuple[Fault, ...]] = {}
        self._jobs: dict[str, TrafficLog] = {}
        self.urls = {role: getattr(addresses, role) for role in TITLES}
        self._changed: Callable[[], None] = lambda: None
        self._devices: dict[str, Device] = {}
        self._opened: set[str] = set()
        self._scans: list[float] = []
        self._answered: dict[str, float] = {}
        self._printers: dict[str, Printer] = {}
        self._drawn: dict[str, tuple[Hashable, bytes]] = {}
        self._views = {role: self._first_view(role) for role in TITLES}

    def _first_view(self, role: str) -> DeviceView:
        if self.urls[role]:
            return DeviceView(role, _(TITLES[role]), Health.UNKNOWN, _("尚未检查"))
        return DeviceView(role, _(TITLES[role]), Health.ABSENT, _("未配置"))

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` from now on whenever what is shown of a device changes, on that device's lane."""
        self._changed = changed

    def has(self, role: str) -> bool:
        return bool(self.urls[role])

    def owner(self, role: str) -> str:
        """Return the role whose lane drives this role's printer: one printer, one lane."""
        return next(other for other in PRINTERS if self.urls[other] == self.urls[role])

    def views(self) -> tuple[DeviceView, ...]:
        """Return what the status bar shows; a printer that serves two roles is shown once."""
        return tuple(view for role, view in self._views.items() if self._is_shown(role))

    def _is_shown(self, role: str) -> bool:
        if role in EXTRAS:
            return self.has(role)
        return role not in PRINTERS or not self.urls[role] or self.owner(role) == role

    def view(self, role: str) -> DeviceView:
        return self._views[role]

    def show(self, role: str, health: Health, text: str = "") -> None:
        view = DeviceView(role, _(TITLES[role]), health, text)
        if self._views[role] != view:
            self._views[role] = view
            self._changed()

    @contextmanager
    def reader(self) -> Iterator[IdCardReader]:
        """The open ID card reader; a device error becomes sentences and closes what must be reopened."""
        with self.device(lanes.READER) as device:
            yield cast(IdCardReader, device)

    @contextmanager
    def scanner(self) -> Iterator[Scanner]:
        """The open scanner."""
        with self.device(lanes.SCANNER) as device:
            yield cast(Scanner, device)

    @contextmanager
    def gun(self) -> Iterator[ScanGun]:
        """The open scan gun."""
        with self.device(lanes.SCAN_GUN) as device:
            yield cast(ScanGun, device)

    @contextmanager
    def keypad(self) -> Iterator[RatingKeypad]:
        """The open rating keypad."""
        with self.device(lanes.KEYPAD) as device:
            yield cast(RatingKeypad, device)

    @contextmanager
    def strip(self) -> Iterator[LedStrip]:
        """The open LED strip."""
        with self.device(lanes.LED_STRIP) as device:
            yield cast(LedStrip, device)

    @contextmanager
    def speaker(self) -> Iterator[Speaker]:
        """The open loudspeaker."""
        with self.device(lanes.SPEAKER) as device:
            yield cast(Speaker, device)

    @contextmanager
    def camera(self) -> Iterator[DocumentCamera]:
        """The open document camera."""
        with self.device(lanes.CAMERA) as device:
            yield cast(DocumentCamera, device)

    @contextmanager
    def pad(self) -> Iterator[SignaturePad]:
        """The open signature pad."""
        with self.device(lanes.SIGNATURE_PAD) as device:
            yield cast(SignaturePad, device)

    @contextmanager
    def chips(self) -> Iterator[ChipReader]:
        """The open reader of chip cards."""
        with self.device(lanes.CHIP_READER) as device:
            yield cast(ChipReader, device)

    @contextmanager
    def device(self, role: str) -> Iterator[Device]:
        """The open device of a role that is no printer, on its lane."""
        lanes.assert_on(role)
        try:
            yield self._ready(role)
        except DeviceError as error:
            problem = device_problem(error, _(TITLES[role]))
            if isinstance(problem, Expected):
                self._keep(role, problem, f"{type(error).__name__}: {mask_text(error.diagnostics)}")
            if not _is_about_the_paper(error):
                self.close(role)
                self.show(role, Health.FAILED, _beside_its_name(problem, role))
            raise problem from error
        self.show(role, Health.OK)

    def _ready(self, role: str) -> Device:
        """A device that failed is opened again as it is, so that its traffic log goes on."""
        if role not in self._devices:
            self._devices[role] = make(role, self.urls[role])
        device = self._devices[role]
        if role not in self._opened:
            reason = device.available()
            if reason is not None:
                raise LibraryMissing(reason)
            device.open()
            self._opened.add(role)
        return device

    @contextmanager
    def printer(self, role: str) -> Iterator[Printer]:
        """The open printer of a role, on the lane of its owner; a failure becomes sentences."""
        owner = self.owner(role)
        lanes.assert_on(owner)
        try:
            if owner not in self._printers:
                log = self._jobs.setdefault(owner, TrafficLog())
                self._printers[owner] = RecordedPrinter(open_printer(self.urls[owner]), log)
            yield self._printers[owner]
        except PrintingError as error:
            problem = printer_problem(error, _(TITLES[role]))
            self._keep(owner, problem, f"{type(error).__name__}: {mask_text(str(error))}")
            self.show(owner, Health.FAILED, _beside_its_name(problem, role))
            raise problem from error

    def drawn(self, role: str, what: Hashable, draw: Callable[[], bytes]) -> bytes:
        """Return a paper as it was drawn for this printer last: one that waits is tried again and again."""
        known = self._drawn.pop(role, None)
        if known is None or known[0] != what:
            known = (what, draw())
        self._drawn[role] = known
        return known[1]

    def sent(self, role: str) -> None:
        """Forget the drawn paper: it is out, and may name people."""
        self._drawn.pop(role, None)

    def answered(self, role: str, now: float) -> None:
        """Keep that a printer said how it is."""
        self._answered[role] = now

    def silent_for(self, role: str, now: float) -> float | None:
        """Return for how many seconds a printer has said nothing; None when it never did at this address."""
        last = self._answered.get(role)
        return None if last is None else now - last

    def is_open(self, role: str) -> bool:
        """Say whether the device is open now; ask on its lane."""
        return role in self._opened

    def close(self, role: str) -> None:
        """Let a device go; the next use opens it again."""
        if role in self._opened:
            self._opened.discard(role)
            self._devices[role].close()

    def scanned(self, text: str) -> None:
        """Hand over what a gun typed; any thread may call."""
        gun = self._devices.get(lanes.SCAN_GUN)
        if isinstance(gun, KeyboardGun):
            gun.heard(text)

    def scans_in_a_second(self, now: float) -> int:
        """Count the code that came ``now`` and those of the second before it; on the gun's lane."""
        self._scans = [*(at for at in self._scans if now - at < 1.0), now]
        return len(self._scans)

    def traffic(self, role: str) -> TrafficLog | None:
        """Return what went over the wire, of a printer what it answered; None before the first use."""
        if role in PRINTERS:
            return self._jobs.get(self.owner(role)) if self.has(role) else None
        device = self._devices.get(role)
        return device.traffic if device is not None else None

    def faults(self, role: str) -> tuple[Fault, ...]:
        """Return the last faults of the device, oldest first; they stay when it is well again."""
        return self._faults.get(role, ())

    def _keep(self, role: str, problem: Expected, detail: str) -> None:
        """The same fault again, as a look finds it every few seconds, is one fault that lasts."""
        known, now = self._faults.get(role, ()), self._clock.now()
        if known and known[-1].detail == detail:
            known, first = known[:-1], known[-1].first
        else:
            first = now
        self._faults[role] = (*known, Fault(f"{problem.happened}{problem.next_step}", detail, first, now))[
            -_FAULTS_KEPT:
        ]

    def reassign(self, role: str, url: str) -> None:
        """Give the role another address from its next use on; call on the role's lane."""
        self.close(role)
        self._devices.pop(role, None)
        self._printers.pop(role, None)
        self._answered.pop(role, None)
        self._faults.pop(role, None)
        self._jobs.pop(role, None)
        self._drawn.pop(role, None)
        self.urls[role] = url
        self._views[role] = self._first_view(role)
        self._changed()


def _beside_its_name(problem: Expected | Cancelled, role: str) -> str:
    """Say what happened and what to do, without the name it stands beside: there is little room."""
    if isinstance(problem, Cancelled):
        return ""
    return f"{problem.happened}{problem.next_step}".removeprefix(_(TITLES[role]))


def _is_about_the_paper(error: DeviceError) -> bool:
    """Say whether the device itself is well: only the card or the paper was not as it should be."""
    from devices import errors

    well = (
        errors.NoCard, errors.CardNotLifted, errors.ReadFailed, errors.FeederEmpty, errors.FeederJam,
        errors.ScannerCoverOpen, errors.Cancelled, errors.NotSupported,
    )  # fmt: skip
    return isinstance(error, well)
