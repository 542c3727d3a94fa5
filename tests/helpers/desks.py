"""A real desk in a temporary folder, and acts run on their lanes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.domain.hall_event import EventKind
from app.lanes import HALL as HALL_LANE
from app.lanes import Act
from app.paths import Places
from app.services.desk import Desk, open_desk
from app.settings import DeviceSettings, HallSettings, Settings
from tests.helpers.empty_store import lay_empty_store

HALL = HallSettings(window=3, clerk="其木格")


def file_devices(folder: Path) -> DeviceSettings:
    """Printers that are files; no reader and no scanner."""
    return DeviceSettings(
        ticket_printer=f"escpos+file://{folder}/ticket.escpos?width=576",
        receipt_printer=f"escpos+file://{folder}/receipt.escpos?width=576",
    )


@contextmanager
def desk_in(
    folder: Path, settings: Settings | None = None, clock: Clock | None = None, *, first: bool = False
) -> Iterator[Desk]:
    """Open the desk whose data lies in ``folder``; close it whatever happens.

    Data that is not there is laid there as a first start leaves it; ``first``: the desk makes it itself.
    """
    settings = settings or Settings(hall=HALL, devices=file_devices(folder))
    places = Places.under(folder)
    if not first:
        lay_empty_store(places)
    desk = open_desk(settings, places, clock=clock)
    try:
        yield desk
    finally:
        assert desk.close(), "a lane call did not end"


def do(desk: Desk, act: Act[Any, Any, Any], *args: Any) -> Any:
    """Run an act on its lane and return its result or raise what it raised."""
    return desk.lanes.submit(act.lane, act, desk, *args).result(timeout=30)


def only_in_the_log(desk: Desk, number: str, kind: EventKind) -> bool:
    """Let the power go between hall and store: the event is in the log, nothing else was done."""

    def act() -> bool:
        desk.hall.refresh(desk.today())
        member = desk.hall.member(desk.today())
        if kind is EventKind.CALLED:
            return member.call(number, desk.clock.now(), "")
        member.close(kind, number, desk.clock.now())
        return True

    return desk.lanes.submit(HALL_LANE, act).result(30)


FILLED = {
    "identity.name": "张𬭎",
    "identity.id_number": "150402199003075517",
    "identity.phone": "13804761234",
    "identity.address": "内蒙古自治区赤峰市红山区钢铁街12号",
    "matter.1.cause": "民间借贷纠纷",
    "matter.1.amount": "356789.12",
    "matter.1.mediation": "decline",
    "party.p2.name": "苏雅拉",
    "party.p2.address": "内蒙古自治区达拉特旗树林召镇",
}
