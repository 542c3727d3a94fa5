"""The one way to the store from any lane: a function of the connection, run as one transaction on ``db``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from app.lanes import Lanes
from app.storage.engine import Store

Transaction = Connection
"""What a function run by ``StoreAccess`` works on; services name it without knowing the engine."""

P = ParamSpec("P")
R = TypeVar("R")


class StoreAccess:
    """Calls ``function(connection, ...)`` on the ``db`` lane inside one transaction and waits for it."""

    def __init__(self, store: Store, lanes: Lanes) -> None:
        self._store = store
        self._lanes = lanes

    def __call__(
        self, function: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Return the function's result once committed; if it raises, nothing was saved."""

        def transact() -> R:
            with self._store.transaction() as connection:
                return function(connection, *args, **kwargs)

        return self._lanes.on_db(transact)

    def integrity(self) -> list[str]:
        """Return every damage found in the file."""
        return self._lanes.on_db(self._store.integrity)

    def aside(self, function: Callable[Concatenate[Store, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call ``function(store, ...)`` on this lane: for what reads through a connection of its own."""
        return function(self._store, *args, **kwargs)

    def close(self) -> None:
        self._lanes.on_db(self._store.close)
