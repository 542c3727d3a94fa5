"""Backups: whole, proved copies of the store, with the pictures where they lie on another disk.

A backup is a file ``20261122-103000-scheduled.db`` with a manifest ``.json`` beside it; without its manifest
a file is no backup, because the manifest is written last, after the copy was opened, every page of it proved
and compared. The copy is encrypted with the store's key, pictures with their own. Names hold no person.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from app.clock import local, moment, stamp
from app.errors import Cancelled, StorageProblem
from app.storage import meta, trail
from app.storage.blobs import BlobTree, sync_folder
from app.storage.engine import Store, inspect
from app.storage.problems import storage_problem
from app.storage.tables import blob, intake
from app.texts import _

_PIECE: Final = 1 << 20
_OURS: Final = re.compile(r"\d{8}-\d{6}-(scheduled|hand|migration)(\.db|\.tmp|\.json\.tmp)")
_ROWID: Final[ColumnElement[int]] = literal_column("blob.rowid")
Asked = Callable[[], bool]


@dataclass(frozen=True)
class Contents:
    """What a store holds, as compared between a store and its copy."""

    schema: int
    device: str
    intakes: int
    audit: int


@dataclass(frozen=True)
class Backup:
    """One backup as its manifest tells it. ``size`` in bytes; ``reason``: scheduled, hand, migration."""

    path: Path
    made_at: datetime
    reason: str
    contents: Contents
    sha256: str
    size: int

    @property
    def manifest(self) -> Path:
        return self.path.with_suffix(".json")


def contents(connection: Connection) -> Contents:
    """Return what the store holds; the tables of older schemas may lack some of it."""
    schema = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    has = {"meta", "intake"} <= names
    return Contents(
        schema,
        (meta.read(connection, meta.DEVICE) or "") if has else "",
        int(connection.execute(select(func.count()).select_from(intake)).scalar_one()) if has else 0,
        trail.head(connection).size if has else 0,
    )


def blob_keys(connection: Connection) -> dict[str, bytes]:
    """Return the key of each picture by its hash."""
    return {row.sha256: bytes(row.key) for row in connection.execute(select(blob.c.sha256, blob.c.key))}


def pictures_after(connection: Connection, place: int, limit: int) -> tuple[dict[str, bytes], int]:
    """Return the keys of at most ``limit`` pictures after a place (0: from the first), and where they end."""
    rows = connection.execute(
        select(_ROWID, blob.c.sha256, blob.c.key).where(place < _ROWID).order_by(_ROWID).limit(limit)
    ).all()
    return {sha256: bytes(key) for _place, sha256, key in rows}, rows[-1][0] if rows else place


def make(
    store: Store, before: Contents, place: Path, reason: str, now: datetime, cancelled: Asked = lambda: False
) -> Backup:  # fmt: skip
    """Write a backup into ``place`` and prove it; for any lane.

    ``before`` is what the store held when it was asked for: the copy holds at least that. Raises
    StorageProblem or Cancelled; then no new backup is there.
    """
    path = place / f"{local(now):%Y%m%d-%H%M%S}-{reason}.db"
    beside = path.with_suffix(".tmp")
    try:
        place.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        sha256 = store.copy_to(beside, cancelled)
        read, made = _read_back(beside, store.key, cancelled)
        _refuse_less(before, made)
        _refuse_other(beside, same=read == sha256)
        backup = Backup(path, now, reason, made, sha256, beside.stat().st_size)
        beside.replace(path)
        _write_manifest(backup)
    except OSError as error:
        raise storage_problem(error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return backup


def _refuse_less(before: Contents, made: Contents) -> None:
    same = (made.schema, made.device) == (before.schema, before.device)
    if not same or made.intakes < before.intakes or made.audit < before.audit:
        raise StorageProblem(
            _("备份与本机数据不一致，没有保留。"),
            safe=_("本机数据没有改动，以前的备份都在。"),
            next_step=_("请再备份一次；仍不行请检查磁盘。"),
        )


def _write_manifest(backup: Backup) -> None:
    facts = {"v": 1, "made_at": stamp(backup.made_at), "reason": backup.reason, "sha256": backup.sha256}
    text = json.dumps(facts | {"size": backup.size, "contents": asdict(backup.contents)}, indent=1)
    beside = backup.manifest.with_suffix(".json.tmp")
    beside.write_text(text + "\n", encoding="utf-8")
    _sync(beside)
    beside.replace(backup.manifest)
    sync_folder(backup.path.parent)


def file_sha256(path: Path, cancelled: Asked = lambda: False) -> str:
    """Return the SHA-256 of a file as hex; raises OSError, Cancelled."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            if cancelled():
                raise Cancelled
    return digest.hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def listed(place: Path) -> tuple[Backup, ...]:
    """Return the backups in a folder, newest first; what cannot be read as one is left out."""
    found = (_read(path) for path in place.glob("*.json")) if place.is_dir() else ()
    return tuple(sorted((b for b in found if b is not None), key=lambda b: b.made_at, reverse=True))


