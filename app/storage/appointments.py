"""Today's appointments: keyed hashes of what people are found by, the time promised, the number they got."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.storage.tables import appointment

_c = appointment.c


@dataclass(frozen=True)
class AppointmentRow:
    """One appointment. ``number``, ``phone`` and ``card`` are hashes, the last two "" when the list has none;
    ``time`` is as the list has it, ``ticket`` "" until the person checked in.
    """

    day: str
    number: str
    phone: str
    card: str
    time: str
    matters: str
    ticket: str = ""


def put(connection: Connection, rows: Iterable[AppointmentRow]) -> int:
    """Add or change appointments; who checked in keeps it. Return how many are new."""
    new = 0
    for row in rows:
        known = connection.execute(
            select(_c.number).where(_c.day == row.day, _c.number == row.number)
        ).scalar_one_or_none()
        new += known is None
        values = asdict(row)
        again = {name: values[name] for name in ("phone", "card", "time", "matters")}
        adding = insert(appointment).values(**values)
        connection.execute(adding.on_conflict_do_update(index_elements=[_c.day, _c.number], set_=again))
    return new


def of_day(connection: Connection, day: str) -> tuple[AppointmentRow, ...]:
    """Return the day's appointments by time."""
    rows = connection.execute(select(appointment).where(_c.day == day).order_by(_c.time, _c.number))
    return tuple(AppointmentRow(*row) for row in rows)


def found(connection: Connection, day: str, hashed: str) -> tuple[AppointmentRow, ...]:
    """Return whom a hash finds: of the number, the end of a telephone, or a card."""
    mine = or_(_c.number == hashed, _c.phone == hashed, _c.card == hashed)
    rows = connection.execute(select(appointment).where(_c.day == day, mine).order_by(_c.time, _c.number))
    return tuple(AppointmentRow(*row) for row in rows)


def checked_in(connection: Connection, row: AppointmentRow, ticket: str) -> None:
    """Remember the number the person got."""
    mine = (_c.day == row.day, _c.number == row.number)
    connection.execute(update(appointment).where(*mine).values(ticket=ticket))


def wipe_before(connection: Connection, day: str) -> int:
    """Forget every appointment of earlier days; return how many."""
    return int(connection.execute(delete(appointment).where(_c.day < day)).rowcount)
