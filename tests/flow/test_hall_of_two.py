"""Two real desks in one real hall: they join by code, share one queue, go on alone and come back."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.commands import join as join_command
from app.domain.hall import HallState
from app.domain.ticket import TicketState, Wanted
from app.errors import HallProblem
from app.hall import certs
from app.hall.join import Codes
from app.hall.seat import Standing
from app.paths import Places
from app.services import calling, checks_of_day, issuing, queue, seating, status, waits
from app.services.desk import Desk
from app.services.verify import findings
from app.services.views import Health
from app.settings import HallSettings, Settings
from tests.helpers.desks import desk_in, do, file_devices
from tests.helpers.hall_desks import door_of, settings_of
from tests.helpers.nats import Host, until
from tests.helpers.visits import fill, finish, hand_in

SLACK = 7.0
"""Seconds a busy machine may add to a promise; the figures are measured in `benchmarks/`."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Host(tmp_path / "hall") as one:
        yield one


@contextmanager
def joined(host: Host, folder: Path, window: int) -> Iterator[Desk]:
    """Join with a code once, then open the desk."""
    with door_of(host) as door:
        settings = settings_of(folder, window, door.port)
        if not (folder / "config" / "hall").exists():
            code = Codes(host.nodes[0]).new(f"window-{window}")
            seating.join_hall(settings, Places.under(folder), code)
    with desk_in(folder, settings) as desk:
        do(desk, calling.resume)
        yield desk


@contextmanager
def two(host: Host, folder: Path) -> Iterator[tuple[Desk, Desk]]:
    with ExitStack() as stack:
        pair = [stack.enter_context(joined(host, folder / f"w{n}", n)) for n in (1, 2)]
        for desk in pair * 3:
            do(desk, queue.keep_up)
        yield pair[0], pair[1]


def states(*desks: Desk) -> list[HallState]:
    return [desk.lanes.submit("hall", desk.hall.refresh, desk.today()).result(30) for desk in desks]


def serve(desk: Desk, folder: Path) -> str | None:
    """Call whoever is next and finish the visit; None when nobody may be called just now."""
    try:
        record = do(desk, calling.call_next)
    except HallProblem:
        return None
    fill(desk)
    hand_in(desk, folder)
    finish(desk, unsigned=True)
    return str(record.ticket)


