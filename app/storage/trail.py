"""The audit trail in the store: a line is written in the transaction of the act it tells of.

Triggers refuse to change or remove a line. Its head stands in ``meta``, so that a cut end shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from app.clock import stamp
from app.domain.audit import EMPTY, Act, AuditLine, Head, detail, line_after
from app.storage import meta
from app.storage.tables import audit_line

_HEAD: Final = "audit_head"
_c = audit_line.c
_ADD: Final = audit_line.insert()


def head(connection: Connection) -> Head:
    """Return how long the trail is and the hash of its last line."""
    kept = meta.read(connection, _HEAD)
    if kept is None:
        return EMPTY
    size, _space, digest = kept.partition(" ")
    return Head(int(size), digest)


def add(
    connection: Connection, act: Act, *, subject: str, actor: str, at: datetime, **facts: str | int
) -> AuditLine:  # fmt: skip
    """Append a line; it is durable exactly when the act around it is."""
    line = line_after(
        head(connection), at=stamp(at), actor=actor, act=act.value, subject=subject, detail=detail(**facts)
    )
    values = {name: getattr(line, name) for name in AuditLine.__slots__}
    connection.execute(_ADD, values)
    meta.write(connection, _HEAD, f"{line.seq} {line.hash}")
    return line


def lines(connection: Connection, after: int = 0, limit: int = -1) -> Iterator[AuditLine]:
    """Return the lines after a number, in order; ``limit`` -1 means all."""
    wanted = select(*(_c[name] for name in AuditLine.__slots__)).where(_c.seq > after).order_by(_c.seq)
    for row in connection.execute(wanted.limit(limit)):
        yield AuditLine(*row)


def newest(connection: Connection, limit: int, *, act: Act | None = None) -> tuple[AuditLine, ...]:
    """Return the last lines, newest first, of one kind of act if it is given."""
    wanted = select(*(_c[name] for name in AuditLine.__slots__)).order_by(_c.seq.desc()).limit(limit)
    if act is not None:
        wanted = wanted.where(_c.act == act.value)
    return tuple(AuditLine(*row) for row in connection.execute(wanted))


def count(connection: Connection, act: Act, since: datetime, *, actor: str = "", subject: str = "") -> int:
    """Return how many lines of an act there are from an instant on, of one actor or subject if given."""
    mine = select(func.count()).where(_c.act == act.value, _c.at >= stamp(since))
    if actor:
        mine = mine.where(_c.actor == actor)
    if subject:
        mine = mine.where(_c.subject == subject)
    return int(connection.execute(mine).scalar_one())
