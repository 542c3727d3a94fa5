"""What becomes of a call at one window: set aside, sent on, taken back; and how numbers are given out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import zxingcpp

from app.clock import COURT_ZONE, business_day, local
from app.domain.hall import HallState
from app.domain.ticket import Ticket, TicketState, Wanted
from app.domain.wait import ENOUGH, score, waits_of
from app.errors import HallProblem
from app.services import calling, hall_rules, issuing, queue, swiping, waits
from app.services.desk import Desk
from app.services.verify import findings
from app.services.views import QueueView
from app.settings import DeviceSettings, HallSettings, QueueSettings, Settings
from app.storage import print_jobs, visits
from printing.simulators.interpreter import interpret
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import desk_in, do, file_devices
from tests.helpers.devices import id_reader
from tests.helpers.nats import until
from tests.helpers.ports import free_port
from tests.helpers.visits import called, everything, facts, fill, finish, hand_in, print_all, shown

ADULT = "110105197303050019"
"""The number on the simulator's card "adult"."""


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    settings = Settings(hall=HallSettings(window=3, clerk="其木格"), devices=file_devices(tmp_path))
    with desk_in(tmp_path, settings, clock) as one:
        yield one
        assert findings(one) == []


def take(desk: Desk, clock: SteppingClock, *, green: bool = False) -> str:
    clock.forward(minutes=1)
    return str(do(desk, issuing.take_ticket, "立案", green))


def state(desk: Desk) -> HallState:
    return desk.hall.state


def ticket(desk: Desk, number: str) -> Ticket:
    return state(desk).tickets[number]


def zone(desk: Desk) -> QueueView:
    view: QueueView = do(desk, queue.keep_up)
    return view


def test_a_certain_number_is_called_and_who_would_have_been_next_is_overtaken(
    desk: Desk, clock: SteppingClock
) -> None:
    numbers = [take(desk, clock) for _ in range(3)]
    assert do(desk, calling.call_one, numbers[2]).ticket == numbers[2]
    assert [ticket(desk, n).overtaken for n in numbers[:2]] == [1, 1]
    assert "点名" in zone(desk).called_why
    with pytest.raises(HallProblem, match="还在本窗口"):
        do(desk, calling.call_one, numbers[1])


def test_each_call_keeps_the_rule_and_who_would_have_been_next(desk: Desk, clock: SteppingClock) -> None:
    take(desk, clock)
    take(desk, clock, green=True)
    assert do(desk, calling.call_next).ticket == "G001"
    why = zone(desk).called_why
    assert "绿色通道优先" in why
    assert "A001" in why
    assert (ticket(desk, "G001").rule, ticket(desk, "G001").other) == ("green", "A001")


def test_a_parked_person_is_called_again_here_with_the_whole_draft(
    desk: Desk, clock: SteppingClock, tmp_path: Path
) -> None:
    visit_id = called(desk)
    fill(desk)
    do(desk, calling.park, "去填表")
    assert shown_nobody(desk)
    assert [(row.number, row.note) for row in zone(desk).parked] == [("A001", "去填表")]
    take(desk, clock)
    assert do(desk, calling.call_next).ticket == "A002", "the parked one does not wait in the row"
    do(desk, calling.no_show)
    assert do(desk, calling.call_one, "A001").id == visit_id
    assert shown(desk).party_name == "张𬭎"
    hand_in(desk, tmp_path)
    finish(desk, unsigned=True)
    assert ticket(desk, "A001").state is TicketState.SERVED


def shown_nobody(desk: Desk) -> bool:
    return desk.store(visits.open_at, desk.window) is None


def test_a_person_put_back_waits_at_the_old_place(desk: Desk, clock: SteppingClock) -> None:
    take(desk, clock)
    take(desk, clock)
    do(desk, calling.call_next)
    do(desk, calling.put_back, "叫错")
    assert [row.number for row in zone(desk).waiting] == ["A001", "A002"]
    assert do(desk, calling.call_next).ticket == "A001"
    assert all(count == 1 for count in facts(desk).visits_by_ticket.values())


@pytest.mark.parametrize(
    ("act", "words"), [(calling.park, ("等人",)), (calling.put_back, ("叫错",)), (calling.no_show, ())]
)
def test_the_last_act_is_taken_back_and_the_visit_goes_on(
    desk: Desk, clock: SteppingClock, act: object, words: tuple[str, ...]
) -> None:
    visit_id = called(desk)
    fill(desk)
    do(desk, act, *words)  # type: ignore[arg-type]
    assert do(desk, calling.undo) == "A001"
    assert ticket(desk, "A001").state is TicketState.CALLED
    assert shown(desk).visit_id == visit_id
    assert shown(desk).party_name == "张𬭎"


def test_a_call_by_mistake_is_taken_back_and_nobody_was_overtaken(desk: Desk, clock: SteppingClock) -> None:
    take(desk, clock)
    take(desk, clock)
    do(desk, calling.call_one, "A002")
    assert do(desk, calling.undo) == "A002"
    assert [t.overtaken for t in state(desk).tickets.values()] == [0, 0]
    assert shown_nobody(desk)
    with pytest.raises(HallProblem, match="没有可以撤销"):
        do(desk, calling.undo)
    assert do(desk, calling.call_next).ticket == "A001"


