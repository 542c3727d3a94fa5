"""What the court has promised: every answer given is a committed row, and the same again on a repeat.

One connection under one lock, `BEGIN IMMEDIATE`, committed before anybody is answered. Identity is the
id *and* the hash *and* the verdict. The epoch names this incarnation of the database and changes when the
database turns out to be older than what was already promised (see `app.court.mark`).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.court.batch import Misfit, Offer
from app.court.mark import Mark
from app.court.rules import NamedBlob, judge
from app.court.tables import blob, day_counter, event, event_blob, meta, token
from app.sync.protocol import Answer, Answers, Conflict, Event, Later, Rejected, Stored

_log = logging.getLogger(__name__)

DAMAGED_RETRY: Final = 5.0
"""Seconds after which an event that was damaged on the way may come again."""

WallClock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class EventStatus:
    """What the court holds of one event; never its body."""

    id: str
    visit_id: str
    kind: str
    word: str
    sha256: str
    receipt_no: str | None
    code: str | None
    field: str | None
    received_at: str


@dataclass(frozen=True, slots=True)
class VisitStatus:
    """A visit as seen from the court; `complete` when it has a stored event and every named blob is here."""

    visit_id: str
    events: Sequence[EventStatus]
    blobs_named: int
    missing: Sequence[str]

    @property
    def complete(self) -> bool:
        """Whether nothing that an event names is still on its way."""
        return any(found.word == "stored" for found in self.events) and not self.missing


@dataclass(slots=True)
class _Round:
    """One batch while it is judged: what is known already, and the rows to insert."""

    epoch: str
    received_at: str
    day: str
    last: int
    known: dict[str, Mapping[str, Any]]
    rows: list[dict[str, Any]] = field(default_factory=list)
    blobs: list[dict[str, Any]] = field(default_factory=list)

    def next_receipt(self) -> str:
        self.last += 1
        return f"{self.day}-{self.last:06d}"


class Store:
    """The court's database. Safe to call from several threads; calls take turns."""

    def __init__(self, engine: Engine, mark: Mark, zone: tzinfo, now: WallClock = utc_now) -> None:
        """Take over an engine from `app.court.engine.open_engine` and settle the epoch."""
        self._engine = engine
        self._mark = mark
        self._zone = zone
        self._now = now
        self._lock = threading.Lock()
        self.renewed = False
        self.epoch = self._settle_epoch()

    def close(self) -> None:
        """Close the database; the write-ahead log is folded in."""
        with self._lock:
            self._engine.dispose()

    def alive(self) -> None:
        """Read one row. Raises what the database raises."""
        with self._lock, self._engine.begin() as connection:
            connection.execute(select(meta.c.name).limit(1)).all()

    def renew_epoch(self) -> str:
        """Start a new incarnation: desks will offer everything they keep once more."""
        with self._lock:
            self.epoch = self._write_epoch()
            self.renewed = True
        return self.epoch

    def accept(self, offers: Sequence[Offer]) -> Answers:
        """Judge and store a batch in one transaction, and answer after it is committed."""
        with self._lock:
            with self._engine.begin() as connection:
                round_ = self._start_round(connection, offers)
                answers = {offer.id: _answer(round_, offer) for offer in offers}
                _write(connection, round_)
                count = _count_write(connection) if round_.rows else 0
            if count:
                self._mark.write(self.epoch, count)
        return Answers(self.epoch, answers)

    def event(self, event_id: str) -> EventStatus | None:
        """Return what is held under an event's id, None for nothing."""
        with self._lock, self._engine.begin() as connection:
            found = _statuses(connection, event.c.id == event_id)
        return found[0] if found else None

    def visit(self, visit_id: str) -> VisitStatus | None:
        """Return the state of a visit, None when no event of it has come."""
        named = (
            select(event_blob.c.sha256, blob.c.sha256.label("present"))
            .join(event, event.c.id == event_blob.c.event_id)
            .outerjoin(blob, blob.c.sha256 == event_blob.c.sha256)
            .where(event.c.visit_id == visit_id)
            .distinct()
            .order_by(event_blob.c.sha256)
        )
        with self._lock, self._engine.begin() as connection:
            events = _statuses(connection, event.c.visit_id == visit_id)
            blobs = connection.execute(named).all()
        if not events:
            return None
        return VisitStatus(visit_id, events, len(blobs), [row.sha256 for row in blobs if row.present is None])

    def blob_durable(self, sha256: str, size: int) -> None:
        """Note a blob whose file is verified and durable. Safe to repeat."""
        row = {"sha256": sha256, "size": size, "durable_at": self._stamp()}
        with self._lock:
            with self._engine.begin() as connection:
                added = connection.execute(upsert(blob).values(row).on_conflict_do_nothing()).rowcount
                count = _count_write(connection) if added else 0
            if count:
                self._mark.write(self.epoch, count)

    def drop_missing_blobs(self, has: Callable[[str, int], bool]) -> int:
        """Forget blobs whose file `has` does not find; return how many. For use after a restore."""
        with self._lock, self._engine.begin() as connection:
            rows = connection.execute(select(blob.c.sha256, blob.c.size)).all()
            gone = [row.sha256 for row in rows if not has(row.sha256, row.size)]
            for sha256 in gone:
                connection.execute(delete(blob).where(blob.c.sha256 == sha256))
        return len(gone)

    def add_token(self, secret: str, name: str) -> None:
        """Let the bearer of `secret` in. Only its hash is kept; a revoked token stays revoked."""
        row = {"sha256": _token_hash(secret), "name": name, "created_at": self._stamp()}
        with self._lock, self._engine.begin() as connection:
            connection.execute(upsert(token).values(row).on_conflict_do_nothing())

    def revoke_token(self, secret: str) -> None:
        """Let the bearer of `secret` in no longer."""
        revoked = update(token).where(token.c.sha256 == _token_hash(secret))
        with self._lock, self._engine.begin() as connection:
            connection.execute(revoked.values(revoked_at=self._stamp()))

    def token_state(self, secret: str) -> str:
        """Return "known", "revoked" or "unknown"; compares in constant time."""
        wanted = _token_hash(secret)
        state = "unknown"
        with self._lock, self._engine.begin() as connection:
            rows = connection.execute(select(token.c.sha256, token.c.revoked_at)).all()
        for row in rows:  # all of them: leaving early would tell which one was close
            if hmac.compare_digest(row.sha256, wanted):
                state = "known" if row.revoked_at is None else "revoked"
        return state

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")

    def _settle_epoch(self) -> str:
        with self._engine.begin() as connection:
            epoch = _read_meta(connection, "epoch")
            count = int(_read_meta(connection, "writes") or 0)
        if epoch is not None and self._mark.agrees(epoch, count):
            return epoch
        self.renewed = epoch is not None
        return self._write_epoch()

    def _write_epoch(self) -> str:
        epoch = secrets.token_hex(16)
        with self._engine.begin() as connection:
            _write_meta(connection, "epoch", epoch)
            count = _count_write(connection)
        self._mark.write(epoch, count)
        return epoch

    def _start_round(self, connection: Connection, offers: Sequence[Offer]) -> _Round:
        ids = [offer.id for offer in offers]
        day = self._now().astimezone(self._zone).strftime("%Y%m%d")
        last = connection.execute(select(day_counter.c.last).where(day_counter.c.day == day)).scalar()
        known = connection.execute(select(*_KNOWN).where(event.c.id.in_(ids))).mappings()
        return _Round(self.epoch, self._stamp(), day, last or 0, {row["id"]: dict(row) for row in known})