@pytest.mark.logs("app.hall.door")
def test_a_code_makes_a_window_a_member_and_its_key_is_readable_by_nobody_else(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "w3"
    places = Places.under(folder)
    places.make()
    with door_of(host) as door:
        url = f'[hall]\nwindow = 3\nurl = "hall://127.0.0.1:{door.port}"\n'
        places.settings.write_text(url, encoding="utf-8")
        code = Codes(host.nodes[0]).new("window-3")
        assert join_command.main(["--data", str(folder), code]) == 0
        assert "window-3" in capsys.readouterr().out
        assert join_command.main(["--data", str(folder), code]) == 2
        assert "已经用过" in capsys.readouterr().err
    for file in places.hall.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
    assert stat.S_IMODE(places.hall.stat().st_mode) == 0o700


def test_a_window_that_has_not_joined_neither_issues_nor_calls_and_says_what_to_do(tmp_path: Path) -> None:
    with desk_in(tmp_path, settings_of(tmp_path, 3, 9)) as desk:
        for act, words in ((issuing.take_ticket, ("立案", False)), (calling.call_next, ())):
            with pytest.raises(HallProblem, match="还没有加入大厅") as told:
                do(desk, act, *words)
            assert "join" in told.value.next_step
        (hall, *_devices) = do(desk, status.view).devices
        assert (hall.key, hall.health) == ("hall", Health.FAILED)
        assert "加入码" in hall.text


def test_a_window_whose_certificate_ends_soon_says_so_in_the_status_bar_and_in_the_check(
    host: Host, tmp_path: Path
) -> None:
    with joined(host, tmp_path, 3) as desk:
        until(lambda: do(desk, queue.keep_up) is not None and seating.view(desk.hall).text == "已连接")
    first, folder = host.nodes[0], tmp_path / "config" / "hall"
    key, made = certs.new_key(), datetime.now(UTC) - timedelta(days=certs.MEMBER_DAYS - 59)
    request, name = certs.new_request(key), first.dns("window-3")
    certs.write_secret(folder / "member.key", certs.key_pem(key))
    signed = certs.sign(first.authority(), request, name, server=False, now=made)
    certs.write_secret(folder / "member.crt", signed)
    with joined(host, tmp_path, 3) as desk:
        until(lambda: do(desk, queue.keep_up) is not None and desk.hall.standing() is Standing.CONNECTED)
        shown = do(desk, status.view).devices[0]
        assert (shown.health, f"{certs.ends(signed):%Y-%m-%d} 到期" in shown.text) == (Health.ATTENTION, True)
        assert do(desk, checks_of_day.CHECKS["hall"]) == shown


def test_what_was_not_read_whole_is_learnt_once_the_hall_answers(host: Host, tmp_path: Path) -> None:
    with joined(host, tmp_path, 3) as desk:
        until(lambda: do(desk, queue.keep_up) is not None and desk.hall.standing() is Standing.CONNECTED)
        assert do(desk, waits.catch_up) is False, "one day at a time"
        host.kill()
        until(lambda: do(desk, waits.catch_up))
        before = len(desk.waits)
        assert before < 14, "a hiccup teaches nothing, and is not kept for the day"
        host.start()
        until(lambda: do(desk, queue.keep_up) is not None and desk.hall.standing() is Standing.CONNECTED)
        until(lambda: bool(do(desk, waits.catch_up)) and len(desk.waits) == 14)


def test_another_windows_credentials_are_not_used(host: Host, tmp_path: Path) -> None:
    with joined(host, tmp_path, 3):
        pass
    with (
        desk_in(tmp_path, settings_of(tmp_path, 4, 9)) as desk,
        pytest.raises(HallProblem, match="是 window-3 的"),
    ):
        do(desk, issuing.take_ticket, "立案", False)


def test_two_windows_give_each_number_once_and_call_each_person_once(host: Host, tmp_path: Path) -> None:
    with two(host, tmp_path) as desks:
        start = threading.Barrier(2)

        def issue(desk: Desk) -> list[str]:
            start.wait(10)
            return [do(desk, issuing.take_ticket, "立案", n % 4 == 0) for n in range(8)]

        with ThreadPoolExecutor(2) as pool:
            numbers = [number for mine in pool.map(issue, desks) for number in mine]
        assert len(set(numbers)) == 16
        assert sorted(numbers)[:12] == [f"A{n:03d}" for n in range(1, 13)], "no holes while connected"
        numbers += _one_card_at_two_readers(desks)
        called: list[str] = []

        def work(desk: Desk) -> list[str]:
            mine = []
            while desk.hall.state.waiting():
                number = serve(desk, desk.places.data)
                mine += [number] if number else []
                do(desk, queue.keep_up)
            return mine

        with ThreadPoolExecutor(2) as pool:
            called = [number for mine in pool.map(work, desks) for number in mine]
        assert sorted(called) == sorted(numbers)
        one, other = states(*desks)
        assert one == other
        assert {t.state for t in one.tickets.values()} == {TicketState.SERVED}
        assert findings(desks[0]) == findings(desks[1]) == []


def _one_card_at_two_readers(desks: tuple[Desk, Desk]) -> list[str]:
    """Both swipe the same cards at the same moment: each person has one number, given out once."""
    start = threading.Barrier(2)

    def swipe(desk: Desk) -> list[issuing.Taken]:
        taken = []
        for person in "abcdef":
            start.wait(10)
            taken.append(do(desk, issuing.take_for, Wanted("立案", person=person * 32)))
        return taken

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(swipe, desks)
    assert [t.number for t in one] == [t.number for t in other]
    assert all(first.again != second.again for first, second in zip(one, other, strict=True))
    return [t.number for t in one]


def test_a_window_goes_on_alone_and_merges_by_itself(host: Host, tmp_path: Path) -> None:
    with two(host, tmp_path) as (one, two_):
        numbers = [do(one, issuing.take_ticket, "立案", False) for _ in range(4)]
        for desk in (one, two_) * 3:
            do(desk, queue.keep_up)
        host.kill()
        started = time.monotonic()
        first = do(one, calling.call_next)
        assert time.monotonic() - started < 3.0 + SLACK
        assert first.ticket in numbers
        assert one.hall.standing() is Standing.ALONE
        hall = do(one, status.view).devices[0]
        assert hall.health is Health.ATTENTION
        assert "本机单独叫号" in hall.text
        fill(one)
        hand_in(one, one.places.data)
        finish(one, unsigned=True)
        started = time.monotonic()
        alone = do(one, issuing.take_ticket, "立案", False)
        assert alone == "Z001", "numbers given alone have a series of their own"
        do(one, queue.keep_up)
        assert time.monotonic() - started < SLACK, "alone, nothing waits for the network"
        other = do(two_, calling.call_next).ticket
        assert other in numbers
        assert other != first.ticket

        host.start()
        started = time.monotonic()
        for desk in (one, two_):
            until(lambda d=desk: d.hall.standing() is Standing.CONNECTED or not do(d, queue.keep_up))  # type: ignore[misc]
        assert time.monotonic() - started < 5.0 + SLACK
        state, same = states(one, two_)
        assert state == same
        assert state.tickets[first.ticket].state is TicketState.SERVED
        assert state.tickets[other].window == 2
        assert state.tickets[alone].state is TicketState.WAITING
        assert one.hall.conflicts == two_.hall.conflicts == 0


def test_a_window_that_ends_alone_brings_its_work_along_the_next_time(host: Host, tmp_path: Path) -> None:
    with joined(host, tmp_path / "w1", 1) as desk:
        do(desk, issuing.take_ticket, "立案", False)
        for _ in range(3):
            do(desk, queue.keep_up)
        host.kill()
        number = serve(desk, tmp_path)
    host.start()
    with joined(host, tmp_path / "w1", 1) as desk, joined(host, tmp_path / "w2", 2) as other:
        do(desk, queue.keep_up)
        (state,) = states(other)
        assert number is not None
        assert state.tickets[number].state is TicketState.SERVED


def test_the_running_day_of_one_window_is_taken_along_into_the_hall(host: Host, tmp_path: Path) -> None:
    alone = Settings(hall=HallSettings(window=1), devices=file_devices(tmp_path))
    with desk_in(tmp_path / "w1", alone) as desk:
        for _ in range(3):
            do(desk, issuing.take_ticket, "立案", False)
        do(desk, calling.call_next)
        fill(desk)
    with joined(host, tmp_path / "w1", 1) as desk, joined(host, tmp_path / "w2", 2) as other:
        assert do(desk, calling.resume).ticket == "A001", "who is being served stays here"
        assert do(desk, issuing.take_ticket, "立案", False) == "A004"
        (state,) = states(other)
        assert list(state.tickets) == ["A001", "A002", "A003", "A004"]
        assert state.tickets["A001"].window == 1
        assert do(other, calling.call_next).ticket == "A002"


def test_a_day_that_went_another_way_is_not_mixed_in(host: Host, tmp_path: Path) -> None:
    with joined(host, tmp_path / "w2", 2) as other:
        do(other, issuing.take_ticket, "立案", False)
    alone = Settings(hall=HallSettings(window=1), devices=file_devices(tmp_path))
    with desk_in(tmp_path / "w1", alone) as desk:
        do(desk, issuing.take_ticket, "立案", False)
    with door_of(host) as door:
        settings = settings_of(tmp_path / "w1", 1, door.port)
        code = Codes(host.nodes[0]).new("window-1")
        seating.join_hall(settings, Places.under(tmp_path / "w1"), code)
    with desk_in(tmp_path / "w1", settings) as desk:
        with pytest.raises(HallProblem, match="不能并过去"):
            do(desk, issuing.take_ticket, "立案", False)
        assert do(desk, status.view).devices[0].health is Health.FAILED


def test_a_person_is_sent_to_another_window_with_number_and_place(host: Host, tmp_path: Path) -> None:
    with two(host, tmp_path) as (one, other):
        first, second = (do(one, issuing.take_ticket, "立案", False) for _ in range(2))
        assert do(one, calling.call_next).ticket == first
        do(one, calling.transfer, "专办", 2)
        assert do(one, calling.call_next).ticket == second
        assert do(other, calling.call_next).ticket == first
        (state,) = states(other)
        assert (state.tickets[first].window, state.tickets[first].rule) == (2, "arrival")
        do(other, calling.pause, "午休")
        assert states(one)[0].paused[2].reason == "午休"