def test_only_the_newest_act_is_taken_back_once(desk: Desk, clock: SteppingClock) -> None:
    called(desk)
    take(desk, clock)
    do(desk, calling.no_show)
    do(desk, calling.call_next)
    assert do(desk, calling.undo) == "A002"
    with pytest.raises(HallProblem, match="没有可以撤销"):
        do(desk, calling.undo)
    assert ticket(desk, "A001").state is TicketState.NO_SHOW


def test_a_finished_visit_is_not_taken_back(desk: Desk, tmp_path: Path) -> None:
    called(desk)
    fill(desk)
    hand_in(desk, tmp_path)
    finish(desk, unsigned=True)
    with pytest.raises(HallProblem, match="没有可以撤销"):
        do(desk, calling.undo)


def test_within_the_grace_a_missed_number_keeps_its_place_later_it_queues_anew(
    desk: Desk, clock: SteppingClock
) -> None:
    for _ in range(2):
        take(desk, clock)
    do(desk, calling.call_next)
    do(desk, calling.no_show)
    clock.forward(minutes=9)
    do(desk, calling.bring_back, "A001")
    assert zone(desk).waiting[0].number == "A001"
    do(desk, calling.call_next)
    do(desk, calling.no_show)
    clock.forward(minutes=11)
    do(desk, calling.bring_back, "A001")
    assert [row.number for row in zone(desk).waiting] == ["A002", "A001"]


def test_a_pause_is_shown_with_its_reason_and_ends_with_the_next_call(
    desk: Desk, clock: SteppingClock
) -> None:
    take(desk, clock)
    do(desk, calling.pause, "午休")
    assert zone(desk).paused == "午休"
    do(desk, calling.end_pause)
    assert zone(desk).paused == ""
    do(desk, calling.pause, "开会")
    do(desk, calling.call_next)
    assert zone(desk).paused == ""


def test_there_is_nowhere_to_send_anybody_from_the_only_window(desk: Desk) -> None:
    called(desk)
    with pytest.raises(HallProblem, match="没有这样的窗口"):
        do(desk, calling.transfer, "专办", 7)
    assert ticket(desk, "A001").state is TicketState.CALLED


# ---- giving out numbers -----------------------------------------------------------------------------------


def test_who_holds_a_number_gets_the_paper_again_and_no_second_number(
    desk: Desk, clock: SteppingClock
) -> None:
    mine = Wanted("立案", person="0123456789abcdef")
    first = do(desk, issuing.take_for, mine)
    again = do(desk, issuing.take_for, mine)
    assert (first.again, again.again, again.number) == (False, True, first.number)
    other_matter = do(desk, issuing.take_for, Wanted("执行", person="0123456789abcdef"))
    assert other_matter.number != first.number
    titles = [job.title for job in desk.store(print_jobs.in_state, "waiting")]
    assert titles == ["排队号 A001", "排队号 A001（补打）", "排队号 A002"]
    do(desk, calling.call_next)
    assert do(desk, issuing.take_for, mine).again, "also while being served"


def test_one_number_for_several_cases_says_how_many(desk: Desk) -> None:
    do(desk, issuing.take_for, Wanted("立案", cases=12))
    assert zone(desk).waiting[0].cases == 12


def test_stubs_of_a_paper_roll_take_their_place_between_the_outage_and_now(
    desk: Desk, clock: SteppingClock
) -> None:
    take(desk, clock)
    outage = clock.now()
    clock.forward(minutes=30)
    taken = do(desk, issuing.admit_stubs, ["P003", "YC:P001", "p002", "P003"], outage)
    assert taken == ("P001", "P002", "P003")
    late = take(desk, clock)
    assert [row.number for row in zone(desk).waiting] == ["A001", "P001", "P002", "P003", late]
    arrived = [ticket(desk, n).arrived_at for n in taken]
    assert arrived == sorted(arrived)
    assert outage < arrived[0] < arrived[-1] < clock.now()
    assert do(desk, issuing.admit_stubs, ["P001", "P004"], outage) == ("P004",), "a stub counts once"


@pytest.mark.parametrize("text", ["A001", "P", "P000", "P12345", "150402199003075517", "", "x" * 500])
def test_what_is_no_stub_is_refused_with_a_sentence(desk: Desk, clock: SteppingClock, text: str) -> None:
    with pytest.raises(HallProblem, match="不是备用号卷上的号"):
        do(desk, issuing.admit_stubs, ["P001", text], clock.now() - timedelta(minutes=5))
    assert not state(desk).tickets


