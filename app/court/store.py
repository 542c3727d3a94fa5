"""What the court has promised: every answer given is a committed row, and the same again on a repeat.

Writers of one court take turns, so receipt numbers have no gap; courts do not wait for each other where the
engine can. Identity is the id *and* the hash *and* the verdict. The epoch names this incarnation of the
database and changes when it turns out to be older than what was already promised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, select

from app.court.batch import Offer
from app.court.ground import Ground, hold_court, read_meta
from app.court.tables import HOME_COURT, blob, event, event_blob, meta, month_of
from app.court.verdicts import KNOWN, Judged, Round, examine
from app.sync.protocol import Answer, Answers

_DAMAGED: Final = "the database has no epoch"

WallClock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return a moment as it stands in the tables: ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


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


_LAST: Final = (
    "SELECT (SELECT last FROM day_counter WHERE court = ? AND day = ?), "
    "(SELECT value FROM meta WHERE name = 'epoch')"
)
_ADVANCE: Final = "UPDATE court_state SET last_event = ? WHERE court = ?"
_COUNT: Final = (
    "INSERT INTO day_counter (court, day, last) VALUES (?, ?, ?) "
    "ON CONFLICT (court, day) DO UPDATE SET last = excluded.last"
)


class Store:
    """Events and the blobs they name. Safe to call from several threads."""

    def __init__(self, ground: Ground, zone: tzinfo, now: WallClock = utc_now) -> None:
        """Take over `ground`; `zone` decides to which day of the court a receipt number belongs."""
        self._ground = ground
        self._zone = zone
        self._now = now

    @property
    def _engine(self) -> Engine:
        return self._ground.engine

    @property
    def epoch(self) -> str:
        """The name of this incarnation of the database; read anew, as another gateway may change it."""
        with self._ground.read() as connection:
            return _epoch(connection)

    @property
    def renewed(self) -> bool:
        """Whether the epoch changed when the database was opened."""
        return self._ground.renewed

    def close(self) -> None:
        """Close the database."""
        self._ground.close()

    def alive(self) -> None:
        """Read one row. Raises what the database raises."""
        with self._ground.read() as connection:
            connection.execute(select(meta.c.name).limit(1)).all()

    def renew_epoch(self) -> str:
        """Start a new incarnation: desks will offer everything they keep once more."""
        self._ground.renew_epoch()
        return self.epoch

    def accept(self, offers: Sequence[Offer], court: str = HOME_COURT, under: str = "") -> Answers:
        """Judge and store a batch in one transaction, and answer after it is committed.

        A batch meant for another epoch than `under` is left: what was before it in its visits may be missing
        here, and the desk offers everything again in its order. "" is a desk that does not say.
        """
        examined = [examine(offer) for offer in offers]
        judged = [one for one in examined if isinstance(one, Judged)]
        with self._ground.write() as connection:
            round_ = self._start_round(connection, court, judged)
            answers: dict[str, Answer] = {}
            if under not in {"", round_.epoch}:
                return Answers(round_.epoch, answers)
            for one in examined:
                if isinstance(one, Judged):
                    answers[one.event.id] = round_.answer(one)
                else:
                    answers[one[0]] = one[1]
            self._finish_round(connection, round_)
        return Answers(round_.epoch, answers)

    def event(self, event_id: str, court: str = HOME_COURT) -> EventStatus | None:
        """Return what is held under an event's id, None for nothing."""
        place = (event.c.court == court) & (event.c.month == month_of(event_id)) & (event.c.id == event_id)
        with self._ground.read() as connection:
            found = _statuses(connection, place)
        return found[0][1] if found else None

    def visit(self, visit_id: str, court: str = HOME_COURT) -> VisitStatus | None:
        """Return the state of a visit, None when no event of it has come."""
        with self._ground.read() as connection:
            found = _statuses(connection, (event.c.court == court) & (event.c.visit_id == visit_id))
            blobs = named_blobs(connection, court, {(month, status.id) for month, status in found})
        if not found:
            return None
        missing = [sha256 for sha256, (_, present) in blobs.items() if not present]
        return VisitStatus(visit_id, [status for _, status in found], len(blobs), missing)

    def blob_durable(self, sha256: str, size: int, court: str = HOME_COURT) -> str:
        """Note a blob that is verified and durable; return the epoch. Safe to repeat."""
        row = {"court": court, "sha256": sha256, "size": size, "durable_at": stamp(self._now())}
        added = self._ground.upsert(blob).values(row).on_conflict_do_nothing()
        with self._ground.write() as connection:
            if connection.execute(added).rowcount:
                self._ground.promise(connection)
            return _epoch(connection)

    def drop_missing_blobs(self, has: Callable[[str, str, int], bool]) -> int:
        """Forget blobs that `has` (court, hash, size) does not find; return how many. After a restore."""
        with self._ground.write() as connection:
            rows = connection.execute(select(blob.c.court, blob.c.sha256, blob.c.size)).all()
            gone = [row for row in rows if not has(row.court, row.sha256, row.size)]
            for row in gone:
                here = (blob.c.court == row.court) & (blob.c.sha256 == row.sha256)
                connection.execute(delete(blob).where(here))
        return len(gone)

    def _start_round(self, connection: Connection, court: str, judged: Sequence[Judged]) -> Round:
        last_no, _ = hold_court(self._ground, connection, court)
        now = self._now()
        day = now.astimezone(self._zone).strftime("%Y%m%d")
        [(last, epoch)] = self._ground.run(connection, _LAST, (court, day))
        if epoch is None:
            raise RuntimeError(_DAMAGED)
        known = self._known(connection, court, judged) if judged else {}
        return Round(court, epoch, stamp(now), day, last_no, last or 0, known)

    def _known(self, connection: Connection, court: str, judged: Sequence[Judged]) -> dict[str, Any]:
        """Return what is kept of these events already, by id."""
        months = sorted({one.month for one in judged})
        statement = (
            f"SELECT {', '.join(KNOWN)} FROM event WHERE court = ? "  # noqa: S608  our own names
            f"AND month IN ({_places(len(months))}) AND id IN ({_places(len(judged))})"
        )
        rows = self._ground.run(connection, statement, [court, *months, *(one.event.id for one in judged)])
        return {row[0]: dict(zip(KNOWN, row, strict=True)) for row in rows}

    def _finish_round(self, connection: Connection, round_: Round) -> None:
        if not round_.rows:
            return
        self._ground.add(connection, event, round_.rows)
        if round_.blobs:
            self._ground.add(connection, event_blob, round_.blobs)
        self._ground.run(connection, _ADVANCE, (round_.last_no, round_.court))
        if round_.last_receipt:
            self._ground.run(connection, _COUNT, (round_.court, round_.day, round_.last_receipt))
        self._ground.promise(connection)


