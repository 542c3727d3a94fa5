"""What the back office answered to this desk's visits: kept once, in the court's order, never changed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, exists, or_, select
from sqlalchemy.dialects.sqlite import insert

from app.clock import moment, stamp
from app.storage import meta
from app.storage.records import AnswerRecord
from app.storage.tables import court_answer, supplement, visit

_log = logging.getLogger(__name__)
_CURSOR: Final = "court_answers"
ASKS: Final = "supplement"
_DECIDED: Final = ("accepted", "declined")
_CONTENT: Final = ("visit_id", "word", "matter", "case_number", "judge", "reason", "corrects")


def since(connection: Connection, epoch: str) -> int:
    """Return the number of the last answer kept under the court's epoch, 0 for none."""
    told, _, number = (meta.read(connection, _CURSOR) or "").rpartition(" ")
    return int(number) if told == epoch and number else 0


def keep(connection: Connection, found: Sequence[AnswerRecord], epoch: str, last: int) -> int:
    """Keep the answers to visits of this desk and how far they go; return how many were new.

    An id that is known with other content stays as it was first told: an answer is never changed.
    """
    ours = set(
        connection.execute(
            select(visit.c.id).where(visit.c.id.in_({one.visit_id for one in found}))
        ).scalars()
    )
    new = sum(_keep_one(connection, one) for one in found if one.visit_id in ours)
    meta.write(connection, _CURSOR, f"{epoch} {last}")
    return new


def _keep_one(connection: Connection, one: AnswerRecord) -> bool:
    values = {
        "id": one.id,
        "no": one.no,
        **{name: getattr(one, name) for name in _CONTENT},
        "made_at": stamp(one.made_at),
        "received_at": stamp(one.received_at),
    }
    added = connection.execute(insert(court_answer).values(values).on_conflict_do_nothing())
    if added.rowcount:
        return True
    known = connection.execute(select(court_answer).where(court_answer.c.id == one.id)).one()
    if any(getattr(known, name) != getattr(one, name) for name in _CONTENT):
        _log.warning("answer %s came again with other content", one.id)
    return False


def _record(row: Row[Any]) -> AnswerRecord:
    values = row._asdict()
    for name in ("made_at", "received_at", "seen_at"):
        values[name] = moment(values[name]) if values[name] else None
    return AnswerRecord(**values)


def of_visit(connection: Connection, visit_id: str) -> tuple[AnswerRecord, ...]:
    """Return the answers to one visit, the oldest first."""
    mine = select(court_answer).where(court_answer.c.visit_id == visit_id)
    return tuple(map(_record, connection.execute(mine.order_by(court_answer.c.made_at, court_answer.c.no))))


def received(connection: Connection, first: datetime, end: datetime) -> tuple[AnswerRecord, ...]:
    """Return what came from `first` on and before `end`, the newest first."""
    here = (court_answer.c.received_at >= stamp(first)) & (court_answer.c.received_at < stamp(end))
    wanted = (
        select(court_answer).where(here).order_by(court_answer.c.received_at.desc(), court_answer.c.no.desc())
    )
    return tuple(map(_record, connection.execute(wanted)))


def unseen(connection: Connection, limit: int) -> tuple[AnswerRecord, ...]:
    """Return answers nobody has looked at, the newest first, at most `limit`."""
    wanted = select(court_answer).where(court_answer.c.seen_at.is_(None))
    newest = wanted.order_by(court_answer.c.received_at.desc(), court_answer.c.no.desc()).limit(limit)
    return tuple(map(_record, connection.execute(newest)))


def asking(connection: Connection) -> tuple[AnswerRecord, ...]:
    """Return answers that ask for papers, that nothing later took back and that nobody passed on in writing.

    The oldest first.
    """
    later = court_answer.alias()
    taken_back = exists().where(
        later.c.visit_id == court_answer.c.visit_id,
        or_(
            later.c.corrects == court_answer.c.id,
            and_(
                later.c.no > court_answer.c.no,
                later.c.word.in_(_DECIDED),
                or_(later.c.matter == court_answer.c.matter, later.c.matter == 0, court_answer.c.matter == 0),
            ),
        ),
    )
    told = exists().where(supplement.c.answer_id == court_answer.c.id)
    wanted = select(court_answer).where(court_answer.c.word == ASKS, ~taken_back, ~told)
    return tuple(map(_record, connection.execute(wanted.order_by(court_answer.c.received_at))))


def all_seen(connection: Connection, at: datetime) -> None:
    """Note that a clerk looked at the list."""
    open_ones = court_answer.update().where(court_answer.c.seen_at.is_(None))
    connection.execute(open_ones.values(seen_at=stamp(at)))
