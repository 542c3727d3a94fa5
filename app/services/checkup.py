"""Every device and service asked: state, and what to do when it is not well.

``checks`` is the opening check (一键自检) item by item, each with the lane it runs on; ``check`` runs all
side by side and waits, for the command line.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import wait
from typing import Final

from app import lanes
from app.errors import Expected
from app.lanes import Act, on
from app.services import camera, checks_of_day, key_care, print_out, screens, status
from app.services.bench import PRINTERS, TITLES
from app.services.desk import Desk
from app.services.knowledge import CLERK_TOLD_DAYS
from app.services.sending import court_health
from app.services.views import DeviceView, Health
from app.storage import meta
from app.storage.access import Transaction
from app.storage.engine import Store
from app.texts import _

LONGEST: Final = 20.0
LEAST_FREE_BYTES: Final = 1 << 30
_BYPASS: Final = "opening.bypassed"


def _device(role: str) -> Callable[[Desk], DeviceView]:
    def ask(desk: Desk) -> DeviceView:
        if desk.bench.has(role):
            try:
                _LOOK.get(role, _open_only)(desk, role)
            except Expected:
                return desk.bench.view(role)
        return desk.bench.view(role)

    return ask


def _open_only(desk: Desk, role: str) -> None:
    with desk.bench.device(role):
        pass


def _open_anew(desk: Desk, role: str) -> None:
    """A device that is only opened says nothing more: whether it is still there, opening it again tells."""
    desk.bench.close(role)
    _open_only(desk, role)


def _look_at_chips(desk: Desk, _role: str) -> None:
    with desk.bench.chips() as reader:
        reader.poll()


def _look_at_reader(desk: Desk, _role: str) -> None:
    status.look_at_reader(desk)


def _look_at_scanner(desk: Desk, _role: str) -> None:
    status.look_at_scanner(desk)


def _look_at_camera(desk: Desk, _role: str) -> None:
    camera.look_once(desk)


def _look_at_printer(desk: Desk, role: str) -> None:
    print_out.look_at[role](desk, role)


_LOOK: Final[dict[str, Callable[[Desk, str], None]]] = {
    lanes.READER: _look_at_reader,
    lanes.SCANNER: _look_at_scanner,
    lanes.CAMERA: _look_at_camera,
    lanes.CHIP_READER: _look_at_chips,
    **dict.fromkeys((lanes.SIGNATURE_PAD, lanes.KEYPAD, lanes.LED_STRIP), _open_anew),
    **dict.fromkeys(PRINTERS, _look_at_printer),
}


def _court(desk: Desk) -> DeviceView:
    if desk.sending is None:
        return DeviceView("court", _("法院"), Health.ABSENT, _("未配置法院地址，记录存在本机"))
    status.send(desk)
    health, text = court_health(desk.sending.state)
    return DeviceView("court", _("法院"), health, text)


def _disk(desk: Desk) -> DeviceView:
    free = shutil.disk_usage(desk.places.data).free
    if free < LEAST_FREE_BYTES:
        text = _("只剩 {megabytes} MB，请清理磁盘").format(megabytes=free >> 20)
        return DeviceView("disk", _("磁盘"), Health.ATTENTION, text)
    return DeviceView("disk", _("磁盘"), Health.OK, _("还有 {gigabytes} GB").format(gigabytes=free >> 30))


def _store(desk: Desk) -> DeviceView:
    damage = desk.store.aside(Store.damaged_pages)
    if damage:
        text = _("数据有损坏（{count} 处），请管理员从备份恢复").format(count=len(damage))
        return DeviceView("store", _("本机数据"), Health.FAILED, text)
    return DeviceView("store", _("本机数据"), Health.OK)


def _key(desk: Desk) -> DeviceView:
    return key_care.view(desk.places)


def _calendar(desk: Desk) -> DeviceView:
    today = desk.today()
    near = desk.holidays.ends_soon(today, CLERK_TOLD_DAYS)
    health = Health.ATTENTION if near else Health.OK
    return DeviceView("calendar", _("节假日表"), health, desk.holidays.ends_soon(today) or "")


def _knowledge(desk: Desk) -> DeviceView:
    """Files that are not used as they are: which line, and what stands in for them."""
    wrong = next((one for one in desk.notices.standing() if one.key == "knowledge"), None)
    health = Health.ATTENTION if wrong else Health.OK
    return DeviceView("knowledge", _("事项和代码文件"), health, wrong.next_step if wrong else "")


SERVICES: Final[dict[str, Act[Desk, [], DeviceView]]] = {
    "court": Act(lanes.SYNC, _court),
    "disk": Act(lanes.PROBE, _disk),
    "store": Act(lanes.PROBE, _store),
    "key": Act(lanes.PROBE, _key),
    "calendar": Act(lanes.PROBE, _calendar),
    "knowledge": Act(lanes.PROBE, _knowledge),
    **checks_of_day.CHECKS,
}


def checks(desk: Desk) -> dict[str, Act[Desk, [], DeviceView]]:
    """Return what is checked at this counter, by key, in the order it is shown."""
    found = {view.key: Act(view.key, _device(view.key)) for view in desk.bench.views()}
    return found | SERVICES


def title(key: str) -> str:
    """Return the name of a checked thing."""
    names = {
        "court": _("法院"),
        "disk": _("磁盘"),
        "store": _("本机数据"),
        "key": _("数据密钥"),
        "calendar": _("节假日表"),
        "knowledge": _("事项和代码文件"),
        **checks_of_day.titles(),
    }
    return names.get(key) or _(TITLES[key])


@on(lanes.DB)
def bypassed(desk: Desk) -> frozenset[str]:
    """Return the keys of what this counter does without today."""
    return _today(desk, desk.store(meta.read, _BYPASS))


@on(lanes.DB)
def bypass(desk: Desk, key: str) -> frozenset[str]:
    """Do without the thing until midnight, or ask for it again when it was bypassed; return all of them."""

    def write(connection: Transaction) -> frozenset[str]:
        keys = _today(desk, meta.read(connection, _BYPASS)) ^ {key}
        kept = {"day": desk.today().isoformat(), "keys": sorted(keys)}
        meta.write(connection, _BYPASS, json.dumps(kept))
        return keys

    return desk.store(write)


def _today(desk: Desk, kept: str | None) -> frozenset[str]:
    known = json.loads(kept) if kept else {}
    return frozenset(known["keys"]) if known.get("day") == desk.today().isoformat() else frozenset()


def check(desk: Desk) -> tuple[DeviceView, ...]:
    """Ask everything, side by side; return one line each. For the command line: it waits."""
    asked = {key: desk.lanes.submit(act.lane, act, desk) for key, act in checks(desk).items()}
    shown = screens.look(desk)
    wait(asked.values(), timeout=LONGEST)
    lines = (future.result() if future.done() else _late(key) for key, future in asked.items())
    return (*lines, *shown)


def _late(key: str) -> DeviceView:
    text = _("{seconds} 秒没有回答，请检查电源和连线").format(seconds=round(LONGEST))
    return DeviceView(key, title(key), Health.FAILED, text)
