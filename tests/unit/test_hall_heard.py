"""What was pushed is used only as far as nothing is missing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from app.domain.hall_event import EventKind, HallEvent
from app.hall.heard import Heard
from app.hall.log import LoggedEvent

DAY, OTHER = "2026-11-23", "2026-11-22"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def called(seq: int, number: str = "A001", day: str = DAY) -> LoggedEvent:
    return LoggedEvent(seq, f"ticket.{number}", 1, HallEvent(EventKind.CALLED, number, NOW, 1), f"{seq}", day)


def asked(seq: int) -> LoggedEvent:
    return LoggedEvent(seq, "counter.A", 0, HallEvent(EventKind.ISSUED, "", NOW), f"{seq}", DAY)


def seqs(found: list[LoggedEvent] | None) -> list[int] | None:
    return None if found is None else [event.seq for event in found]


def test_a_row_without_a_gap_answers_and_a_gap_does_not() -> None:
    heard = Heard()
    heard.numbering(DAY).seq = 4
    for event in (called(5), called(6, day=OTHER), called(7)):
        heard.add(event)
    assert seqs(heard.since(DAY, 4)) == [5, 7]
    assert seqs(heard.since(DAY, 5)) == [7]
    assert heard.since(DAY, 3) is None
    heard.add(called(9))
    assert heard.since(DAY, 5) is None
    assert heard.since(DAY, 8) is None
    heard.numbering(DAY).seq = 8
    heard.add(called(9))
    assert seqs(heard.since(DAY, 8)) == [9]


def test_a_number_is_told_only_when_all_before_it_is_known() -> None:
    heard = Heard()
    assert heard.add(asked(5)) is None
    heard.numbering(DAY).seq = 5
    told = heard.add(asked(6))
    assert told is not None
    assert told.event.number == "A001"
    assert heard.add(asked(8)) is None
    assert heard.add(called(9)) == called(9)


def test_after_a_break_nothing_is_taken_from_before() -> None:
    heard = Heard()
    heard.numbering(DAY).seq = 4
    heard.add(called(5))
    heard.forget()
    assert heard.since(DAY, 4) is None
    heard.add(called(6))
    heard.begin_anew()
    heard.add(called(1))
    assert seqs(heard.since(DAY, 0)) == [1]


def test_who_waits_is_woken_by_the_event_itself() -> None:
    async def race() -> tuple[LoggedEvent | None, bool, LoggedEvent | None]:
        heard = Heard()
        deaf = await heard.after(DAY, "ticket.A001", 4)
        heard.listening = True
        asyncio.get_running_loop().call_soon(heard.add, called(5))
        won = await heard.after(DAY, "ticket.A001", 4)
        return deaf, await heard.reaches(5), won

    assert asyncio.run(race()) == (None, True, called(5))