def _read(manifest: Path) -> Backup | None:
    try:
        told: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
        path = manifest.with_suffix(".db")
        found = Backup(
            path,
            moment(told["made_at"]),
            str(told["reason"]),
            Contents(**told["contents"]),
            str(told["sha256"]),
            int(told["size"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if path.is_file() else None


def prove(backup: Backup, key: bytes) -> None:
    """Prove every page of a backup again; raises StorageProblem when it is not what its manifest says."""
    try:
        _refuse_other(backup.path, same=backup.path.stat().st_size == backup.size)
        sha256, held = _read_back(backup.path, key)
    except OSError as error:
        raise storage_problem(error) from error
    _refuse_other(backup.path, same=(sha256, held) == (backup.sha256, backup.contents))


def _read_back(path: Path, key: bytes, cancelled: Asked = lambda: False) -> tuple[str, Contents]:
    """Return the SHA-256 of a file as the disk gives it and what it holds, every page proved by its HMAC.

    Both at once: hashing reads ahead in large pieces what the slower proof then finds in memory. Raises
    StorageProblem, Cancelled, OSError.
    """
    with ThreadPoolExecutor(1) as beside:
        hashed = beside.submit(file_sha256, path, cancelled)
        held = inspect(path, key, contents)
        return hashed.result(), held


def _refuse_other(path: Path, *, same: bool) -> None:
    if not same:
        raise StorageProblem(
            _("备份 {name} 与做备份时不一样了。").format(name=path.name),
            safe=_("没有改动任何文件。"),
            next_step=_("请改用另一个备份。"),
        )


def copy_blobs(tree: BlobTree, keys: Iterable[tuple[str, bytes]], place: Path, cancelled: Asked) -> int:
    """Copy the pictures ``place`` lacks, each proved by opening it there; return how many were copied.

    One that is damaged here is left out: the check of the store names it. Raises StorageProblem, Cancelled.
    """
    copies = BlobTree(place / "blobs")
    copied = 0
    try:
        copies.root.mkdir(parents=True, exist_ok=True)
        for sha256, key in keys:
            if cancelled():
                raise Cancelled
            if not key or copies.has(sha256) or not tree.intact(sha256, key):
                continue
            copies.take_file(sha256, tree.path(sha256))
            copied += copies.intact(sha256, key)
    except OSError as error:
        raise storage_problem(error) from error
    return copied


# ---- thinning ----------------------------------------------------------------------------------------

_ALL_OF: Final = timedelta(days=2)
_DAILY: Final = timedelta(days=14)


def kept(backups: Iterable[Backup], now: datetime, longest: timedelta) -> set[Path]:
    """Return which backups stay: all of two days, one a day for two weeks, then one a week.

    What is older than ``longest`` goes, so that nothing erased lives on in a copy; the newest always stays.
    """
    stays: dict[object, Path] = {}
    newest = True
    for backup in sorted(backups, key=lambda b: b.made_at, reverse=True):
        age = max(now - backup.made_at, timedelta())
        day = local(backup.made_at).date()
        bucket: object = backup.path
        if age > _ALL_OF:
            bucket = day if age <= _DAILY else day.isocalendar()[:2]
        if newest or age <= longest:
            stays.setdefault(bucket, backup.path)
        newest = False
    return set(stays.values())


def thin(place: Path, now: datetime, longest: timedelta) -> int:
    """Remove the backups that need not stay and pictures no remaining one can name; return how many went.

    Raises StorageProblem when the disk does not allow it.
    """
    found = listed(place)
    stays = kept(found, now, longest)
    try:
        for backup in found:
            if backup.path not in stays:
                backup.manifest.unlink()
                backup.path.unlink(missing_ok=True)
        for stray in (*place.glob("*-*-*.db"), *place.glob("*-*-*.tmp")):
            if _OURS.fullmatch(stray.name) and not stray.with_suffix(".json").exists():
                stray.unlink()  # left by a backup that was cut off
    except OSError as error:
        raise storage_problem(error) from error
    return len(found) - len(stays)


def sweep_blobs(place: Path, key: bytes) -> int:
    """Remove pictures that no remaining backup names; return how many."""
    tree = BlobTree(place / "blobs")
    named: set[str] = set()
    for backup in listed(place):
        named |= {sha256 for sha256, own in inspect(backup.path, key, blob_keys).items() if own}
    return tree.sweep(named) if tree.root.is_dir() else 0


def room_for(place: Path, size: int) -> bool:
    """Say whether the disk of ``place`` has room for a copy of ``size`` bytes and some more."""
    return shutil.disk_usage(place).free > size * 5 // 4
