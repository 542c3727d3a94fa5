"""The back office answers on its page; the desk hears of it, once, whatever the line does meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.notices import Level
from app.services import answers, status
from app.services.desk import Desk
from app.services.views import AnswerView
from app.settings import CourtSettings, Settings
from app.storage import intakes
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.court import Fault, FaultProxy, Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.office import Office
from tests.helpers.visits import finish, ready, shown

__all__ = ["counter", "qapp"]
pytestmark = OFFSCREEN

NUMBER = "（2026）内0423民初12号"


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture(scope="module")
def office(court: Gateway) -> Iterator[Office]:
    with Office(court) as opened:
        yield opened


@pytest.fixture
def proxy(court: Gateway) -> Iterator[FaultProxy]:
    with FaultProxy(court) as running:
        yield running


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, court: Gateway, proxy: FaultProxy, clock: SteppingClock) -> Iterator[Desk]:
    address = CourtSettings(proxy.url, str(court.data / "window.token"))
    with desk_in(
        tmp_path, Settings(hall=HALL, devices=file_devices(tmp_path), court=address), clock
    ) as opened:
        yield opened


def settle(desk: Desk, clock: SteppingClock) -> None:
    """Send until there is nothing to do but wait for the next question, and let that time pass."""
    for _ in range(100):
        if do(desk, status.send).next_in > 0 and not any(desk.store(intakes.backlog)[:2]):
            clock.forward(minutes=1.5)
            return
        clock.forward(minutes=1.5)
    raise AssertionError("never idle")


def sent_visit(desk: Desk, clock: SteppingClock, folder: Path) -> str:
    visit_id = ready(desk, folder)
    finish(desk)
    settle(desk, clock)
    return visit_id


def told(desk: Desk, visit_id: str) -> tuple[AnswerView, ...]:
    outcome = shown(desk, visit_id).outcome
    assert outcome is not None
    return outcome.answers


def notice(desk: Desk) -> str:
    return "".join(one.happened for one in desk.notices.standing() if one.key == answers.NOTICE)


def test_an_acceptance_reaches_the_visit_the_days_list_and_a_notice(
    desk: Desk, clock: SteppingClock, office: Office, tmp_path: Path
) -> None:
    visit_id = sent_visit(desk, clock, tmp_path)
    assert told(desk, visit_id) == ()
    assert office.answer(visit_id, "accepted", case_number=NUMBER, judge="苏和") == 303
    settle(desk, clock)
    [answer] = told(desk, visit_id)
    assert (answer.title, answer.case_number, answer.judge) == ("立案", NUMBER, "苏和")
    assert "A001" in notice(desk)
    assert NUMBER in notice(desk)
    assert "张𬭎" not in notice(desk)
    [row] = do(desk, answers.answered_today)
    assert (row.visit_id, row.ticket, row.new, row.answer.word) == (visit_id, "A001", True, "accepted")
    do(desk, answers.looked_at)
    assert notice(desk) == ""
    assert [row.new for row in do(desk, answers.answered_today)] == [False]
    clock.forward(minutes=24 * 60)
    assert do(desk, answers.answered_today) == ()
    assert len(told(desk, visit_id)) == 1


def test_a_supplement_asks_for_attention_and_a_correction_stands_before_what_it_corrects(
    desk: Desk, clock: SteppingClock, office: Office, tmp_path: Path
) -> None:
    visit_id = sent_visit(desk, clock, tmp_path)
    office.answer(visit_id, "supplement", reason="缺被告身份信息")
    settle(desk, clock)
    assert [one.level for one in desk.notices.standing() if one.key == answers.NOTICE] == [Level.ATTENTION]
    office.answer(visit_id, "declined", reason="不属于本院管辖")
    [last, *_rest] = office.answer_ids(visit_id)
    assert office.answer(visit_id, "accepted", case_number=NUMBER, corrects=last) == 303
    assert office.answer(visit_id, "mediated", reason="双方当场和解", judge="苏和") == 303
    settle(desk, clock)
    assert [(one.word, one.replaced) for one in told(desk, visit_id)] == [
        ("mediated", False),
        ("accepted", False),
        ("declined", True),
        ("supplement", False),
    ]


def test_a_list_cut_in_the_middle_or_sent_twice_is_kept_once(
    desk: Desk, clock: SteppingClock, office: Office, proxy: FaultProxy, tmp_path: Path
) -> None:
    visit_id = sent_visit(desk, clock, tmp_path)
    office.answer(visit_id, "accepted", case_number=NUMBER)
    faults = (Fault.CUT_AFTER, Fault.CUT_BEFORE, Fault.NONSENSE, Fault.ERROR, Fault.TWICE)
    for fault in faults:
        proxy.default = fault
        do(desk, status.send)
        clock.forward(minutes=2)
        proxy.default = Fault.NONE
        settle(desk, clock)
    settle(desk, clock)
    assert len(told(desk, visit_id)) == 1
    assert len(do(desk, answers.answered_today)) == 1


def test_after_a_restart_what_nobody_looked_at_is_told_again_and_a_restored_court_doubles_nothing(
    clock: SteppingClock, tmp_path: Path
) -> None:
    with Gateway(tmp_path / "court") as court, Office(court) as office:
        address = CourtSettings(court.url, str(court.data / "window.token"))
        settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=address)
        with desk_in(tmp_path, settings, clock) as desk:
            visit_id = sent_visit(desk, clock, tmp_path)
            office.answer(visit_id, "accepted", case_number=NUMBER)
            settle(desk, clock)
        with desk_in(tmp_path, settings, clock) as again:
            do(again, answers.remind)
            assert "A001" in notice(again)
            court.stop()
            court.start("--restored")
            for _ in range(3):
                settle(again, clock)
            assert len(told(again, visit_id)) == 1


def test_the_clerk_reads_the_answer_on_the_window(counter: OpenCounter) -> None:
    """The whole way: the page of the back office, the gateway, the desk's lane, the window."""
    desk = counter("court")
    desk.call()
    desk.fill("identity.name", "张三")
    picture = desk.folder / "page.png"
    picture.write_bytes(_page())
    desk.bring_papers(picture)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    visit_id = desk.visit.visit_id
    desk.finish_unsigned()
    desk.bar("全部已送达")
    with Office(desk.court) as office:
        office.answer(visit_id, "accepted", case_number=NUMBER, judge="苏和")
    sending = desk.desk.sending
    assert sending is not None
    desk.desk.lanes.submit("sync", sending.sender.try_now).result(30)
    desk.says("后台已答复：A001")
    desk.until(lambda: bool(desk.outcome.answers), "the answer in the view")
    desk.until(lambda: NUMBER in desk.words(desk.window.visit), "the case number on the window")
    assert "承办 苏和" in desk.words(desk.window.visit)


def _page() -> bytes:
    from tests.helpers.imaging_files import encoded, text_page

    return encoded(text_page(number=1))
