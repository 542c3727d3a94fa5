"""What ``check`` and ``verify`` print."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path

from app import settings
from app.commands.terminal import ask_both
from app.errors import Expected, StorageProblem
from app.paths import Places
from app.services.checkup import check
from app.services.desk import Desk, open_desk
from app.services.verify import AtCourt, at_court, counts, findings
from app.services.views import Health
from app.settings import CourtSettings, Settings
from app.texts import _

_MARKS = {
    Health.OK: "✓ 正常",
    Health.BUSY: "… 忙",
    Health.ATTENTION: "! 注意",
    Health.FAILED: "✗ 故障",
    Health.UNKNOWN: "? 未知",
    Health.ABSENT: "- 未配置",
}
_WRONG = (Health.FAILED, Health.ATTENTION)


def check_report(places: Places, settings_file: Path, *, as_json: bool) -> int:
    """Print one line a device and service; return 1 when one needs attention, 2 when the desk cannot open."""
    loaded, faults = settings.load(settings_file)
    desk = _open(loaded, places, faults)
    if desk is None:
        return 2
    try:
        lines = check(desk)
    finally:
        desk.close()
    if as_json:
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        for line in lines:
            print(f"{line.title}  {_MARKS[line.health]}  {line.text}".rstrip())
    for fault in faults:
        print(f"! {fault.where}: {fault.reason}")
    return int(bool(faults) or any(line.health in _WRONG for line in lines))


def verify_report(places: Places, court: str | None, token_file: Path | None, *, as_json: bool) -> int:
    """Print every broken invariant; return 1 when there is one, 2 when the store cannot be opened."""
    if not places.store.is_file():
        print(no_data(places))
        return 2
    desk = _open(Settings(), places, ())
    if desk is None:
        return 2
    try:
        with asking(court, token_file) as ask:
            broken = findings(desk, ask)
        checked = counts(desk)
    except Expected as problem:
        print(problem)
        return 2
    finally:
        desk.close()
    if as_json:
        print(json.dumps({"checked": checked, "findings": broken}, ensure_ascii=False, indent=2))
    else:
        print("  ".join(f"{name} {count}" for name, count in checked.items()))
        print("\n".join(broken) if broken else "✓ 全部一致")
    return int(bool(broken))


def no_data(places: Places) -> StorageProblem:
    """A wrong folder must not become a new, empty store that is then found to be in order."""
    return StorageProblem(
        _("{folder} 里没有本机数据。").format(folder=places.data),
        safe=_("没有新建任何文件。"),
        next_step=_("请核对 --data 后再试。"),
    )


def asking(court: str | None, token_file: Path | None) -> AbstractContextManager[AtCourt | None]:
    """Give a question to the court, or None when no court was named."""
    return at_court(CourtSettings(court, str(token_file or ""))) if court else nullcontext()


def _open(loaded: Settings, places: Places, faults: tuple[settings.Fault, ...]) -> Desk | None:
    try:
        return open_desk(loaded, places, faults=faults, ask=ask_both)
    except Expected as problem:
        print(problem)
        return None
