"""What a finished visit is found by: words with the visit they lead to, read by their beginnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Select, select

from app.storage.tables import find_word

_END = "\U0010ffff"
_c = find_word.c


def add(connection: Connection, visit_id: str, words: Iterable[str]) -> None:
    """Keep the words a visit is found by."""
    rows = [{"word": word, "visit_id": visit_id} for word in sorted(set(words))]
    if rows:
        connection.execute(find_word.insert(), rows)


def find(connection: Connection, beginnings: Sequence[str], limit: int) -> tuple[str, ...]:
    """Return the visits that have a word for every beginning, the newest first, at most ``limit``.

    Ids are UUIDv7, so their order is that of time.
    """
    if not beginnings:
        return ()
    longest, *rest = sorted(beginnings, key=len, reverse=True)
    wanted = _having(longest)
    for beginning in rest:
        wanted = wanted.where(_c.visit_id.in_(_having(beginning)))
    rows = connection.execute(wanted.distinct().order_by(_c.visit_id.desc()).limit(limit))
    return tuple(str(row.visit_id) for row in rows)


def _having(beginning: str) -> Select[tuple[str]]:
    return select(_c.visit_id).where(_c.word >= beginning, _c.word < beginning + _END)
