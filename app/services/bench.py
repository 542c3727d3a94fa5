"""The devices on the counter: opened on their own lane when first needed, opened again after a failure.

A device belongs to its lane: only acts of that lane call these functions. What the status bar shows is kept
here as values and read from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from app import lanes
from app.services.problems import device_problem, printer_problem
from app.services.views import DeviceView, Health
from app.settings import DeviceSettings
from app.texts import _
from devices.base import IdCardReader, Scanner
from devices.errors import DeviceError
from devices.registry import open_id_reader, open_scanner
from printing.errors import PrintingError
from printing.printers.base import Printer
from printing.registry import open_printer

T = TypeVar("T")

TITLES: Final = {
    lanes.READER: "读卡器",
    lanes.SCANNER: "扫描仪",
    lanes.TICKET_PRINTER: "小票机",
    lanes.RECEIPT_PRINTER: "凭条打印机",
    lanes.A4_PRINTER: "文书打印机",
}
PRINTERS: Final = (lanes.TICKET_PRINTER, lanes.RECEIPT_PRINTER, lanes.A4_PRINTER)


class Bench:
    """All devices of one counter by role; roles are named like their lanes."""

    def __init__(self, addresses: DeviceSettings) -> None:
        self.urls = {role: getattr(addresses, role) for role in TITLES}
        self._changed: Callable[[], None] = lambda: None
        self._reader: IdCardReader | None = None
        self._scanner: Scanner | None = None
        self._printers: dict[str, Printer] = {}
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
        return tuple(
            view
            for role, view in self._views.items()
            if role not in PRINTERS or not self.urls[role] or self.owner(role) == role
        )

    def show(self, role: str, health: Health, text: str = "") -> None:
        view = DeviceView(role, _(TITLES[role]), health, text)
        if self._views[role] != view:
            self._views[role] = view
            self._changed()

    @contextmanager
    def reader(self) -> Iterator[IdCardReader]:
        """The open ID card reader; a device error becomes sentences and closes what must be reopened."""
        with self._device(lanes.READER):
            if self._reader is None:
                self._reader = open_id_reader(self.urls[lanes.READER])
            yield self._reader

    @contextmanager
    def scanner(self) -> Iterator[Scanner]:
        """The open scanner."""
        with self._device(lanes.SCANNER):
            if self._scanner is None:
                self._scanner = open_scanner(self.urls[lanes.SCANNER])
            yield self._scanner

    @contextmanager
    def _device(self, role: str) -> Iterator[None]:
        lanes.assert_on(role)
        try:
            yield
        except DeviceError as error:
            problem = device_problem(error, _(TITLES[role]))
            if not _is_about_the_paper(error):
                self.close(role)
                self.show(role, Health.FAILED, str(problem))
            raise problem from error
        self.show(role, Health.OK)

    @contextmanager
    def printer(self, role: str) -> Iterator[Printer]:
        """The open printer of a role, on the lane of its owner; a failure becomes sentences."""
        owner = self.owner(role)
        lanes.assert_on(owner)
        try:
            if owner not in self._printers:
                self._printers[owner] = open_printer(self.urls[owner])
            yield self._printers[owner]
        except PrintingError as error:
            problem = printer_problem(error, _(TITLES[role]))
            self.show(owner, Health.FAILED, f"{problem.happened}{problem.next_step}")
            raise problem from error

    def close(self, role: str) -> None:
        """Let a device go; the next use opens it again."""
        if role == lanes.READER and self._reader is not None:
            self._reader.close()
            self._reader = None
        if role == lanes.SCANNER and self._scanner is not None:
            self._scanner.close()
            self._scanner = None


def _is_about_the_paper(error: DeviceError) -> bool:
    """Say whether the device itself is well: only the card or the paper was not as it should be."""
    from devices import errors

    well = (
        errors.NoCard, errors.CardNotLifted, errors.ReadFailed, errors.FeederEmpty, errors.FeederJam,
        errors.ScannerCoverOpen, errors.Cancelled, errors.NotSupported,
    )  # fmt: skip
    return isinstance(error, well)
