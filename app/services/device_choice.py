"""Choosing devices: what is plugged in, a try of an address, and using it from now on.

Looking around has a lane of its own, so that it never holds up a print or a read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app import lanes
from app.errors import SettingsProblem
from app.lanes import Act, on
from app.services import tries
from app.services.bench import DEVICES, PRINTERS, TITLES, make, paper_folder
from app.services.desk import Desk
from app.services.problems import device_problem, printer_problem
from app.settings_file import write_value
from app.texts import _
from devices import discover
from devices.base import DeviceKind
from devices.errors import DeviceError
from printing import discover as printers
from printing.errors import PrintingError
from printing.registry import open_printer


@dataclass(frozen=True)
class Choice:
    """An address found on this PC and what the system calls it."""

    url: str
    title: str


_KINDS: Final = {role: DeviceKind(role) for role in DEVICES}
_PRINTERS: Final[dict[str, Callable[[], tuple[printers.Candidate, ...]]]] = {
    lanes.TICKET_PRINTER: printers.ticket_printers,
    lanes.RECEIPT_PRINTER: printers.ticket_printers,
    lanes.A4_PRINTER: printers.page_printers,
}


@on(lanes.PROBE)
def look_around(_desk: Desk, role: str) -> tuple[Choice, ...]:
    """Return what could be the device of the role; up to a quarter of a minute."""
    found = _PRINTERS[role]() if role in PRINTERS else discover.candidates(_KINDS[role])
    return tuple(Choice(one.url, one.title) for one in found)


def _try(desk: Desk, role: str, url: str) -> str:
    """Open what is at the address without using it for anything; say what came of it."""
    if url == desk.bench.urls[role]:
        return tries.TRY[role](desk, role)
    _check(role, url)
    if role in PRINTERS:
        return _ask_printer(role, url)
    device = make(role, url)
    try:
        reason = device.available()
        if reason is not None:
            return reason
        device.open()
    except DeviceError as error:
        return str(device_problem(error, _(TITLES[role])))
    finally:
        device.close()
    return _("连得上，可以使用")


def _ask_printer(role: str, url: str) -> str:
    try:
        status = open_printer(url).status()
    except PrintingError as error:
        return str(printer_problem(error, _(TITLES[role])))
    return _("打印机状态：{status}").format(status=status.value)


def _use(desk: Desk, role: str, url: str) -> None:
    """Use the address from now on and write it into the settings file. Raises SettingsProblem."""
    if url:
        _check(role, url)
    if desk.settings_file is not None:
        write_value(desk.settings_file, "devices", role, url)
    desk.bench.reassign(role, url or _without(desk, role))


def _without(desk: Desk, role: str) -> str:
    """Without an A4 printer papers become files."""
    return paper_folder(desk.places.papers) if role == lanes.A4_PRINTER else ""


def _check(role: str, url: str) -> None:
    try:
        open_printer(url) if role in PRINTERS else make(role, url)
    except (DeviceError, PrintingError) as error:
        raise SettingsProblem(
            _("这不是{device}的地址：{url}").format(device=_(TITLES[role]), url=url),
            safe=_("原来的设备照常使用。"),
            next_step=_("请从列表里选，或照设置说明改正。"),
            detail=str(error),
        ) from error


TRY: Final[dict[str, Act[Desk, [str, str], str]]] = {role: Act(role, _try) for role in TITLES}
USE: Final[dict[str, Act[Desk, [str, str], None]]] = {role: Act(role, _use) for role in TITLES}
