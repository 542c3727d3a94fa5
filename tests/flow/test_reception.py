"""The reception at a real desk: numbers, papers anew, stubs after an outage; it calls nobody by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.domain.ticket import TicketState, Wanted
from app.errors import FormProblem, HallProblem
from app.services import calling, reception
from app.services.desk import Desk
from app.settings import HallSettings, QueueSettings, Settings
from app.storage import print_jobs
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.desks import desk_in, do, file_devices

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    hall = HallSettings(window=9, clerk="导诉", reception=True)
    settings = Settings(hall=hall, devices=file_devices(tmp_path), queue=QueueSettings(prefixes="执行=B"))
    with desk_in(tmp_path, settings, SteppingClock()) as opened:
        do(opened, calling.resume)
        do(opened, reception.open_reception)
        yield opened


def test_numbers_go_by_matter_under_their_letters_and_the_desk_stands_paused(desk: Desk) -> None:
    assert do(desk, reception.give, Wanted("立案")).number == "A001"
    second = do(desk, reception.give, Wanted("执行"))
    assert (second.number, second.ahead) == ("B001", 1)
    assert do(desk, reception.give, Wanted("立案", green=True)).number == "G001"
    view = do(desk, reception.view)
    assert [(g.group, g.prefix, g.waiting) for g in view.groups] == [("立案", "A", 2), ("执行", "B", 1)]
    assert view.windows == 0, "nobody is kept for a desk that calls nobody"
    do(desk, reception.open_reception)
    assert desk.hall.state.paused[9].reason == "导诉台"


def test_a_lost_paper_is_printed_anew_as_a_copy(desk: Desk) -> None:
    number = do(desk, reception.give, Wanted("立案")).number
    told = do(desk, reception.reprint, f"YC:{desk.today().isoformat()}.{number}".lower())
    assert (told.number, told.again) == (number, True)
    jobs = desk.store(print_jobs.in_state, "waiting")
    assert [(job.copy, job.why) for job in jobs] == [(0, ""), (1, "号票遗失，导诉台补打")]
    with pytest.raises(FormProblem, match="A077 今天没有在等候"):
        do(desk, reception.reprint, "a077")


def test_stubs_are_queued_in_the_order_of_the_roll_before_who_came_later(desk: Desk) -> None:
    later = do(desk, reception.give, Wanted("立案")).number
    assert do(desk, reception.admit, "P002-P004 p001", "0:00") == ("P001", "P002", "P003", "P004")
    order = sorted(desk.hall.state.waiting(), key=lambda t: t.arrived_at)
    assert [t.number for t in order] == ["P001", "P002", "P003", "P004", later]
    assert do(desk, reception.admit, "P004-P005", "0:00") == ("P005",), (
        "what is in the queue is not taken twice"
    )


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("P001-P900", "0:00"),
        ("P005-P001", "0:00"),
        ("起诉状", "0:00"),
        ("P001-Q004", "0:00"),
        ("P001", "25:00"),
    ],
)
def test_what_is_no_stub_or_no_time_takes_in_nothing(desk: Desk, text: str, since: str) -> None:
    with pytest.raises(FormProblem) as told:
        do(desk, reception.admit, text, since)
    assert told.value.safe == "一个也没有补录。"
    assert not desk.hall.state.tickets


def test_a_number_of_another_series_is_no_stub(desk: Desk) -> None:
    with pytest.raises(HallProblem, match="不是备用号卷上的号"):
        do(desk, reception.admit, "A001-A003", "0:00")


def test_the_page_gives_numbers_by_keys_alone(counter: OpenCounter) -> None:
    desk = counter()
    desk.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    page = desk.conductor.panels._panels["reception"].page
    desk.until(lambda: "0 个号" in desk.words(page), "the page")
    desk.key(Qt.Key.Key_1)
    desk.until(lambda: "A001" in desk.words(page), "the number on the page")
    desk.key(Qt.Key.Key_G)
    desk.key(Qt.Key.Key_1)
    desk.until(lambda: "G001" in desk.words(page), "the green number")
    assert desk.desk.hall.state.tickets["G001"].state is TicketState.WAITING
