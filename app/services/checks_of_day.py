"""What the opening check asks besides devices and files: clock, hall, last backup, the court's papers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app import lanes
from app.clock import local
from app.lanes import Act, on
from app.services import backups, paper_ground, seating
from app.services.desk import Desk
from app.services.views import DeviceView, Health
from app.storage import visits
from app.storage.access import Transaction
from app.texts import _

_FIRST_YEAR: Final = 2026
_BACK: Final = timedelta(minutes=2)
_OLD: Final = timedelta(days=4)
"""Over a long weekend nobody makes a backup."""


def _clock(desk: Desk) -> DeviceView:
    """A clock that stands before what was recorded last dates every paper wrongly."""

    def read(connection: Transaction) -> datetime | None:
        return visits.newest(connection)

    now, newest = desk.clock.now(), desk.store(read)
    shown = f"{local(now):%Y-%m-%d %H:%M}"
    if now.year < _FIRST_YEAR or (newest is not None and newest - now > _BACK):
        text = _("本机时间是 {now}，比上次办理还早，请先对时").format(now=shown)
        return DeviceView("clock", _("时钟"), Health.FAILED, text)
    return DeviceView("clock", _("时钟"), Health.OK, shown)


def _hall(desk: Desk) -> DeviceView:
    found = seating.view(desk.hall)
    return found or DeviceView("hall", _("大厅"), Health.OK, _("单窗口，排队在本机"))


def _backup(desk: Desk) -> DeviceView:
    failed = next((one for one in desk.notices.standing() if one.key.startswith(f"{backups.NOTICE}.")), None)
    known = backups.all_of(desk.places, desk.settings.backup)
    if failed is not None:
        return DeviceView("backup", _("备份"), Health.ATTENTION, f"{failed.happened}{failed.next_step}")
    if not known:
        return DeviceView("backup", _("备份"), Health.UNKNOWN, _("还没有备份，窗口打开后自动做"))
    words = _("最近一次 {at}").format(at=f"{local(known[0].made_at):%Y-%m-%d %H:%M}")
    old = desk.clock.now() - known[0].made_at > _OLD
    return DeviceView("backup", _("备份"), Health.ATTENTION if old else Health.OK, words)


def _papers(desk: Desk) -> DeviceView:
    """What the court's papers say of the court itself: told before a paper cannot be made."""
    lines = [paper_ground.unset_words(*one) for one in paper_ground.unset(desk.settings.papers).items()]
    if not lines:
        return DeviceView("papers", _("文书设置"), Health.OK)
    text = _("{lines}，没填的文书打不出").format(lines="；".join(lines))
    return DeviceView("papers", _("文书设置"), Health.ABSENT, text)


CHECKS: Final[dict[str, Act[Desk, [], DeviceView]]] = {
    "clock": Act(lanes.PROBE, _clock),
    "hall": Act(lanes.HALL, _hall),
    "backup": Act(lanes.PROBE, _backup),
    "papers": Act(lanes.PROBE, _papers),
}


def titles() -> dict[str, str]:
    """Return the names of what is checked here."""
    return {"clock": _("时钟"), "hall": _("大厅"), "backup": _("备份"), "papers": _("文书设置")}


@on(lanes.UPKEEP)
def back_up_now(desk: Desk) -> str:
    """Make a backup at once and say when it was made. Raises StorageProblem."""
    made = backups.back_up.function(desk)
    newest = made.backups[0]
    return _("已备份 {at}").format(at=f"{local(newest.made_at):%H:%M}")