def named_blobs(
    connection: Connection, court: str, events: set[tuple[int, str]]
) -> dict[str, tuple[int, bool]]:
    """Return what events, as (month, id), name: by hash the size in bytes and whether it is here."""
    wanted = (
        select(event_blob.c.sha256, event_blob.c.size, blob.c.sha256.label("present"))
        .outerjoin(blob, (blob.c.court == event_blob.c.court) & (blob.c.sha256 == event_blob.c.sha256))
        .where(
            event_blob.c.court == court,
            event_blob.c.month.in_(sorted({month for month, _ in events})),
            event_blob.c.event_id.in_([event_id for _, event_id in events]),
        )
        .order_by(event_blob.c.sha256)
    )
    return {row.sha256: (row.size, row.present is not None) for row in connection.execute(wanted)}


def _places(count: int) -> str:
    return ", ".join("?" * count)


def _epoch(connection: Connection) -> str:
    epoch = read_meta(connection, "epoch")
    if epoch is None:
        raise RuntimeError(_DAMAGED)
    return epoch


def _statuses(connection: Connection, where: Any) -> list[tuple[int, EventStatus]]:
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
    rows = connection.execute(select(event.c.month, *columns).where(where).order_by(event.c.no)).all()
    return [(month, EventStatus(*rest)) for month, *rest in rows]
