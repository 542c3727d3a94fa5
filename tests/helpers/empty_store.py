"""The empty store of a new counter, made once a test process: to migrate it costs more than to open it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from app.paths import Places
from app.services.knowledge import read_knowledge
from app.storage.engine import Store
from app.storage.migrate import migrate
from app.storage.opening import load_key


def lay_empty_store(places: Places) -> None:
    """Put an empty store and its key where nothing is; the desk that opens it gives itself its identity."""
    if not (places.store.exists() or any(places.config.glob("store.*"))):
        made = _made()
        shutil.copytree(made.data, places.data, dirs_exist_ok=True)
        shutil.copytree(made.config, places.config, dirs_exist_ok=True)


@cache
def _made() -> Places:
    folder = Path(tempfile.mkdtemp(prefix="empty-store-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    places = Places.under(folder)
    places.make()
    store = Store(places.store, load_key(places))
    migrate(store, places.backups, datetime.now(UTC))
    store.close()
    read_knowledge(places, keep=True)
    return places
