"""Backups of the desk: when one is due, to which places, and putting one back.

The first place is the data folder: the store alone, quick to put back. The second, if the court has set one,
is a folder on another disk: store and pictures. The copy is made while the clerk works on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.clock import local
from app.errors import Expected, StorageProblem
from app.lanes import UPKEEP, on
from app.notices import Notice
from app.paths import Places
from app.services.desk import Desk
from app.settings import BackupSettings
from app.storage import backup, restoring
from app.storage.backup import Backup
from app.storage.opening import InstanceLock
from app.storage.restoring import Restored
from app.texts import _

NOTICE: Final = "backup"
_AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class Made:
    """One round: the backups made, how many old ones went, how many pictures were copied."""

    backups: tuple[Backup, ...]
    thinned: int
    pictures: int


@dataclass(frozen=True)
class BackupsView:
    """Every backup there is, newest first, the folders they lie in, and how often they are made."""

    backups: tuple[Backup, ...]
    places: tuple[Path, ...]
    hours: int

    def is_second(self, one: Backup) -> bool:
        """Say whether a backup lies on another disk, with the pictures."""
        return one.path.parent != self.places[0]


REASONS: Final = {"scheduled": "定时", "hand": "手动", "migration": "升级前"}


def places_of(places: Places, settings: BackupSettings) -> tuple[Path, ...]:
    """Return the folders backups lie in, the nearest first."""
    return (places.backups, *([Path(settings.second)] if settings.second else []))


def all_of(places: Places, settings: BackupSettings) -> tuple[Backup, ...]:
    """Return every backup that can be reached, newest first; of two of one moment the nearest first."""
    found = [one for place in places_of(places, settings) for one in backup.listed(place)]
    return tuple(sorted(found, key=lambda one: one.made_at, reverse=True))


@on(UPKEEP)
def overview(desk: Desk) -> BackupsView:
    """Return what can be put back."""
    settings = desk.settings.backup
    return BackupsView(all_of(desk.places, settings), places_of(desk.places, settings), settings.hours)


@on(UPKEEP)
def check(desk: Desk, path: Path) -> Backup:
    """Prove every page of one backup again and return it; raises StorageProblem when it is no good."""
    found = next((one for one in all_of(desk.places, desk.settings.backup) if one.path == path), None)
    if found is None:
        raise StorageProblem(
            _("这份备份已经不在了。"),
            safe=_("没有改动任何文件。"),
            next_step=_("备份盘可能拔掉了；请插上，或改用另一份。"),
        )
    desk.store.aside(lambda store: backup.prove(found, store.key))
    return found


def due(desk: Desk, place: Path) -> bool:
    """Say whether ``place`` needs a backup; one of the future, from before a clock was set right, is none."""
    pause = timedelta(hours=desk.settings.backup.hours)
    return not any(timedelta() <= desk.clock.now() - one.made_at < pause for one in backup.listed(place))


@on(UPKEEP)
def back_up_if_due(desk: Desk) -> bool:
    """Make the backups that are due; a place that cannot be written becomes a notice, the others go on."""
    wanted = [place for place in places_of(desk.places, desk.settings.backup) if due(desk, place)]
    done = 0
    for place in wanted:
        try:
            _one(desk, place, "scheduled", pictures=place != desk.places.backups)
        except StorageProblem as problem:
            desk.notices.post(Notice.of(f"{NOTICE}.{place}", _not_made(place, problem)))
        else:
            desk.notices.clear(f"{NOTICE}.{place}")
            done += 1
    return done > 0


def _not_made(place: Path, problem: StorageProblem) -> StorageProblem:
    return StorageProblem(
        _("没有做成备份（{place}）：{why}").format(place=place, why=problem.happened),
        safe=_("本机数据没有改动，以前的备份都在。"),
        next_step=_("请管理员检查备份文件夹和磁盘空间；程序会自动再试。"),
        detail=problem.detail,
    )


@on(UPKEEP)
def back_up(desk: Desk, to: Path | None = None) -> Made:
    """Make a backup now, into every place or only into ``to``, with the pictures unless beside the store.

    Raises StorageProblem, Cancelled.
    """
    made: list[Backup] = []
    thinned = pictures = 0
    for place in (to,) if to is not None else places_of(desk.places, desk.settings.backup):
        one, gone, copied = _one(desk, place, "hand", pictures=place != desk.places.backups)
        made.append(one)
        thinned, pictures = thinned + gone, pictures + copied
    return Made(tuple(made), thinned, pictures)


def _one(desk: Desk, place: Path, reason: str, *, pictures: bool) -> tuple[Backup, int, int]:
    flag = desk.cancel_flag("backup")
    now = desk.clock.now()
    held = desk.store.aside(lambda store: store.ask(backup.contents))
    made = desk.store.aside(backup.make, held, place, reason, now, flag.is_set)
    copied = 0
    if pictures:
        copied = backup.copy_blobs(desk.blobs, _pictures(desk), place, flag.is_set)
    thinned = backup.thin(place, now, timedelta(days=desk.settings.backup.keep_days))
    if pictures and thinned:
        desk.store.aside(lambda store: backup.sweep_blobs(place, store.key))
    return made, thinned, copied


def _pictures(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """Return hash and key of each picture, some at a time: saving does not wait for millions."""
    place, full = 0, True
    while full:
        some, place = desk.store(backup.pictures_after, place, _AT_ONCE)
        yield from some.items()
        full = len(some) == _AT_ONCE


# ---- putting one back --------------------------------------------------------------------------------


def good(places: Places, settings: BackupSettings, key: bytes) -> Iterator[Backup]:
    """Return the backups that are proved to open with this desk's key, newest first."""
    for one in all_of(places, settings):
        try:
            backup.prove(one, key)
        except StorageProblem:
            continue
        yield one


def put_back(places: Places, chosen: Backup, key: bytes, now: datetime, actor: str) -> Restored:
    """Put a backup back; raises StorageProblem, also while a desk is open; then everything is as it was."""
    lock = InstanceLock(places)
    try:
        return restoring.restore(places, chosen, key, now, actor)
    finally:
        lock.release()


def offer(problem: Expected, chosen: Backup | None) -> Expected:
    """Return the three sentences of a desk that cannot open its store, with what can be put back."""
    if chosen is None:
        return StorageProblem(
            problem.happened,
            safe=_("程序没有改动文件，也不会新建空库。没有找到能用的备份。"),
            next_step=_("请管理员找回密钥或备份盘；已送达法院的记录在法院。"),
            detail=problem.detail,
        )
    return StorageProblem(
        problem.happened,
        safe=_("最近一份完好的备份是 {at} 的，有 {count} 份登记；损坏的文件会另外保存，不会删除。").format(
            at=f"{local(chosen.made_at):%Y-%m-%d %H:%M}", count=chosen.contents.intakes
        ),
        next_step=_("恢复后请核对这之后的登记：已送达法院的在法院，号码从新的一段接着编，不会重号。"),
        detail=problem.detail,
    )
