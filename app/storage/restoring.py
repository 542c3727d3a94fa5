"""Putting a backup back: the damaged file is kept aside, nothing printed meanwhile gets its number again.

The copy is made ready beside the store and takes its place with one rename, so a crash leaves either the old
file or the restored one, never half of both.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from app.clock import business_day, local, stamp
from app.domain.audit import Act
from app.ids import new_id
from app.paths import Places
from app.storage import meta, trail
from app.storage.backup import Backup, blob_keys, prove
from app.storage.blobs import BlobTree, sync_folder
from app.storage.engine import Store
from app.storage.problems import storage_problem

BAND: Final = 1000
"""After a restore the numbers of the days concerned go on above the next multiple of this."""
_BANDS: Final = "number_bands"
_NOTE: Final = "restored.json"


@dataclass(frozen=True)
class Restored:
    """What was done: where the old file lies now, which pictures came back, and which are gone."""

    kept_aside: Path | None
    blobs_back: int
    blobs_missing: int


def restore(places: Places, backup: Backup, key: bytes, now: datetime, actor: str) -> Restored:
    """Put a proved backup in the place of the store; the desk must be closed.

    Raises StorageProblem; then the store is as it was.
    """
    prove(backup, key)
    ready = places.store.with_name("store.restoring.db")
    try:
        _clear(ready)
        shutil.copyfile(backup.path, ready)
        keys = _prepare(ready, key, _Restore(places, backup, now, actor))
        aside = _put_aside(places, now)
        ready.replace(places.store)
        sync_folder(places.store.parent)
        back, missing = _bring_back_blobs(places, backup, keys)
    except OSError as error:
        raise storage_problem(error) from error
    return Restored(aside, back, missing)


@dataclass(frozen=True)
class _Restore:
    places: Places
    backup: Backup
    now: datetime
    actor: str


def _prepare(ready: Path, key: bytes, this: _Restore) -> dict[str, bytes]:
    """Write into the copy that it is a restored one; return the keys of its pictures."""
    store, backup = Store(ready, key), this.backup
    try:
        with store.transaction() as connection:
            _raise_bands(connection, this)
            trail.add(
                connection,
                Act.RESTORED,
                subject=backup.path.name,
                actor=this.actor,
                at=this.now,
                made_at=stamp(backup.made_at),
                audit=backup.contents.audit,
            )
            keys = blob_keys(connection)
    finally:
        store.close()  # the last connection puts the log into the file and removes it
    with ready.open("rb+") as file:
        os.fsync(file.fileno())
    return keys


def _put_aside(places: Places, now: datetime) -> Path | None:
    for stale in _parts(places.search):  # made of what is put aside; it is made again
        stale.unlink(missing_ok=True)
    parts = [path for path in _parts(places.store) if path.exists()]
    if not parts:
        return None
    name = f"damaged-{local(now):%Y%m%d-%H%M%S}"
    aside = places.data / (name if not (places.data / name).exists() else f"{name}-{new_id()}")
    aside.mkdir(mode=0o700)
    for path in parts:  # the store itself first: after a crash in between it is missing, which is told
        path.rename(aside / path.name)
    sync_folder(aside)
    return aside


def _parts(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + tail) for tail in ("-wal", "-shm"))]


def _clear(path: Path) -> None:
    for part in _parts(path):
        part.unlink(missing_ok=True)


def _bring_back_blobs(places: Places, backup: Backup, keys: dict[str, bytes]) -> tuple[int, int]:
    tree, copies = BlobTree(places.blobs), BlobTree(backup.path.parent / "blobs")
    back = missing = 0
    for sha256, key in keys.items():
        if not key or tree.intact(sha256, key):
            continue
        if copies.intact(sha256, key):
            tree.take_file(sha256, copies.path(sha256))
            back += 1
        else:
            missing += 1
    return back, missing


# ---- numbers -----------------------------------------------------------------------------------------


def all_bands(connection: Connection) -> dict[str, tuple[int, ...]]:
    """Return the bands that numbers were moved to by restores, by day, lowest first."""
    return {day: tuple(kept) for day, kept in json.loads(meta.read(connection, _BANDS) or "{}").items()}


def above(connection: Connection, day: date, count: int) -> int:
    """Return ``count`` moved above the day's newest band, because what was lost may have been printed."""
    return max((0, *all_bands(connection).get(day.isoformat(), ()))) + count


def _raise_bands(connection: Connection, this: _Restore) -> None:
    """Move every day that may have lost numbers to its next band: from the backup's day to tomorrow.

    The bands of earlier restores stand beside the key and beside the backups too: putting the same old backup
    back twice must not give out the same band twice.
    """
    notes = [folder / _NOTE for folder in (this.places.config, this.backup.path.parent)]
    kept = all_bands(connection)
    for noted in map(_noted, notes):
        kept |= {day: used for day, used in noted.items() if len(used) > len(kept.get(day, ()))}
    today = business_day(this.now)
    first = min(business_day(this.backup.made_at), today)
    last = today + timedelta(days=1)
    for offset in range((last - first).days + 1):
        day = (first + timedelta(days=offset)).isoformat()
        used = kept.get(day, ())
        kept[day] = (*used, (len(used) + 1) * BAND)
    text = json.dumps(kept)
    for note in notes:
        _write_note(note, text)
    meta.write(connection, _BANDS, text)


def _noted(note: Path) -> dict[str, tuple[int, ...]]:
    try:
        return {day: tuple(used) for day, used in json.loads(note.read_text("utf-8")).items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


def _write_note(note: Path, text: str) -> None:
    """Write durably; a backup on a medium that cannot be written is still good to be put back."""
    with suppress(OSError):
        beside = note.with_suffix(".tmp")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(note)
        sync_folder(note.parent)
