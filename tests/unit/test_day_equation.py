"""What must add up at the end of a day, and what is said when it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.day import DayIntake, DayTicket, Difference, Doubt, Fate, TicketFate, differences
from tests.helpers.cases import MOMENT

WINDOW = 3


def served(count: int) -> DayTicket:
    return DayTicket(f"A{count:03d}", TicketFate.SERVED, WINDOW)


def intake(count: int) -> DayIntake:
    return DayIntake(
        receipt_no=f"SJ20261123-03-{count:04d}",
        count=count,
        window=WINDOW,
        ticket=f"A{count:03d}",
        finished_at=MOMENT,
        matters=("民事一审立案",),
        fate=Fate.STORED,
        papers=("confirmed",),
        hash=f"{count:064x}",
        event_id=f"event-{count}",
    )


TICKETS = [served(n) for n in (1, 2, 3)]
INTAKES = [intake(n) for n in (1, 2, 3)]
AT_COURT: dict[str, str | None] = {one.event_id: one.hash for one in INTAKES}
STILL_OPEN = replace(TICKETS[1], fate=TicketFate.OPEN)
SECOND = INTAKES[1].receipt_no


def found(
    tickets: list[DayTicket] = TICKETS,
    intakes: list[DayIntake] = INTAKES,
    given: int = 3,
    bands: tuple[int, ...] = (),
    at_court: dict[str, str | None] | None = AT_COURT,
) -> tuple[Difference, ...]:
    return differences(tickets, intakes, window=WINDOW, given=given, bands=bands, at_court=at_court)


def second(**changes: object) -> list[DayIntake]:
    return [INTAKES[0], replace(INTAKES[1], **changes), INTAKES[2]]  # type: ignore[arg-type]


def test_a_day_that_adds_up_has_no_difference() -> None:
    assert found() == ()
    others = [DayTicket("A004", TicketFate.OPEN, None), DayTicket("A005", TicketFate.SERVED, 4)]
    assert found([*TICKETS, *others]) == ()


@pytest.mark.parametrize(
    ("tickets", "intakes", "kind", "number"),
    [
        ([*TICKETS, served(2)], INTAKES, Doubt.TICKET_TWICE, "A002"),
        ([*TICKETS, served(9)], INTAKES, Doubt.SERVED_WITHOUT_VISIT, "A009"),
        ([TICKETS[0], TICKETS[2]], INTAKES, Doubt.VISIT_WITHOUT_TICKET, "A002"),
        ([TICKETS[0], STILL_OPEN, TICKETS[2]], INTAKES, Doubt.VISIT_NOT_SERVED, "A002"),
        ([TICKETS[0], TICKETS[2]], [INTAKES[0], INTAKES[2]], Doubt.RECEIPT_MISSING, "03-0002"),
        (TICKETS[:2], INTAKES[:2], Doubt.RECEIPT_MISSING, "03-0003"),
        (TICKETS, [*INTAKES, INTAKES[1]], Doubt.RECEIPT_TWICE, SECOND),
        (TICKETS, second(sent=0), Doubt.NOT_SENT, SECOND),
        (TICKETS, second(sent=2), Doubt.SENT_TWICE, SECOND),
        (TICKETS, second(papers=("not_printed",)), Doubt.NO_PAPER, SECOND),
        (TICKETS, second(papers=("not_printed", "unconfirmed")), Doubt.PAPER_IN_DOUBT, SECOND),
        (TICKETS, second(hash="0" * 64), Doubt.OTHER_AT_COURT, SECOND),
    ],
)  # fmt: skip
def test_each_thing_that_does_not_add_up_is_named_by_its_number_and_nothing_else_is(
    tickets: list[DayTicket], intakes: list[DayIntake], kind: Doubt, number: str
) -> None:
    assert found(tickets, intakes) == (Difference(kind, number),)


def test_what_the_court_acknowledged_and_does_not_have_is_named() -> None:
    lost = AT_COURT | {"event-2": None}
    assert found(at_court=lost) == (Difference(Doubt.NOT_AT_COURT, SECOND),)
    assert found(at_court=None) == ()


def test_a_gap_of_a_restore_is_no_difference_but_one_inside_a_band_is() -> None:
    moved = [INTAKES[0], replace(intake(2), count=1002), replace(intake(3), count=1003)]
    assert found(intakes=moved, bands=(1000,)) == ()
    assert [one.kind for one in found(intakes=moved)] != []
    gap = [INTAKES[0], replace(intake(3), count=1003)]
    assert Difference(Doubt.RECEIPT_MISSING, "03-0002") in found(intakes=gap, bands=(1000,))


@given(st.integers(1, 40), st.data())
def test_whatever_one_number_is_taken_away_it_is_named(size: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(1, size))
    tickets = [served(n) for n in range(1, size + 1)]
    intakes = [intake(n) for n in range(1, size + 1)]
    without_ticket = [t for t in tickets if t.number != f"A{gone:03d}"]
    without_intake = [i for i in intakes if i.count != gone]
    held: dict[str, str | None] = {one.event_id: one.hash for one in intakes}
    assert {d.number for d in found(without_ticket, intakes, size, at_court=held)} == {f"A{gone:03d}"}
    assert {d.number for d in found(tickets, without_intake, size, at_court=held)} == {
        f"A{gone:03d}",
        f"03-{gone:04d}",
    }