def test_numbers_start_again_at_the_courts_own_midnight(desk: Desk, clock: SteppingClock) -> None:
    assert take(desk, clock) == "A001"
    to_midnight = 24 * 60 - (clock.now().hour + 8) % 24 * 60 - clock.now().minute
    clock.forward(minutes=to_midnight - 2)
    assert take(desk, clock) == "A002", "23:59 here, though UTC has another date or not"
    clock.forward(minutes=1)
    assert take(desk, clock) == "A001"


def test_a_window_alone_serves_its_own_board_and_the_ticket_names_it(
    tmp_path: Path, clock: SteppingClock
) -> None:
    port = free_port()
    hall = HallSettings(window=3, board_port=port, board=f"http://127.0.0.1:{port}/")
    with desk_in(tmp_path, Settings(hall=hall, devices=file_devices(tmp_path)), clock) as desk:
        called(desk)
        zone(desk)
        with httpx.stream("GET", f"http://127.0.0.1:{port}/events/board", timeout=10) as answer:
            told = next(line for line in answer.iter_lines() if line.startswith("data: {"))
        assert json.loads(told.removeprefix("data: "))["calls"] == [
            {"number": "A001", "window": 3, "times": 1}
        ]
        print_all(desk)
    paper = interpret((tmp_path / "ticket.escpos").read_bytes(), 576)
    (code,) = zxingcpp.read_barcodes(paper.picture)
    assert code.text == f"http://127.0.0.1:{port}/t/{business_day(clock.now())}.A001"


def test_after_some_days_a_ticket_says_how_long_it_will_take_and_the_day_is_scored(
    tmp_path: Path, clock: SteppingClock
) -> None:
    settings = Settings(hall=HallSettings(window=3), devices=file_devices(tmp_path))
    with desk_in(tmp_path, settings, clock) as desk:
        for _ in range(ENOUGH):
            number = take(desk, clock)
            clock.forward(minutes=6)
            do(desk, calling.call_one, number)
            do(desk, calling.no_show)
        assert ticket(desk, "A001").wait == (), "nothing is said before enough is known"
        clock.forward(days=1)
        until(lambda: bool(do(desk, waits.catch_up)))
        first = take(desk, clock)
        assert ticket(desk, first).wait == (6, 7)
        clock.forward(minutes=6)
        do(desk, calling.call_next)
        assert score(waits_of(do(desk, hall_rules.read).events, COURT_ZONE)) == (1, 1)
        jobs = desk.store(print_jobs.in_state, "waiting")
        assert json.loads(jobs[-1].content)["wait"] == [6, 7]


def test_outside_the_hours_and_over_the_cap_no_number_is_given_and_a_sentence_says_when(
    tmp_path: Path, clock: SteppingClock
) -> None:
    rules = QueueSettings(hours="08:30-12:00 13:30-17:00", cap=3, cap_warning=1, prefixes="执行=B")
    with desk_in(tmp_path, Settings(hall=HallSettings(window=3), queue=rules), clock) as desk:
        clock.forward(minutes=(12 * 60 - local(clock.now()).hour * 60) % (24 * 60) + 1)
        with pytest.raises(HallProblem, match="不是取号时间") as told:
            take(desk, clock)
        assert "13:30" in told.value.next_step
        clock.forward(hours=2)
        taken = [do(desk, issuing.take_for, Wanted(group)) for group in ("立案", "执行", "立案")]
        assert [(one.number, one.left) for one in taken] == [("A001", None), ("B001", 1), ("A002", 0)]
        with pytest.raises(HallProblem, match="已发完，共 3 个"):
            take(desk, clock)
        assert do(desk, calling.call_next).ticket == "A001", "who has a number is served"


def test_a_card_gives_one_number_priority_by_age_and_leaves_no_trace_of_its_number(
    tmp_path: Path, clock: SteppingClock
) -> None:
    with id_reader("tcp", tmp_path) as reader:
        settings = Settings(hall=HallSettings(window=3), devices=DeviceSettings(id_reader=reader.url))
        with desk_in(tmp_path, settings, clock) as desk:
            reader.tell("place adult")
            wanted = do(desk, swiping.read)
            assert (wanted.green, len(wanted.person)) == (False, 32)
            first = do(desk, issuing.take_for, wanted)
            reader.tell("lift")
            reader.tell("place adult")
            assert do(desk, issuing.take_for, do(desk, swiping.read)) == replace(first, again=True)
            rows = "\n".join(desk.store(everything))
            assert ADULT not in rows
            assert wanted.person in rows
            assert swiping.person_of(desk, ADULT) == wanted.person
            clock.forward(days=1)
            assert swiping.person_of(desk, ADULT) != wanted.person, "two days cannot be put together"


def test_whoever_is_old_enough_has_priority_without_being_asked(tmp_path: Path, clock: SteppingClock) -> None:
    with id_reader("tcp", tmp_path) as reader:
        settings = Settings(
            hall=HallSettings(window=3),
            queue=QueueSettings(elder=50),
            devices=DeviceSettings(id_reader=reader.url),
        )
        with desk_in(tmp_path, settings, clock) as desk:
            reader.tell("place adult")
            assert do(desk, swiping.read).green, "born in 1973"
