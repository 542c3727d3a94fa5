"""A window of a hall as the desk runs it, without its screens: seat, journal, lanes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from app.clock import SystemClock
from app.domain.hall import HallState, Promise
from app.hall.address import HallAddress
from app.hall.giving_line import NatsGiving
from app.hall.isolated import Member
from app.hall.journal import Entry, StoreJournal
from app.hall.nats_log import NatsLog
from app.hall.seat import Seat, Terms
from app.hall.wire import Names
from app.lanes import DB, HALL, Lanes
from app.paths import Places
from app.storage.access import StoreAccess
from app.storage.opening import open_store
from tests.helpers.nats import DEADLINE

DAY = date(2026, 11, 23)
T = TypeVar("T")


class Joins(Protocol):
    """What lets a window into a hall: a host of it, or the credentials it was given before."""

    def member(self, name: str) -> HallAddress: ...


class Window:
    """``issues``: it gives out numbers, also while it is cut off."""

    def __init__(self, host: Joins, folder: Path, number: int, *, issues: bool = False) -> None:
        self.lanes = Lanes()
        places = Places.under(folder / f"desk-{number}")
        opened = self.lanes.submit(DB, open_store, places, datetime.now(UTC)).result(DEADLINE)
        self.store = StoreAccess(opened, self.lanes)
        address = host.member(f"window-{number}")
        self.log = NatsLog(address)
        terms = Terms(number, promise=Promise(), issues=issues)
        self.news = threading.Event()
        giving = NatsGiving(self.log, Names(address.hall), number)
        journal = StoreJournal(self.store)
        self.seat = Seat(self.log, journal, terms, SystemClock(), shared=self.log, giving=giving)
        self.seat.follow(self.news.set)
        self.seat.give_to_others(partial(self.lanes.submit, HALL))

    def close(self) -> None:
        try:
            self.lanes.submit(HALL, self.seat.close).result(DEADLINE)
        finally:
            self.lanes.close(last=(DB, self.store.close))

    def do(self, act: Callable[[Member], T]) -> T:
        """Do something where the desk does it."""
        return self.lanes.submit(HALL, lambda: act(self.seat.member(DAY))).result(DEADLINE)

    @property
    def state(self) -> HallState:
        return self.do(lambda member: member.state)

    def tended(self) -> bool:
        """Do what the desk does between two acts; say whether the window is in touch."""

        def tend() -> bool:
            self.seat.tend(DAY)
            return not self.seat.member(DAY).cut_off

        return self.lanes.submit(HALL, tend).result(DEADLINE)

    def call(self) -> str | None:
        """Press once."""
        return self.lanes.submit(HALL, self._call).result(DEADLINE)

    def _call(self) -> str | None:
        self.seat.ask_around(DAY)
        choice = self.seat.call_next(DAY)
        return choice.ticket.number if choice else None


class Memory:
    """A journal that lasts as long as the test."""

    def __init__(self) -> None:
        self.kept: list[Entry] = []

    def add(self, _day: date, entries: Sequence[Entry]) -> None:
        self.kept += entries

    def entries(self, _day: date) -> Sequence[Entry]:
        return list(self.kept)
