"""A limit that is about to end: the number goes first, the visit has 30 minutes, being late is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import calling, drafts, issuing
from app.services.desk import Desk
from app.storage import findings
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import desk_in, do
from tests.helpers.visits import called, fill, finish, hand_in, record, view

LAST_DAY = "2026-11-08"
"""A ruling served then ends its fifteen days on Monday 2026-11-23."""


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        yield opened


def urgent_visit(desk: Desk) -> str:
    """An objection suit whose fifteen days end today."""
    visit_id = called(desk)
    fill(desk, matter__1__code="F05", matter__1__variant="suit", matter__1__ruling_served=LAST_DAY)
    return visit_id


def test_a_number_given_out_as_urgent_is_called_first_and_says_why(desk: Desk) -> None:
    ordinary = do(desk, issuing.take_ticket, "立案登记", False)
    urgent = do(desk, issuing.take_urgent, "立案登记")
    assert ordinary != urgent
    queue = view(desk).queue
    assert queue.next is not None
    assert queue.next.number == urgent
    assert "法定期限临近" in queue.why
    do(desk, calling.call_next)
    words = view(desk).advice.urgent
    assert "取号时标了时效临近" in words
    assert "还剩 30 分钟" in words


def test_the_target_counts_down_and_being_late_is_a_finding_that_stops_nothing(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = urgent_visit(desk)
    assert "今天届满" in view(desk).advice.urgent
    clock.forward(minutes=12)
    assert "还剩 18 分钟" in view(desk).advice.urgent
    assert not any(one.key.startswith("1.17") for one in desk.store(findings.of_visit, visit_id))
    clock.forward(minutes=20)
    shown = view(desk).advice
    assert "已超过 2 分钟" in shown.urgent
    assert any("超过30分钟" in one.text and not one.frozen for one in shown.remarks)
    hand_in(desk, tmp_path)
    finish(desk, unsigned=True)
    assert view(desk, visit_id).advice.urgent == ""
    told = [one for one in record(desk, visit_id)["findings"] if one["key"] == "17"]
    assert [(one["effect"], one["stood"]) for one in told] == [("warn", True)]


def test_a_clock_of_hours_is_urgent_too(desk: Desk) -> None:
    called(desk)
    fill(desk, matter__1__code="F09")
    do(desk, drafts.set_field, "matter.1.accepted_at", "2026-11-23 09:00")
    assert "以小时计" in view(desk).advice.urgent


def test_an_ordinary_visit_says_nothing_of_a_target(desk: Desk, clock: SteppingClock) -> None:
    visit_id = called(desk)
    fill(desk)
    clock.forward(minutes=45)
    assert view(desk).advice.urgent == ""
    assert not any(one.key.startswith("1.17") for one in desk.store(findings.of_visit, visit_id))


def test_what_was_found_in_the_visit_lifts_its_number_when_it_waits_again(desk: Desk) -> None:
    urgent_visit(desk)
    number = view(desk).visit.ticket  # type: ignore[union-attr]
    do(desk, issuing.take_ticket, "立案登记", False)
    do(desk, calling.put_back, "缺一份复印件")
    ticket = desk.hall.state.tickets[number]
    assert ticket.urgent
    assert do(desk, calling.call_next).ticket == number
