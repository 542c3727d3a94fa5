"""Visits that move between windows: the row that says whose they are, and their content out and in.

A visit is closed here with ``elsewhere`` in the transaction that writes its row; what comes in is written in
the one that settles its row. So every crash leaves the visit at exactly one window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, exists, select

from app.clock import moment, stamp
from app.storage import intakes, pages, supplements, visits
from app.storage.records import (
    HandoverRecord,
    IntakeRecord,
    MovingVisit,
    SignatureRecord,
    SupplementRecord,
    VisitRecord,
)
from app.storage.tables import confirmation, draft_field, handover, intake_elsewhere, page, supplement, visit

_c = handover.c
ELSEWHERE: Final = "elsewhere"


def add(connection: Connection, record: HandoverRecord) -> None:
    values = {name: getattr(record, name) for name in HandoverRecord.__dataclass_fields__}
    connection.execute(handover.insert().values(**values | {"made_at": stamp(record.made_at)}))


def get(connection: Connection, parcel: str, way: str) -> HandoverRecord | None:
    row = connection.execute(select(handover).where(_c.id == parcel, _c.way == way)).first()
    return _record(row) if row else None


def unsettled(connection: Connection) -> tuple[HandoverRecord, ...]:
    """Return what is sealed, given or held, the oldest first."""
    rows = connection.execute(select(handover).where(_c.settled_at.is_(None)).order_by(_c.seq))
    return tuple(_record(row) for row in rows)


def _record(row: Row[Any]) -> HandoverRecord:
    values = row._asdict()
    values |= {"made_at": moment(values["made_at"]), "body": bytes(values["body"])}
    del values["seq"], values["settled_at"]
    return HandoverRecord(**values)


def given(connection: Connection, parcel: str) -> None:
    """The hall has been told; nothing more is to be done until the other window has the papers."""
    told = handover.update().where(_c.id == parcel, _c.way == "out", _c.state == "sealed")
    connection.execute(told.values(state="given"))


def settle(connection: Connection, parcel: str, way: str, state: str, at: datetime) -> bool:
    """Settle as ``taken`` or ``back``; return False when that was done before. Held papers are forgotten."""
    settled = handover.update().where(_c.id == parcel, _c.way == way, _c.settled_at.is_(None))
    return connection.execute(settled.values(state=state, settled_at=stamp(at), body=b"")).rowcount == 1


def place_of(connection: Connection, first_id: str) -> int | None:
    """Return the window an intake went to, None while it is here."""
    moved = select(_c.way, _c.other).where(_c.first_id == first_id, _c.state.not_in(("held", "back")))
    row = connection.execute(moved.order_by(_c.seq.desc())).first()
    return int(row.other) if row is not None and row.way == "out" else None


# ---- closing and opening a copy ---------------------------------------------------------------------------


def close_copy(connection: Connection, visit_id: str, at: datetime) -> None:
    values = {"state": ELSEWHERE, "closed_at": stamp(at)}
    connection.execute(visit.update().where(visit.c.id == visit_id).values(**values))


def put_away_copy(connection: Connection, visit_id: str) -> None:
    """The visit did not go: its copy is the draft again, put away."""
    mine = visit.update().where(visit.c.id == visit_id, visit.c.state == ELSEWHERE)
    connection.execute(mine.values(state="away"))


# ---- out --------------------------------------------------------------------------------------------------


def chain(connection: Connection, visit_id: str) -> tuple[MovingVisit, ...]:
    """Return the visit with all it goes on with, the first one first; pages of the last one only."""
    found: list[MovingVisit] = []
    record = visits.get(connection, visit_id)
    while record is not None:
        found.append(_moving(connection, record, whole=not found))
        record = visits.get(connection, record.continues) if record.continues else None
    return tuple(reversed(found))


def _moving(connection: Connection, record: VisitRecord, *, whole: bool) -> MovingVisit:
    fields = tuple(visits.fields(connection, record.id).values())
    receipt = receipt_of(connection, record.id)
    said = (receipt.receipt_no, receipt.sha256, stamp(receipt.finished_at)) if receipt else None
    if not whole:
        return MovingVisit(record, fields, receipt=said)
    signed = () if said else _signatures(connection, record.id)
    return MovingVisit(record, fields, pages.of_visit(connection, record.id), signed, said)


def _signatures(connection: Connection, visit_id: str) -> tuple[SignatureRecord, ...]:
    names = SignatureRecord.__dataclass_fields__
    wanted = select(*(confirmation.c[name] for name in names)).where(confirmation.c.visit_id == visit_id)
    rows = connection.execute(wanted.order_by(confirmation.c.signed_at))
    return tuple(SignatureRecord(**row._asdict() | {"signed_at": moment(row.signed_at)}) for row in rows)


def receipt_of(connection: Connection, visit_id: str) -> IntakeRecord | None:
    """Return the record of a finished visit; one from elsewhere has no body here."""
    own = intakes.get_intake(connection, visit_id)
    if own is not None:
        return own
    row = connection.execute(select(intake_elsewhere).where(intake_elsewhere.c.visit_id == visit_id)).first()
    return IntakeRecord(visit_id, row.receipt_no, b"", row.sha256, moment(row.finished_at)) if row else None


# ---- in ---------------------------------------------------------------------------------------------------


def bring_in(
    connection: Connection, moved: Iterable[MovingVisit], told: Iterable[SupplementRecord], at: datetime
) -> None:
    """Write visits that came from another window; what was finished here stays as it is.

    An unfinished one is put away, ready to be opened; a finished one is a closed copy.
    """
    for one in moved:
        known = visits.get(connection, one.visit.id)
        if known is None or known.state != "finished":
            _write(connection, one, known, at)
    for record in told:
        _tell(connection, record)


def _write(connection: Connection, one: MovingVisit, known: VisitRecord | None, at: datetime) -> None:
    visit_id = one.visit.id
    if known is None:
        visits.add(connection, replace(one.visit, state="away"))
    else:
        values = {"state": "away", "window": one.visit.window, "clerk": one.visit.clerk, "closed_at": None}
        connection.execute(visit.update().where(visit.c.id == visit_id).values(**values))
        for table in (draft_field, page, confirmation):
            connection.execute(delete(table).where(table.c.visit_id == visit_id))
    if one.visit.continues and (known is None or known.continues is None):
        visits.go_on_with(connection, visit_id, one.visit.continues)
    for field in one.fields:
        visits.set_field(connection, visit_id, field, at)
    for record in one.pages:
        pages.add(connection, visit_id, record, at)
    for signature in one.signed:
        values = {name: getattr(signature, name) for name in SignatureRecord.__dataclass_fields__}
        values |= {"visit_id": visit_id, "signed_at": stamp(signature.signed_at)}
        connection.execute(confirmation.insert().values(**values))
    if one.receipt is not None:
        _close_finished(connection, visit_id, one.receipt, at)


def _close_finished(
    connection: Connection, visit_id: str, receipt: tuple[str, str, str], at: datetime
) -> None:
    close_copy(connection, visit_id, at)
    said = dict(zip(("receipt_no", "sha256", "finished_at"), receipt, strict=True))
    connection.execute(delete(intake_elsewhere).where(intake_elsewhere.c.visit_id == visit_id))
    connection.execute(intake_elsewhere.insert().values(visit_id=visit_id, **said))


def _tell(connection: Connection, record: SupplementRecord) -> None:
    """Write what was told about the intake, or how it ended meanwhile."""
    known = connection.execute(select(supplement.c.state).where(supplement.c.id == record.id)).scalar()
    if known is None:
        fresh = replace(record, state="open", ended_by=None, ended_at=None, answer_id=None)
        supplements.add(connection, fresh)
    if known in (None, "open") and record.state != "open" and record.ended_by and record.ended_at:
        supplements.end(connection, record.id, record.state, record.ended_by, record.ended_at)


# ---- what nobody needs any more ---------------------------------------------------------------------------


def forget_copies(connection: Connection, today: str) -> int:
    """Forget what lies in closed copies of earlier days; return how many.

    Kept are those of an intake that is here and whose papers are still to come.
    """
    entered = exists().where(draft_field.c.visit_id == visit.c.id)
    copies = select(visit.c.id).where(visit.c.state == ELSEWHERE, visit.c.day < today, entered)
    forgotten = 0
    for visit_id in connection.execute(copies).scalars().all():
        first = visits.first_of(connection, visit_id)
        told = supplements.of_intake(connection, first)
        if any(one.state == "open" for one in told) and place_of(connection, first) is None:
            continue
        for table in (draft_field, page, confirmation):
            connection.execute(delete(table).where(table.c.visit_id == visit_id))
        forgotten += 1
    return forgotten
