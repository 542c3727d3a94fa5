"""Numbers are counted in the order of the log, by every reader alike."""

from __future__ import annotations

from datetime import UTC, datetime

from app.domain.hall import fold
from app.domain.hall_event import EventKind, HallEvent
from app.hall.log import LoggedEvent
from app.hall.numbering import Numbering, counted, skipping

DAY = "2026-11-23"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def stored(seq: int, event: HallEvent, subject: str = "counter.A", event_id: str = "") -> LoggedEvent:
    count = 0 if subject.startswith("counter.") else 1
    return LoggedEvent(seq, subject, count, event, event_id or f"id-{seq}", DAY)


def asked(seq: int, event_id: str = "") -> LoggedEvent:
    return stored(seq, HallEvent(EventKind.ISSUED, "", NOW), event_id=event_id)


def numbers(events: list[LoggedEvent]) -> list[str]:
    numbering = Numbering()
    return [numbering.read(event).event.number for event in events]


def test_each_gets_the_next_number_and_a_block_takes_its_own() -> None:
    block = HallEvent(EventKind.BLOCK, "", NOW, 3, span=20)
    events = [asked(1), stored(2, block), asked(3), asked(4)]
    assert numbers(events) == ["A001", "A002", "A022", "A023"]
    assert numbers([asked(1), stored(2, block, "counter.Z"), asked(3)]) == ["A001", "Z001", "A002"]


def test_an_issued_number_is_the_first_event_of_its_ticket() -> None:
    numbering = Numbering()
    read = numbering.read(asked(7))
    assert (read.subject, read.subject_seq, read.seq) == ("ticket.A001", 0, 7)
    assert list(fold([read.event]).tickets) == ["A001"]


def test_an_event_that_is_stored_twice_has_one_number_and_costs_no_other() -> None:
    assert numbers([asked(1), asked(2, "id-1"), asked(3)]) == ["A001", "A001", "A002"]


def test_reading_again_gives_the_same_numbers() -> None:
    events = [asked(1), asked(2), stored(3, skipping("A", 1000, NOW)), asked(4)]
    numbering = Numbering()
    once = [numbering.read(event) for event in events]
    assert [numbering.read(event) for event in events] == once
    assert [e.event.number for e in once] == ["A001", "A002", "A1000", "A1001"]
    assert numbering.seq == 4


def test_numbers_only_go_on_never_back() -> None:
    events = [asked(1), stored(2, skipping("A", 1000, NOW)), stored(3, skipping("A", 500, NOW)), asked(4)]
    assert numbers(events)[-1] == "A1001"
    told_again = stored(5, HallEvent(EventKind.BLOCK, "A1041", NOW, 3, span=20))
    assert numbers([*events, told_again, asked(6)])[-1] == "A1061"


def test_what_was_not_counted_moves_no_counter() -> None:
    roll = stored(2, HallEvent(EventKind.ISSUED, "A050", NOW, 3), "ticket.A050")
    nonsense = stored(3, HallEvent(EventKind.BLOCK, "../etc", NOW))
    numbering = Numbering()
    read = [numbering.read(event) for event in (asked(1), roll, nonsense, asked(4))]
    assert [e.event.number for e in read] == ["A001", "A050", "../etc", "A002"]
    assert counted(read) == {"A": 2}
