"""Bringing a store to this program's schema: backed up first, in one transaction, never downwards.

``PRAGMA user_version`` is the schema number; Alembic's revision names the same step. A store that is
already there is not touched and Alembic is not even imported, which keeps the start short.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from app.errors import StorageProblem
from app.storage import backup
from app.storage.engine import Store
from app.storage.tables import SCHEMA_VERSION
from app.texts import _

_SCRIPTS: Final = Path(__file__).resolve().parent / "migrations"


def version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def backup_before(store: Store, backups: Path, now: datetime) -> Path:
    """Back the store up as it is; raises StorageProblem, then nothing may be migrated."""
    with store.transaction() as connection:
        held = backup.contents(connection)
    return backup.make(store, held, backups, "migration", now).path


def migrate(store: Store, backups: Path, now: datetime) -> Path | None:
    """Migrate the store if it is older; return the backup that was made, None if there was nothing to do.

    Raises StorageProblem for a store written by a newer program.
    """
    with store.transaction() as connection:
        found = version(connection)
        empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if found == SCHEMA_VERSION:
        return None
    if found > SCHEMA_VERSION:
        raise StorageProblem(
            _("本机数据由更新的程序版本写成（{found} > {ours}）。").format(found=found, ours=SCHEMA_VERSION),
            safe=_("程序没有改动数据。"),
            next_step=_("请安装新版本程序后再打开。"),
        )
    made = None if empty else backup_before(store, backups, now)
    with store.transaction() as connection:
        _upgrade(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return made


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
