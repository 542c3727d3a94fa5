"""A follower that is told what is new sees the same as one that reads the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from app.domain.hall_event import EventKind, HallEvent
from app.hall.follow import HallFollower
from app.hall.log import LoggedEvent

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class MemoryLog:
    """A log in memory that counts how often it is read."""

    def __init__(self) -> None:
        self.events: list[LoggedEvent] = []
        self.reads = 0
        self.told: list[Callable[[LoggedEvent | None], None]] = []

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        seq = len(self.events) + 1
        self.events.append(LoggedEvent(seq, subject, expected + 1, event, event_id, day.isoformat()))
        return seq

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        raise NotImplementedError

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        raise NotImplementedError

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        self.reads += 1
        return [e for e in self.events if e.seq > seq and e.day == day.isoformat()]

    def watch(self, told: Callable[[LoggedEvent | None], None]) -> Callable[[], None]:
        self.told.append(told)
        return lambda: self.told.remove(told)

    def issue(self, number: str, day: date = DAY) -> LoggedEvent:
        self.append(day, f"ticket.{number}", 0, number, HallEvent(EventKind.ISSUED, number, NOW))
        return self.events[-1]


def followed() -> tuple[MemoryLog, HallFollower, list[int]]:
    log = MemoryLog()
    follower = HallFollower(log)
    calls: list[int] = []
    follower.follow(lambda: calls.append(1))
    follower.refresh(DAY)
    log.reads = 0
    return log, follower, calls


def test_what_is_told_in_order_is_applied_without_reading() -> None:
    log, follower, calls = followed()
    for number in ("A001", "A002"):
        log.told[0](log.issue(number))
    assert list(follower.catch_up(DAY).tickets) == ["A001", "A002"]
    assert (log.reads, len(calls)) == (0, 2)
    assert follower.expected("ticket.A002") == 1


def test_a_gap_is_read_from_the_log() -> None:
    log, follower, _calls = followed()
    log.issue("A001")
    log.told[0](log.issue("A002"))
    assert list(follower.catch_up(DAY).tickets) == ["A001", "A002"]
    assert log.reads == 1


def test_a_break_of_the_connection_is_read_from_the_log() -> None:
    log, follower, _calls = followed()
    log.issue("A001")
    log.told[0](None)
    assert list(follower.catch_up(DAY).tickets) == ["A001"]
    assert log.reads == 1


def test_what_was_read_before_is_not_applied_again() -> None:
    log, follower, _calls = followed()
    event = log.issue("A001")
    follower.refresh(DAY)
    log.told[0](event)
    assert follower.catch_up(DAY) == follower.state
    assert log.reads == 1


def test_another_days_event_is_no_gap_by_itself() -> None:
    log, follower, _calls = followed()
    log.told[0](log.issue("A001", date(2026, 11, 24)))
    assert not follower.catch_up(DAY).tickets
    assert log.reads == 0


def test_a_new_day_starts_empty() -> None:
    log, follower, _calls = followed()
    log.told[0](log.issue("A001"))
    follower.catch_up(DAY)
    assert not follower.catch_up(date(2026, 11, 24)).tickets
