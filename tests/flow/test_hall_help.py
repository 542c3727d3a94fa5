"""Two real desks: a call for help is heard and answered, and an idle window calls by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.domain.hall import Promise
from app.errors import HallProblem
from app.lanes import HALL
from app.services import alarm, calling, issuing, queue
from app.services.desk import Desk
from tests.helpers.counter import OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.desks import desk_in, do
from tests.helpers.hall_desks import Counter, counters
from tests.helpers.nats import Host, until

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, ...]]:
    with (
        Host(tmp_path_factory.mktemp("hall")) as host,
        counters(host, tmp_path_factory.mktemp("w"), 1, 2) as made,
    ):
        yield made


def notices(desk: Desk) -> str:
    return " ".join(f"{n.happened}{n.safe}{n.next_step}" for n in desk.notices.standing() if "alarm" in n.key)


def test_a_call_for_help_is_heard_answered_and_ended(pair: tuple[Counter, ...]) -> None:
    one, other = pair
    assert do(one.desk, alarm.call) == "已向全大厅求助"
    view = do(other.desk, queue.keep_up)
    assert view.help_wanted
    assert "1 号窗口紧急求助" in notices(other.desk)
    assert do(other.desk, alarm.come) == "已回复 1 号窗口：马上来"
    assert not do(other.desk, queue.keep_up).help_wanted
    one.look()
    assert "2 号窗口马上来" in notices(one.desk)
    assert do(one.desk, alarm.call) == "求助已解除"
    other.look()
    assert notices(one.desk) == notices(other.desk) == ""
    with pytest.raises(HallProblem, match="没有窗口求助"):
        do(other.desk, alarm.come)


def test_who_nobody_can_hear_is_told_to_shout(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        with pytest.raises(HallProblem, match="没有发出去") as told:
            do(desk, alarm.call)
        assert "直接喊人" in told.value.next_step


def after_a_second(desk: Desk) -> None:
    """Let the hall say that idle windows call by themselves after a second."""

    def say() -> bool:
        promise = Promise(auto_call=timedelta(seconds=1))
        return desk.hall.member(desk.today()).promise(promise, desk.clock.now())

    assert desk.lanes.submit(HALL, say).result(30)


def test_only_the_window_idle_longest_calls_by_itself(pair: tuple[Counter, ...]) -> None:
    one, other = pair
    after_a_second(one.desk)
    do(one.desk, calling.pause, "开会")
    do(one.desk, calling.end_pause)
    number = do(one.desk, issuing.take_ticket, "立案", False)
    assert do(one.desk, calling.call_by_itself) == "", "not before its time"
    until(lambda: do(other.desk, calling.call_by_itself) == number)
    assert do(one.desk, calling.call_by_itself) == ""
    do(other.desk, calling.no_show)


def test_an_idle_window_calls_without_a_key(counter: OpenCounter) -> None:
    desk = counter()
    do(desk.desk, queue.keep_up)
    after_a_second(desk.desk)
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: desk.walk.visit is not None, "the visit called by itself")
    assert desk.visit.ticket == "A001"