_KNOWN = (
    event.c.id,
    event.c.sha256,
    event.c.verdict,
    event.c.receipt_no,
    event.c.code,
    event.c.field,
    event.c.device,
    event.c.seq,
    event.c.visit_id,
    event.c.kind,
    event.c.schema,
)
_IDENTITY: Final = ("sha256", "device", "seq", "visit_id", "kind", "schema")


def _answer(round_: _Round, offer: Offer) -> Answer:
    if isinstance(offer, Misfit):
        return Rejected("wrong_type", offer.field)
    if not offer.intact:
        return Later(DAMAGED_RETRY)
    known = round_.known.get(offer.id)
    if known is None:
        known = _judge(round_, offer)
    elif any(known[name] != getattr(offer, name) for name in _IDENTITY):
        _log.warning("event %s came again with other content", offer.id)
        return Conflict()
    if known["verdict"] == "rejected":
        return Rejected(known["code"], known["field"])
    return Stored(known["receipt_no"], known["sha256"], round_.epoch)


def _judge(round_: _Round, offer: Event) -> Mapping[str, Any]:
    verdict = judge(offer)
    rejected = verdict if isinstance(verdict, Rejected) else None
    row = {
        "id": offer.id,
        "sha256": offer.sha256,
        "verdict": "stored" if rejected is None else "rejected",
        "receipt_no": round_.next_receipt() if rejected is None else None,
        "code": None if rejected is None else rejected.code,
        "field": None if rejected is None else rejected.field,
        "device": offer.device,
        "seq": offer.seq,
        "visit_id": offer.visit_id,
        "kind": offer.kind,
        "schema": offer.schema,
        "body": offer.body,
        "received_at": round_.received_at,
    }
    round_.rows.append(row)
    round_.known[offer.id] = row
    if not isinstance(verdict, Rejected):
        round_.blobs.extend(_blob_rows(offer.id, verdict))
    return row


def _blob_rows(event_id: str, named: Iterable[NamedBlob]) -> list[dict[str, Any]]:
    return [{"event_id": event_id, "sha256": one.sha256, "size": one.size} for one in named]


def _write(connection: Connection, round_: _Round) -> None:
    if not round_.rows:
        return
    connection.execute(insert(event), round_.rows)
    if round_.blobs:
        connection.execute(insert(event_blob), round_.blobs)
    if round_.last:
        counter = upsert(day_counter).values(day=round_.day, last=round_.last)
        counter = counter.on_conflict_do_update(index_elements=["day"], set_={"last": round_.last})
        connection.execute(counter)


def _count_write(connection: Connection) -> int:
    """Count a transaction that promises something to a desk; return how many there have been."""
    count = int(_read_meta(connection, "writes") or 0) + 1
    _write_meta(connection, "writes", str(count))
    return count


def _read_meta(connection: Connection, name: str) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()


def _write_meta(connection: Connection, name: str, value: str) -> None:
    statement = upsert(meta).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _statuses(connection: Connection, where: Any) -> list[EventStatus]:
    columns = (
        event.c.id,
        event.c.visit_id,
        event.c.kind,
        event.c.verdict,
        event.c.sha256,
        event.c.receipt_no,
        event.c.code,
        event.c.field,
        event.c.received_at,
    )
    rows = connection.execute(select(*columns).where(where).order_by(event.c.no)).all()
    return [EventStatus(*row) for row in rows]


def _token_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
