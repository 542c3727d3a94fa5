"""The court is away, ill, or refuses: visits are finished all the same, and each reaches it exactly once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from app.clock import SystemClock
from app.services.rhythm import Rhythm
from app.storage import intakes
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.court import Fault

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PROMISED_SECONDS = 5.0
"""Back after an outage without a click (product.md)."""
SLACK = 10.0
"""Seconds a busy machine may add; a sender that waits out its own pause takes far longer."""


class AheadClock(SystemClock):
    """The computer's clock, but a test may let time pass that nobody waits for."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


def whole_visit(desk: Counter, name: str) -> str:
    """Finish a visit with one page; return its id."""
    desk.call()
    desk.fill("identity.name", name)
    picture = desk.folder / "page.png"
    Image.new("L", (400, 560), 200).save(picture)
    desk.bring_papers(picture)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    visit_id = desk.visit.visit_id
    assert desk.finish_unsigned().receipt_no
    return visit_id


def waits(desk: Counter, count: int, told: str) -> None:
    """The status bar shows how many records wait, and what is the matter."""
    desk.bar(f"待送 {count} 件")
    desk.bar(told)
    if "连不上" in told:
        assert "离线办理" in desk.words(desk.window.header)


def stored_once(desk: Counter, *visits: str) -> None:
    """Each visit is complete at the court, with one event that is the desk's own."""
    for visit_id in visits:
        desk.until(
            lambda of=visit_id: desk.court.visit(of).get("complete") is True, f"{visit_id} at the court"
        )
        ours = desk.read(intakes.events_of, visit_id)
        theirs = desk.court.visit(visit_id)["events"]
        assert [(event.id, event.sha256) for event in ours] == [(e["id"], e["sha256"]) for e in theirs]
    desk.bar("全部已送达")
    assert desk.findings() == []


def test_visits_are_finished_while_the_court_is_away_and_sent_when_it_is_back(counter: OpenCounter) -> None:
    desk = counter("court", rhythm=Rhythm(card=1.0, devices=0.25, view=1.0))
    desk.court.kill()
    first = whole_visit(desk, "张三")
    waits(desk, 1, "连不上法院，恢复后自动发送")
    second = whole_visit(desk, "李四")
    waits(desk, 2, "连不上法院，恢复后自动发送")
    desk.key(Qt.Key.Key_F2)
    assert "已存本机，联网后自动送法院" in desk.words(desk.window.visit)
    desk.court.start()
    back = time.monotonic()
    desk.bar("全部已送达")
    assert time.monotonic() - back < PROMISED_SECONDS + SLACK
    stored_once(desk, first, second)


def test_a_court_that_was_away_for_long_is_noticed_within_seconds_of_its_return(counter: OpenCounter) -> None:
    """After many failures the sender would wait up to a minute; the door is watched at the usual pace."""
    clock = AheadClock()
    desk = counter("court", rhythm=Rhythm(card=1.0, devices=0.25, view=1.0), clock=clock)
    desk.court.kill()
    visit_id = whole_visit(desk, "张三")
    desk.bar("连不上法院")
    sending = desk.desk.sending
    assert sending is not None

    def fail_again() -> float:
        clock.ahead += 60.0
        return sending.round().next_in

    waited = [desk.desk.lanes.submit("sync", fail_again).result(30) for _ in range(12)]
    while waited[-1] < 2 * (PROMISED_SECONDS + SLACK):
        waited.append(desk.desk.lanes.submit("sync", fail_again).result(30))
    desk.until(lambda: sending.shut, "a shut door, seen")
    desk.court.start()
    back = time.monotonic()
    desk.bar("全部已送达")
    assert time.monotonic() - back < PROMISED_SECONDS + SLACK
    stored_once(desk, visit_id)


def test_a_court_that_drops_every_connection_is_not_hammered(counter: OpenCounter) -> None:
    desk = counter("court", "proxy")
    desk.proxy.default = Fault.CUT_BEFORE
    whole_visit(desk, "张三")
    desk.bar("连不上法院")
    sending = desk.desk.sending
    assert sending is not None

    def knock_again() -> int:
        """On the sender's own lane, so that it does nothing else meanwhile."""
        before = len(desk.proxy.calls)
        assert not any(sending.knock() for _ in range(3))
        return len(desk.proxy.calls) - before

    assert desk.desk.lanes.submit("sync", knock_again).result(30) == 0


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.ERROR, "法院服务器繁忙（http_500），稍后自动重试"),
        (Fault.NONSENSE, "法院服务器繁忙（nonsense），稍后自动重试"),
        (Fault.CUT_HALFWAY, "连不上法院，恢复后自动发送"),
    ],
)
def test_a_court_that_is_ill_delays_nobody_and_gets_each_visit_once(
    counter: OpenCounter, fault: Fault, told: str
) -> None:
    clock = AheadClock()
    desk = counter("court", "proxy", clock=clock)
    desk.proxy.default = fault
    first = whole_visit(desk, "张三")
    waits(desk, 1, told)
    desk.proxy.default = Fault.NONE
    clock.ahead += 120.0
    second = whole_visit(desk, "李四")
    stored_once(desk, first, second)


def test_an_answer_lost_after_the_court_has_stored_the_record_makes_no_second_one(
    counter: OpenCounter,
) -> None:
    desk = counter("court", "proxy")
    desk.until(lambda: bool(desk.proxy.calls), "the first hello")
    desk.proxy.only = "POST"
    desk.proxy.script.append(Fault.CUT_AFTER)
    visit_id = whole_visit(desk, "张三")
    stored_once(desk, visit_id)
    posts = [call for call in desk.proxy.calls if call.startswith("POST")]
    assert len(posts) >= 2, "offered again, stored once"


def test_a_refused_window_goes_on_working_and_says_who_can_help(counter: OpenCounter) -> None:
    clock = AheadClock()
    desk = counter("court", "proxy", clock=clock)
    desk.proxy.default = Fault.REFUSE
    first = whole_visit(desk, "张三")
    waits(desk, 1, "法院服务器不认本窗口（token_unknown），请管理员重新登记")
    desk.proxy.default = Fault.NONE
    clock.ahead += 120.0
    second = whole_visit(desk, "李四")
    stored_once(desk, first, second)


def test_a_desk_that_is_closed_while_the_court_is_away_sends_after_the_next_start(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("court", data=tmp_path / "kept")
    desk.court.kill()
    visit_id = whole_visit(desk, "张三")
    desk.bar("待送 1 件")
    desk.close()
    desk.court.start()
    again = counter(court=desk.court, data=tmp_path / "kept")
    stored_once(again, visit_id)


def test_a_court_that_is_set_wrong_keeps_nobody_from_working(counter: OpenCounter) -> None:
    desk = counter("court", token="短")
    desk.says("法院的地址或通行凭证写错了")
    assert whole_visit(desk, "张三")
