"""Opening a desk's data: one process at a time, the right key, the right schema."""

from __future__ import annotations

import secrets
import sys
from datetime import datetime
from typing import IO, Final

from app.errors import StorageProblem, StoreDamaged
from app.ids import new_id
from app.paths import Places
from app.storage import keeping, meta
from app.storage.engine import Store
from app.storage.keeping import nobody_asked
from app.storage.keys import KEY_BYTES, Passphrases
from app.storage.migrate import migrate
from app.storage.problems import storage_problem
from app.texts import _

_TRACES: Final = ("blobs/??/*", "backups/*.db", "damaged-*")
"""What only a desk with a store leaves in the data folder."""


class InstanceLock:
    """Holds the data folder for this process; the operating system lets go when the process ends."""

    def __init__(self, places: Places) -> None:
        """Take the lock; raises StorageProblem when another desk has the folder open, or none can."""
        try:
            places.make()
            self._file: IO[bytes] = (places.data / "desk.lock").open("a+b")
        except OSError as error:
            raise storage_problem(error) from error
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise StorageProblem(
                _("本窗口程序已经打开了一个。"),
                safe=_("数据没有改动。"),
                next_step=_("请切换到已打开的窗口，或先关闭它。"),
            ) from error

    def release(self) -> None:
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def load_key(places: Places, *, for_restore: bool = False, ask: Passphrases = nobody_asked) -> bytes:
    """Return the store's raw 32-byte key, made at the first start.

    Never makes a key beside an existing store: without its key the store stays closed; ``for_restore`` the
    store may be gone, the key may not. Raises KeyLocked, StorageProblem, OSError. How the key is kept is
    ``app.storage.keeping``.
    """
    key = keeping.load(places, ask)
    if key is not None:
        if not for_restore:
            _refuse_lost_store(places)
        return key
    if for_restore or (places.store.exists() and places.store.stat().st_size > 0):
        raise keeping.no_key(_("密钥文件不见了"))
    key = secrets.token_bytes(KEY_BYTES)
    keeping.keep_plain(places, key)
    return key


def _refuse_lost_store(places: Places) -> None:
    """Never make an empty store where something shows that there was one: its numbers would start again."""
    lost = not places.store.exists() or places.store.stat().st_size == 0
    if lost and any(any(places.data.glob(trace)) for trace in _TRACES):
        raise StoreDamaged(
            _("本机数据打不开：数据库文件不见了。"),
            safe=_("其他文件和密钥都在，程序不会新建空库。"),
            next_step=_("请从备份恢复（python -m app restore）后再打开。"),
        )


def mark_damaged(places: Places) -> None:
    """Remember for the next start that the running desk found damage. Raises OSError."""
    places.damage_mark.write_bytes(b"")


def refuse_marked(places: Places) -> None:
    """Raise StoreDamaged, once, when the last run found damage."""
    if places.damage_mark.exists():
        places.damage_mark.unlink()
        raise StoreDamaged(
            _("上次运行时发现本机数据有损坏。"),
            safe=_("程序没有改动损坏的部分。"),
            next_step=_("请从备份恢复（python -m app restore）。"),
        )


def open_store(places: Places, now: datetime, ask: Passphrases = nobody_asked) -> Store:
    """Open and, if needed, create or migrate the store; raises StorageProblem with what to do."""
    try:
        places.make()
        key = load_key(places, ask=ask)
        store = Store(places.store, key)
    except OSError as error:
        raise storage_problem(error) from error
    try:
        migrate(store, places.backups, now)
        with store.transaction() as connection:
            if meta.read(connection, meta.DEVICE) is None:
                meta.write(connection, meta.DEVICE, new_id())
    except OSError as error:
        store.close()
        raise storage_problem(error) from error
    except BaseException:
        store.close()
        raise
    return store
