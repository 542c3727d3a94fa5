"""What a supervisor decides: the promise of the day with today replayed, and what a dead window holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from app.domain.hall import Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_replay import came_back_after, replay
from app.domain.staff import Purpose, Role
from app.errors import HallProblem
from app.hall.restored import raise_epoch
from app.services import approval, calling, day, day_paper, hall_rules, issuing, queue
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.services.promise_words import exceptions
from app.settings import HallSettings, Settings
from tests.flow.test_hall_of_two import two
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import desk_in, do
from tests.helpers.nats import Host, until

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
K = EventKind
PIN = "739164"


def approved(desk: Desk, purpose: Purpose) -> str:
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, PIN)
    return str(do(desk, approval.approve, "乌兰", PIN, purpose))


def lines_of(desk: Desk) -> tuple[hall_rules.Decision, ...]:
    lines: tuple[hall_rules.Decision, ...] = do(desk, hall_rules.view, do(desk, hall_rules.read))
    return lines


def test_the_day_is_replayed_under_another_promise() -> None:
    """Three ordinary people, then a green one every two minutes, and a call every two minutes."""
    events = [HallEvent(K.ENROLLED, "", NINE, 1)]
    events += [HallEvent(K.ISSUED, f"A{n:03d}", NINE + timedelta(seconds=n)) for n in (1, 2, 3)]
    for n in range(1, 11):
        at = NINE + timedelta(minutes=2 * n)
        events.append(HallEvent(K.ISSUED, f"G{n:03d}", at - timedelta(seconds=30), green=True))
        events.append(HallEvent(K.CALLED, f"G{n:03d}", at, 1))
    generous = replay(events, Promise(timedelta(minutes=10), 5))
    strict = replay(events, Promise(timedelta(minutes=10), 1))
    assert (generous.called, strict.called) == (10, 10)
    assert (generous.overtaken_most, strict.overtaken_most) == (5, 1)
    assert strict.others_mean < generous.others_mean
    assert strict.green_longest >= generous.green_longest


def test_the_day_says_who_would_have_kept_a_place_and_what_other_weights_had_done() -> None:
    at = [NINE + timedelta(minutes=n) for n in range(40)]
    events = [HallEvent(K.ENROLLED, "", at[0], 1), HallEvent(K.ISSUED, "A001", at[0])]
    events += [HallEvent(K.CALLED, "A001", at[1], 1), HallEvent(K.NO_SHOW, "A001", at[2], 1)]
    events += [HallEvent(K.RETURNED, "A001", at[17], 1), HallEvent(K.CALLED, "A001", at[18], 1)]
    assert came_back_after(events) == [timedelta(minutes=15)]
    day = [HallEvent(K.ENROLLED, "", at[0], 1), HallEvent(K.ISSUED, "A001", at[0])]
    day += [HallEvent(K.ISSUED, "G001", at[20], green=True)]
    day += [HallEvent(K.CALLED, "G001", at[21], 1), HallEvent(K.CALLED, "A001", at[23], 1)]
    assert replay(day, Promise()).overtaken_most == 1
    assert replay(day, Promise(green_ahead=timedelta(minutes=15))).overtaken_most == 0


def test_a_promise_is_changed_with_an_approval_and_holds_for_everybody_at_once(
    tmp_path: Path,
) -> None:
    with desk_in(tmp_path, Settings(hall=HallSettings(window=3)), SteppingClock()) as desk:
        do(desk, issuing.take_ticket, "立案", False)
        do(desk, calling.call_next)
        lines = lines_of(desk)
        stand = ["promise:10:3", "ahead:urgent:2880", "ahead:green:1440", "ahead:back:1440"]
        assert [one.key for one in lines if one.stands] == [*stand, "grace:10", "idle:0:1"]
        assert all("今天会是" in one.detail for one in lines if not one.key.startswith("idle"))
        with pytest.raises(NotApproved):
            do(desk, hall_rules.decide, "promise:5:1", approved(desk, Purpose.FREE_WINDOW))
        given = approved(desk, Purpose.QUEUE_RULES)
        assert "最多等 5 分" in do(desk, hall_rules.decide, "promise:5:1", given)
        assert desk.hall.state.promise == Promise(timedelta(minutes=5), 1, timedelta(minutes=10))
        with pytest.raises(NotApproved):
            do(desk, hall_rules.decide, "promise:20:5", given)
        said = [
            do(desk, hall_rules.decide, key, approved(desk, Purpose.QUEUE_RULES))
            for key in ("grace:30", "ahead:green:15", "ahead:back:0")
        ]
        assert said == [
            "今天起效：过号 30 分钟内回来，保住原位",
            "今天起效：绿色通道的当作早到 15 分",
            "今天起效：回来补交材料的按到的时间",
        ]
        assert desk.hall.state.promise is not None
        assert desk.hall.state.promise.limits == (5, 1, 30, 0, 1, 2880, 15, 0)


def test_calling_by_itself_is_the_halls_and_a_supervisor_changes_it_for_every_window(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host, two(host, tmp_path) as (one, other):
        number = do(one, issuing.take_ticket, "立案", False)
        assert do(other, queue.keep_up).calls_in is None
        given = approved(one, Purpose.QUEUE_RULES)
        assert "空 30 秒" in do(one, hall_rules.decide, "idle:30:1", given)
        assert desks_say(other) == (30, True)
        assert do(other, queue.keep_up).calls_in is not None
        keys = [line.key for line in lines_of(other) if line.key.startswith("idle")]
        assert keys == ["idle:0:1", "idle:15:1", "idle:30:0", "idle:30:1", "idle:60:1"]
        do(one, hall_rules.decide, "idle:0:1", approved(one, Purpose.QUEUE_RULES))
        assert do(other, calling.call_by_itself) == ""
        assert do(other, queue.keep_up).calls_in is None
        assert other.hall.state.promise == Promise(), "the rest of the promise stands"
        assert number in other.hall.state.tickets


def desks_say(desk: Desk) -> tuple[float, bool]:
    """Return after how many seconds a window calls by itself, as it has read it."""
    do(desk, queue.keep_up)
    promise = desk.hall.state.promise
    assert promise is not None
    return promise.auto_call.total_seconds(), promise.in_turn


def test_whom_a_dead_window_holds_is_passed_only_after_it_was_asked_and_the_day_sheet_says_so(
    tmp_path: Path,
) -> None:
    """The other window stopped tending; it holds the first person, others go before."""
    with Host(tmp_path / "hall") as host, two(host, tmp_path) as (one, dead):
        number = do(dead, issuing.take_ticket, "立案", False)
        do(dead, queue.keep_up)
        assert dead.hall.state.tickets[number].bound == 2
        for _ in range(4):
            do(one, issuing.take_ticket, "立案", True)
        for _ in range(4):
            assert do(one, calling.call_next).ticket != number
            do(one, calling.no_show)
        do(one, queue.keep_up)
        (notice,) = (n for n in one.notices.standing() if n.key == "held")
        assert f"{number}（2 号窗口）" in notice.happened
        sheet = do(one, day.day_sheet)
        assert sheet.kept.broken == ()
        ((who, why),) = exceptions(sheet.kept)
        assert (who, why) == (
            f"{number} 第 4 次被越过，先叫了 G004（1 号窗）",
            "留在 2 号窗口，已请它放出，没有回音",
        )
        shown = do(one, day_paper.day_view)
        assert shown.passed == ((who, why),)
        assert "做不到而越过的：1 次" in shown.promise[2]
        do(dead, queue.keep_up)
        assert do(one, calling.call_next).ticket == number, "let go, the person is first"
        do(one, queue.keep_up)
        assert not [n for n in one.notices.standing() if n.key == "held"]


def test_a_call_asked_for_while_no_server_answers_is_made_when_one_does_without_another_key(
    tmp_path: Path,
) -> None:
    """Nobody is bound to the window: it cannot go on alone, but nobody has to press again."""
    with Host(tmp_path / "hall") as host, two(host, tmp_path) as (one, other):
        number = do(other, issuing.take_ticket, "立案", False)
        host.kill()
        with pytest.raises(HallProblem, match="本窗口没有留着的人") as told:
            do(one, calling.call_next)
        assert "自动叫下一位" in told.value.next_step
        assert do(one, calling.call_by_itself) == "", "not before the hall is back"
        host.start()
        until(lambda: do(one, queue.keep_up).calls_in == 0)
        assert do(one, calling.call_by_itself) == number
        assert do(one, calling.call_by_itself) == ""


def test_what_a_dead_window_holds_is_let_go_by_a_supervisor_only(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host, two(host, tmp_path) as (one, dead):
        number = do(dead, issuing.take_ticket, "立案", False)
        do(dead, queue.keep_up)
        assert do(dead, calling.call_next).ticket == number
        (line,) = (line for line in lines_of(one) if line.key == "free:2")
        assert number in line.detail
        do(one, hall_rules.decide, line.key, approved(one, Purpose.FREE_WINDOW))
        assert do(one, calling.call_next).ticket == number


def test_after_a_restore_a_supervisor_retires_the_window_that_never_reports_and_the_morning_goes_on(
    tmp_path: Path,
) -> None:
    """Window 2 is scrapped: old tickets stand still and only blocks give numbers meanwhile."""
    with Host(tmp_path / "hall") as host, two(host, tmp_path) as (one, dead):
        old, held = do(one, issuing.take_ticket, "立案", False), do(one, issuing.take_ticket, "立案", False)
        do(dead, calling.call_next)
        host.children[0].stop()
        jetstream = host.nodes[0].folder / "jetstream"
        copytree(jetstream, tmp_path / "backup")
        rmtree(jetstream)
        copytree(tmp_path / "backup", jetstream)
        host.start()
        raise_epoch(host.nodes[0], one.today())
        until(lambda: do(one, queue.keep_up) is not None and one.hall.state.owed == {2})
        alone = do(one, issuing.take_ticket, "立案", False)
        assert alone.startswith("Z"), "no number but of its own block"
        (line,) = (line for line in lines_of(one) if line.key.startswith("retire"))
        assert (line.key, "还没有补报" in line.detail) == ("retire:2", True)
        said = do(one, hall_rules.decide, line.key, approved(one, Purpose.FREE_WINDOW))
        assert "2 号窗口已停用" in said
        assert one.hall.state.owed == frozenset()
        assert do(one, issuing.take_ticket, "立案", True) == "G1001"
        called = set()
        for _ in range(4):
            called.add(do(one, calling.call_next).ticket)
            do(one, calling.no_show)
        assert called == {old, held, alone, "G1001"}, (
            "nobody stands still, nor is held by the scrapped window"
        )
        until(lambda: do(dead, queue.keep_up) is not None and 2 in dead.hall.state.enrolled)


def test_a_window_is_offered_to_be_retired_once_it_was_silent_and_only_its_own_acts_count() -> None:
    events = [HallEvent(K.ENROLLED, "", NINE, 1), HallEvent(K.ENROLLED, "", NINE, 2)]
    events += [HallEvent(K.ISSUED, "A001", NINE), HallEvent(K.CALLED, "A001", NINE + timedelta(minutes=9), 2)]
    events.append(HallEvent(K.RETIRED, "", NINE + timedelta(minutes=9), 3))
    state = fold(events)

    def offered(minutes: int, more: tuple[HallEvent, ...] = ()) -> list[str]:
        now = NINE + timedelta(minutes=minutes)
        day = hall_rules.HallDay(fold(more, state), (*events, *more), Promise(), 1, now)
        return [one.key for one in hall_rules.dead_windows(day)]

    assert offered(18) == ["free:2"]
    assert offered(19) == ["retire:2", "free:2"]
    freed = HallEvent(K.FREED, "A001", NINE + timedelta(minutes=19), 2)
    assert offered(19, (freed,)) == ["retire:2"]
    retired = HallEvent(K.RETIRED, "", NINE + timedelta(minutes=19), 2)
    assert offered(20, (freed, retired)) == []
    assert offered(20, (retired,)) == ["free:2"], "what it still holds can be let go later"
