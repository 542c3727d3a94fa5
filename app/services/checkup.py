"""Every device and service asked once: state, and what to do when it is not well."""

from __future__ import annotations

import shutil
from concurrent.futures import Future, wait
from typing import Final

from app import lanes
from app.errors import Expected
from app.services import print_out, status
from app.services.desk import Desk
from app.services.knowledge import CLERK_TOLD_DAYS
from app.services.sending import court_health
from app.services.views import DeviceView, Health
from app.texts import _

LONGEST: Final = 20.0
LEAST_FREE_BYTES: Final = 1 << 30


def check(desk: Desk) -> tuple[DeviceView, ...]:
    """Ask everything, side by side; return one line each. For the command line: it waits."""
    asked: list[Future[object]] = [
        desk.lanes.submit(lanes.READER, status.look_at_reader, desk),
        desk.lanes.submit(lanes.SCANNER, status.look_at_scanner, desk),
        desk.lanes.submit(lanes.SYNC, status.send, desk),
    ]
    for role, act in print_out.look_at.items():
        if desk.bench.has(role) and desk.bench.owner(role) == role:
            asked.append(desk.lanes.submit(role, act, desk, role))
    late = wait(asked, timeout=LONGEST).not_done
    lines = list(desk.bench.views())
    lines += [_court(desk), _disk(desk), _store(desk), _calendar(desk)]
    for future in set(asked) - late:
        error = future.exception()
        if error is not None and not isinstance(error, Expected):
            raise error
    return tuple(lines)


def _court(desk: Desk) -> DeviceView:
    if desk.sending is None:
        return DeviceView("court", _("法院"), Health.ABSENT, _("未配置法院地址，记录存在本机"))
    health, text = court_health(desk.sending.state)
    return DeviceView("court", _("法院"), health, text)


def _disk(desk: Desk) -> DeviceView:
    free = shutil.disk_usage(desk.places.data).free
    if free < LEAST_FREE_BYTES:
        text = _("只剩 {megabytes} MB，请清理磁盘").format(megabytes=free >> 20)
        return DeviceView("disk", _("磁盘"), Health.ATTENTION, text)
    return DeviceView("disk", _("磁盘"), Health.OK)


def _store(desk: Desk) -> DeviceView:
    damage = desk.store.integrity()
    if damage:
        text = _("数据有损坏（{count} 处），请管理员从备份恢复").format(count=len(damage))
        return DeviceView("store", _("本机数据"), Health.FAILED, text)
    return DeviceView("store", _("本机数据"), Health.OK)


def _calendar(desk: Desk) -> DeviceView:
    today = desk.today()
    near = desk.holidays.ends_soon(today, CLERK_TOLD_DAYS)
    health = Health.ATTENTION if near else Health.OK
    return DeviceView("calendar", _("节假日表"), health, desk.holidays.ends_soon(today) or "")
